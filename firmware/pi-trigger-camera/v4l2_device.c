/* v4l2_device.c - see v4l2_device.h: formats and buffers. */
#include "v4l2_device.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "base/util.h"

/* A driver that goes on listing for ever is broken. */
#define MAX_LISTED 256

/* --- the kernel ------------------------------------------------------------------------------- */

static int kernel_open(void *ctx, const char *path)
{
    return open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
}

static int kernel_close(void *ctx, int fd)
{
    return close(fd);
}

static int kernel_ioctl(void *ctx, int fd, unsigned long request, void *argument)
{
    int r;

    do
        r = ioctl(fd, request, argument);
    while (r < 0 && errno == EINTR);
    return r;
}

static void *kernel_map(void *ctx, int fd, size_t n, int64_t offset)
{
    void *at = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);

    return at == MAP_FAILED ? NULL : at;
}

static int kernel_unmap(void *ctx, void *at, size_t n)
{
    return munmap(at, n);
}

const struct v4l2_port v4l2_kernel = {.open = kernel_open,
    .close = kernel_close,
    .ioctl = kernel_ioctl,
    .map = kernel_map,
    .unmap = kernel_unmap};

static int call(struct v4l2_device *d, unsigned long request, void *argument)
{
    return d->port->ioctl(d->port->ctx, d->fd, request, argument) < 0 ? -errno : 0;
}

/* --- which format and size -------------------------------------------------------------------- */

struct offer {
    uint32_t fourcc;
    unsigned width, height;
    uint64_t distance; /* UINT64_MAX: no offer */
};

static uint64_t distance(unsigned width, unsigned height, const struct pi_source_want *want)
{
    int64_t dx = (int64_t)width - want->width, dy = (int64_t)height - want->height;

    return (uint64_t)(dx * dx + dy * dy);
}

static unsigned nearest_step(unsigned want, unsigned min, unsigned max, unsigned step)
{
    if (want <= min)
        return min;
    if (want >= max)
        return max;
    return step > 1 ? min + (want - min + step / 2) / step * step : want;
}

static void consider(struct offer *best, uint32_t fourcc, unsigned width, unsigned height,
    const struct pi_source_want *want)
{
    uint64_t far = distance(width, height, want);

    if (width > 0 && height > 0 && far < best->distance)
        *best = (struct offer){fourcc, width, height, far};
}

/* The nearest size that the format has. A driver that lists none is asked for what is wanted,
 * and says what it makes of it. */
static void best_size(
    struct v4l2_device *d, uint32_t fourcc, const struct pi_source_want *want, struct offer *best)
{
    struct v4l2_frmsizeenum s = {.pixel_format = fourcc};

    for (; s.index < MAX_LISTED; s.index++) {
        if (call(d, VIDIOC_ENUM_FRAMESIZES, &s) < 0)
            break;
        if (s.type == V4L2_FRMSIZE_TYPE_DISCRETE) {
            consider(best, fourcc, s.discrete.width, s.discrete.height, want);
            continue;
        }
        consider(best, fourcc,
            nearest_step(
                want->width, s.stepwise.min_width, s.stepwise.max_width, s.stepwise.step_width),
            nearest_step(
                want->height, s.stepwise.min_height, s.stepwise.max_height, s.stepwise.step_height),
            want);
        return;
    }
    if (s.index == 0)
        consider(best, fourcc, want->width, want->height, want);
}

/* MJPEG where it is as near as YUYV: it takes a tenth of the bus, and is kept as it is. */
static int choose(struct v4l2_device *d, const struct pi_source_want *want, struct offer *ret)
{
    struct offer jpeg = {.distance = UINT64_MAX}, yuyv = {.distance = UINT64_MAX};
    struct v4l2_fmtdesc f = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};

    for (; f.index < MAX_LISTED && call(d, VIDIOC_ENUM_FMT, &f) == 0; f.index++) {
        if (f.pixelformat == V4L2_PIX_FMT_MJPEG || f.pixelformat == V4L2_PIX_FMT_JPEG)
            best_size(d, f.pixelformat, want, &jpeg);
        else if (f.pixelformat == V4L2_PIX_FMT_YUYV)
            best_size(d, f.pixelformat, want, &yuyv);
    }
    *ret = jpeg.distance <= yuyv.distance ? jpeg : yuyv;
    return ret->distance == UINT64_MAX ? -ENOTSUP : 0;
}

static int set_format(struct v4l2_device *d, const struct offer *o)
{
    struct v4l2_format f = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};

    f.fmt.pix.width = o->width;
    f.fmt.pix.height = o->height;
    f.fmt.pix.pixelformat = o->fourcc;
    f.fmt.pix.field = V4L2_FIELD_ANY;
    int r = call(d, VIDIOC_S_FMT, &f);
    if (r < 0)
        return r;
    if (f.fmt.pix.pixelformat != o->fourcc)
        return -ENOTSUP;
    d->form = o->fourcc == V4L2_PIX_FMT_YUYV ? V4L2_FORM_YUYV : V4L2_FORM_MJPEG;
    d->width = f.fmt.pix.width;
    d->height = f.fmt.pix.height;
    d->stride = f.fmt.pix.bytesperline ? f.fmt.pix.bytesperline : 2 * (size_t)f.fmt.pix.width;
    return 0;
}

/* Not every driver lets one choose; then it has its own rate, and the camera takes what it wants
 * of it. */
static void set_rate(struct v4l2_device *d, const struct pi_source_want *want)
{
    struct v4l2_streamparm p = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};

    d->framerate = 0;
    if (call(d, VIDIOC_G_PARM, &p) < 0 || !(p.parm.capture.capability & V4L2_CAP_TIMEPERFRAME))
        return;
    p.parm.capture.timeperframe = (struct v4l2_fract){1, want->framerate};
    if (call(d, VIDIOC_S_PARM, &p) == 0 && p.parm.capture.timeperframe.numerator > 0)
        d->framerate =
            p.parm.capture.timeperframe.denominator / p.parm.capture.timeperframe.numerator;
}

/* --- buffers ---------------------------------------------------------------------------------- */

static int queue(struct v4l2_device *d, uint32_t index)
{
    struct v4l2_buffer b = {
        .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP, .index = index};

    return call(d, VIDIOC_QBUF, &b);
}

static int map_buffer(struct v4l2_device *d, uint32_t index)
{
    struct v4l2_buffer b = {
        .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP, .index = index};
    int r = call(d, VIDIOC_QUERYBUF, &b);

    if (r < 0)
        return r;
    void *at = d->port->map(d->port->ctx, d->fd, b.length, b.m.offset);
    if (!at)
        return -errno;
    d->buffers[index].at = at;
    d->buffers[index].n = b.length;
    d->n_buffers = index + 1;
    return queue(d, index);
}

static int start_stream(struct v4l2_device *d)
{
    struct v4l2_requestbuffers q = {
        .count = V4L2_BUFFERS, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE, r = call(d, VIDIOC_REQBUFS, &q);

    if (r < 0)
        return r;
    if (q.count < 2)
        return -ENOMEM;
    for (uint32_t i = 0; i < MIN(q.count, (uint32_t)V4L2_BUFFERS) && r >= 0; i++)
        r = map_buffer(d, i);
    if (r >= 0)
        r = call(d, VIDIOC_STREAMON, &type);
    d->streaming = r >= 0;
    return r;
}

/* --- life ------------------------------------------------------------------------------------- */

static int check(struct v4l2_device *d, const char *path, struct error *e)
{
    struct v4l2_capability c = {0};
    int r = call(d, VIDIOC_QUERYCAP, &c);
    uint32_t can = c.capabilities & V4L2_CAP_DEVICE_CAPS ? c.device_caps : c.capabilities;

    if (r < 0)
        return error_set(e, r, "%s is no video device", path);
    if (!(can & V4L2_CAP_VIDEO_CAPTURE))
        return error_set(
            e, -ENOTSUP, "%s takes no pictures in a form that is understood here", path);
    if (!(can & V4L2_CAP_STREAMING))
        return error_set(e, -ENOTSUP, "%s cannot stream", path);
    return 0;
}

static int open_stream(
    struct v4l2_device *d, const char *path, const struct pi_source_want *want, struct error *e)
{
    struct offer o;
    int r = check(d, path, e);

    if (r < 0)
        return r;
    if (choose(d, want, &o) < 0)
        return error_set(e, -ENOTSUP, "%s gives neither MJPEG nor YUYV", path);
    r = set_format(d, &o);
    if (r < 0)
        return error_set(e, r, "%s refuses %ux%u: %s", path, o.width, o.height, error_name(r));
    set_rate(d, want);
    r = start_stream(d);
    return r < 0 ? error_set(e, r, "%s does not stream: %s", path, error_name(r)) : 0;
}

int v4l2_device_open(struct v4l2_device *d, const struct v4l2_port *port, const char *path,
    const struct pi_source_want *want, struct error *e)
{
    int r;

    *d = (struct v4l2_device){.port = port};
    d->fd = port->open(port->ctx, path);
    if (d->fd < 0) {
        d->fd = -1;
        return error_set(e, -errno, "%s: %s", path, error_name(-errno));
    }
    r = open_stream(d, path, want, e);
    if (r < 0) {
        v4l2_device_close(d);
        return r;
    }
    (void)v4l2_device_expose(d, want); /* what it has no control for it does by itself */
    return 0;
}

void v4l2_device_close(struct v4l2_device *d)
{
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;

    if (!d->port || d->fd < 0)
        return;
    if (d->streaming)
        (void)call(d, VIDIOC_STREAMOFF, &type);
    for (unsigned i = 0; i < d->n_buffers; i++)
        d->port->unmap(d->port->ctx, d->buffers[i].at, d->buffers[i].n);
    d->port->close(d->port->ctx, d->fd);
    *d = (struct v4l2_device){.fd = -1};
}

int v4l2_device_take(struct v4l2_device *d, struct v4l2_picture *ret)
{
    struct v4l2_buffer b = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
    int r = call(d, VIDIOC_DQBUF, &b);

    if (r < 0)
        return r;
    if (b.index >= d->n_buffers)
        return -ENODEV;
    if (b.flags & V4L2_BUF_FLAG_ERROR || b.bytesused == 0 || b.bytesused > d->buffers[b.index].n) {
        r = queue(d, b.index);
        return r < 0 ? r : -EIO;
    }
    *ret =
        (struct v4l2_picture){.bytes = d->buffers[b.index].at, .n = b.bytesused, .index = b.index};
    if ((b.flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC)
        ret->taken_us = (int64_t)b.timestamp.tv_sec * US_PER_S + b.timestamp.tv_usec;
    return 0;
}

int v4l2_device_give_back(struct v4l2_device *d, const struct v4l2_picture *p)
{
    return queue(d, p->index);
}
