/* jpeg_codec.c - see jpeg_codec.h.
 *
 * libjpeg tells errors by a function that must not return. It jumps back to where the library was
 * entered; every function that enters it is therefore small, and what it must clean up stands in a
 * struct that is not a local variable of the function with the setjmp.
 */
#include "jpeg_codec.h"

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#define WRITE_PIECE 16384

struct failure {
    struct jpeg_error_mgr pub; /* first */
    jmp_buf back;
};

static void fail(j_common_ptr c)
{
    struct failure *f = (struct failure *)(void *)c->err;

    longjmp(f->back, 1);
}

/* Warnings (a few bad bytes) are not worth a line in anybody's log. */
static void no_message(j_common_ptr c)
{
}

static struct jpeg_error_mgr *failure_init(struct failure *f)
{
    jpeg_std_error(&f->pub);
    f->pub.error_exit = fail;
    f->pub.output_message = no_message;
    return &f->pub;
}

/* --- writing ---------------------------------------------------------------------------------- */

/* Where encoded bytes go: into a growing buffer, or piece by piece to the rows' function. */
struct sink {
    struct jpeg_destination_mgr pub; /* first */
    struct jpeg_bytes *to;
    const struct picture_rows *rows;
    int result;
    uint8_t piece[WRITE_PIECE];
};

struct encoder {
    struct jpeg_compress_struct c;
    struct failure failure;
    struct sink sink;
    uint8_t *row;
};

static void sink_begin(j_compress_ptr c)
{
    struct sink *s = (struct sink *)(void *)c->dest;

    s->pub.next_output_byte = s->to ? s->to->bytes : s->piece;
    s->pub.free_in_buffer = s->to ? s->to->cap : sizeof s->piece;
}

static void sink_fail(j_compress_ptr c, struct sink *s, int result)
{
    s->result = result;
    fail((j_common_ptr)c);
}

static boolean sink_full(j_compress_ptr c)
{
    struct sink *s = (struct sink *)(void *)c->dest;

    if (!s->to) {
        int r = s->rows->write(s->rows->write_ctx, s->piece, sizeof s->piece);
        if (r < 0)
            sink_fail(c, s, r);
        sink_begin(c);
        return TRUE;
    }
    size_t had = s->to->cap;
    uint8_t *bytes = realloc(s->to->bytes, had * 2);
    if (!bytes)
        sink_fail(c, s, -ENOMEM);
    s->to->bytes = bytes;
    s->to->cap = had * 2;
    s->pub.next_output_byte = bytes + had;
    s->pub.free_in_buffer = had;
    return TRUE;
}

static void sink_end(j_compress_ptr c)
{
    struct sink *s = (struct sink *)(void *)c->dest;

    if (s->to) {
        s->to->n = s->to->cap - s->pub.free_in_buffer;
        return;
    }
    int r = s->rows->write(s->rows->write_ctx, s->piece, sizeof s->piece - s->pub.free_in_buffer);
    if (r < 0)
        sink_fail(c, s, r);
}

/* What is encoded in one go. */
struct samples {
    const uint8_t *bytes;
    unsigned width, height;
    unsigned per_pixel; /* 3: B G R; 1: grey */
};

static void encoder_begin(
    struct encoder *e, unsigned width, unsigned height, unsigned per_pixel, unsigned quality)
{
    jpeg_create_compress(&e->c);
    e->sink.pub.init_destination = sink_begin;
    e->sink.pub.empty_output_buffer = sink_full;
    e->sink.pub.term_destination = sink_end;
    e->c.dest = &e->sink.pub;
    e->c.image_width = width;
    e->c.image_height = height;
    e->c.input_components = (int)per_pixel;
    e->c.in_color_space = per_pixel == 3 ? JCS_EXT_BGR : JCS_GRAYSCALE;
    jpeg_set_defaults(&e->c);
    jpeg_set_quality(&e->c, (int)quality, TRUE);
    jpeg_start_compress(&e->c, TRUE);
}

static int encode_samples(struct encoder *e, const struct samples *s, unsigned quality)
{
    e->c.err = failure_init(&e->failure);
    if (setjmp(e->failure.back))
        return e->sink.result < 0 ? e->sink.result : -EINVAL;
    encoder_begin(e, s->width, s->height, s->per_pixel, quality);
    while (e->c.next_scanline < e->c.image_height) {
        /* which it only reads */
        JSAMPROW row =
            (JSAMPROW)(uintptr_t)(s->bytes + (size_t)e->c.next_scanline * s->width * s->per_pixel);
        jpeg_write_scanlines(&e->c, &row, 1);
    }
    jpeg_finish_compress(&e->c);
    return 0;
}

static int encode(const struct samples *s, unsigned quality, struct jpeg_bytes *ret)
{
    struct encoder *e = calloc(1, sizeof *e);
    int r;

    if (!e)
        return -ENOMEM;
    if (ret->cap == 0) {
        ret->cap = WRITE_PIECE;
        ret->bytes = malloc(ret->cap);
    }
    e->sink.to = ret;
    r = ret->bytes ? encode_samples(e, s, quality) : -ENOMEM;
    if (!ret->bytes)
        ret->cap = 0;
    jpeg_destroy_compress(&e->c);
    free(e);
    return r;
}

int jpeg_encode(const struct picture *p, unsigned quality, struct jpeg_bytes *ret)
{
    const struct samples s = {p->bgr, p->width, p->height, 3};

    return encode(&s, quality, ret);
}

int jpeg_encode_grey(
    const uint8_t *grey, unsigned width, unsigned height, unsigned quality, struct jpeg_bytes *ret)
{
    const struct samples s = {grey, width, height, 1};

    return encode(&s, quality, ret);
}

void jpeg_bytes_fini(struct jpeg_bytes *b)
{
    free(b->bytes);
    *b = (struct jpeg_bytes){0};
}

static int encode_rows(struct encoder *e, const struct picture_rows *rows, unsigned quality)
{
    e->c.err = failure_init(&e->failure);
    if (setjmp(e->failure.back))
        return e->sink.result < 0 ? e->sink.result : -EINVAL;
    encoder_begin(e, rows->width, rows->height, 3, quality);
    while (e->c.next_scanline < e->c.image_height) {
        int r = rows->row(rows->row_ctx, e->c.next_scanline, e->row);
        if (r < 0)
            return r;
        jpeg_write_scanlines(&e->c, &e->row, 1);
    }
    jpeg_finish_compress(&e->c);
    return 0;
}

int jpeg_encode_rows(const struct picture_rows *rows, unsigned quality)
{
    struct encoder *e = calloc(1, sizeof *e);
    int r;

    if (!e)
        return -ENOMEM;
    e->sink.rows = rows;
    e->row = malloc((size_t)rows->width * 3);
    r = e->row ? encode_rows(e, rows, quality) : -ENOMEM;
    jpeg_destroy_compress(&e->c);
    free(e->row);
    free(e);
    return r;
}

/* --- reading ---------------------------------------------------------------------------------- */

struct jpeg_rows {
    struct jpeg_decompress_struct d;
    struct failure failure;
};

static int rows_begin(struct jpeg_rows *j, const uint8_t *jpeg, size_t n)
{
    j->d.err = failure_init(&j->failure);
    if (setjmp(j->failure.back))
        return -EBADMSG;
    jpeg_create_decompress(&j->d);
    j->d.mem->max_memory_to_use = JPEG_MAX_MEMORY;
    jpeg_mem_src(&j->d, jpeg, n);
    if (jpeg_read_header(&j->d, TRUE) != JPEG_HEADER_OK)
        return -EBADMSG;
    j->d.out_color_space = JCS_EXT_BGR;
    return 0;
}

static int rows_start(struct jpeg_rows *j)
{
    if (setjmp(j->failure.back))
        return -EBADMSG;
    jpeg_start_decompress(&j->d);
    return j->d.output_components == 3 ? 0 : -EBADMSG;
}

static int rows_read(struct jpeg_rows *j, uint8_t *bgr)
{
    if (setjmp(j->failure.back))
        return -EBADMSG;
    return jpeg_read_scanlines(&j->d, &bgr, 1) == 1 ? 0 : -EBADMSG;
}

struct jpeg_rows *jpeg_rows_close(struct jpeg_rows *j)
{
    if (j) {
        jpeg_destroy_decompress(&j->d);
        free(j);
    }
    return NULL;
}

/* With its header read, before its size is chosen. */
static int rows_new(const uint8_t *jpeg, size_t n, struct jpeg_rows **ret)
{
    struct jpeg_rows *j = calloc(1, sizeof *j);
    int r = j ? rows_begin(j, jpeg, n) : -ENOMEM;

    if (r < 0) {
        jpeg_rows_close(j);
        return r;
    }
    *ret = j;
    return 0;
}

int jpeg_rows_open(const uint8_t *jpeg, size_t n, struct jpeg_rows **ret, unsigned *ret_width,
    unsigned *ret_height)
{
    struct jpeg_rows *j;
    int r = rows_new(jpeg, n, &j);

    if (r < 0)
        return r;
    r = rows_start(j);
    if (r < 0) {
        jpeg_rows_close(j);
        return r;
    }
    *ret_width = j->d.output_width;
    *ret_height = j->d.output_height;
    *ret = j;
    return 0;
}

int jpeg_rows_next(struct jpeg_rows *j, uint8_t *bgr)
{
    return j->d.output_scanline < j->d.output_height ? rows_read(j, bgr) : -EBADMSG;
}

static int read_all(struct jpeg_rows *j, struct picture *ret)
{
    int r = rows_start(j);

    if (r >= 0)
        r = picture_resize(ret, j->d.output_width, j->d.output_height);
    for (unsigned y = 0; r >= 0 && y < ret->height; y++)
        r = jpeg_rows_next(j, ret->bgr + (size_t)y * ret->width * 3);
    return r;
}

int jpeg_decode(
    const uint8_t *jpeg, size_t n, unsigned least_width, unsigned least_height, struct picture *ret)
{
    struct jpeg_rows *j;
    unsigned scale = 1;
    int r = rows_new(jpeg, n, &j);

    if (r < 0)
        return r;
    while (scale < 8 && j->d.image_width / (scale * 2) >= MAX(least_width, 1u) &&
        j->d.image_height / (scale * 2) >= MAX(least_height, 1u))
        scale *= 2;
    j->d.scale_num = 1;
    j->d.scale_denom = scale;
    r = read_all(j, ret);
    jpeg_rows_close(j);
    return r;
}

int jpeg_mean(const uint8_t *jpeg, size_t n, double *ret)
{
    struct picture p = {0};
    int r = jpeg_decode(jpeg, n, 1, 1, &p);

    if (r >= 0)
        *ret = picture_mean(&p);
    picture_fini(&p);
    return r;
}
