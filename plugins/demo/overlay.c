#include "overlay.h"

#include <math.h>
#include <string.h>

#include <warren/driver.h>

#include "pictures.h"

#define BLOCK 40
#define COLUMNS (DEMO_WIDTH / BLOCK)
#define ROWS (DEMO_HEIGHT / BLOCK)
/* A block moves with the ball when its middle is so near to the ball's, px. */
#define REACH 34
/* Of which nobody could tell any more what went where, px. */
#define LEAP 100

struct way {
    double x, y;   /* of the ball's middle in the picture before, px */
    double dx, dy; /* since then */
    double length;
};

static struct way way_of(unsigned from, unsigned to)
{
    const int32_t *a = demo_ball[from], *b = demo_ball[to];
    struct way w = {.x = (double)a[0] / WR_OVERLAY_UNIT,
        .y = (double)a[1] / WR_OVERLAY_UNIT,
        .dx = (double)(b[0] - a[0]) / WR_OVERLAY_UNIT,
        .dy = (double)(b[1] - a[1]) / WR_OVERLAY_UNIT};

    w.length = hypot(w.dx, w.dy);
    return w;
}

/* By eighths of a turn, from the right on and downwards, as the numbers of struct wr_overlay. */
static uint8_t direction_of(const struct way *w)
{
    static const uint8_t eighths[] = {4, 8, 2, 7, 3, 5, 1, 6};

    return eighths[(lround(atan2(w->dy, w->dx) / (M_PI / 4)) + 8) % 8];
}

static size_t put_blocks(const struct way *w, struct wr_overlay_block room[COLUMNS * ROWS])
{
    size_t n = 0;

    for (unsigned i = 0; i < COLUMNS * ROWS; i++) {
        unsigned row = i / COLUMNS, column = i % COLUMNS;
        double away = hypot((column + 0.5) * BLOCK - w->x, (row + 0.5) * BLOCK - w->y);

        if (away < REACH)
            room[n++] = (struct wr_overlay_block){.row = (uint8_t)row,
                .column = (uint8_t)column,
                .confidence = (uint8_t)(255 - 3 * away),
                .valid = 1,
                .dx = (int16_t)lround(w->dx * WR_OVERLAY_UNIT),
                .dy = (int16_t)lround(w->dy * WR_OVERLAY_UNIT)};
    }
    return n;
}

static void put_point(struct demo_motion *m, const struct wr_overlay *o)
{
    if (m->n_points == WR_OVERLAY_POINTS_MAX)
        memmove(m->points, m->points + 1, --m->n_points * sizeof *m->points);
    m->points[m->n_points++] =
        (struct wr_overlay_point){.x = o->x, .y = o->y, .intensity = o->intensity};
}

static void put_motion(
    struct wr_overlay *o, struct demo_motion *m, const struct way *w, int64_t fps)
{
    o->flags = WR_OVERLAY_ACTIVE | WR_OVERLAY_CENTRED;
    o->intensity = (uint8_t)fmin(w->length * 8, 255);
    o->confidence_percent = 90;
    o->direction = direction_of(w);
    o->speed = (uint32_t)lround(w->length * WR_OVERLAY_UNIT);
    o->speed_px_s = o->speed * (uint32_t)fps;
    o->x = (uint16_t)((w->x + w->dx) * WR_OVERLAY_PLACE_UNIT / DEMO_WIDTH);
    o->y = (uint16_t)((w->y + w->dy) * WR_OVERLAY_PLACE_UNIT / DEMO_HEIGHT);
    put_point(m, o);
}

void demo_overlay(
    struct wr_dev *dev, struct demo_motion *m, uint64_t device_seq, unsigned position, int64_t fps)
{
    struct way w = way_of(m->any ? m->position : position, position);
    struct wr_overlay_block blocks[COLUMNS * ROWS];
    struct wr_overlay o = {.size = sizeof o,
        .device_seq = device_seq,
        .frame_width = DEMO_WIDTH,
        .frame_height = DEMO_HEIGHT,
        .columns = COLUMNS,
        .rows = ROWS,
        .block = BLOCK,
        .blocks = blocks,
        .points = m->points};

    m->any = true;
    m->position = position;
    if (w.length > 0 && w.length < LEAP) {
        o.n_blocks = put_blocks(&w, blocks);
        o.active_blocks = (uint16_t)o.n_blocks;
        put_motion(&o, m, &w, fps);
        o.n_points = m->n_points;
    } else {
        m->n_points = 0;
    }
    if (WR_HAS(dev->host, overlay_publish))
        dev->host->overlay_publish(dev, &o);
}
