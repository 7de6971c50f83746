/* command.c - commands on their way: checked at once, given to the driver on a later turn, answered
 * once or timed out. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "device/device.h"

/* Calls that one device may have open; a room of impatient people reaches it, a script in a loop
 * does. */
#define COMMANDS_MAX 32
#define COMMAND_TIMEOUT_MS 10000u

size_t device_n_commands(const struct device *d)
{
    size_t n = 0;

    while (d->kind && d->kind->commands && d->kind->commands[n].name)
        n++;
    return n + (d->kind && (d->kind->flags & WR_KIND_CAMERA) ? 1 : 0);
}

const struct wr_command *device_command_row(const struct device *d, size_t i)
{
    size_t n = device_n_commands(d);
    bool camera = d->kind && (d->kind->flags & WR_KIND_CAMERA);

    if (i >= n)
        return NULL;
    return camera && i == n - 1 ? &capture_command : &d->kind->commands[i];
}

static const struct wr_command *find_row(
    const struct device *d, const char *name, unsigned *ret_index)
{
    for (size_t i = 0; i < device_n_commands(d); i++) {
        const struct wr_command *row = device_command_row(d, i);

        if (strcmp(row->name, name) == 0) {
            *ret_index = (unsigned)i;
            return row;
        }
    }
    return NULL;
}

int device_command_role(const struct device *d, const char *name, enum wr_role *ret)
{
    unsigned i;
    const struct wr_command *row = find_row(d, name, &i);

    if (!row)
        return -ENOENT;
    *ret = row->role;
    return 0;
}

/* The handle's kind: cancelling it (by a driver that mistakes it for a timer) ends the call. */
static void call_cancel(void *object)
{
    struct command_call *c = object;

    c->handle = 0;
    command_finish(c, -ECANCELED, "the device was stopped");
}

static const struct scope_kind call_kind = {"call", call_cancel};

static void publish_end(struct command_call *c, int result, const char *json)
{
    char text[1024];
    struct wr_json j = wr_json_into(text, sizeof text);

    wr_json_object(&j);
    wr_json_key(&j, "command");
    wr_json_string(&j, c->row->name);
    if (result < 0) {
        wr_json_key(&j, "error");
        wr_json_string_n(&j, json, strnlen(json, 400));
    }
    wr_json_end(&j);
    device_publish(c->device, result < 0 ? "command.failed" : "command.done", wr_json_text(&j));
}

void command_finish(struct command_call *c, int result, const char *json)
{
    command_fn fn = c->fn;

    if (result < 0 && !json)
        json = error_name(result);
    if (!json)
        json = "null";
    if (c->handle)
        scope_take(&c->device->scope, c->handle, &call_kind);
    list_remove(&c->link);
    list_remove(&c->waiting);
    timer_stop(&c->timeout);
    if (c->looking)
        device_unlook(c->device);
    publish_end(c, result, json);
    if (fn)
        fn(c->ctx, result, json);
    param_values_fini(c->args, c->n_args);
    free(c->args);
    free(c);
}

/* What its driver says does not work, by the attribute of that name; "". */
static const char *trouble_of(const struct device *d)
{
    for (size_t i = 0; i < d->n_attributes; i++) {
        const struct wr_value *v = &d->attributes[i].value.v;

        if (strcmp(d->kind->attributes[i].key, "trouble") == 0 && v->type == WR_STRING)
            return v->s;
    }
    return "";
}

static void timed_out(struct timer *t)
{
    struct command_call *c = container_of(t, struct command_call, timeout);
    const char *trouble = c->storing ? "" : trouble_of(c->device);
    struct error why = ERROR_NULL;

    error_set(&why, -ETIMEDOUT, "%s%s%s",
        c->storing                    ? "the disk did not take the picture in time"
            : list_empty(&c->waiting) ? "the device did not answer in time"
                                      : "no picture came in time",
        *trouble ? ": " : "", trouble);
    command_finish(c, why.code, error_text(&why));
}

static int check_state(const struct device *d, const struct wr_command *row, struct error *e)
{
    const struct command_call *other;
    size_t n = 0;

    if (d->state != DEVICE_ONLINE)
        return error_set(e, -ENOTCONN, "%s is %s%s%s", d->name, device_state_name(d->state),
            d->why[0] ? ": " : "", d->why);
    list_for_each (other, &d->calls, link) {
        n++;
        if ((row->flags & WR_EXCLUSIVE) && other->row == row)
            return error_set(e, -EBUSY, "%s runs already and is done one at a time", row->name);
    }
    if (n >= COMMANDS_MAX)
        return error_set(e, -EAGAIN, "%s has %d commands to answer already", d->name, COMMANDS_MAX);
    return 0;
}

static void call_free(struct command_call *c)
{
    if (!c)
        return;
    if (c->args)
        param_values_fini(c->args, c->n_args);
    free(c->args);
    free(c);
}
DEFINE_CLEANUP(struct command_call *, call_free)

int device_command(struct device *d, const char *name, const json_t *args, command_fn fn, void *ctx,
    struct command_call **ret, struct error *e)
{
    _cleanup_(call_freep) struct command_call *c = NULL;
    unsigned index = 0;
    const struct wr_command *row = find_row(d, name, &index);
    int r;

    if (!row)
        return error_set(e, -ENOENT, "%s has no command \"%.60s\"", d->name, name);
    c = calloc(1, sizeof *c);
    if (!c)
        return error_set(e, -ENOMEM, "no memory");
    c->n_args = row->args ? param_count(row->args) : 0;
    c->args = calloc(MAX(c->n_args, 1), sizeof *c->args);
    if (!c->args)
        return error_set(e, -ENOMEM, "no memory");
    if (!row->args && json_object_size(args) > 0)
        return error_set(e, -EINVAL, "%s takes no arguments", row->name);
    if (row->args && (r = param_args_from_json(row->args, args, c->args, e)) < 0)
        return r;
    if ((r = check_state(d, row, e)) < 0)
        return r;
    c->handle = scope_add(&d->scope, &call_kind, c);
    if (!c->handle)
        return error_set(e, -EAGAIN, "%s has too much to do", d->name);

    c->device = d;
    c->row = row;
    c->index = index;
    c->fn = fn;
    c->ctx = ctx;
    list_init(&c->waiting);
    list_append(&d->calls, &c->link);
    timer_init(&c->timeout, d->all->env.loop, timed_out);
    timer_once(
        &c->timeout, (int64_t)(row->timeout_ms ? row->timeout_ms : COMMAND_TIMEOUT_MS) * 1000);
    device_poke(d);
    if (ret)
        *ret = c;
    c = NULL;
    return 0;
}

void command_abandon(struct command_call *c)
{
    c->fn = NULL;
}

static void give_to_driver(struct device *d, struct command_call *c)
{
    struct wr_value args[PARAM_MAX_ROWS];
    struct wr_call call = {.id = c->handle,
        .name = c->row->name,
        .index = c->index,
        .args = args,
        .n_args = c->n_args};
    wr_handle handle = c->handle;
    int r;

    for (size_t i = 0; i < c->n_args; i++)
        args[i] = c->args[i].v;
    driver_enter(d);
    r = d->driver->table->run(&d->pub, &call);
    driver_leave(d);
    if (r < 0 && (c = scope_get(&d->scope, handle, &call_kind)))
        command_finish(c, r, NULL);
}

/* One call may end others, so the walk begins anew after each. */
void commands_run(struct device *d)
{
    for (;;) {
        struct command_call *c = NULL, *each;

        list_for_each (each, &d->calls, link) {
            if (!each->given) {
                c = each;
                break;
            }
        }
        if (!c || !d->running || d->restart)
            return;
        c->given = true;
        if (c->row == &capture_command)
            capture_command_run(c);
        else
            give_to_driver(d, c);
    }
}

void commands_cancel(struct device *d, int result)
{
    while (!list_empty(&d->calls))
        command_finish(
            list_first(&d->calls, struct command_call, link), result, "the device was stopped");
}

int command_answer(struct device *d, wr_handle handle, int result, const char *json)
{
    struct command_call *c = scope_get(&d->scope, handle, &call_kind);
    struct error e = ERROR_NULL;

    if (!c) {
        d->stats.n_late_answers++;
        return -ESTALE;
    }
    if (result >= 0 && json) {
        _cleanup_(json_freep) json_t *j = json_read(json, strlen(json), &e);

        if (!j) {
            log_error("a driver's answer is not JSON", F_STR("device", d->id),
                F_STR("command", c->row->name), F_ERROR(&e));
            command_finish(c, -EBADMSG, "the driver's answer is not JSON");
            return -EINVAL;
        }
    }
    command_finish(c, MIN(result, 0), json);
    return 0;
}
