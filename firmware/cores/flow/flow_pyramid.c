/* flow_pyramid.c - a frame at a quarter and an eighth of its size, each point set against its surroundings: there brightness,
 * shades of it and contrast are gone, and faint texture counts as much as strong edges. */
#include "flow_private.h"

#include <string.h>

/* Of a column: the sum of its squares, and its sum. */
#define COLUMN_BYTES (sizeof(uint32_t) + sizeof(uint16_t))

/* Near the edges the window stays inside: the columns that it would reach behind an edge are those that it would leave out for
 * them on the other side. */
static void close_edges(uint16_t *sums, uint32_t *squares, unsigned w)
{
    memcpy(sums - FLOW_AROUND, sums + FLOW_AROUND + 1, FLOW_AROUND * sizeof(*sums));
    memcpy(squares - FLOW_AROUND, squares + FLOW_AROUND + 1, FLOW_AROUND * sizeof(*squares));
    memcpy(sums + w, sums + w - FLOW_WINDOW, FLOW_AROUND * sizeof(*sums));
    memcpy(squares + w, squares + w - FLOW_WINDOW, FLOW_AROUND * sizeof(*squares));
}

/* In place: rows that are to leave the sums still are kept. */
static void normalise(const struct flow *f, uint8_t *points, unsigned w, unsigned h)
{
    uint32_t *squares = (uint32_t *)(void *)f->scratch + FLOW_AROUND;
    uint16_t *sums = (uint16_t *)(void *)(squares + w + FLOW_AROUND) + FLOW_AROUND;
    uint8_t *kept = (uint8_t *)(sums + w + FLOW_AROUND);

    memset(f->scratch, 0, (w + 2 * FLOW_AROUND) * COLUMN_BYTES);
    for (unsigned y = 0; y < FLOW_WINDOW; y++)
        f->ops->slide(sums, squares, points + (size_t)y * w, NULL, w);
    for (unsigned y = 0; y < h; y++) {
        uint8_t *row = points + (size_t)y * w;

        /* Near the edges the window stays inside. */
        if (y > FLOW_AROUND && y + FLOW_AROUND < h)
            f->ops->slide(sums, squares, row + FLOW_AROUND * w,
                kept + (y + FLOW_AROUND) % FLOW_WINDOW * w, w);
        memcpy(kept + y % FLOW_WINDOW * w, row, w);
        close_edges(sums, squares, w);
        f->ops->normalise(sums, squares, kept + y % FLOW_WINDOW * w, w, row);
    }
}

void flow_shrink(struct flow *f, const uint8_t *frame, struct flow_small *small)
{
    unsigned w = f->shape.width / 4, h = f->shape.height / 4;

    f->ops->quarter(frame, f->shape.width, w, h, small->quarter);
    f->ops->half(small->quarter, w, w / 2, h / 2, small->eighth, w / 2);
    normalise(f, small->quarter, w, h);
    normalise(f, small->eighth, w / 2, h / 2);
}

size_t flow_shrink_bytes(const struct flow_shape *shape)
{
    size_t w = shape->width / 4;

    return FLOW_WINDOW * w + (w + 2 * FLOW_AROUND) * COLUMN_BYTES;
}
