/* generation.c - which of the two that push batches it is: one that stays awake, or one that sleeps
 * between its batches. It matters twice. One that sleeps stays on the air until it is left; one that
 * stays awake accepts one link per start, and must never be. And they take other thresholds.
 *
 * Names, services and lines are the same; the surest sign is when COUNT comes. One that sleeps says it
 * only after `R`. One that stays awake knows no `R`: it says COUNT 0.5 s after it has told its memory, or
 * after a link began. So `R` is held back until neither can be on its way any more (a PSRAM line that we
 * have missed came before we had subscribed):
 *
 *     STATUS subscribed ──────── 1.5 s ────────▶ R ──▶ COUNT, and no PSRAM before it: it sleeps
 *            └─▶ COUNT or PSRAM: it stays awake; R is not said
 *
 * One whose CONFIG takes no writes without response is older than those that sleep, and so is one that
 * has no CONFIG.
 */
#include "camera.h"

/* Half a second that the camera waits, and a second for the radio and for what else it does. */
#define HOLD_US (1500 * US_PER_MS)
/* One that sleeps waits 10 s for `R`, of which finding its characteristics may have taken some. */
#define READY_BY_US (5 * US_PER_S)

static struct generation *generation_of(const struct wr_dev *dev)
{
    return &camera_of(dev)->generation;
}

static void say_ready(struct wr_dev *dev, void *ctx)
{
    struct generation *g = generation_of(dev);

    g->hold = 0;
    g->said = true;
    older_command(dev, BATCH_READY);
}

void generation_begin(struct wr_dev *dev)
{
    const struct link *l = &camera_of(dev)->link;
    struct generation *g = generation_of(dev);
    int64_t left_us = l->opened_us + READY_BY_US - dev->host->now_us(dev);

    if (!(l->config_props & WR_BLE_WRITE_NO_RESPONSE)) {
        g->is = GENERATION_AWAKE;
        config_generation(dev);
        return;
    }
    g->in_time = left_us >= HOLD_US;
    if (left_us > 0)
        wr_timer_set(dev, &g->hold, g->in_time ? HOLD_US : left_us, say_ready);
    else
        say_ready(dev, NULL);
}

static void is(struct wr_dev *dev, int generation, enum dialect dialect)
{
    struct camera *c = camera_of(dev);

    c->generation.is = generation;
    wr_timer_set(dev, &c->generation.hold, 0, NULL);
    if (c->link.dialect != dialect)
        tell_dialect(dev, dialect);
    config_generation(dev);
}

void generation_memory(struct wr_dev *dev)
{
    if (generation_of(dev)->is != GENERATION_AWAKE)
        is(dev, GENERATION_AWAKE, DIALECT_BATCH);
}

void generation_count(struct wr_dev *dev)
{
    const struct generation *g = generation_of(dev);

    if (g->is != GENERATION_UNKNOWN)
        return;
    if (!g->said)
        is(dev, GENERATION_AWAKE, DIALECT_BATCH);
    else if (g->in_time)
        is(dev, GENERATION_ASLEEP, DIALECT_LOW_POWER);
}

void generation_lost(struct wr_dev *dev)
{
    struct generation *g = generation_of(dev);

    wr_timer_set(dev, &g->hold, 0, NULL);
    *g = (struct generation){0};
}
