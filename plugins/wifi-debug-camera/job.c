/* job.c - what is to be done over Bluetooth: one thing at a time, from the wish to its answer.
 *
 *     WAITING ─link─▶ SECURING ─▶ WRITING ─▶ ANSWERING ─STATUS─▶ job_answer.c
 *                       └ a password, and a camera that takes it encrypted only
 *
 * A password must not be the thing that finds out that the link is open: BlueZ sends a write, is refused, pairs, and sends it once
 * more, and by then everybody has heard it. So a write of nothing to PASSWORD comes first; when the camera has taken that, the
 * link is encrypted. Pairing needs neither a code nor a person on this side: the camera has neither keys nor display.
 *
 * The first cameras answer most commands with STATUS, but not their first configure: a status is asked for behind it. Their
 * enable may keep them busy for 15 s, the answer to the write included.
 */
#include "camera.h"

#include <string.h>

/* For the camera to be heard, connected to, and to tell its services. */
#define LINK_LIMIT_US (30 * US_PER_S)
/* From then on. */
#define ANSWER_LIMIT_US (25 * US_PER_S)
/* A notification may be lost: STATUS is read after so long. One that joins says nothing for 15 s. */
#define ASK_US (3 * US_PER_S)
#define ASK_JOIN_US (16 * US_PER_S)

static struct job *job_of(const struct wr_dev *dev)
{
    return &camera_of(dev)->job;
}

bool job_busy(const struct wr_dev *dev)
{
    return job_of(dev)->step != JOB_NONE;
}

/* --- asking ----------------------------------------------------------------------------------- */

static void ask(struct wr_dev *dev, void *ctx)
{
    struct job *j = job_of(dev);

    j->asked = true;
    wr_timer_set(dev, &j->ask, 0, NULL);
    j->ask = dev->host->after(dev, ASK_US, ask, NULL);
    ble_read_status(dev);
}

static void tell_status(struct wr_dev *dev)
{
    static const struct wifi_control control = {.command = WIFI_TELL_STATUS};
    char text[WIFI_TEXT_MAX];
    size_t n = wifi_control_write(&control, text, sizeof text);
    struct job *j = job_of(dev);

    j->asked = true;
    ble_write(dev, WIFI_CONTROL_UUID, text, n, NULL);
    wr_timer_set(dev, &j->ask, ASK_US, ask);
}

static void late(struct wr_dev *dev, void *ctx)
{
    struct job *j = job_of(dev);

    j->limit = 0;
    if (j->step == JOB_WAITING && !j->sent_us)
        job_fail(dev, -ETIMEDOUT,
            "The camera was not heard over Bluetooth for 30 s: is it switched on and near?");
    else if (j->step == JOB_SECURING)
        job_fail(dev, -ETIMEDOUT, "The camera did not encrypt the link within 25 s");
    else if (j->control.command == WIFI_ENABLE)
        job_fail(dev, -ETIMEDOUT, "The camera has not joined the network within 25 s");
    else
        job_fail(dev, -ETIMEDOUT, "The camera did not answer within 25 s");
}

/* --- writing ---------------------------------------------------------------------------------- */

static void written(struct wr_dev *dev, void *ctx, int result, const uint8_t *bytes, size_t n)
{
    struct job *j = job_of(dev);

    if (j->step != JOB_WRITING)
        return; /* its answer came first */
    j->step = JOB_ANSWERING;
    j->refusal = result;
    if (result < 0)
        ask(dev, NULL);
    else if (j->control.command == WIFI_CONFIGURE)
        tell_status(dev);
    else if (j->doubt)
        ble_read_status(dev);
}

static void write_command(struct wr_dev *dev)
{
    struct job *j = job_of(dev);
    char text[WIFI_TEXT_MAX];
    size_t n = wifi_control_write(&j->control, text, sizeof text);
    int r;

    explicit_bzero(j->control.pass, sizeof j->control.pass);
    j->step = JOB_WRITING;
    j->sent_us = dev->host->now_us(dev);
    j->asked = j->control.command != WIFI_CONFIGURE;
    r = n > 0 ? ble_write(dev, WIFI_CONTROL_UUID, text, n, written) : -EMSGSIZE;
    explicit_bzero(text, sizeof text);
    if (r < 0) {
        job_fail(dev, r, "The camera cannot be written to: %s", strerror(-r));
        return;
    }
    wr_timer_set(dev, &j->ask, j->control.command == WIFI_ENABLE ? ASK_JOIN_US : ASK_US, ask);
}

/* --- a password ------------------------------------------------------------------------------- */

static void secured(struct wr_dev *dev, void *ctx, int result, const uint8_t *bytes, size_t n)
{
    if (job_of(dev)->step != JOB_SECURING)
        return;
    if (result < 0)
        job_fail(dev, -EIO,
            "The link could not be encrypted, and the password was not sent: %s. If the camera has "
            "forgotten this gateway, remove it here, too: bluetoothctl remove %s",
            strerror(-result), camera_of(dev)->ble.address);
    else
        write_command(dev);
}

static void secure(struct wr_dev *dev)
{
    int r = ble_write(dev, WIFI_PASSWORD_UUID, "", 0, secured);

    job_of(dev)->step = JOB_SECURING;
    if (r < 0)
        secured(dev, NULL, r, NULL, 0);
}

static void begin(struct wr_dev *dev)
{
    bool encrypts = camera_of(dev)->ble.secure;
    struct job *j = job_of(dev);
    bool secret = j->control.command == WIFI_CONFIGURE && j->control.pass[0];

    wr_timer_set(dev, &j->limit, ANSWER_LIMIT_US, late);
    if (!secret || (!encrypts && j->allow_unencrypted))
        write_command(dev);
    else if (encrypts)
        secure(dev);
    else
        job_fail(dev, -EDOM,
            "The password was not sent: this camera's firmware takes it over an open radio link, "
            "where "
            "anybody near can hear it. With allow_unencrypted it is sent nevertheless");
}

/* --- the link --------------------------------------------------------------------------------- */

void job_ready(struct wr_dev *dev)
{
    struct job *j = job_of(dev);

    if (j->step != JOB_WAITING)
        return;
    if (!j->sent_us) {
        begin(dev);
        return;
    }
    j->step = JOB_ANSWERING; /* the link was lost while it joined */
    ask(dev, NULL);
}

void job_lost(struct wr_dev *dev)
{
    struct job *j = job_of(dev);

    wr_timer_set(dev, &j->ask, 0, NULL);
    if (j->step == JOB_NONE || j->step == JOB_WAITING)
        return;
    j->refusal = 0; /* that the link is over is told of its writes, too */
    /* One antenna for two radios: joining may cost the link. */
    if (j->control.command == WIFI_ENABLE)
        j->step = JOB_WAITING;
    else
        job_fail(dev, -ECONNRESET, "The link to the camera was lost before it answered");
}

/* That it is off it may have said before it was told to join: one command follows another, and notifications come late. */
static bool may_be_of_before(const struct job *j, const struct wifi_status *s, bool read)
{
    bool behind = read && j->step == JOB_ANSWERING;

    return j->control.command == WIFI_ENABLE && !s->enabled && !*s->error && !behind;
}

void job_status(struct wr_dev *dev, const struct wifi_status *s, bool read)
{
    struct job *j = job_of(dev);

    if (j->step != JOB_WRITING && j->step != JOB_ANSWERING)
        return;
    if (!may_be_of_before(j, s, read)) {
        job_judge(dev, s);
        return;
    }
    j->doubt = true;
    if (j->step == JOB_ANSWERING)
        ble_read_status(dev);
}

/* --- beginning -------------------------------------------------------------------------------- */

void job_start(struct wr_dev *dev, struct job *job)
{
    struct job *j = job_of(dev);

    *j = *job;
    explicit_bzero(job->control.pass, sizeof job->control.pass);
    j->step = JOB_WAITING;
    wr_timer_set(dev, &j->limit, LINK_LIMIT_US, late);
    ble_update(dev);
    if (camera_of(dev)->ble.state == BLE_READY)
        begin(dev);
    presence_update(dev);
}

static int no_ble(struct wr_dev *dev, wr_handle call)
{
    dev->host->done(dev, call, -EOPNOTSUPP,
        dev->host->ble
            ? "The camera takes this over Bluetooth only, and of this one just the network address "
              "is "
              "known: set its option ble_address"
            : "The camera takes this over Bluetooth only, which this gateway does not have");
    return 0;
}

static const char *read_network(const struct wr_call *call, struct wifi_control *c)
{
    const char *ssid = call->args[0].s, *pass = call->args[1].type ? call->args[1].s : "";
    struct span s = {ssid, strlen(ssid)}, p = {pass, strlen(pass)};

    if (wifi_ssid_fault(s))
        return "ssid: expected a name of 1 to 32 bytes";
    if (wifi_pass_fault(p))
        return "password: expected 8 to 63 characters, or 64 hexadecimal digits";
    c->has_ssid = c->has_pass = true;
    span_copy(s, c->ssid, sizeof c->ssid);
    span_copy(p, c->pass, sizeof c->pass);
    return NULL;
}

int job_run(struct wr_dev *dev, const struct wr_call *call)
{
    static const enum wifi_command commands[] = {[COMMAND_CONFIGURE] = WIFI_CONFIGURE,
        [COMMAND_ENABLE] = WIFI_ENABLE,
        [COMMAND_DISABLE] = WIFI_DISABLE,
        [COMMAND_STATUS] = WIFI_TELL_STATUS};
    struct job job = {.call = call->id, .control = {.command = commands[call->index]}};
    const char *fault;

    if (!camera_of(dev)->ble.usable)
        return no_ble(dev, call->id);
    if (job_busy(dev)) {
        dev->host->done(dev, call->id, -EBUSY, "The camera is being told something else just now");
        return 0;
    }
    fault = call->index == COMMAND_CONFIGURE ? read_network(call, &job.control) : NULL;
    if (fault) {
        dev->host->done(dev, call->id, -EDOM, fault);
        return 0;
    }
    job.allow_unencrypted = call->index == COMMAND_CONFIGURE && call->args[2].b;
    job_start(dev, &job);
    return 0;
}
