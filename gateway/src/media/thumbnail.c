#include "media/thumbnail.h"

#include "base/util.h"
#include "media/pixels.h"

#define QUALITY 75

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
            sum += p->bytes[y * pixels_row_bytes(p) + x * p->n_components + c];
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

int thumbnail_make(const uint8_t *jpeg, size_t n, unsigned max_width, uint8_t **ret, size_t *ret_n,
    struct error *e)
{
    struct pixels p;
    int r = pixels_decode(jpeg, n, max_width, PIXELS_AS_IT_IS, &p, e);

    if (r < 0)
        return r;
    shrink(&p, max_width);
    r = pixels_encode(&p, QUALITY, ret, ret_n, e);
    pixels_fini(&p);
    return r;
}
