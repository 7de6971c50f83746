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

/* Of a picture that comes in several passes, as progressive ones do, the decoder holds all coefficients, 3 to 6 bytes a pixel, so
 * a few bytes could make us allocate hundreds of megabytes. */
#define MAX_PIXELS_IN_PASSES (JPEG_MAX_PIXELS / 4)
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
    bool damaged; /* that, or what lies between is not what it should be */
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
    int code = c->err->msg_code;

    if (level < 0 && code == JWRN_JPEG_EOF)
        t->cut_off = true;
    if (level < 0 &&
        (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE ||
            code == JWRN_MUST_RESYNC))
        t->damaged = true;
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
    enum pixels_form form;
    unsigned max_width, max_side; /* 0: as it is */
    struct pixels out;
    size_t room; /* of out.bytes */
    unsigned n_rows;
};

static void on_progress(j_common_ptr c)
{
    if (((j_decompress_ptr)c)->input_scan_number > MAX_SCANS)
        ERREXIT(c, JERR_BAD_PROGRESSION);
}

/* The largest n such that n/8 of the width is at most max_width. */
static unsigned scale_by_width(unsigned width, unsigned max_width)
{
    unsigned n = 8;

    while (max_width > 0 && n > 1 && ((uint64_t)width * n + 7) / 8 > max_width)
        n--;
    return n;
}

/* The same of the longer side, of 8, 4, 2 and 1 only: for these the decoder has the processor's wide registers. */
static unsigned scale_by_side(unsigned side, unsigned max_side)
{
    unsigned n = 8;

    while (max_side > 0 && n > 1 && ((uint64_t)side * n + 7) / 8 > max_side)
        n /= 2;
    return n;
}

static int check_header(struct jpeg_decompress_struct *j, struct error *e)
{
    uint64_t pixels = (uint64_t)j->image_width * j->image_height;

    if (pixels > JPEG_MAX_PIXELS || (jpeg_has_multiple_scans(j) && pixels > MAX_PIXELS_IN_PASSES))
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

static void set_scale(struct decoder *d)
{
    struct jpeg_decompress_struct *j = &d->jpeg;
    bool smaller = d->max_width > 0 || d->max_side > 0;

    j->out_color_space = space_of(j, d->form);
    j->scale_num = MIN(scale_by_width(j->image_width, d->max_width),
        scale_by_side(MAX(j->image_width, j->image_height), d->max_side));
    j->scale_denom = 8;
    /* What is made smaller need not be exact. */
    j->dct_method = smaller ? JDCT_IFAST : JDCT_ISLOW;
    j->do_fancy_upsampling = smaller ? FALSE : TRUE;
}

static int make_room(struct decoder *d, struct error *e)
{
    size_t bytes;

    d->out.width = d->jpeg.output_width;
    d->out.height = d->jpeg.output_height;
    d->out.n_components = (unsigned)d->jpeg.output_components;
    bytes = pixels_row_bytes(&d->out) * d->out.height;
    if (bytes > PIXELS_MAX_BYTES)
        return error_set(e, -EBADMSG, "the picture is too large for all of it: %u × %u",
            d->jpeg.image_width, d->jpeg.image_height);
    if (bytes > d->room) {
        pixels_fini(&d->out);
        d->out.bytes = malloc(bytes + PIXELS_SLACK);
        d->room = d->out.bytes ? bytes : 0;
    }
    if (!d->out.bytes)
        return error_set(e, -ENOMEM, "no memory for the picture");
    memset(d->out.bytes, GREY, bytes + PIXELS_SLACK);
    return 0;
}

static int decoder_begin(struct decoder *d, struct error *e)
{
    int r;

    jpeg_read_header(&d->jpeg, TRUE);
    r = check_header(&d->jpeg, e);
    if (r < 0)
        return r;
    set_scale(d);
    jpeg_start_decompress(&d->jpeg);
    return make_room(d, e);
}

static void decoder_rows(struct decoder *d)
{
    while (d->n_rows < d->out.height) {
        JSAMPROW row = d->out.bytes + d->n_rows * pixels_row_bytes(&d->out);
        unsigned n = jpeg_read_scanlines(&d->jpeg, &row, 1);

        /* Cut off before the first row, and not a picture of several passes: all the rest would be
         * grey. */
        if (d->n_rows == 0 && d->trap.cut_off && !jpeg_has_multiple_scans(&d->jpeg)) {
            snprintf(d->trap.text, sizeof d->trap.text, "the picture is cut off at its beginning");
            return;
        }
        d->n_rows += n;
    }
}

/* What could be decoded before an error counts. */
static int decode(struct decoder *d, const uint8_t *jpeg, size_t n, struct error *e)
{
    volatile int r = 0;

    d->jpeg.err = trap_init(&d->trap);
    if (setjmp(d->trap.jump) == 0) {
        jpeg_create_decompress(&d->jpeg);
        d->progress.progress_monitor = on_progress;
        d->jpeg.progress = &d->progress;
        jpeg_mem_src(&d->jpeg, jpeg, n);
        r = decoder_begin(d, e);
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
    struct decoder d = {.form = form, .max_width = max_width};
    int r = decode(&d, jpeg, n, e);

    if (r < 0)
        pixels_fini(&d.out);
    else
        *ret = d.out;
    return r;
}

int pixels_decode_grey(const uint8_t *jpeg, size_t n, unsigned max_side, struct pixels *p,
    size_t *room, struct error *e)
{
    struct decoder d = {.form = PIXELS_GREY, .max_side = max_side, .out = *p, .room = *room};
    int r = decode(&d, jpeg, n, e);

    *p = d.out;
    *room = d.room;
    if (r == 0 && (d.trap.damaged || d.n_rows < p->height))
        r = error_set(e, -EBADMSG, "the picture is damaged");
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
