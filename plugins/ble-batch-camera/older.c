/* older.c - the lines of STATUS: batches of pictures that the camera pushes.
 *
 *     READY ── COUNT:n, A ──▶ BATCH ── IMAGE:bytes, A ──▶ RECEIVING ── whole ──▶ BATCH … ──▶ READY
 *
 * A line in the middle of a picture says that the camera has given it up. The next picture is
 * acknowledged when the one before is on the disk: these cameras forget all after the attempt, so
 * what is given up here is lost, and is said to be.
 */
#include "camera.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Between two pictures lies half a second; the camera itself gives up after ten. */
#define QUIET_US (10 * US_PER_S)
/* So long an `A` can be held back: the camera waits 10 s for it. */
#define PATIENCE_US (8 * US_PER_S)
#define FRAME_RETRY_US (300 * US_PER_MS)
/* A camera that is left goes to sleep; before that it would be found again at once. */
#define SLEEP_PAUSE_US (2 * US_PER_S)
/* A camera that sleeps looks at what was written to it now and then, and no more when it is left. */
#define SETTINGS_US (1 * US_PER_S)
/* Settings are written when no batch has come for so long after the link began: `R` is said by then. */
#define CALM_US (4 * US_PER_S)

static struct older *older_of(const struct wr_dev *dev)
{
    return &camera_of(dev)->older;
}

bool older_calm(const struct wr_dev *dev)
{
    const struct older *o = older_of(dev);

    return o->state == OLDER_READY && !o->quiet && !camera_of(dev)->save.busy;
}

void older_command(struct wr_dev *dev, enum batch_command c)
{
    uint8_t byte = (uint8_t)c;
    bool response = c == BATCH_TRIGGER && (camera_of(dev)->link.command_props & WR_BLE_WRITE);

    link_write(dev, BATCH_COMMAND_UUID, response, &byte, 1, NULL);
}

/* An early one without CONFIG pushes batches, too. */
static void is_no_v0(struct wr_dev *dev)
{
    if (camera_of(dev)->link.dialect != DIALECT_V0)
        return;
    trigger_lost(dev);
    tell_dialect(dev, DIALECT_BATCH);
}

/* --- the end of a batch ----------------------------------------------------------------------- */

static void leave(struct wr_dev *dev, void *ctx)
{
    older_of(dev)->quiet = 0;
    link_leave(dev, "The camera sleeps until its next batch: it is listened for", SLEEP_PAUSE_US);
}

static void settled(struct wr_dev *dev)
{
    if (camera_of(dev)->generation.is != GENERATION_ASLEEP)
        wr_status(dev, "Ready: waiting for the camera's next pictures");
    else if (config_unconfirmed(dev))
        wr_timer_set(dev, &older_of(dev)->quiet, SETTINGS_US, leave);
    else
        leave(dev, NULL);
}

static void batch_over(struct wr_dev *dev)
{
    struct older *o = older_of(dev);

    if (o->n_image < o->n_count)
        dev->host->log(dev, WR_LOG_INFO, "the camera announced %u pictures and sent %u", o->n_count,
            o->n_image);
    wr_timer_set(dev, &o->quiet, 0, NULL);
    o->state = OLDER_READY;
    wr_report_int(dev, "images_waiting", 0);
    config_flush(dev, settled);
}

static void quiet(struct wr_dev *dev, void *ctx)
{
    struct older *o = older_of(dev);

    o->quiet = 0;
    if (camera_of(dev)->save.busy)
        wr_timer_set(dev, &o->quiet, US_PER_S, quiet);
    else
        batch_over(dev);
}

static void lost(struct wr_dev *dev, const char *why)
{
    const struct older *o = older_of(dev);

    tell_failed(dev);
    tell_trouble(dev, "A picture was lost: %s", why);
    wr_status(dev, "Picture %u of %u was lost: %s", o->n_image, o->n_count, why);
}

/* What came of the picture is thrown away. */
static void abandon(struct wr_dev *dev, const char *why)
{
    struct older *o = older_of(dev);

    pieces_stop(dev);
    wr_timer_set(dev, &o->retry, 0, NULL);
    o->announced = 0;
    if (!o->frame)
        return;
    dev->host->frame_drop(dev, o->frame);
    o->frame = NULL;
    lost(dev, why);
}

/* --- a picture -------------------------------------------------------------------------------- */

static void accept(struct wr_dev *dev, void *ctx);

static void saved(struct wr_dev *dev, int result, uint64_t id, const char *why)
{
    struct older *o = older_of(dev);

    if (result == 0 || result == -EEXIST) {
        wr_status(dev, "Picture %u of %u was kept", o->n_image, o->n_count);
    } else {
        lost(dev, why);
    }
    if (o->announced > 0)
        accept(dev, NULL);
    else if (o->state == OLDER_BATCH && o->n_image >= o->n_count)
        batch_over(dev);
}

static void received(struct wr_dev *dev, bool whole)
{
    struct older *o = older_of(dev);
    struct wr_frame *frame = o->frame;
    struct picture_meta meta;

    o->state = OLDER_BATCH;
    wr_timer_set(dev, &o->quiet, QUIET_US, quiet);
    if (!whole) {
        abandon(dev, "the camera sent nothing more for 15 s");
        return;
    }
    o->frame = NULL;
    wr_status(dev, "Keeping picture %u of %u", o->n_image, o->n_count);
    camera_place(dev, &meta);
    save_begin(dev, frame, NULL, &meta, PATIENCE_US, saved);
}

static struct wr_frame *frame_for(struct wr_dev *dev)
{
    struct older *o = older_of(dev);
    struct wr_frame *frame = dev->host->frame_new(dev, o->announced);

    if (!frame && dev->host->now_us(dev) - o->announced_us < PATIENCE_US)
        wr_timer_set(dev, &o->retry, FRAME_RETRY_US, accept);
    else if (!frame) {
        o->announced = 0;
        tell_failed(dev);
        tell_trouble(dev, "A picture was lost: the gateway has too much to do");
    }
    return frame;
}

/* The picture is acknowledged, if the one before is out of the way. */
static void accept(struct wr_dev *dev, void *ctx)
{
    struct camera *c = camera_of(dev);
    struct older *o = &c->older;
    size_t size = o->announced;
    struct wr_frame *frame;

    wr_timer_set(dev, &o->retry, 0, NULL);
    if (size == 0)
        return;
    if (c->save.busy) { /* saved() comes back here, where it was called for one of ours */
        wr_timer_set(dev, &o->retry, FRAME_RETRY_US, accept);
        return;
    }
    frame = frame_for(dev);
    if (!frame)
        return;
    wr_timer_set(dev, &o->quiet, 0, NULL);
    frame->len = 0;
    o->frame = frame;
    o->announced = 0;
    o->n_image++;
    o->n_count = o->n_count < o->n_image ? o->n_image : o->n_count;
    o->state = OLDER_RECEIVING;
    wr_status(dev, "Receiving picture %u of %u (%zu bytes)", o->n_image, o->n_count, size);
    pieces_begin(dev, frame, size, o->n_image, o->n_count, received);
    older_command(dev, BATCH_ACKNOWLEDGE);
}

/* --- lines ------------------------------------------------------------------------------------ */

static void on_count(struct wr_dev *dev, uint32_t n)
{
    struct older *o = older_of(dev);

    o->counted = true;
    is_no_v0(dev);
    abandon(dev, "the camera gave up and began a new batch");
    generation_count(dev);
    o->state = OLDER_BATCH;
    o->n_count = n;
    o->n_image = 0;
    wr_report_int(dev, "images_waiting", n);
    wr_status(dev, "A batch of %u pictures is coming", n);
    wr_timer_set(dev, &o->quiet, QUIET_US, quiet);
    older_command(dev, BATCH_ACKNOWLEDGE);
}

static void on_image(struct wr_dev *dev, uint32_t size)
{
    struct older *o = older_of(dev);

    is_no_v0(dev);
    abandon(dev, "the camera gave it up and began another");
    o->state = OLDER_BATCH;
    wr_timer_set(dev, &o->quiet, QUIET_US, quiet);
    if (size == 0 || size > PICTURE_MAX_BYTES) {
        dev->host->log(dev, WR_LOG_DEBUG, "a picture of %u bytes was announced", size);
        tell_failed(dev);
        tell_trouble(dev, "The camera announced a picture of a size that cannot be");
        return;
    }
    o->announced = size;
    o->announced_us = dev->host->now_us(dev);
    accept(dev, NULL);
}

static void on_memory(struct wr_dev *dev, const struct batch_status *s)
{
    struct older *o = older_of(dev);

    is_no_v0(dev);
    generation_memory(dev);
    if (s->used_known)
        wr_report_float(dev, "storage_used_percent", s->used_permille / 10.0);
    if (s->count_known)
        wr_report_int(dev, "images_waiting", s->count);
    if (o->state == OLDER_READY)
        return;
    abandon(dev, "the camera gave up in the middle of it");
    wr_timer_set(dev, &o->quiet, 0, NULL);
    o->state = OLDER_READY;
    wr_status(dev, "Ready: waiting for the camera's next pictures");
}

void older_status(struct wr_dev *dev, const uint8_t *bytes, size_t n)
{
    struct batch_status s;

    if (!batch_status_parse(bytes, n, &s))
        return;
    config_seen(dev);
    switch (s.kind) {
    case BATCH_STATUS_COUNT:
        on_count(dev, s.count);
        break;
    case BATCH_STATUS_IMAGE:
        on_image(dev, s.image_bytes);
        break;
    case BATCH_STATUS_MEMORY:
        on_memory(dev, &s);
        break;
    case BATCH_STATUS_SIZES:
        trigger_sizes(dev, &s);
        break;
    }
}

static void calm(struct wr_dev *dev, void *ctx)
{
    older_of(dev)->quiet = 0;
    config_flush(dev, NULL);
}

void older_ready(struct wr_dev *dev, const uint8_t *status, size_t n)
{
    struct camera *c = camera_of(dev);
    struct batch_status s;

    c->link.seek.n_failures = 0;
    config_seen(dev);
    if (c->older.state != OLDER_READY)
        return; /* a COUNT was quicker */
    wr_status(dev, "Ready: waiting for the camera's next pictures");
    if (c->link.dialect == DIALECT_V0)
        trigger_ready(dev);
    if (!c->older.counted && batch_status_parse(status, n, &s) && s.kind == BATCH_STATUS_COUNT)
        on_count(dev, s.count);
    else
        wr_timer_set(dev, &c->older.quiet, CALM_US, calm);
}

void older_lost(struct wr_dev *dev)
{
    struct older *o = older_of(dev);

    abandon(dev, "the link ended");
    wr_timer_set(dev, &o->quiet, 0, NULL);
    *o =
        (struct older){.n_count = o->n_count, .n_image = o->n_image}; /* saved() still tells them */
}
