/* host_frame.c - frames and captures. What the driver gave away is copied and freed, so that a
 * sanitizer sees who touches it after. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fakes/host_private.h"

size_t fake_n_held_frames(const struct fake_host *h)
{
    size_t n = 0;

    for (const struct list *l = h->held.next; l != &h->held; l = l->next)
        n++;
    return n;
}

/* As in the gateway, a picture that waits for the disk counts. */
static size_t n_out(const struct fake_host *h)
{
    size_t n = fake_n_held_frames(h);

    for (size_t i = 0; i < h->captures.n; i++)
        n += !((struct fake_capture *)h->captures.items[i])->over;
    return n;
}

struct fake_frame *fake_frame_make(struct fake_device *d, size_t bytes)
{
    struct fake_host *h = d->host;
    struct fake_frame *f;

    if (h->n_refused_frames > 0) {
        h->n_refused_frames--;
        return NULL;
    }
    if (bytes > WR_FRAME_MAX_BYTES || n_out(h) >= FAKE_FRAME_QUOTA)
        return NULL;
    f = calloc(1, sizeof *f);
    if (!f || !(f->pub.data = malloc(MAX(bytes, 1))))
        fake_fail("no memory");
    memset(f->pub.data, 0xDD, MAX(bytes, 1));
    f->pub.cap = bytes;
    f->pub.received_us = fake_wall_us(h);
    f->owner = d;
    list_append(&h->held, &f->link);
    return f;
}

void fake_frame_release(struct fake_frame *f)
{
    list_remove(&f->link);
    free(f->pub.data);
    free(f);
}

void fake_frames_release(struct fake_device *d)
{
    struct fake_frame *f, *next;

    list_for_each_safe (f, next, &d->host->held, link) {
        if (f->owner == d)
            fake_frame_release(f);
    }
}

static struct fake_frame *frame_of(
    struct fake_device *d, struct wr_frame *frame, const char *function)
{
    struct fake_frame *f;

    list_for_each (f, &d->host->held, link) {
        if (&f->pub == frame && f->owner == d)
            return f;
    }
    fake_fail("%s(%s): the driver does not hold that frame", function, d->id);
}

/* Takes the frame over. */
static void take_picture(struct fake_frame *f, struct fake_picture *ret)
{
    ret->n = f->pub.len;
    ret->bytes = fake_memdup(f->pub.data, f->pub.len);
    ret->frame = f->pub;
    ret->frame.data = NULL;
    fake_frame_release(f);
}

static void check_frame(
    const struct fake_device *d, const struct wr_frame *frame, const char *function)
{
    if (frame->len < 4 || frame->len > frame->cap)
        fake_fail(
            "%s(%s): .len is %zu, expected 4 to %zu", function, d->id, frame->len, frame->cap);
}

static bool is_jpeg(const struct wr_frame *frame)
{
    return frame->data[0] == 0xFF && frame->data[1] == 0xD8;
}

struct wr_frame *fake_frame_new(struct wr_dev *dev, size_t bytes)
{
    struct fake_frame *f = fake_frame_make(fake_device_of(dev, "frame_new"), bytes);

    return f ? &f->pub : NULL;
}

int fake_frame_publish(struct wr_dev *dev, struct wr_frame *frame)
{
    struct fake_device *d = fake_device_of(dev, "frame_publish");
    struct fake_frame *f = frame_of(d, frame, "frame_publish");

    if (!(d->kind->flags & WR_KIND_CAMERA))
        fake_fail("frame_publish(%s): its kind has no WR_KIND_CAMERA", d->id);
    check_frame(d, frame, "frame_publish");
    if (!is_jpeg(frame)) {
        fake_frame_release(f);
        return -EINVAL;
    }
    frame->seq = ++d->seq;
    take_picture(f, fake_array_add(&d->frames, sizeof(struct fake_picture)));
    return 0;
}

void fake_frame_drop(struct wr_dev *dev, struct wr_frame *frame)
{
    struct fake_device *d = fake_device_of(dev, "frame_drop");

    fake_frame_release(frame_of(d, frame, "frame_drop"));
}

/* --- captures --------------------------------------------------------------------------------- */

static void capture_answered(struct fake_host *h, struct fake_task *t)
{
    struct fake_capture *c = t->object;

    if (c->over)
        return;
    c->over = true;
    if (!fake_handle_find(h, c->handle))
        return;
    fake_handle_drop(h, c->handle);
    if (!c->done)
        return;
    fake_enter(fake_device_peek(c->dev), "capture done");
    c->done(c->dev, c->ctx, t->result, (uint64_t)t->number);
    fake_leave(fake_device_peek(c->dev));
}

static void answer_later(struct fake_capture *c, int64_t us, int result, uint64_t id)
{
    struct fake_task *t = fake_task_add(fake_device_peek(c->dev)->host, us, 0, capture_answered, c);

    t->result = result;
    t->number = (int64_t)id;
}

/* As the store looks at it: none is one, too. */
static bool is_wav(const struct wr_capture *meta)
{
    return meta->n_sound == 0 ||
        (meta->n_sound >= 12 && meta->n_sound <= WR_SOUND_MAX_BYTES &&
            memcmp(meta->sound, "RIFF", 4) == 0 &&
            memcmp((const char *)meta->sound + 8, "WAVE", 4) == 0);
}

int fake_host_capture(struct wr_dev *dev, struct wr_frame *frame, const struct wr_capture *meta,
    wr_capture_fn done, void *ctx)
{
    struct fake_device *d = fake_device_of(dev, "capture");
    struct fake_frame *f = frame_of(d, frame, "capture");
    struct fake_capture *c;

    check_frame(d, frame, "capture");
    fake_check_size(meta->size, sizeof *meta, "capture: struct wr_capture");
    if (d->host->capture_refusal < 0 || !is_jpeg(frame) || !is_wav(meta)) {
        fake_frame_release(f);
        return d->host->capture_refusal < 0 ? d->host->capture_refusal : -EINVAL;
    }
    c = fake_array_add(&d->host->captures, sizeof *c);
    take_picture(f, &c->picture);
    c->dev = dev;
    c->captured_us = meta->captured_us;
    c->source = fake_strdup(meta->source);
    c->key = fake_strdup(meta->key);
    c->latitude = meta->latitude;
    c->longitude = meta->longitude;
    c->sound = meta->n_sound > 0 ? fake_memdup(meta->sound, meta->n_sound) : NULL;
    c->n_sound = meta->n_sound;
    c->done = done;
    c->ctx = ctx;
    c->handle = fake_handle_add(d, FAKE_CAPTURE, c);
    if (d->host->captures_take_us >= 0)
        answer_later(c, d->host->captures_take_us, 0, ++d->host->last_capture_id);
    return 0;
}

void fake_capture_cancel(void *object)
{
    ((struct fake_capture *)object)->over = true;
}

void fake_picture_fini(void *item)
{
    free(((struct fake_picture *)item)->bytes);
}

void fake_capture_fini(void *item)
{
    struct fake_capture *c = item;

    free(c->picture.bytes);
    free(c->source);
    free(c->key);
    free(c->sound);
}

/* --- what a test asks ------------------------------------------------------------------------- */

size_t fake_n_frames(const struct wr_dev *dev)
{
    return fake_device_peek(dev)->frames.n;
}

const struct fake_picture *fake_frame(const struct wr_dev *dev, size_t i)
{
    return fake_array_get(&fake_device_peek(dev)->frames, i, "frame");
}

void fake_host_refuse_frames(struct fake_host *h, unsigned n)
{
    h->n_refused_frames = n;
}

size_t fake_n_captures(const struct fake_host *h)
{
    return h->captures.n;
}

struct fake_capture *fake_capture(struct fake_host *h, size_t i)
{
    return fake_array_get(&h->captures, i, "capture");
}

void fake_capture_done(struct fake_capture *c, int result, uint64_t id)
{
    answer_later(c, 0, result, id);
}

void fake_host_captures_take(struct fake_host *h, int64_t us)
{
    h->captures_take_us = us;
}

void fake_host_refuse_captures(struct fake_host *h, int result)
{
    h->capture_refusal = result;
}
