/* The kernel here is a fake: a camera with formats, sizes, controls and buffers, in which any
 * call can fail. It counts what it is owed. */
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/videodev2.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "v4l2_device.h"

#define FD 42
#define BUFFER_BYTES 4096
#define MAX_SIZES 8
#define MAX_CONTROLS 12

struct size {
    unsigned width, height;
};

struct format {
    uint32_t fourcc;
    struct size sizes[MAX_SIZES]; /* ends with a 0; none at all: the driver lists none */
    bool stepwise;                /* sizes[0] to sizes[1] in steps of sizes[2] */
};

struct control {
    struct v4l2_queryctrl q;
    int32_t value;
};

struct kernel {
    uint32_t capabilities;
    struct format formats[4];
    unsigned n_formats;
    struct size gives; /* S_FMT changes the size to this; 0: not */
    bool has_rate;
    struct control controls[MAX_CONTROLS];
    unsigned n_controls;

    bool is_open, streaming, refuse_manual;
    unsigned n_mapped, n_queued, n_calls, fail_at;
    uint32_t queued[16];
    struct v4l2_format set;
    uint8_t memory[V4L2_BUFFERS][BUFFER_BYTES];
    uint32_t flags;     /* of the next picture */
    uint32_t bytesused; /* 0: there is none */
};

static int fail(int error)
{
    errno = error;
    return -1;
}

static int k_open(void *ctx, const char *path)
{
    struct kernel *k = ctx;

    if (strcmp(path, "/dev/video0") != 0)
        return fail(ENOENT);
    k->is_open = true;
    return FD;
}

static int k_close(void *ctx, int fd)
{
    struct kernel *k = ctx;

    cr_assert(k->is_open && fd == FD);
    cr_expect_eq(k->n_mapped, 0, "closed with buffers mapped");
    k->is_open = false;
    return 0;
}

static int enum_sizes(struct kernel *k, struct v4l2_frmsizeenum *s)
{
    for (unsigned i = 0; i < k->n_formats; i++) {
        const struct format *f = &k->formats[i];
        if (f->fourcc != s->pixel_format)
            continue;
        if (f->stepwise && s->index == 0) {
            s->type = V4L2_FRMSIZE_TYPE_STEPWISE;
            s->stepwise = (struct v4l2_frmsize_stepwise){f->sizes[0].width, f->sizes[1].width,
                f->sizes[2].width, f->sizes[0].height, f->sizes[1].height, f->sizes[2].height};
            return 0;
        }
        if (f->stepwise || s->index >= MAX_SIZES || f->sizes[s->index].width == 0)
            break;
        s->type = V4L2_FRMSIZE_TYPE_DISCRETE;
        s->discrete.width = f->sizes[s->index].width;
        s->discrete.height = f->sizes[s->index].height;
        return 0;
    }
    return fail(EINVAL);
}

static struct control *control(struct kernel *k, uint32_t id)
{
    for (unsigned i = 0; i < k->n_controls; i++)
        if (k->controls[i].q.id == id)
            return &k->controls[i];
    return NULL;
}

static int query_control(struct kernel *k, struct v4l2_queryctrl *q)
{
    uint32_t id = q->id & ~V4L2_CTRL_FLAG_NEXT_CTRL;
    const struct control *best = NULL;

    for (unsigned i = 0; i < k->n_controls; i++) {
        const struct control *c = &k->controls[i];
        bool fits = q->id & V4L2_CTRL_FLAG_NEXT_CTRL ? c->q.id > id : c->q.id == id;
        if (fits && (!best || c->q.id < best->q.id))
            best = c;
    }
    if (!best)
        return fail(EINVAL);
    *q = best->q;
    return 0;
}

static int set_control(struct kernel *k, const struct v4l2_control *c)
{
    struct control *mine = control(k, c->id);

    if (!mine ||
        (k->refuse_manual && c->id == V4L2_CID_EXPOSURE_AUTO && c->value == V4L2_EXPOSURE_AUTO))
        return fail(EINVAL);
    if (c->value < mine->q.minimum || c->value > mine->q.maximum)
        return fail(ERANGE);
    mine->value = c->value;
    return 0;
}

static int dequeue(struct kernel *k, struct v4l2_buffer *b)
{
    if (!k->streaming || k->n_queued == 0 ||
        (k->bytesused == 0 && !(k->flags & V4L2_BUF_FLAG_ERROR)))
        return fail(EAGAIN);
    b->index = k->queued[0];
    memmove(k->queued, k->queued + 1, --k->n_queued * sizeof *k->queued);
    b->bytesused = k->bytesused;
    b->flags = k->flags;
    b->timestamp = (struct timeval){5, 250000};
    return 0;
}

static int k_ioctl(void *ctx, int fd, unsigned long request, void *argument)
{
    struct kernel *k = ctx;

    cr_assert(k->is_open && fd == FD);
    if (++k->n_calls == k->fail_at)
        return fail(EIO);
    switch (request) {
    case VIDIOC_QUERYCAP:
        ((struct v4l2_capability *)argument)->capabilities = k->capabilities;
        return 0;
    case VIDIOC_ENUM_FMT: {
        struct v4l2_fmtdesc *f = argument;
        if (f->index >= k->n_formats)
            return fail(EINVAL);
        f->pixelformat = k->formats[f->index].fourcc;
        return 0;
    }
    case VIDIOC_ENUM_FRAMESIZES:
        return enum_sizes(k, argument);
    case VIDIOC_S_FMT: {
        struct v4l2_format *f = argument;
        if (k->gives.width > 0) {
            f->fmt.pix.width = k->gives.width;
            f->fmt.pix.height = k->gives.height;
        }
        f->fmt.pix.bytesperline =
            f->fmt.pix.pixelformat == V4L2_PIX_FMT_YUYV ? f->fmt.pix.width * 2 + 32 : 0;
        k->set = *f;
        return 0;
    }
    case VIDIOC_G_PARM:
        ((struct v4l2_streamparm *)argument)->parm.capture.capability =
            k->has_rate ? V4L2_CAP_TIMEPERFRAME : 0;
        return 0;
    case VIDIOC_S_PARM:
        return 0;
    case VIDIOC_REQBUFS:
        ((struct v4l2_requestbuffers *)argument)->count = V4L2_BUFFERS;
        return 0;
    case VIDIOC_QUERYBUF: {
        struct v4l2_buffer *b = argument;
        b->length = BUFFER_BYTES;
        b->m.offset = b->index * BUFFER_BYTES;
        return 0;
    }
    case VIDIOC_QBUF:
        k->queued[k->n_queued++] = ((struct v4l2_buffer *)argument)->index;
        cr_assert_leq(k->n_queued, V4L2_BUFFERS, "queued twice");
        return 0;
    case VIDIOC_DQBUF:
        return dequeue(k, argument);
    case VIDIOC_STREAMON:
        k->streaming = true;
        return 0;
    case VIDIOC_STREAMOFF:
        k->streaming = false;
        k->n_queued = 0;
        return 0;
    case VIDIOC_QUERYCTRL:
        return query_control(k, argument);
    case VIDIOC_G_CTRL: {
        struct v4l2_control *c = argument;
        const struct control *mine = control(k, c->id);
        if (!mine)
            return fail(EINVAL);
        c->value = mine->value;
        return 0;
    }
    case VIDIOC_S_CTRL:
        return set_control(k, argument);
    default:
        return fail(ENOTTY);
    }
}

static void *k_map(void *ctx, int fd, size_t n, int64_t offset)
{
    struct kernel *k = ctx;

    cr_assert_eq(n, BUFFER_BYTES);
    k->n_mapped++;
    return k->memory[offset / BUFFER_BYTES];
}

static int k_unmap(void *ctx, void *at, size_t n)
{
    struct kernel *k = ctx;

    k->n_mapped--;
    return 0;
}

static struct v4l2_port port_of(struct kernel *k)
{
    return (struct v4l2_port){k, k_open, k_close, k_ioctl, k_map, k_unmap};
}

/* A camera as they hang on USB. */
static const struct kernel usb_camera = {
    .capabilities = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING,
    .formats = {{V4L2_PIX_FMT_YUYV, {{640, 480}, {320, 240}, {1280, 720}}},
        {V4L2_PIX_FMT_MJPEG, {{640, 480}, {1280, 720}, {1920, 1080}}}},
    .n_formats = 2,
    .has_rate = true,
    .controls = {{{.id = V4L2_CID_BRIGHTNESS,
                      .type = V4L2_CTRL_TYPE_INTEGER,
                      .name = "Brightness",
                      .minimum = -64,
                      .maximum = 64,
                      .step = 1},
                     3},
        {{.id = V4L2_CID_GAIN,
             .type = V4L2_CTRL_TYPE_INTEGER,
             .name = "Gain",
             .minimum = 0,
             .maximum = 150,
             .step = 1,
             .default_value = 64},
            64},
        {{.id = V4L2_CID_EXPOSURE_AUTO,
             .type = V4L2_CTRL_TYPE_MENU,
             .name = "Exposure, Auto",
             .minimum = 0,
             .maximum = 3,
             .step = 1,
             .default_value = 3},
            3},
        {{.id = V4L2_CID_EXPOSURE_ABSOLUTE,
             .type = V4L2_CTRL_TYPE_INTEGER,
             .name = "Exposure (Absolute)",
             .minimum = 3,
             .maximum = 2047,
             .step = 1,
             .default_value = 250},
            250},
        {{.id = V4L2_CID_EXPOSURE_AUTO_PRIORITY,
             .type = V4L2_CTRL_TYPE_BOOLEAN,
             .name = "Exposure, Auto Priority",
             .maximum = 1,
             .step = 1},
            0},
        {{.id = V4L2_CID_CAMERA_CLASS,
             .type = V4L2_CTRL_TYPE_CTRL_CLASS,
             .name = "Camera Controls"},
            0},
        {{.id = V4L2_CID_FOCUS_ABSOLUTE,
             .type = V4L2_CTRL_TYPE_INTEGER,
             .name = "Focus",
             .flags = V4L2_CTRL_FLAG_DISABLED,
             .maximum = 9},
            0}},
    .n_controls = 7,
};

static struct kernel *kernel(void)
{
    struct kernel *k = malloc(sizeof *k);

    *k = usb_camera;
    return k;
}

static const struct pi_source_want hd = {.width = 1280, .height = 720, .framerate = 10};

Test(v4l2, takes_mjpeg_where_both_have_the_size)
{
    struct kernel *k = kernel();
    struct v4l2_port port = port_of(k);
    struct v4l2_device d;

    cr_assert_eq(v4l2_device_open(&d, &port, "/dev/video0", &hd, NULL), 0);
    cr_expect_eq(d.form, V4L2_FORM_MJPEG);
    cr_expect(d.width == 1280 && d.height == 720);
    cr_expect_eq(d.framerate, 10);
    cr_expect_eq(k->n_queued, V4L2_BUFFERS);
    cr_expect(k->streaming);
    v4l2_device_close(&d);
    cr_expect_not(k->is_open);
    v4l2_device_close(&d);
    free(k);
}

Test(v4l2, takes_yuyv_where_only_that_has_the_size)
{
    const struct pi_source_want want = {.width = 320, .height = 240, .framerate = 10};
    struct kernel *k = kernel();
    struct v4l2_port port = port_of(k);
    struct v4l2_device d;

    cr_assert_eq(v4l2_device_open(&d, &port, "/dev/video0", &want, NULL), 0);
    cr_expect_eq(d.form, V4L2_FORM_YUYV);
    cr_expect_eq(d.stride, 320 * 2 + 32);
    v4l2_device_close(&d);
    free(k);
}

static void expect_size(
    struct kernel *k, unsigned want_width, unsigned want_height, unsigned width, unsigned height)
{
    const struct pi_source_want want = {
        .width = want_width, .height = want_height, .framerate = 10};
    struct v4l2_port port = port_of(k);
    struct v4l2_device d;

    cr_assert_eq(v4l2_device_open(&d, &port, "/dev/video0", &want, NULL), 0);
    cr_expect(d.width == width && d.height == height, "%ux%u: %ux%u", want_width, want_height,
        d.width, d.height);
    v4l2_device_close(&d);
}

Test(v4l2, a_size_that_is_not_there_is_the_nearest)
{
    struct kernel *k = kernel();

    expect_size(k, 1024, 768, 1280, 720);
    expect_size(k, 10, 10, 320, 240);
    expect_size(k, 4000, 3000, 1920, 1080);
    k->gives = (struct size){800, 600};
    expect_size(k, 1024, 768, 800, 600);
    free(k);
}

Test(v4l2, sizes_may_come_in_steps_or_not_at_all)
{
    struct kernel *k = kernel();

    k->n_formats = 1;
    k->formats[0] = (struct format){V4L2_PIX_FMT_YUYV, {{64, 48}, {1920, 1080}, {16, 8}}, true};
    expect_size(k, 1024, 768, 1024, 768);
    expect_size(k, 1030, 770, 1024, 768);
    expect_size(k, 20, 4000, 64, 1080);
    k->formats[0] = (struct format){V4L2_PIX_FMT_YUYV, {{0, 0}}, false};
    expect_size(k, 1024, 768, 1024, 768);
    free(k);
}

static void expect_refusal(struct kernel *k, const char *path, int result, const char *sentence)
{
    struct v4l2_port port = port_of(k);
    struct error e = ERROR_NULL;
    struct v4l2_device d;

    cr_expect_eq(v4l2_device_open(&d, &port, path, &hd, &e), result);
    cr_expect_str_eq(error_text(&e), sentence);
    cr_expect_not(k->is_open);
}

Test(v4l2, what_cannot_be_used_is_told)
{
    struct kernel *k = kernel();

    expect_refusal(k, "/dev/video7", -ENOENT, "/dev/video7: No such file or directory");
    k->n_formats = 1;
    k->formats[0].fourcc = V4L2_PIX_FMT_NV12;
    expect_refusal(k, "/dev/video0", -ENOTSUP, "/dev/video0 gives neither MJPEG nor YUYV");
    k->capabilities = V4L2_CAP_VIDEO_CAPTURE;
    expect_refusal(k, "/dev/video0", -ENOTSUP, "/dev/video0 cannot stream");
    k->capabilities = V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_STREAMING;
    expect_refusal(k, "/dev/video0", -ENOTSUP,
        "/dev/video0 takes no pictures in a form that is understood here");
    free(k);
}

Test(v4l2, every_call_may_fail_and_nothing_is_left)
{
    for (unsigned fail_at = 1; fail_at < 60; fail_at++) {
        struct kernel *k = kernel();
        struct v4l2_port port = port_of(k);
        struct error e = ERROR_NULL;
        struct v4l2_device d;
        k->fail_at = fail_at;
        if (v4l2_device_open(&d, &port, "/dev/video0", &hd, &e) < 0)
            cr_expect(e.text[0], "call %u", fail_at);
        else
            v4l2_device_close(&d);
        cr_expect_not(k->is_open, "call %u", fail_at);
        cr_expect_eq(k->n_mapped, 0, "call %u", fail_at);
        free(k);
    }
}

Test(v4l2, pictures_are_taken_and_given_back)
{
    struct kernel *k = kernel();
    struct v4l2_port port = port_of(k);
    struct v4l2_device d;
    struct v4l2_picture p;

    cr_assert_eq(v4l2_device_open(&d, &port, "/dev/video0", &hd, NULL), 0);
    cr_expect_eq(v4l2_device_take(&d, &p), -EAGAIN);
    for (unsigned i = 0; i < 10; i++) {
        k->bytesused = 100 + i;
        k->flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
        cr_assert_eq(v4l2_device_take(&d, &p), 0);
        cr_expect_eq(p.n, 100 + i);
        cr_expect_eq(p.bytes, k->memory[i % V4L2_BUFFERS]);
        cr_expect_eq(p.taken_us, 5250000);
        cr_assert_eq(v4l2_device_give_back(&d, &p), 0);
    }
    k->flags = V4L2_BUF_FLAG_ERROR;
    cr_expect_eq(v4l2_device_take(&d, &p), -EIO);
    cr_expect_eq(k->n_queued, V4L2_BUFFERS, "a spoilt one goes back by itself");
    k->flags = 0;
    k->bytesused = BUFFER_BYTES + 1;
    cr_expect_eq(v4l2_device_take(&d, &p), -EIO);
    v4l2_device_close(&d);
    free(k);
}

Test(v4l2, night_is_manual_exposure_and_gain)
{
    const struct pi_source_want night = {.manual = true, .exposure_us = 100000, .gain = 4};
    struct kernel *k = kernel();
    struct v4l2_port port = port_of(k);
    struct pi_exposure e = {.exposure_us = -1};
    struct v4l2_device d;

    cr_assert_eq(v4l2_device_open(&d, &port, "/dev/video0", &hd, NULL), 0);
    cr_expect_eq(v4l2_device_expose(&d, &night), 0);
    cr_expect_eq(control(k, V4L2_CID_EXPOSURE_AUTO)->value, V4L2_EXPOSURE_MANUAL);
    cr_expect_eq(control(k, V4L2_CID_EXPOSURE_ABSOLUTE)->value, 1000);
    cr_expect_eq(control(k, V4L2_CID_GAIN)->value, 30, "a fifth of the way");
    cr_expect_eq(control(k, V4L2_CID_EXPOSURE_AUTO_PRIORITY)->value, 1);
    v4l2_device_exposure(&d, &e);
    cr_expect(e.exposure_us == 100000 && !e.automatic && fabs(e.gain - 4) < 1e-9);
    cr_expect_eq(v4l2_device_expose(&d,
                     &(struct pi_source_want){.manual = true, .exposure_us = 2000000, .gain = 100}),
        0);
    cr_expect_eq(control(k, V4L2_CID_EXPOSURE_ABSOLUTE)->value, 2047, "as long as it can");
    cr_expect_eq(control(k, V4L2_CID_GAIN)->value, 150);
    k->refuse_manual = true; /* has no fully automatic mode, as most */
    cr_expect_eq(v4l2_device_expose(&d, &hd), 0);
    cr_expect_eq(control(k, V4L2_CID_EXPOSURE_AUTO)->value, V4L2_EXPOSURE_APERTURE_PRIORITY);
    cr_expect_eq(control(k, V4L2_CID_GAIN)->value, 64);
    v4l2_device_exposure(&d, &e);
    cr_expect(e.automatic);
    v4l2_device_close(&d);
    free(k);
}

Test(v4l2, a_camera_without_controls_does_it_by_itself)
{
    struct kernel *k = kernel();
    struct v4l2_port port = port_of(k);
    struct v4l2_device d;

    k->n_controls = 0;
    cr_assert_eq(v4l2_device_open(&d, &port, "/dev/video0", &hd, NULL), 0);
    cr_expect_eq(v4l2_device_expose(
                     &d, &(struct pi_source_want){.manual = true, .exposure_us = 1, .gain = 1}),
        -ENOTSUP);
    v4l2_device_close(&d);
    free(k);
}

Test(v4l2, controls_are_listed_with_their_ranges)
{
    struct kernel *k = kernel();
    struct v4l2_port port = port_of(k);
    struct pi_control out[8];
    struct v4l2_device d;

    cr_assert_eq(v4l2_device_open(&d, &port, "/dev/video0", &hd, NULL), 0);
    cr_expect_eq(v4l2_device_controls(&d, out, 8), 5, "neither classes nor what is disabled");
    cr_expect_str_eq(out[0].name, "Brightness");
    cr_expect(out[0].min == -64 && out[0].max == 64 && out[0].value == 3);
    cr_expect_eq(v4l2_device_controls(&d, out, 2), 2);
    v4l2_device_close(&d);
    free(k);
}
