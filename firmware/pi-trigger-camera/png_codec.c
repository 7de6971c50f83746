/* png_codec.c - see png_codec.h, and jpeg_codec.c about jumping back. */
#include "png_codec.h"

#include <errno.h>
#include <setjmp.h>
#include <stdlib.h>

#include <png.h>

/* Half the time of the default for a tenth more bytes: a Raspberry Pi saves while it takes
 * pictures. */
#define COMPRESSION_LEVEL 3

struct encoder {
    png_structp png;
    png_infop info;
    const struct picture_rows *rows;
    int result;
    uint8_t *row;
};

static void write_bytes(png_structp png, png_bytep bytes, size_t n)
{
    struct encoder *e = png_get_io_ptr(png);

    e->result = e->rows->write(e->rows->write_ctx, bytes, n);
    if (e->result < 0)
        png_error(png, "cannot write");
}

static void no_flush(png_structp png)
{
}

static void no_message(png_structp png, png_const_charp text)
{
}

static void fail(png_structp png, png_const_charp text)
{
    png_longjmp(png, 1);
}

static int encode(struct encoder *e)
{
    const struct picture_rows *rows = e->rows;

    if (setjmp(png_jmpbuf(e->png)))
        return e->result < 0 ? e->result : -EINVAL;
    png_set_write_fn(e->png, e, write_bytes, no_flush);
    png_set_compression_level(e->png, COMPRESSION_LEVEL);
    png_set_filter(e->png, 0, PNG_FILTER_SUB);
    png_set_IHDR(e->png, e->info, rows->width, rows->height, 8, PNG_COLOR_TYPE_RGB,
        PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(e->png, e->info);
    png_set_bgr(e->png);
    for (unsigned y = 0; y < rows->height; y++) {
        int r = rows->row(rows->row_ctx, y, e->row);
        if (r < 0)
            return r;
        png_write_row(e->png, e->row);
    }
    png_write_end(e->png, NULL);
    return 0;
}

int png_encode_rows(const struct picture_rows *rows)
{
    struct encoder e = {.rows = rows, .row = malloc((size_t)rows->width * 3)};
    int r;

    e.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, fail, no_message);
    e.info = e.png ? png_create_info_struct(e.png) : NULL;
    r = e.row && e.info ? encode(&e) : -ENOMEM;
    png_destroy_write_struct(&e.png, &e.info);
    free(e.row);
    return r;
}
