/* save.c - a whole picture on its way to the disk. It is kept here until it is durable, so that a
 * full disk costs no second transfer; what the store gets is a copy.
 */
#include "camera.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "jpeg_scan.h"

#define FIRST_RETRY_US (1 * US_PER_S)
#define MAX_RETRY_US (60 * US_PER_S)

static struct wr_frame *copy_of(struct wr_dev *dev, const struct save *s)
{
    struct wr_frame *copy = dev->host->frame_new(dev, s->frame->len);

    if (!copy)
        return NULL;
    memcpy(copy->data, s->frame->data, s->frame->len);
    copy->len = s->frame->len;
    copy->captured_us = s->meta.captured_us;
    copy->received_us = s->received_us;
    copy->flags = WR_FRAME_FROM_CAPTURE;
    return copy;
}

static void show(struct wr_dev *dev, const struct save *s)
{
    struct wr_frame *copy = copy_of(dev, s);

    if (copy)
        dev->host->frame_publish(dev, copy);
}

void save_drop(struct wr_dev *dev)
{
    struct save *s = &camera_of(dev)->save;

    wr_timer_set(dev, &s->timer, 0, NULL);
    if (s->frame)
        dev->host->frame_drop(dev, s->frame);
    if (s->sound)
        dev->host->frame_drop(dev, s->sound);
    *s = (struct save){.run = s->run + 1};
}

static void finish(struct wr_dev *dev, int result, uint64_t id, const char *why)
{
    struct save *s = &camera_of(dev)->save;
    save_fn fn = s->fn;

    if (result == 0 || result == -EEXIST)
        tell_no_trouble(dev);
    save_drop(dev);
    fn(dev, result, id, why);
}

static void attempt(struct wr_dev *dev, void *ctx);

static const char *reason(int result)
{
    return result == -ENOSPC ? "the gateway's disk is full"
        : result == -EAGAIN  ? "the gateway has too much to do"
                             : strerror(-result);
}

/* When it is to be tried again; 0: it is given up. */
static int64_t next_try(struct wr_dev *dev, const struct save *s)
{
    int64_t us = FIRST_RETRY_US;

    for (unsigned i = 1; i < s->n_tries && us < MAX_RETRY_US; i++)
        us *= 2;
    us = us < MAX_RETRY_US ? us : MAX_RETRY_US;
    return s->until_us && dev->host->now_us(dev) + us > s->until_us ? 0 : us;
}

static void failed(struct wr_dev *dev, int result)
{
    struct save *s = &camera_of(dev)->save;
    int64_t us = result == -EINVAL ? 0 : next_try(dev, s);

    if (us == 0) {
        finish(dev, result, 0, result == -EINVAL ? "it is no whole JPEG" : reason(result));
        return;
    }
    if (!s->told)
        tell_trouble(dev, "a picture could not be kept yet: %s; it is tried again", reason(result));
    s->told = true;
    wr_timer_set(dev, &s->timer, us, attempt);
}

static void stored(struct wr_dev *dev, void *ctx, int result, uint64_t id)
{
    const struct save *s = &camera_of(dev)->save;

    if (!s->busy || (uintptr_t)ctx != s->run)
        return; /* of one that was given up */
    if (result == 0 || result == -EEXIST)
        finish(dev, result, id, NULL);
    else
        failed(dev, result);
}

static void attempt(struct wr_dev *dev, void *ctx)
{
    struct save *s = &camera_of(dev)->save;
    struct wr_capture meta = {
        .size = sizeof meta,
        .captured_us = s->meta.captured_us,
        .source = "batch",
        .key = s->meta.key[0] ? s->meta.key : NULL,
        .latitude = s->meta.latitude,
        .longitude = s->meta.longitude,
        .sound = s->sound ? s->sound->data : NULL,
        .n_sound = s->sound ? (uint32_t)s->sound->len : 0,
    };
    struct wr_frame *copy = copy_of(dev, s);
    int r;

    s->timer = 0;
    s->n_tries++;
    r = copy ? dev->host->capture(dev, copy, &meta, stored, (void *)(uintptr_t)s->run) : -EAGAIN;
    if (r < 0)
        failed(dev, r);
}

static void begin_later(struct wr_dev *dev, void *ctx)
{
    struct save *s = &camera_of(dev)->save;
    struct jpeg_info info;

    if (jpeg_scan(s->frame->data, s->frame->len, &info) < 0) {
        s->timer = 0;
        failed(dev, -EINVAL);
        return;
    }
    show(dev, s);
    attempt(dev, ctx);
}

void save_begin(struct wr_dev *dev, struct wr_frame *frame, struct wr_frame *sound,
    const struct picture_meta *meta, int64_t patience_us, save_fn fn)
{
    struct save *s = &camera_of(dev)->save;

    *s = (struct save){.busy = true,
        .run = s->run,
        .frame = frame,
        .sound = sound,
        .meta = *meta,
        .received_us = dev->host->wall_us(dev),
        .fn = fn,
        .until_us = patience_us ? dev->host->now_us(dev) + patience_us : 0};
    /* On a turn of its own: fn is never called from inside of this. */
    wr_timer_set(dev, &s->timer, 1, begin_later);
}
