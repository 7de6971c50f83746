/* trigger.c - commands on the trigger port: one connection each, one after the other.
 *
 * The original camera takes one connection at a time and dies of what surprises it, so there is
 * never more than one of ours. A camera that does not answer one command would not answer the next:
 * all that wait fail with it.
 */
#include "camera.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct job *current(struct trigger *t)
{
    return &t->queue[t->first];
}

bool trigger_idle(const struct wr_dev *dev)
{
    return camera_of(dev)->trigger.n == 0;
}

static int append(struct wr_dev *dev, const struct job *job)
{
    struct trigger *t = &camera_of(dev)->trigger;
    struct job *place = &t->queue[(t->first + t->n) % QUEUE_MAX];

    if (t->n == QUEUE_MAX)
        return -EAGAIN;
    *place = *job;
    place->since_us = dev->host->now_us(dev);
    t->n++;
    return 0;
}

int trigger_send(struct wr_dev *dev, const struct job *job)
{
    int r;

    if (camera_of(dev)->presence.dialect == DIALECT_UNKNOWN && trigger_idle(dev) && !job->probe)
        append(dev, &presence_probe_job);
    r = append(dev, job);
    trigger_pump(dev);
    return r;
}

int trigger_line(const struct wr_dev *dev, struct pi_command *c, char *out, size_t cap)
{
    const char *token = dev->options[OPTION_TOKEN].type ? dev->options[OPTION_TOKEN].s : "";

    if (camera_of(dev)->presence.dialect == DIALECT_WARREN && *token)
        c->token = (struct span){token, strlen(token)};
    return pi_command_format(c, out, cap);
}

wr_handle trigger_connect(
    struct wr_dev *dev, const struct wr_tcp_events *events, size_t recv_max_bytes)
{
    struct wr_tcp_target target = {
        .size = sizeof target,
        .host = dev->options[OPTION_HOST].s,
        .port = (uint16_t)dev->options[OPTION_TRIGGER_PORT].i,
        .connect_timeout_ms = option_ms(dev, OPTION_CONNECT_TIMEOUT),
        .recv_max_bytes = recv_max_bytes,
    };

    return dev->host->tcp->connect(dev, &target, events, NULL);
}

enum trigger_state trigger_diagnose(
    struct wr_dev *dev, bool opened, bool heard, int error, char why[WHY_MAX])
{
    int port = (int)dev->options[OPTION_TRIGGER_PORT].i;

    if (!opened && error == -ECONNREFUSED) {
        snprintf(why, WHY_MAX,
            "the trigger port %d refuses connections: the camera's trigger server does not run",
            port);
        return TRIGGER_REFUSED;
    }
    if (!opened) {
        snprintf(why, WHY_MAX, "the trigger port %d cannot be reached: %s", port, strerror(-error));
        return TRIGGER_UNREACHABLE;
    }
    if (error == -ETIMEDOUT) {
        snprintf(why, WHY_MAX,
            heard ? "the trigger port %d did not finish its answer in time"
                  : "the trigger port %d accepts and says nothing: another client may block it",
            port);
        return TRIGGER_SILENT;
    }
    if (error < 0) {
        snprintf(
            why, WHY_MAX, "the trigger port %d ended the connection: %s", port, strerror(-error));
        return TRIGGER_RESET;
    }
    snprintf(why, WHY_MAX, "the trigger port %d closed without an answer", port);
    return TRIGGER_CLOSED;
}

/* --- the end of a job ------------------------------------------------------------------------- */

static struct job take_first(struct trigger *t)
{
    struct job job = *current(t);

    t->first = (t->first + 1) % QUEUE_MAX;
    t->n--;
    return job;
}

static void let_go(struct wr_dev *dev)
{
    struct trigger *t = &camera_of(dev)->trigger;

    dev->host->cancel(dev, t->tcp);
    dev->host->cancel(dev, t->deadline);
    t->tcp = t->deadline = 0;
}

static void answered(struct wr_dev *dev, const struct pi_reply *reply)
{
    struct job job = take_first(&camera_of(dev)->trigger);

    let_go(dev);
    job.fn(dev, &job, 0, reply, "");
    presence_trigger(dev, TRIGGER_OK, "");
    trigger_pump(dev);
}

/* Only what waits now: what a failed job asks for instead comes behind and is tried. */
static void failed(struct wr_dev *dev, enum trigger_state state, int result, const char *why)
{
    struct trigger *t = &camera_of(dev)->trigger;

    let_go(dev);
    t->flushing = true;
    for (size_t n = t->n; n > 0; n--) {
        struct job job = take_first(t);
        job.fn(dev, &job, result, NULL, why);
    }
    t->flushing = false;
    presence_trigger(dev, state, why);
    trigger_pump(dev);
}

static void ended(struct wr_dev *dev, int error)
{
    struct trigger *t = &camera_of(dev)->trigger;
    struct pi_reply reply;
    char why[WHY_MAX];
    enum trigger_state state;

    pi_reply_parse(t->reply, t->n_reply, &reply);
    /* An answer that is whole counts, however the connection ended. */
    if (t->n_reply > 0 && (error == 0 || reply.kind != PI_REPLY_OTHER)) {
        t->reply[reply.text.at + reply.text.n - t->reply] = '\0';
        answered(dev, &reply);
        return;
    }
    state = trigger_diagnose(dev, t->opened, t->n_reply > 0, error, why);
    failed(dev, state, error < 0 ? error : -ECONNRESET, why);
}

/* --- the connection --------------------------------------------------------------------------- */

static void on_deadline(struct wr_dev *dev, void *ctx)
{
    ended(dev, -ETIMEDOUT);
}

static int send_line(struct wr_dev *dev)
{
    struct trigger *t = &camera_of(dev)->trigger;
    struct job *job = current(t);
    struct pi_command c = {
        .kind = job->kind, .has_formats = job->has_formats, .formats = job->formats};
    char line[PI_COMMAND_MAX_BYTES + 1];
    int n;

    c.value = (struct span){job->value, strlen(job->value)};
    if (job->key)
        c.key = (struct span){job->key, strlen(job->key)};
    n = job->probe ? snprintf(line, sizeof line, "token - health\n")
                   : trigger_line(dev, &c, line, sizeof line);
    return n < 0 ? n : dev->host->tcp->send(dev, t->tcp, line, (size_t)n);
}

static void on_opened(struct wr_dev *dev, wr_handle h, void *ctx)
{
    struct trigger *t = &camera_of(dev)->trigger;
    struct job job;
    int r;

    t->opened = true;
    r = send_line(dev);
    if (r < 0) {
        job = take_first(t);
        let_go(dev);
        job.fn(dev, &job, r, NULL, "that cannot be written as a command to the camera");
        trigger_pump(dev);
        return;
    }
    t->deadline = dev->host->after(
        dev, option_ms(dev, OPTION_COMMAND_TIMEOUT) * US_PER_MS, on_deadline, NULL);
}

static size_t on_data(struct wr_dev *dev, wr_handle h, void *ctx, const uint8_t *bytes, size_t n)
{
    struct trigger *t = &camera_of(dev)->trigger;
    size_t room = PI_REPLY_MAX_BYTES - t->n_reply;

    if (n > room) {
        ended(dev, -EMSGSIZE);
        return n;
    }
    memcpy(t->reply + t->n_reply, bytes, n);
    t->n_reply += n;
    return n;
}

static void on_closed(struct wr_dev *dev, wr_handle h, void *ctx, int why, size_t left)
{
    camera_of(dev)->trigger.tcp = 0;
    ended(dev, why);
}

static const struct wr_tcp_events events = {
    .size = sizeof events, .opened = on_opened, .data = on_data, .closed = on_closed};

/* An interface that is not there ("fe80::1%eth7"), or no memory. */
static void cannot_begin(struct wr_dev *dev)
{
    char why[WHY_MAX];

    snprintf(why, sizeof why, "the gateway cannot connect to %.100s port %d: its log says why",
        dev->options[OPTION_HOST].s, (int)dev->options[OPTION_TRIGGER_PORT].i);
    failed(dev, TRIGGER_UNREACHABLE, -EADDRNOTAVAIL, why);
}

static bool waited_too_long(struct wr_dev *dev, const struct job *job)
{
    return job->call &&
        dev->host->now_us(dev) - job->since_us > option_ms(dev, OPTION_COMMAND_TIMEOUT) * US_PER_MS;
}

void trigger_pump(struct wr_dev *dev)
{
    struct trigger *t = &camera_of(dev)->trigger;

    while (t->tcp == 0 && t->n > 0 && !t->flushing && waited_too_long(dev, current(t))) {
        struct job job = take_first(t);
        job.fn(dev, &job, -EBUSY, NULL, "the camera is busy with other commands");
    }
    if (t->tcp != 0 || t->n == 0 || t->flushing)
        return;
    if (past_running(dev) && camera_of(dev)->presence.dialect != DIALECT_WARREN)
        return; /* the original takes one connection at a time; past.c calls again */
    t->opened = false;
    t->n_reply = 0;
    t->tcp = trigger_connect(dev, &events, 0);
    if (t->tcp == 0)
        cannot_begin(dev);
}
