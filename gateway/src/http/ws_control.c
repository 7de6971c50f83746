#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/version.h"
#include "http/ws_private.h"
#include "loop/loop.h"

/* --- answers ---------------------------------------------------------------------------------- */

static void reply_consume(struct ws_viewer *v, struct buf *b, struct wr_json *j)
{
    if (buf_json_end(b, j) == 0)
        viewer_reply(v, (const char *)buf_data(b), b->len);
    buf_fini(b);
}

static struct wr_json begin(struct buf *b, const char *type, const int64_t *id)
{
    struct wr_json j = buf_json(b);

    wr_json_object(&j);
    if (id) {
        wr_json_key(&j, "id");
        wr_json_int(&j, *id);
    }
    wr_json_key(&j, "type");
    wr_json_string(&j, type);
    return j;
}

static void key_time(struct ws_viewer *v, struct wr_json *j)
{
    char text[CLOCK_TEXT_BYTES];

    wr_json_key(j, "time");
    wr_json_string(j, clock_format(loop_wall_us(v->hub->api->loop), text));
}

void control_hello(struct ws_viewer *v)
{
    struct buf b = BUF_INIT(1024);
    struct wr_json j = begin(&b, "hello", NULL);

    wr_json_key(&j, "version");
    wr_json_string(&j, WARREN_VERSION);
    wr_json_key(&j, "boot_id");
    wr_json_string(&j, v->hub->api->boot_id);
    key_time(v, &j);
    wr_json_end(&j);
    reply_consume(v, &b, &j);
}

static const char *code_of(int error)
{
    switch (error) {
    case -ENOENT:
        return "not_found";
    case -EINVAL:
    case -EDOM:
        return "invalid";
    case -EPERM:
        return "forbidden";
    case -EBUSY:
        return "busy";
    case -EAGAIN:
        return "too_many";
    case -ENOTCONN:
    case -ECANCELED:
        return "offline";
    case -ETIMEDOUT:
        return "timeout";
    case -ENOSPC:
        return "full";
    default:
        return "failed";
    }
}

static void reply_failure(struct ws_viewer *v, int64_t id, int error, const char *message)
{
    struct buf b = BUF_INIT(WS_MAX_REPLY_BYTES);
    struct wr_json j = begin(&b, "result", &id);

    wr_json_key(&j, "success");
    wr_json_bool(&j, false);
    wr_json_key(&j, "error");
    wr_json_object(&j);
    wr_json_key(&j, "code");
    wr_json_string(&j, code_of(error));
    wr_json_key(&j, "message");
    wr_json_string(&j, message);
    wr_json_end(&j);
    wr_json_end(&j);
    reply_consume(v, &b, &j);
}

static void reply_raw(struct ws_viewer *v, int64_t id, const char *json)
{
    struct buf b = BUF_INIT(WS_MAX_REPLY_BYTES);
    struct wr_json j = begin(&b, "result", &id);

    wr_json_key(&j, "success");
    wr_json_bool(&j, true);
    wr_json_key(&j, "result");
    wr_json_raw(&j, json, strlen(json));
    wr_json_end(&j);
    reply_consume(v, &b, &j);
}

/* --- what a viewer asks ----------------------------------------------------------------------- */

static void do_subscribe(struct ws_viewer *v, struct ws_message *m)
{
    struct buf b = BUF_INIT(WS_MAX_REPLY_BYTES);
    struct wr_json j = begin(&b, "result", &m->id);

    subscription_set_consume(v, m);
    wr_json_key(&j, "success");
    wr_json_bool(&j, true);
    wr_json_key(&j, "result");
    wr_json_object(&j);
    wr_json_key(&j, "channels");
    subscription_channels(v, &j);
    wr_json_end(&j);
    wr_json_end(&j);
    reply_consume(v, &b, &j);
}

static void do_unsubscribe(struct ws_viewer *v, struct ws_message *m)
{
    subscription_clear(v);
    reply_raw(v, m->id, "null");
}

static void do_ping(struct ws_viewer *v, struct ws_message *m)
{
    struct buf b = BUF_INIT(256);
    struct wr_json j = begin(&b, "pong", &m->id);

    key_time(v, &j);
    wr_json_end(&j);
    reply_consume(v, &b, &j);
}

static void command_answered(void *ctx, int result, const char *json)
{
    struct ws_call *c = ctx;

    if (result < 0)
        reply_failure(c->viewer, c->id, result, json);
    else
        reply_raw(c->viewer, c->id, json);
    c->viewer->n_calls--;
    list_remove(&c->link);
    free(c);
}

static bool may_command(struct ws_viewer *v, const struct device *d, const char *command)
{
    static const enum permission needed[] = {[WR_ROLE_OPERATOR] = PERMISSION_OPERATE,
        [WR_ROLE_VIEWER] = PERMISSION_VIEW,
        [WR_ROLE_ADMIN] = PERMISSION_ADMIN};
    enum wr_role role = WR_ROLE_OPERATOR;

    return device_command_role(d, command, &role) < 0 ||
        (role <= WR_ROLE_ADMIN && auth_may(&v->who, needed[role], device_id(d)));
}

static int run_command(struct ws_viewer *v, const struct ws_message *m, struct error *e)
{
    struct device *d = devices_find(v->hub->api->devices, m->device);
    struct ws_call *c;
    int r;

    if (!d)
        return error_set(e, -ENOENT, "there is no device \"%s\"", m->device);
    if (!may_command(v, d, m->command))
        return error_set(e, -EPERM, "you may not do that");
    if (v->n_calls >= WS_MAX_CALLS)
        return error_set(e, -EAGAIN, "%d commands wait for an answer already", WS_MAX_CALLS);
    c = calloc(1, sizeof *c);
    if (!c)
        return error_set(e, -ENOMEM, "no memory");
    c->viewer = v;
    c->id = m->id;
    r = device_command(d, m->command, m->args, command_answered, c, &c->call, e);
    if (r < 0) {
        free(c);
        return r;
    }
    list_append(&v->calls, &c->link);
    v->n_calls++;
    return 0;
}

static void do_command(struct ws_viewer *v, struct ws_message *m)
{
    struct error e = ERROR_NULL;

    if (run_command(v, m, &e) < 0)
        reply_failure(v, m->id, e.code, error_text(&e));
}

static void do_ack(struct ws_viewer *v, struct ws_message *m)
{
    subscription_ack(v, m->channel, m->seq);
}

void control_abandon(struct ws_viewer *v)
{
    while (!list_empty(&v->calls)) {
        struct ws_call *c = list_first(&v->calls, struct ws_call, link);

        command_abandon(c->call);
        list_remove(&c->link);
        free(c);
    }
}

/* --- messages --------------------------------------------------------------------------------- */

static void (*const run[])(struct ws_viewer *v, struct ws_message *m) = {
    [WS_MESSAGE_ACK] = do_ack,
    [WS_MESSAGE_COMMAND] = do_command,
    [WS_MESSAGE_PING] = do_ping,
    [WS_MESSAGE_SUBSCRIBE] = do_subscribe,
    [WS_MESSAGE_UNSUBSCRIBE] = do_unsubscribe,
};

static bool within_rate(struct ws_viewer *v)
{
    int64_t now = loop_now_us(v->hub->api->loop);

    if (v->tokens_us == 0)
        v->tokens = WS_MESSAGES_BURST;
    else
        v->tokens = MIN(v->tokens + (double)(now - v->tokens_us) * WS_MESSAGES_PER_S / 1e6,
            (double)WS_MESSAGES_BURST);
    v->tokens_us = now;
    if (v->tokens < 1)
        return false;
    v->tokens--;
    return true;
}

void control_message(struct ws_viewer *v, const char *text, size_t n)
{
    struct error e = ERROR_NULL;
    struct ws_message m;
    int64_t id = 0;

    if (!within_rate(v)) {
        viewer_close(v, WS_CLOSE_POLICY, "too many messages");
        return;
    }
    if (ws_message_read(text, n, &m, &id, &e) < 0) {
        reply_failure(v, id, e.code, error_text(&e));
        return;
    }
    run[m.type](v, &m);
    ws_message_fini(&m);
}
