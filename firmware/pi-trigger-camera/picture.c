/* picture.c - see picture.h. */
#include "picture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int picture_resize(struct picture *p, unsigned width, unsigned height)
{
    size_t bytes = (size_t)width * height * 3;

    if (width == 0 || height == 0 || (uint64_t)width * height > PICTURE_MAX_PIXELS)
        return -EMSGSIZE;
    if (bytes > p->cap) {
        uint8_t *bgr = malloc(bytes);
        if (!bgr)
            return -ENOMEM;
        free(p->bgr);
        p->bgr = bgr;
        p->cap = bytes;
    }
    p->width = width;
    p->height = height;
    return 0;
}

void picture_fini(struct picture *p)
{
    free(p->bgr);
    *p = (struct picture){0};
}

double picture_mean(const struct picture *p)
{
    size_t n = picture_bytes(p);
    uint64_t sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += p->bgr[i];
    return n ? (double)sum / (double)n : 0;
}

/* 0.114 B + 0.587 G + 0.299 R, in 1/256. */
void picture_grey(const struct picture *p, uint8_t *out)
{
    const uint8_t *bgr = p->bgr;

    for (size_t n = (size_t)p->width * p->height; n > 0; n--, bgr += 3)
        *out++ = (uint8_t)((29u * bgr[0] + 150u * bgr[1] + 77u * bgr[2] + 128) >> 8);
}

/* --- YUYV ------------------------------------------------------------------------------------- */

static uint8_t clamp(int v)
{
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

/* BT.601 in 1/256: 1.164 (Y - 16) + 2.018 U, - 0.391 U - 0.813 V, + 1.596 V. */
static void put_pixel(uint8_t *bgr, int y, int u, int v)
{
    int c = 298 * (y - 16) + 128;

    bgr[0] = clamp((c + 516 * u) >> 8);
    bgr[1] = clamp((c - 100 * u - 208 * v) >> 8);
    bgr[2] = clamp((c + 409 * v) >> 8);
}

int picture_from_yuyv(
    struct picture *p, const uint8_t *yuyv, unsigned width, unsigned height, size_t stride)
{
    int r = width % 2 || stride < 2 * (size_t)width ? -EINVAL : picture_resize(p, width, height);

    if (r < 0)
        return r;
    for (unsigned y = 0; y < height; y++) {
        const uint8_t *from = yuyv + y * stride;
        uint8_t *to = p->bgr + (size_t)y * width * 3;
        for (unsigned x = 0; x < width; x += 2, from += 4, to += 6) {
            int u = from[1] - 128, v = from[3] - 128;
            put_pixel(to, from[0], u, v);
            put_pixel(to + 3, from[2], u, v);
        }
    }
    return 0;
}

/* --- another size ----------------------------------------------------------------------------- */

/* How one row or column of the result is made: weights (sum 65536) of `n` neighbours from
 * `first` on. */
struct tap {
    unsigned first, n;
    const uint32_t *weight;
};

struct taps {
    struct tap *taps;
    uint32_t *weights;
};

static void taps_fini(struct taps *t)
{
    free(t->taps);
    free(t->weights);
}

/* Smaller: each source sample counts by how much of it lies in the pixel. In units where one
 * source sample is `to` wide and one pixel `from`. */
static void area_tap(struct tap *t, uint32_t *w, unsigned i, unsigned from, unsigned to)
{
    uint64_t left = (uint64_t)i * from, right = left + from;
    uint32_t rest = 65536;

    t->first = (unsigned)(left / to);
    t->n = 0;
    for (uint64_t s = t->first; s * to < right; s++) {
        uint64_t a = MAX(s * to, left), b = MIN((s + 1) * to, right);
        w[t->n] = (uint32_t)((b - a) * 65536 / from);
        rest -= w[t->n++];
    }
    w[t->n / 2] += rest; /* what rounding left over */
    t->weight = w;
}

/* Larger: between the two nearest, pixel centres on pixel centres. */
static void linear_tap(struct tap *t, uint32_t *w, unsigned i, unsigned from, unsigned to)
{
    int64_t at = ((2 * (int64_t)i + 1) * from * 32768) / to - 32768; /* in 1/65536 samples */
    int64_t max = ((int64_t)from - 1) * 65536;

    at = at < 0 ? 0 : at > max ? max : at;
    t->first = (unsigned)(at >> 16);
    t->n = t->first + 1 < from ? 2 : 1;
    w[1] = t->n == 2 ? (uint32_t)(at & 0xffff) : 0;
    w[0] = 65536 - w[1];
    t->weight = w;
}

static int taps_init(struct taps *t, unsigned from, unsigned to)
{
    unsigned each = from > to ? from / to + 2 : 2;

    t->taps = calloc(to, sizeof *t->taps);
    t->weights = calloc((size_t)to * each, sizeof *t->weights);
    if (!t->taps || !t->weights)
        return -ENOMEM;
    for (unsigned i = 0; i < to; i++)
        (from > to ? area_tap : linear_tap)(
            &t->taps[i], t->weights + (size_t)i * each, i, from, to);
    return 0;
}

/* One source row in the new width, in 1/256. */
static void scale_row(const uint8_t *from, const struct taps *across, unsigned width, uint32_t *to)
{
    for (unsigned x = 0; x < width; x++, to += 3) {
        const struct tap *t = &across->taps[x];
        const uint8_t *s = from + (size_t)t->first * 3;
        uint32_t b = 0, g = 0, r = 0;
        for (unsigned k = 0; k < t->n; k++, s += 3) {
            b += t->weight[k] * s[0];
            g += t->weight[k] * s[1];
            r += t->weight[k] * s[2];
        }
        to[0] = b >> 8;
        to[1] = g >> 8;
        to[2] = r >> 8;
    }
}

static void add_row(const uint32_t *row, uint32_t weight, uint64_t *sum, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sum[i] += (uint64_t)row[i] * weight;
}

/* Where a picture stands in a frame. */
struct window {
    unsigned x, y, width, height;
};

static struct window fit(const struct picture *from, const struct picture *to)
{
    struct window w = {.width = to->width, .height = to->height};

    if ((uint64_t)from->width * to->height > (uint64_t)from->height * to->width)
        w.height = MAX(1u, (unsigned)((uint64_t)to->width * from->height / from->width));
    else
        w.width = MAX(1u, (unsigned)((uint64_t)to->height * from->width / from->height));
    w.x = (to->width - w.width) / 2;
    w.y = (to->height - w.height) / 2;
    return w;
}

struct scaler {
    struct taps across, down;
    uint32_t *row; /* of the row last scaled across */
    uint64_t *sum;
};

static void scaler_fini(struct scaler *s)
{
    taps_fini(&s->across);
    taps_fini(&s->down);
    free(s->row);
    free(s->sum);
}

static int scaler_init(struct scaler *s, const struct picture *from, struct window w)
{
    int r = taps_init(&s->across, from->width, w.width);

    if (r >= 0)
        r = taps_init(&s->down, from->height, w.height);
    s->row = malloc((size_t)w.width * 3 * sizeof *s->row);
    s->sum = malloc((size_t)w.width * 3 * sizeof *s->sum);
    return r < 0 ? r : s->row && s->sum ? 0 : -ENOMEM;
}

/* Row by row of the result: the sum of the rows that fall into it. Rows at a seam are scaled
 * twice; that is cheaper than keeping them. */
static void scaler_run(
    struct scaler *s, const struct picture *from, struct window w, struct picture *to)
{
    size_t n = (size_t)w.width * 3;

    for (unsigned y = 0; y < w.height; y++) {
        const struct tap *t = &s->down.taps[y];
        uint8_t *out = to->bgr + ((size_t)(w.y + y) * to->width + w.x) * 3;
        memset(s->sum, 0, n * sizeof *s->sum);
        for (unsigned k = 0; k < t->n; k++) {
            if (t->weight[k] == 0)
                continue;
            scale_row(
                from->bgr + (size_t)(t->first + k) * from->width * 3, &s->across, w.width, s->row);
            add_row(s->row, t->weight[k], s->sum, n);
        }
        for (size_t i = 0; i < n; i++)
            out[i] = (uint8_t)((s->sum[i] + (1u << 23)) >> 24);
    }
}

int picture_fit(const struct picture *from, struct picture *to)
{
    struct window w = fit(from, to);
    struct scaler s = {0};
    int r;

    if (from->width == to->width && from->height == to->height) {
        memcpy(to->bgr, from->bgr, picture_bytes(to));
        return 0;
    }
    r = scaler_init(&s, from, w);
    if (r >= 0) {
        if (w.width != to->width || w.height != to->height)
            memset(to->bgr, 0, picture_bytes(to));
        scaler_run(&s, from, w, to);
    }
    scaler_fini(&s);
    return r;
}
