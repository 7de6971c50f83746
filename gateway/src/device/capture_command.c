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

/* A picture on its way to the disk. The store keeps the pointer until it has answered; the call may
 * have timed out by then, and the device, or all of them, be gone. */
struct capture_answer {
    struct device *device; /* NULL: cancelled */
    wr_handle call, handle;
};

static void capture_cancel(void *object)
{
    struct capture_answer *a = object;

    a->device = NULL;
}

static const struct scope_kind answer_kind = {"kept picture", capture_cancel};

static void stored(void *ctx, int result, uint64_t id)
{
    _cleanup_(freep) struct capture_answer *a = ctx;
    struct device *d = a->device;
    char text[STORE_TROUBLE_BYTES];

    if (!d)
        return;
    scope_take(&d->scope, a->handle, &answer_kind);
    if (result == -ENOSPC)
        command_answer(d, a->call, result, "the disk is full: the picture was not kept");
    else if (result == -EINVAL)
        command_answer(d, a->call, -EBADMSG,
            "the camera's picture is not a whole JPEG of a size that can be kept");
    else if (result == -EIO) /* which of a command is the device's; this is ours */
        command_answer(d, a->call, -EROFS, store_trouble(d->all->env.store, text));
    else if (result < 0)
        command_answer(d, a->call, result, NULL);
    else {
        snprintf(text, sizeof text, "{\"id\":%llu}", (unsigned long long)id);
        command_answer(d, a->call, 0, text);
    }
}

static int store_newest(struct command_call *c, struct frame *f)
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

    if (!a)
        return -ENOMEM;
    *a = (struct capture_answer){.device = d, .call = c->handle};
    a->handle = scope_add(&d->scope, &answer_kind, a);
    r = a->handle ? store_capture(d->all->env.store, f, &meta, stored, a) : -EAGAIN;
    if (r < 0) {
        if (a->handle)
            scope_take(&d->scope, a->handle, &answer_kind);
        free(a);
    }
    return r;
}

static void keep(struct command_call *c, struct frame *f)
{
    int r = store_newest(c, f);

    c->storing = r == 0;
    if (r < 0)
        command_finish(c, r, r == -EAGAIN ? "too many pictures wait for the disk" : NULL);
}

void capture_command_run(struct command_call *c)
{
    struct device *d = c->device;
    struct frame *f = last_frame(d->all->env.last, d->channel);

    if (f && clock_is_lately(f->pub.received_us, loop_wall_us(d->all->env.loop), FRESH_US)) {
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
