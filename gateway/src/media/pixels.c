#include "media/pixels.h"

#include <errno.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

#include "base/util.h"

/* For these the decoder holds all coefficients, 3 to 6 bytes a pixel, so a few bytes could make us
 * allocate hundreds of megabytes. */
#define MAX_PROGRESSIVE_PIXELS (JPEG_MAX_PIXELS / 4)
/* Encoders make ten or so; each is a walk over the whole picture. */
#define MAX_SCANS 64
/* What rows are filled with that could not be decoded: what libjpeg itself uses. */
#define GREY 0x80

size_t pixels_row_bytes(const struct pixels *p)
{
    return (size_t)p->width * p->n_components;
}

void pixels_fini(struct pixels *p)
{
    free(p->bytes);
    p->bytes = NULL;
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

    while (max_width > 0 && n > 1 && ((uint64_t)width * n + 7) / 8 > max_width)
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

static J_COLOR_SPACE space_of(const struct jpeg_decompress_struct *j, enum pixels_form form)
{
    if (form == PIXELS_AS_IT_IS)
        form = j->num_components == 1 ? PIXELS_GREY : PIXELS_RGB;
    return form == PIXELS_GREY ? JCS_GRAYSCALE : JCS_RGB;
}

static int decoder_begin(
    struct decoder *d, unsigned max_width, enum pixels_form form, struct error *e)
{
    struct jpeg_decompress_struct *j = &d->jpeg;
    int r;

    jpeg_read_header(j, TRUE);
    r = check_header(j, e);
    if (r < 0)
        return r;
    j->out_color_space = space_of(j, form);
    j->scale_num = scale_eighths(j->image_width, max_width);
    j->scale_denom = 8;
    /* What is made smaller need not be exact. */
    j->dct_method = max_width > 0 ? JDCT_IFAST : JDCT_ISLOW;
    j->do_fancy_upsampling = max_width > 0 ? FALSE : TRUE;
    jpeg_start_decompress(j);
    d->out = (struct pixels){.width = j->output_width,
        .height = j->output_height,
        .n_components = (unsigned)j->output_components};
    d->out.bytes = malloc(pixels_row_bytes(&d->out) * d->out.height);
    if (!d->out.bytes)
        return error_set(e, -ENOMEM, "no memory for the picture");
    memset(d->out.bytes, GREY, pixels_row_bytes(&d->out) * d->out.height);
    return 0;
}

static void decoder_rows(struct decoder *d)
{
    while (d->n_rows < d->out.height) {
        JSAMPROW row = d->out.bytes + d->n_rows * pixels_row_bytes(&d->out);
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
static int decode(struct decoder *d, const uint8_t *jpeg, size_t n, unsigned max_width,
    enum pixels_form form, struct error *e)
{
    volatile int r = 0;

    d->jpeg.err = trap_init(&d->trap);
    if (setjmp(d->trap.jump) == 0) {
        jpeg_create_decompress(&d->jpeg);
        d->progress.progress_monitor = on_progress;
        d->jpeg.progress = &d->progress;
        jpeg_mem_src(&d->jpeg, jpeg, n);
        r = decoder_begin(d, max_width, form, e);
        if (r == 0)
            decoder_rows(d);
    }
    jpeg_destroy_decompress(&d->jpeg);
    return r == 0 && d->n_rows == 0
        ? error_set(e, -EBADMSG, "not a picture that can be decoded: %s", d->trap.text)
        : r;
}

int pixels_decode(const uint8_t *jpeg, size_t n, unsigned max_width, enum pixels_form form,
    struct pixels *ret, struct error *e)
{
    struct decoder d = {0};
    int r = decode(&d, jpeg, n, max_width, form, e);

    if (r < 0)
        pixels_fini(&d.out);
    else
        *ret = d.out;
    return r;
}

/* --- encoding --------------------------------------------------------------------------------- */

struct encoder {
    struct trap trap;
    struct jpeg_compress_struct jpeg;
    unsigned char *bytes;
    unsigned long n;
};

static void encode_all(struct encoder *c, const struct pixels *p, int quality)
{
    struct jpeg_compress_struct *j = &c->jpeg;

    jpeg_create_compress(j);
    jpeg_mem_dest(j, &c->bytes, &c->n);
    j->image_width = p->width;
    j->image_height = p->height;
    j->input_components = (int)p->n_components;
    j->in_color_space = p->n_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(j);
    jpeg_set_quality(j, quality, TRUE);
    jpeg_start_compress(j, TRUE);
    while (j->next_scanline < p->height) {
        JSAMPROW row = p->bytes + j->next_scanline * pixels_row_bytes(p);
        jpeg_write_scanlines(j, &row, 1);
    }
    jpeg_finish_compress(j);
}

static bool encode(struct encoder *c, const struct pixels *p, int quality)
{
    volatile bool whole = false;

    c->jpeg.err = trap_init(&c->trap);
    if (setjmp(c->trap.jump) == 0) {
        encode_all(c, p, quality);
        whole = true;
    }
    jpeg_destroy_compress(&c->jpeg);
    return whole;
}

int pixels_encode(
    const struct pixels *p, int quality, uint8_t **ret, size_t *ret_n, struct error *e)
{
    struct encoder c = {0};

    if (!encode(&c, p, quality)) {
        free(c.bytes);
        return error_set(e, -ENOMEM, "the picture could not be encoded: %s", c.trap.text);
    }
    *ret = c.bytes;
    *ret_n = c.n;
    return 0;
}
