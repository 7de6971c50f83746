#include "media/thumbnail.h"

#include <errno.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

#include "base/util.h"

#define QUALITY 75
/* For these the decoder holds all coefficients, 3 to 6 bytes a pixel, so a few bytes could make us
 * allocate hundreds of megabytes. */
#define MAX_PROGRESSIVE_PIXELS (JPEG_MAX_PIXELS / 4)
/* Encoders make ten or so; each is a walk over the whole picture. */
#define MAX_SCANS 64
/* What rows are filled with that could not be decoded: what libjpeg itself uses. */
#define GREY 0x80

struct pixels {
    uint8_t *bytes;
    unsigned width, height, n_components; /* 1 grey, 3 RGB */
};

static size_t row_bytes(const struct pixels *p)
{
    return (size_t)p->width * p->n_components;
}

/* --- errors ----------------------------------------------------------------------------------- */

/* libjpeg ends a function that fails by a jump. What is open at that moment lives in the struct
 * that holds this, not on the stack. */
struct trap {
    struct jpeg_error_mgr manager; /* first: libjpeg knows this one */
    jmp_buf jump;
    bool cut_off; /* the data ended before the picture did */
    char text[JMSG_LENGTH_MAX];
};

static void on_error(j_common_ptr c)
{
    struct trap *t = (struct trap *)c->err;

    c->err->format_message(c, t->text);
    longjmp(t->jump, 1);
}

/* Damaged data is a warning to libjpeg: it goes on, with grey where nothing is known. So do we. */
static void on_message(j_common_ptr c, int level)
{
    struct trap *t = (struct trap *)c->err;

    if (level < 0 && c->err->msg_code == JWRN_JPEG_EOF)
        t->cut_off = true;
}

static struct jpeg_error_mgr *trap_init(struct trap *t)
{
    jpeg_std_error(&t->manager);
    t->manager.error_exit = on_error;
    t->manager.emit_message = on_message;
    return &t->manager;
}

/* --- decoding --------------------------------------------------------------------------------- */

struct decoder {
    struct trap trap;
    struct jpeg_decompress_struct jpeg;
    struct jpeg_progress_mgr progress;
    struct pixels out;
    unsigned n_rows;
};

static void on_progress(j_common_ptr c)
{
    if (((j_decompress_ptr)c)->input_scan_number > MAX_SCANS)
        ERREXIT(c, JERR_BAD_PROGRESSION);
}

/* The largest n such that n/8 of the width is at most max_width. */
static unsigned scale_eighths(unsigned width, unsigned max_width)
{
    unsigned n = 8;

    while (n > 1 && ((uint64_t)width * n + 7) / 8 > max_width)
        n--;
    return n;
}

static int check_header(const struct jpeg_decompress_struct *j, struct error *e)
{
    uint64_t pixels = (uint64_t)j->image_width * j->image_height;

    if (pixels > JPEG_MAX_PIXELS || (j->progressive_mode && pixels > MAX_PROGRESSIVE_PIXELS))
        return error_set(
            e, -EBADMSG, "the picture is too large: %u × %u", j->image_width, j->image_height);
    if (j->num_components != 1 && j->num_components != 3)
        return error_set(e, -EBADMSG, "the picture has %d colour components instead of 1 or 3",
            j->num_components);
    return 0;
}

static int decoder_begin(struct decoder *d, unsigned max_width, struct error *e)
{
    struct jpeg_decompress_struct *j = &d->jpeg;
    int r;

    jpeg_read_header(j, TRUE);
    r = check_header(j, e);
    if (r < 0)
        return r;
    j->out_color_space = j->num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
    j->scale_num = scale_eighths(j->image_width, max_width);
    j->scale_denom = 8;
    j->dct_method = JDCT_IFAST;
    j->do_fancy_upsampling = FALSE;
    jpeg_start_decompress(j);
    d->out = (struct pixels){.width = j->output_width,
        .height = j->output_height,
        .n_components = (unsigned)j->output_components};
    d->out.bytes = malloc(row_bytes(&d->out) * d->out.height);
    if (!d->out.bytes)
        return error_set(e, -ENOMEM, "no memory for the picture");
    memset(d->out.bytes, GREY, row_bytes(&d->out) * d->out.height);
    return 0;
}

static void decoder_rows(struct decoder *d)
{
    while (d->n_rows < d->out.height) {
        JSAMPROW row = d->out.bytes + d->n_rows * row_bytes(&d->out);
        unsigned n = jpeg_read_scanlines(&d->jpeg, &row, 1);

        /* Cut off before the first row, and not a picture of several passes: all the rest would be
         * grey. */
        if (d->n_rows == 0 && d->trap.cut_off && !d->jpeg.progressive_mode) {
            snprintf(d->trap.text, sizeof d->trap.text, "the picture is cut off at its beginning");
            return;
        }
        d->n_rows += n;
    }
}

/* What could be decoded before an error counts. */
static int decode(
    struct decoder *d, const uint8_t *jpeg, size_t n, unsigned max_width, struct error *e)
{
    volatile int r = 0;

    d->jpeg.err = trap_init(&d->trap);
    if (setjmp(d->trap.jump) == 0) {
        jpeg_create_decompress(&d->jpeg);
        d->progress.progress_monitor = on_progress;
        d->jpeg.progress = &d->progress;
        jpeg_mem_src(&d->jpeg, jpeg, n);
        r = decoder_begin(d, max_width, e);
        if (r == 0)
            decoder_rows(d);
    }
    jpeg_destroy_decompress(&d->jpeg);
    return r == 0 && d->n_rows == 0
        ? error_set(e, -EBADMSG, "not a picture that can be decoded: %s", d->trap.text)
        : r;
}

/* --- making it smaller still ------------------------------------------------------------------ */

/* Where column or row i of `to` begins among `from`. */
static unsigned edge(unsigned i, unsigned from, unsigned to)
{
    return (unsigned)((uint64_t)i * from / to);
}

static uint8_t average(
    const struct pixels *p, unsigned x0, unsigned x1, unsigned y0, unsigned y1, unsigned c)
{
    uint32_t sum = 0, n = (x1 - x0) * (y1 - y0);

    for (unsigned y = y0; y < y1; y++)
        for (unsigned x = x0; x < x1; x++)
            sum += p->bytes[y * row_bytes(p) + x * p->n_components + c];
    return (uint8_t)((sum + n / 2) / n);
}

/* An eighth is still too wide for pictures of over eight times the width: boxes of pixels become
 * one. In place, for each box lies at or behind the pixel that it becomes. */
static void shrink(struct pixels *p, unsigned max_width)
{
    struct pixels to = {p->bytes, max_width,
        (unsigned)MAX((uint64_t)p->height * max_width / p->width, 1), p->n_components};
    uint8_t *out = to.bytes;

    if (p->width <= max_width)
        return;
    for (unsigned y = 0; y < to.height; y++) {
        unsigned y0 = edge(y, p->height, to.height), y1 = edge(y + 1, p->height, to.height);

        for (unsigned x = 0; x < to.width; x++) {
            unsigned x0 = edge(x, p->width, to.width), x1 = edge(x + 1, p->width, to.width);

            for (unsigned c = 0; c < p->n_components; c++)
                *out++ = average(p, x0, x1, y0, y1, c);
        }
    }
    *p = to;
}

/* --- encoding --------------------------------------------------------------------------------- */

struct encoder {
    struct trap trap;
    struct jpeg_compress_struct jpeg;
    unsigned char *bytes;
    unsigned long n;
};

static void encode_all(struct encoder *c, const struct pixels *p)
{
    struct jpeg_compress_struct *j = &c->jpeg;

    jpeg_create_compress(j);
    jpeg_mem_dest(j, &c->bytes, &c->n);
    j->image_width = p->width;
    j->image_height = p->height;
    j->input_components = (int)p->n_components;
    j->in_color_space = p->n_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(j);
    jpeg_set_quality(j, QUALITY, TRUE);
    jpeg_start_compress(j, TRUE);
    while (j->next_scanline < p->height) {
        JSAMPROW row = p->bytes + j->next_scanline * row_bytes(p);
        jpeg_write_scanlines(j, &row, 1);
    }
    jpeg_finish_compress(j);
}

static int encode(struct encoder *c, const struct pixels *p, struct error *e)
{
    volatile bool whole = false;

    c->jpeg.err = trap_init(&c->trap);
    if (setjmp(c->trap.jump) == 0) {
        encode_all(c, p);
        whole = true;
    }
    jpeg_destroy_compress(&c->jpeg);
    return whole ? 0
                 : error_set(e, -ENOMEM, "the small picture could not be made: %s", c->trap.text);
}

int thumbnail_make(const uint8_t *jpeg, size_t n, unsigned max_width, uint8_t **ret, size_t *ret_n,
    struct error *e)
{
    struct decoder d = {0};
    struct encoder c = {0};
    int r = decode(&d, jpeg, n, max_width, e);

    if (r == 0) {
        shrink(&d.out, max_width);
        r = encode(&c, &d.out, e);
    }
    free(d.out.bytes);
    if (r < 0) {
        free(c.bytes);
        return r;
    }
    *ret = c.bytes;
    *ret_n = c.n;
    return 0;
}
