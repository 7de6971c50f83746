/* capture_command.c - `capture`, the command of every camera: keep the newest frame, or the next
 * one where the newest is old. */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "base/clock.h"
#include "device/device.h"

/* A live camera's newest frame is younger; an older one shows what was, not what is. */
#define FRESH_US US_PER_S

const struct wr_command capture_command = {
    .name = "capture",
    .help = "Keep the newest picture",
    .timeout_ms = 10000,
};

/* What the store's answer needs; the call may have timed out and the device gone by then. */
struct capture_answer {
    struct devices *all;
    char device[WR_NAME_MAX + 1];
    wr_handle handle;
};

static void stored(void *ctx, int result, uint64_t id)
{
    _cleanup_(freep) struct capture_answer *a = ctx;
    struct device *d = devices_find(a->all, a->device);
    char text[48];

    if (!d)
        return;
    if (result == -ENOSPC)
        command_answer(d, a->handle, result, "the disk is full: the picture was not kept");
    else if (result == -EINVAL)
        command_answer(d, a->handle, -EBADMSG,
            "the camera's picture is not a whole JPEG of a size that can be kept");
    else if (result < 0)
        command_answer(d, a->handle, result, NULL);
    else {
        snprintf(text, sizeof text, "{\"id\":%llu}", (unsigned long long)id);
        command_answer(d, a->handle, 0, text);
    }
}

static void keep(struct command_call *c, struct frame *f)
{
    struct device *d = c->device;
    struct capture_meta meta = {.device = d->id,
        .captured_us = f->pub.captured_us,
        .received_us = f->pub.received_us,
        .source = "command",
        .latitude = NAN,
        .longitude = NAN};
    struct capture_answer *a = calloc(1, sizeof *a);
    int r;

    if (!a) {
        command_finish(c, -ENOMEM, NULL);
        return;
    }
    a->all = d->all;
    a->handle = c->handle;
    snprintf(a->device, sizeof a->device, "%s", d->id);
    r = store_capture(d->all->env.store, f, &meta, stored, a);
    if (r < 0) {
        free(a);
        command_finish(c, r, r == -EAGAIN ? "too many pictures wait for the disk" : NULL);
    }
}

void capture_command_run(struct command_call *c)
{
    struct device *d = c->device;
    struct frame *f = last_frame(d->all->env.last, d->channel);

    if (f && loop_wall_us(d->all->env.loop) - f->pub.received_us <= FRESH_US) {
        keep(c, f);
        return;
    }
    c->looking = true;
    device_look(d);
    list_append(&d->frame_waiters, &c->waiting);
}

void capture_command_frame(struct device *d, struct frame *f)
{
    while (!list_empty(&d->frame_waiters)) {
        struct command_call *c = list_first(&d->frame_waiters, struct command_call, waiting);

        list_remove(&c->waiting);
        keep(c, f);
    }
}
