#include "wifi_old_detector.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "flow.h"
#include "flow_summary.h"

static const struct flow_shape head_shape = {
    .width = WIFI_OLD_HEIGHT, .height = WIFI_OLD_HEIGHT, .columns = 8, .rows = 8, .block = 30};
/* Later cameras light all alike. */
#define HEAD_FLASH 200

struct wifi_old_detector {
    enum wifi_dialect dialect;
    struct wifi_old_seen seen;
    uint8_t *before,
        *now; /* frames as the detector has them; before the first there was one of zeros */
    struct flow_seed seed;
    void *room; /* head */
    struct flow *flow;
    struct flow_summary summary;
};

static uint8_t mean(const uint8_t *pixels, size_t n)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += pixels[i];
    return (uint8_t)(sum / n);
}

/* --- the first ones ----------------------------------------------------------------------------- */

static void run_seed(struct wifi_old_detector *d, int64_t now_us)
{
    const struct flow_seed *f = &d->seed;
    struct wifi_old_seen *s = &d->seen;

    flow_seed_run(&d->seed, d->before, d->now, now_us);
    for (unsigned row = 0; row < FLOW_SEED_ROWS; row++)
        memcpy(s->blocks[row], f->blocks[row], sizeof f->blocks[row]);
    s->intensity = f->intensity;
    s->confidence = f->confidence;
    s->active_blocks = f->active_blocks;
    s->brightness = f->brightness;
    s->flash = f->flash;
    s->n_points = f->trajectory.n;
    s->active = f->active;
    s->speed = f->speed;
    s->direction = f->direction;
}

/* --- the later one ------------------------------------------------------------------------------ */

/* Its vectors are whole pixels. */
static int8_t whole(int v)
{
    return (int8_t)((v + (v < 0 ? -FLOW_UNIT / 2 : FLOW_UNIT / 2)) / FLOW_UNIT);
}

static void run_head(struct wifi_old_detector *d, int64_t now_us)
{
    struct wifi_old_seen *s = &d->seen;
    const struct flow_summary *m = &d->summary;

    flow_run(d->flow, d->before, d->now, false);
    s->brightness = mean(d->now, (size_t)head_shape.width * head_shape.height);
    flow_summary_update(&d->summary, d->flow, s->brightness, now_us);
    for (unsigned row = 0; row < head_shape.rows; row++)
        for (unsigned column = 0; column < head_shape.columns; column++) {
            const struct flow_vector *v = flow_block(d->flow, row, column);

            s->blocks[row][column] = (struct flow_seed_block){
                whole(v->dx), whole(v->dy), v->valid ? v->confidence : 0, v->valid};
        }
    s->intensity = m->intensity;
    s->confidence = (uint8_t)(m->confidence * 100 / 255);
    s->active_blocks = (uint8_t)m->active_blocks;
    s->flash = HEAD_FLASH;
    s->n_points = m->trajectory.n;
    s->active = m->active;
    s->speed = m->speed;
    s->direction = m->direction;
}

/* Its grid ends where 240 px do. */
static void crop(const uint8_t *grey, uint8_t *out)
{
    for (unsigned y = 0; y < WIFI_OLD_HEIGHT; y++)
        memcpy(out + y * head_shape.width, grey + y * WIFI_OLD_WIDTH, head_shape.width);
}

/* --- both --------------------------------------------------------------------------------------- */

void wifi_old_detector_run(struct wifi_old_detector *d, const uint8_t *grey, int64_t now_us)
{
    int64_t began = clock_mono_us();
    uint8_t *last = d->before;

    if (d->dialect == WIFI_DIALECT_HEAD)
        crop(grey, d->now);
    else
        memcpy(d->now, grey, WIFI_OLD_WIDTH * WIFI_OLD_HEIGHT);
    if (d->dialect == WIFI_DIALECT_HEAD)
        run_head(d, now_us);
    else
        run_seed(d, now_us);
    d->before = d->now;
    d->now = last;
    d->seen.n_frames++;
    d->seen.n_active_frames += d->seen.active;
    d->seen.compute_us += clock_mono_us() - began;
}

const struct wifi_old_seen *wifi_old_detector_seen(const struct wifi_old_detector *d)
{
    return &d->seen;
}

static int init_flow(struct wifi_old_detector *d)
{
    size_t n = flow_bytes(&head_shape);

    d->room = malloc(n);
    d->flow = d->room ? flow_init(d->room, n, &head_shape, NULL) : NULL;
    flow_summary_init(&d->summary, &FLOW_RULES_DEFAULT);
    return d->flow ? 0 : -ENOMEM;
}

int wifi_old_detector_new(enum wifi_dialect dialect, struct wifi_old_detector **ret)
{
    struct wifi_old_detector *d = calloc(1, sizeof *d);
    int r = -ENOMEM;

    if (!d)
        return r;
    d->dialect = dialect;
    d->before = calloc(WIFI_OLD_WIDTH, WIFI_OLD_HEIGHT);
    d->now = calloc(WIFI_OLD_WIDTH, WIFI_OLD_HEIGHT);
    flow_seed_init(&d->seed);
    if (d->before && d->now)
        r = dialect == WIFI_DIALECT_HEAD ? init_flow(d) : 0;
    if (r < 0) {
        wifi_old_detector_free(d);
        return r;
    }
    *ret = d;
    return 0;
}

struct wifi_old_detector *wifi_old_detector_free(struct wifi_old_detector *d)
{
    if (d) {
        free(d->before);
        free(d->now);
        free(d->room);
        free(d);
    }
    return NULL;
}
