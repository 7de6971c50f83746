/* snapshot.c - one picture, from /snapshot or a part of the stream, as something that can be shown and kept. */
#include "camera.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "grey_jpeg.h"

/* What the first cameras send bare: QVGA, and QQVGA. */
static const struct {
    unsigned width, height;
} sizes[] = {{320, 240}, {160, 120}};

/* --- a picture -------------------------------------------------------------------------------- */

static bool is_jpeg(const struct wr_frame *f)
{
    return f->len >= 4 && f->data[0] == 0xFF && f->data[1] == 0xD8 && f->data[2] == 0xFF;
}

/* NULL: the gateway has no room now. */
static struct wr_frame *encoded(
    struct wr_dev *dev, const struct wr_frame *grey, unsigned width, unsigned height)
{
    size_t cap = GREY_JPEG_MAX(width, height);
    struct wr_frame *f = dev->host->frame_new(dev, cap);

    if (!f)
        return NULL;
    f->len = grey_jpeg_write(grey->data, width, height, f->data, cap);
    f->received_us = grey->received_us;
    return f;
}

struct wr_frame *snapshot_picture(struct wr_dev *dev, struct wr_frame *frame, const char **ret_why)
{
    struct wr_frame *picture = NULL;
    bool is_bare = false;

    *ret_why = NULL;
    if (is_jpeg(frame))
        return frame;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes && !is_bare; i++) {
        is_bare = frame->len == (size_t)sizes[i].width * sizes[i].height;
        if (is_bare)
            picture = encoded(dev, frame, sizes[i].width, sizes[i].height);
    }
    if (!is_bare)
        *ret_why = "What the camera sends is no picture: neither a JPEG nor grey pixels";
    dev->host->frame_drop(dev, frame);
    return picture;
}

static void refusal(const struct wr_http_response *r, char why[WHY_MAX])
{
    char said[WHY_MAX / 2];

    wr_text_clean((const char *)r->body, r->body_len, said, sizeof said);
    if (r->result < 0)
        snprintf(why, WHY_MAX, "No picture: %s", *r->error ? r->error : strerror(-r->result));
    else if (r->status != 200)
        snprintf(why, WHY_MAX, "The camera gives no picture: status %d, %s", r->status,
            *said ? said : "without a reason");
    else
        snprintf(why, WHY_MAX, "The gateway has no room for a picture just now");
}

struct wr_frame *snapshot_of(
    struct wr_dev *dev, const struct wr_http_response *r, char why[WHY_MAX])
{
    struct wr_frame *picture;
    const char *fault = NULL;

    *why = '\0';
    if (!r->frame || r->status != 200) {
        refusal(r, why);
        if (r->frame)
            dev->host->frame_drop(dev, r->frame);
        return NULL;
    }
    picture = snapshot_picture(dev, r->frame, &fault);
    if (!picture)
        snprintf(
            why, WHY_MAX, "%s", fault ? fault : "The gateway has no room for a picture just now");
    return picture;
}

/* --- the command ------------------------------------------------------------------------------ */

/* The place is free again. */
static void finish(struct wr_dev *dev, wr_handle *call, int result, const char *json)
{
    dev->host->done(dev, *call, result, json);
    *call = 0;
}

/* A picture that is none is the camera's fault, and a disk that fails is not. */
static void stored(struct wr_dev *dev, void *ctx, int result, uint64_t id)
{
    wr_handle *call = ctx;
    char text[WHY_MAX];

    if (result == 0)
        snprintf(text, sizeof text, "{\"capture\":%llu}", (unsigned long long)id);
    else if (result == -EINVAL)
        snprintf(text, sizeof text,
            "The camera's picture is not a whole JPEG of a size that can be kept");
    else
        snprintf(
            text, sizeof text, "The gateway could not keep the picture: %s", strerror(-result));
    finish(dev, call, result == -EINVAL ? -EIO : result == -EIO ? -EROFS : result, text);
}

static void fetched(struct wr_dev *dev, wr_handle h, void *ctx, const struct wr_http_response *r)
{
    struct wr_capture meta = {
        .size = sizeof meta, .source = "snapshot", .latitude = NAN, .longitude = NAN};
    char why[WHY_MAX];
    struct wr_frame *picture = snapshot_of(dev, r, why);
    int result;

    if (!picture) {
        finish(dev, ctx, r->result < 0 ? r->result : -EIO, why);
        return;
    }
    result = dev->host->capture(dev, picture, &meta, stored, ctx);
    if (result < 0)
        stored(dev, ctx, result, 0);
}

int snapshot_run(struct wr_dev *dev, const struct wr_call *call)
{
    struct camera *c = camera_of(dev);
    wr_handle *place = NULL;

    for (size_t i = 0; i < SNAPSHOTS_MAX && !place; i++)
        place = c->snapshots[i] == 0 ? &c->snapshots[i] : NULL;
    if (!web_up(&c->web))
        dev->host->done(dev, call->id, -ENOTCONN,
            "There are no pictures while the camera is not reached over the network");
    else if (!place || !web_get(dev, "/snapshot", true, fetched, place))
        dev->host->done(dev, call->id, -EAGAIN, "Too many pictures are being fetched already");
    else
        *place = call->id;
    return 0;
}
