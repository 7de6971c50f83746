/* host_call.c - commands: checked, given to the driver on a later turn, answered once. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "fakes/host_private.h"

/* Where the row states none; as in the gateway. */
#define COMMAND_TIMEOUT_MS 10000u

struct call {
    struct fake_call pub; /* first */
    struct fake_device *d;
    unsigned index;
    struct param_value *args;
    size_t n_args;
};

void fake_call_finish(struct fake_call *c, int result, const char *json)
{
    struct call *call = (struct call *)c;

    fake_handle_drop(call->d->host, c->handle);
    c->over = true;
    c->result = result;
    c->json = fake_strdup(json);
    if (call->args)
        param_values_fini(call->args, call->n_args);
    free(call->args);
    call->args = NULL;
}

static void call_timed_out(struct fake_host *h, struct fake_task *t)
{
    h->n_unanswered++;
    fake_call_finish(t->object, -ETIMEDOUT, "the device did not answer in time");
}

static void give_call(struct fake_host *h, struct fake_task *t)
{
    struct call *c = t->object;
    struct wr_value args[PARAM_MAX_ROWS];
    struct wr_call call = {.id = c->pub.handle,
        .name = c->d->kind->commands[c->index].name,
        .index = c->index,
        .args = args};
    int r;

    for (; call.n_args < c->n_args; call.n_args++)
        args[call.n_args] = c->args[call.n_args].v;
    fake_enter(c->d, "run");
    r = h->driver->run(&c->d->pub, &call);
    fake_leave(c->d);
    if (r > 0)
        fake_fail("run(%s): %d is neither 0 nor a negative errno", call.name, r);
    if (r < 0 && fake_handle_find(h, call.id))
        fake_call_finish(&c->pub, r, NULL);
}

static void take_args(struct call *c, const struct wr_command *row, va_list args)
{
    const char *key;

    c->n_args = row->args ? param_count(row->args) : 0;
    c->args = calloc(MAX(c->n_args, 1), sizeof *c->args);
    for (size_t i = 0; i < c->n_args; i++)
        param_default(&row->args[i], &c->args[i]);
    while ((key = va_arg(args, const char *))) {
        const char *text = va_arg(args, const char *);
        struct param_value v = {0};
        struct error e = ERROR_NULL;
        unsigned i;

        if (!row->args || !param_find(row->args, key, &i))
            fake_fail("fake_run(%s): there is no argument \"%s\"", row->name, key);
        if (param_from_text(&row->args[i], text, &v, &e) < 0)
            fake_fail("fake_run(%s): %s: %s", row->name, key, e.text);
        param_value_fini(&c->args[i]);
        c->args[i] = v;
    }
    for (size_t i = 0; i < c->n_args; i++) {
        if ((row->args[i].flags & WR_REQUIRED) && c->args[i].v.type == 0)
            fake_fail("fake_run(%s): the argument \"%s\" is required", row->name, row->args[i].key);
    }
}

static const struct wr_command *find_command(const struct fake_device *d, const char *name)
{
    for (const struct wr_command *c = d->kind->commands; c && c->name; c++) {
        if (strcmp(c->name, name) == 0)
            return c;
    }
    fake_fail("fake_run(%s): there is no command \"%s\"", d->id, name);
}

const struct fake_call *fake_run(struct wr_dev *dev, const char *name, ...)
{
    struct fake_device *d = fake_device_peek(dev);
    const struct wr_command *row = find_command(d, name);
    struct call *c;
    va_list args;

    if (!d->online)
        fake_fail("fake_run(%s): %s is not online: %s", name, d->id, d->why);
    c = fake_array_add(&d->host->calls, sizeof *c);
    c->d = d;
    c->index = (unsigned)(row - d->kind->commands);
    va_start(args, name);
    take_args(c, row, args);
    va_end(args);
    c->pub.handle = fake_handle_add(d, FAKE_CALL, c);
    fake_task_add(d->host, 0, c->pub.handle, give_call, c);
    fake_task_add(d->host, (row->timeout_ms ? row->timeout_ms : COMMAND_TIMEOUT_MS) * FAKE_MS,
        c->pub.handle, call_timed_out, c);
    return &c->pub;
}

int fake_host_done(struct wr_dev *dev, wr_handle call, int result, const char *json)
{
    struct fake_device *d = fake_device_of(dev, "done");
    struct fake_call *c = fake_handle_get(d, call, FAKE_CALL);
    struct error e = ERROR_NULL;

    if (!c)
        return -ESTALE;
    if (result > 0)
        fake_fail("done(%s): %d is neither 0 nor a negative errno", d->id, result);
    if (result == 0 && json) {
        json_t *j = json_read(json, strlen(json), &e);

        if (!j)
            fake_fail("done(%s): the answer is no JSON: %s: %s", d->id, json, e.text);
        json_decref(j);
    }
    fake_trace("    → %d %s", result, json ? json : "null");
    fake_call_finish(c, result, json);
    return 0;
}
