/* batch_camera.c - see batch_camera.h: the host comes and goes, and time passes. */
#include "batch_camera_private.h"

#include <string.h>

/* --- what goes out ---------------------------------------------------------------------------- */

void batch_display(struct batch_camera *c, unsigned line, const char *text)
{
    c->port.display(c->port.ctx, line, text);
}

size_t batch_payload_bytes(const struct batch_camera *c)
{
    size_t n = (size_t)c->mtu - 3;

    return n < BATCH_VALUE_MAX ? n : BATCH_VALUE_MAX;
}

bool batch_send(struct batch_camera *c, enum batch_characteristic chr, const void *bytes, size_t n)
{
    if (!c->connected || !c->subscribed[chr] || c->full)
        return false;
    if (c->port.notify(c->port.ctx, chr, bytes, n) >= 0)
        return true;
    c->full = true;
    c->room_us = c->now_us + BATCH_RETRY_US;
    return false;
}

void batch_say(struct batch_camera *c, const struct batch_status *line)
{
    c->n_status = batch_status_write(line, c->status);
    c->port.set_value(c->port.ctx, BATCH_CHAR_STATUS, c->status, c->n_status);
}

/* A line that nobody hears is not kept for later: it would be wrong by then. */
static void send_status(struct batch_camera *c)
{
    size_t n = c->n_status, most = batch_payload_bytes(c);

    if (n == 0)
        return;
    if (!c->subscribed[BATCH_CHAR_STATUS] ||
        batch_send(c, BATCH_CHAR_STATUS, c->status, n < most ? n : most))
        c->n_status = 0;
}

static struct batch_status memory_line(const struct batch_camera *c)
{
    return (struct batch_status){.kind = BATCH_STATUS_MEMORY,
        .used_permille = batch_pictures_used_permille(c),
        .count = c->pictures.n};
}

/* In the middle of a batch hosts would take the line for its end. */
static void say_memory(struct batch_camera *c)
{
    const struct batch_status line = memory_line(c);

    if (!c->memory_due || (c->push.state != BATCH_PUSH_IDLE && c->push.state != BATCH_PUSH_BEGIN) ||
        c->n_status > 0)
        return;
    c->memory_due = false;
    batch_say(c, &line);
    if (c->window.on)
        c->n_status = 0; /* INFO says it */
    if (!c->connected && batch_is_due(c))
        batch_display(c, BATCH_LINE_LINK, "Batch full. Wait conn.");
}

/* At once, unlike what is said: whoever stands before the camera sees a batch go. */
static void show_memory(struct batch_camera *c)
{
    const struct batch_status line = memory_line(c);
    char text[BATCH_STATUS_MAX_BYTES + 1];

    if (c->memory_shown && c->shown_pictures == c->pictures.n &&
        c->shown_bytes == c->pictures.used_bytes)
        return;
    c->memory_shown = true;
    c->shown_pictures = c->pictures.n;
    c->shown_bytes = c->pictures.used_bytes;
    text[batch_status_write(&line, text)] = 0;
    batch_display(c, BATCH_LINE_MEMORY, text);
}

/* --- life ------------------------------------------------------------------------------------- */

void batch_camera_init(struct batch_camera *c, const struct batch_camera_port *port)
{
    memset(c, 0, sizeof *c);
    c->port = *port;
    c->mtu = BATCH_MTU_MIN;
    c->boot = port->random(port->ctx);
    c->pictures.total_bytes = port->memory_bytes(port->ctx);
    c->pictures.next_id = 1;
    batch_settings_load(c);
}

void batch_camera_fini(struct batch_camera *c)
{
    while (c->pictures.n > 0)
        batch_picture_forget(c, c->pictures.rows[c->pictures.n - 1].id);
}

void batch_camera_start(struct batch_camera *c, int64_t now_us)
{
    c->now_us = now_us;
    batch_display(c, BATCH_LINE_SYSTEM, "System Ready");
    batch_display(c, BATCH_LINE_RADIO, "BLE Init OK");
    show_memory(c);
    batch_settings_show(c);
    batch_lapse_start(c);
    c->port.advertise(c->port.ctx);
}

static void mind_silent_host(struct batch_camera *c)
{
    if (!c->connected || c->heard || c->now_us < c->connected_us + BATCH_SILENT_HOST_US)
        return;
    c->connected_us = c->now_us;
    c->port.disconnect(c->port.ctx);
}

void batch_camera_step(struct batch_camera *c, int64_t now_us)
{
    c->now_us = now_us;
    if (c->full && now_us >= c->room_us)
        c->full = false;
    batch_lapse_step(c);
    batch_settings_step(c);
    mind_silent_host(c);
    send_status(c);
    batch_push_step(c);
    say_memory(c);
    send_status(c);
    batch_window_step(c);
    show_memory(c);
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t batch_camera_next_us(const struct batch_camera *c)
{
    int64_t t = sooner(batch_lapse_next_us(c), batch_settings_next_us(c));

    t = sooner(t, sooner(batch_push_next_us(c), batch_window_next_us(c)));
    if (c->full)
        t = sooner(t, c->room_us);
    if (c->connected && !c->heard)
        t = sooner(t, c->connected_us + BATCH_SILENT_HOST_US);
    return t;
}

/* --- the host --------------------------------------------------------------------------------- */

static void set_mtu(struct batch_camera *c, unsigned mtu)
{
    c->mtu = (uint16_t)(mtu < BATCH_MTU_MIN ? BATCH_MTU_MIN
            : mtu > BATCH_MTU_MAX           ? BATCH_MTU_MAX
                                            : mtu);
}

/* Nothing of one connection holds in the next. */
static void end_link(struct batch_camera *c, bool by_host)
{
    batch_push_end(c, by_host);
    batch_push_retry(c);
    batch_window_end(c);
    batch_pictures_release(c);
    c->connected = c->heard = c->full = false;
    c->n_status = 0;
    memset(c->subscribed, 0, sizeof c->subscribed);
}

void batch_camera_connected(struct batch_camera *c, int64_t now_us, unsigned mtu)
{
    c->now_us = now_us;
    end_link(c, false);
    c->connected = true;
    c->connected_us = now_us;
    set_mtu(c, mtu);
    batch_display(c, BATCH_LINE_LINK, "Status: Connected");
    batch_camera_step(c, now_us);
}

void batch_camera_mtu(struct batch_camera *c, int64_t now_us, unsigned mtu)
{
    set_mtu(c, mtu);
    batch_camera_step(c, now_us);
}

void batch_camera_disconnected(struct batch_camera *c, int64_t now_us, bool by_host)
{
    c->now_us = now_us;
    if (c->connected) {
        end_link(c, by_host);
        batch_display(c, BATCH_LINE_LINK,
            batch_is_due(c) ? "Batch full. Wait conn." : "Status: Disconnected");
    }
    c->port.advertise(c->port.ctx);
    batch_camera_step(c, now_us);
}

void batch_camera_subscribed(
    struct batch_camera *c, int64_t now_us, enum batch_characteristic chr, bool on)
{
    c->now_us = now_us;
    if (!c->connected || (unsigned)chr >= BATCH_N_CHARACTERISTICS)
        return;
    if (on && !c->subscribed[chr])
        batch_push_retry(c);
    c->subscribed[chr] = on;
    c->heard = true;
    batch_camera_step(c, now_us);
}

void batch_camera_written(struct batch_camera *c, int64_t now_us, enum batch_characteristic chr,
    const void *bytes, size_t n)
{
    c->now_us = now_us;
    if (!c->connected)
        return;
    c->heard = true;
    if (chr == BATCH_CHAR_COMMAND && n > 0 && !c->window.on)
        batch_push_command(c, *(const uint8_t *)bytes);
    else if (chr == BATCH_CHAR_CONFIG)
        batch_settings_written(c, bytes, n);
    else if (chr == BATCH_CHAR_LINK)
        batch_window_message(c, bytes, n);
    batch_camera_step(c, now_us);
}

void batch_camera_room(struct batch_camera *c, int64_t now_us)
{
    c->full = false;
    batch_camera_step(c, now_us);
}
