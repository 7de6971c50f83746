/* v4l2_controls.c - exposure and gain. Devices name and measure them differently:
 *
 *     cameras on USB   EXPOSURE_AUTO (a menu), EXPOSURE_ABSOLUTE in 100 µs, GAIN in units of their own
 *     sensors          EXPOSURE in lines (not used here), ANALOGUE_GAIN in units of their own
 *
 * A gain of 1 is the least a control can do, GAIN_AT_MAX the most; between them it is linear. That
 * is a guess, but one that is written down.
 */
#include <errno.h>
#include <linux/videodev2.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "v4l2_device.h"

#define GAIN_AT_MAX 16.0
#define MAX_LISTED 256

static int call(struct v4l2_device *d, unsigned long request, void *argument)
{
    return d->port->ioctl(d->port->ctx, d->fd, request, argument) < 0 ? -errno : 0;
}

static int find(struct v4l2_device *d, uint32_t id, struct v4l2_queryctrl *ret)
{
    *ret = (struct v4l2_queryctrl){.id = id};
    int r = call(d, VIDIOC_QUERYCTRL, ret);
    return r < 0 ? r : ret->flags & V4L2_CTRL_FLAG_DISABLED ? -ENOTSUP : 0;
}

static int set(struct v4l2_device *d, uint32_t id, int32_t value)
{
    struct v4l2_control c = {.id = id, .value = value};

    return call(d, VIDIOC_S_CTRL, &c);
}

static int get(struct v4l2_device *d, uint32_t id, int32_t *ret)
{
    struct v4l2_control c = {.id = id};
    int r = call(d, VIDIOC_G_CTRL, &c);

    if (r >= 0)
        *ret = c.value;
    return r;
}

static int32_t clamp(double v, const struct v4l2_queryctrl *q)
{
    int64_t step = MAX(q->step, 1), n;

    v = fmin(fmax(v, q->minimum), q->maximum);
    n = (int64_t)((v - q->minimum) / (double)step + 0.5);
    return (int32_t)(q->minimum + n * step);
}

static int expose_manually(struct v4l2_device *d, const struct pi_source_want *want)
{
    struct v4l2_queryctrl q;
    bool any = false;

    if (find(d, V4L2_CID_EXPOSURE_AUTO, &q) == 0)
        any |= set(d, V4L2_CID_EXPOSURE_AUTO, V4L2_EXPOSURE_MANUAL) == 0;
    /* lets a camera on USB give fewer pictures for a longer exposure */
    if (find(d, V4L2_CID_EXPOSURE_AUTO_PRIORITY, &q) == 0)
        (void)set(d, V4L2_CID_EXPOSURE_AUTO_PRIORITY, 1);
    if (find(d, V4L2_CID_EXPOSURE_ABSOLUTE, &q) == 0)
        any |= set(d, V4L2_CID_EXPOSURE_ABSOLUTE, clamp(want->exposure_us / 100.0, &q)) == 0;
    if (find(d, V4L2_CID_AUTOGAIN, &q) == 0)
        any |= set(d, V4L2_CID_AUTOGAIN, 0) == 0;
    uint32_t gain =
        find(d, V4L2_CID_ANALOGUE_GAIN, &q) == 0 ? V4L2_CID_ANALOGUE_GAIN : V4L2_CID_GAIN;
    if (find(d, gain, &q) == 0)
        any |= set(d, gain,
                   clamp(q.minimum +
                           (want->gain - 1) / (GAIN_AT_MAX - 1) * ((double)q.maximum - q.minimum),
                       &q)) == 0;
    return any ? 0 : -ENOTSUP;
}

static int set_to_default(struct v4l2_device *d, uint32_t id)
{
    struct v4l2_queryctrl q;
    int r = find(d, id, &q);

    return r < 0 ? r : set(d, id, q.default_value);
}

/* The menu's automatic entry: by its default, or whichever it takes; a device that was left on
 * manual is not left so. */
static int expose_automatically(struct v4l2_device *d)
{
    struct v4l2_queryctrl q;
    bool any = false;

    if (find(d, V4L2_CID_EXPOSURE_AUTO, &q) == 0)
        any |= (q.default_value != V4L2_EXPOSURE_MANUAL &&
                   set(d, V4L2_CID_EXPOSURE_AUTO, q.default_value) == 0) ||
            set(d, V4L2_CID_EXPOSURE_AUTO, V4L2_EXPOSURE_APERTURE_PRIORITY) == 0 ||
            set(d, V4L2_CID_EXPOSURE_AUTO, V4L2_EXPOSURE_AUTO) == 0;
    if (find(d, V4L2_CID_AUTOGAIN, &q) == 0)
        any |= set(d, V4L2_CID_AUTOGAIN, 1) == 0;
    else
        any |= set_to_default(d,
                   find(d, V4L2_CID_ANALOGUE_GAIN, &q) == 0 ? V4L2_CID_ANALOGUE_GAIN
                                                            : V4L2_CID_GAIN) == 0;
    return any ? 0 : -ENOTSUP;
}

int v4l2_device_expose(struct v4l2_device *d, const struct pi_source_want *want)
{
    d->manual = want->manual;
    d->gain = want->gain;
    return want->manual ? expose_manually(d, want) : expose_automatically(d);
}

int v4l2_device_exposure(struct v4l2_device *d, struct pi_exposure *ret)
{
    int32_t mode, absolute;

    ret->automatic = !d->manual;
    if (get(d, V4L2_CID_EXPOSURE_AUTO, &mode) == 0)
        ret->automatic = mode != V4L2_EXPOSURE_MANUAL;
    if (get(d, V4L2_CID_EXPOSURE_ABSOLUTE, &absolute) == 0)
        ret->exposure_us = (int64_t)absolute * 100;
    if (d->manual)
        ret->gain = d->gain;
    return 0;
}

static bool has_value(const struct v4l2_queryctrl *q)
{
    bool number = q->type == V4L2_CTRL_TYPE_INTEGER || q->type == V4L2_CTRL_TYPE_BOOLEAN ||
        q->type == V4L2_CTRL_TYPE_MENU || q->type == V4L2_CTRL_TYPE_INTEGER_MENU ||
        q->type == V4L2_CTRL_TYPE_BITMASK;

    return number && !(q->flags & (V4L2_CTRL_FLAG_DISABLED | V4L2_CTRL_FLAG_WRITE_ONLY));
}

unsigned v4l2_device_controls(struct v4l2_device *d, struct pi_control *out, unsigned cap)
{
    struct v4l2_queryctrl q = {.id = V4L2_CTRL_FLAG_NEXT_CTRL};
    unsigned n = 0;
    int32_t value;

    for (unsigned i = 0; i < MAX_LISTED && n < cap && call(d, VIDIOC_QUERYCTRL, &q) == 0;
         i++, q.id |= V4L2_CTRL_FLAG_NEXT_CTRL) {
        if (!has_value(&q) || get(d, q.id, &value) < 0)
            continue;
        out[n] = (struct pi_control){
            .min = q.minimum, .max = q.maximum, .fallback = q.default_value, .value = value};
        snprintf(out[n++].name, sizeof out->name, "%.*s", (int)sizeof q.name, (const char *)q.name);
    }
    return n;
}
