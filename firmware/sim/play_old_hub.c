#include "play_old_hub.h"

#include <stdio.h>
#include <string.h>

#define S_US INT64_C(1000000)

static int64_t clock_s(const struct old_hub *h)
{
    return (h->now_us - h->start_us) / S_US;
}

static void sleep_for(struct old_hub *h, int64_t us, int next)
{
    h->wake_us = h->now_us + us;
    h->next = next;
}

/* --- answers ---------------------------------------------------------------------------------- */

static void answer(struct old_hub *h, size_t n)
{
    h->n_answer = h->connected && !h->scanning ? n : 0;
    h->at = 0;
    h->header_sent = false;
}

/* The header, or a piece; nothing else happens until all are out. */
static void send_piece(struct old_hub *h)
{
    size_t rest = h->n_answer - h->at, n = rest < OLD_HUB_PIECE_BYTES ? rest : OLD_HUB_PIECE_BYTES;
    char header[HUB_FRAME_HEADER_MAX];

    if (!h->connected || n == 0) {
        h->n_answer = 0;
        sleep_for(h, OLD_HUB_PASS_US, OLD_HUB_LOOKS);
        return;
    }
    if (h->header_sent) {
        h->port.notify(h->port.ctx, h->answer + h->at, n);
        h->at += n;
    } else {
        h->port.notify(h->port.ctx, header, hub_frame_header(h->n_answer, header));
        h->header_sent = true;
    }
    sleep_for(h, OLD_HUB_PIECE_US, OLD_HUB_ANSWERS);
}

/* --- scans ------------------------------------------------------------------------------------ */

static int say(struct old_hub *h, enum hub_command c, int threshold_dbm)
{
    struct air_message a;
    char text[AIR_MAX_BYTES];

    (void)air_of_command(c, threshold_dbm, AIR_V1, &a);
    return h->port.air(h->port.ctx, text, air_message_write(&a, JSON_PUT_SPACED, text));
}

/* It means to forget what came before; but a deque of MicroPython has no clear(), and the exception ends the PING. */
static void begin_scan(struct old_hub *h)
{
    sleep_for(h, OLD_HUB_PASS_US, OLD_HUB_LOOKS);
    if (h->n_messages > 0) {
        h->n_died++;
        return;
    }
    h->scanning = true;
    h->scan_s = clock_s(h);
    h->n_pings = h->n_rows = 0;
}

static void end_scan(struct old_hub *h)
{
    h->scanning = false;
    answer(h, old_hub_devices(h->rows, h->n_rows, h->threshold_dbm, h->answer, sizeof h->answer));
    send_piece(h);
}

static void go_on_with_scan(struct old_hub *h)
{
    int64_t since_s = clock_s(h) - h->scan_s;

    if (since_s > OLD_HUB_SCAN_S) {
        h->port.advertise(h->port.ctx, true);
        sleep_for(h, OLD_HUB_RADIO_US, OLD_HUB_ENDS_SCAN);
    } else if (h->n_pings < OLD_HUB_PINGS && since_s >= h->n_pings) {
        h->n_pings++;
        (void)say(h, HUB_PING, HUB_THRESHOLD_ALL);
        sleep_for(h, OLD_HUB_FLASH_US, OLD_HUB_LOOKS);
    }
}

static struct old_hub_row *find(struct old_hub *h, const uint8_t *mac)
{
    for (unsigned i = 0; i < h->n_rows; i++) {
        if (memcmp(h->rows[i].mac, mac, HUB_MAC_RAW_BYTES) == 0)
            return &h->rows[i];
    }
    return NULL;
}

/* The loudest counts, and the first words. */
static void note(struct old_hub *h, const struct old_hub_message *m, const struct air_message *a)
{
    struct old_hub_row *r = find(h, m->mac);

    if (r) {
        r->rssi_dbm = m->rssi_dbm > r->rssi_dbm ? m->rssi_dbm : r->rssi_dbm;
        return;
    }
    if (h->n_rows == OLD_HUB_ROWS_MAX)
        return;
    r = &h->rows[h->n_rows++];
    *r = (struct old_hub_row){.rssi_dbm = m->rssi_dbm ? m->rssi_dbm : HUB_RSSI_UNKNOWN,
        .battery_percent = a->battery_percent >= 0 ? a->battery_percent : HUB_BATTERY_UNKNOWN};
    memcpy(r->mac, m->mac, sizeof r->mac);
    snprintf(r->type, sizeof r->type, "%s", a->type[0] ? a->type : HUB_TYPE_UNKNOWN);
    if (a->value.kind == AIR_TEXT && a->value.text[0])
        memcpy(r->id, a->value.text, sizeof r->id);
    else
        snprintf(r->id, sizeof r->id, "M-%02x%02x%02x", m->mac[0], m->mac[1], m->mac[2]);
}

static void look_at_message(struct old_hub *h)
{
    struct old_hub_message *m = &h->messages[h->first_message];
    struct air_message a;

    if (h->n_messages == 0)
        return;
    h->first_message = (h->first_message + 1) % OLD_HUB_MESSAGES;
    h->n_messages--;
    if (air_message_read((struct span){m->bytes, m->n}, &a) < 0 || a.dialect != AIR_V1)
        return;
    if (m->rssi_dbm != 0 && m->rssi_dbm <= a.threshold_dbm)
        return;
    if (a.topic == AIR_SCAN && h->scanning)
        note(h, m, &a);
}

/* --- commands --------------------------------------------------------------------------------- */

static void ping(struct old_hub *h, struct span threshold)
{
    if (h->scanning)
        return;
    h->threshold_dbm = hub_threshold_parse(threshold);
    h->port.advertise(h->port.ctx, false);
    sleep_for(h, OLD_HUB_RADIO_US, OLD_HUB_BEGINS_SCAN);
}

/* What cannot be read raises an exception: nothing happens, and nobody hears of it. */
static void run(struct old_hub *h, struct span text)
{
    enum hub_command c;
    struct hub_line l;
    bool sent;

    if (hub_line_parse(text, &l) < 0)
        return;
    if (hub_command_find(l.command, &c) < 0) {
        answer(h, old_hub_error(l.command, h->answer, sizeof h->answer));
        send_piece(h);
        return;
    }
    if (c == HUB_PING) {
        ping(h, l.threshold);
        return;
    }
    sent = say(h, c, hub_threshold_parse(l.threshold)) >= 0;
    answer(h, old_hub_ack(l.command, sent, l.threshold, h->answer, sizeof h->answer));
    sleep_for(h, OLD_HUB_FLASH_US, OLD_HUB_ANSWERS);
}

static void look_at_line(struct old_hub *h)
{
    struct old_hub_line l;

    if (h->n_lines == 0)
        return;
    l = h->lines[0];
    memmove(h->lines, h->lines + 1, --h->n_lines * sizeof *h->lines);
    run(h, (struct span){l.text, l.n});
}

void old_hub_written(struct old_hub *h, int64_t now_us, const void *bytes, size_t n)
{
    struct span line;

    old_hub_step(h, now_us);
    (void)hub_lines_add(&h->received, bytes, n < OLD_HUB_WRITE_BYTES ? n : OLD_HUB_WRITE_BYTES);
    while (hub_lines_next(&h->received, &line)) {
        if (h->n_lines == OLD_HUB_LINES)
            memmove(h->lines, h->lines + 1, --h->n_lines * sizeof *h->lines);
        h->lines[h->n_lines].n = line.n;
        memcpy(h->lines[h->n_lines++].text, line.at, line.n);
    }
}

/* --- life ------------------------------------------------------------------------------------- */

static void be_seen_again(struct old_hub *h)
{
    if (clock_s(h) - h->looked_s <= OLD_HUB_LOOK_S)
        return;
    h->looked_s = clock_s(h);
    if (!h->connected)
        h->port.advertise(h->port.ctx, true);
}

/* Once around its loop. What makes it sleep comes last. */
static void pass(struct old_hub *h)
{
    sleep_for(h, OLD_HUB_PASS_US, OLD_HUB_LOOKS);
    be_seen_again(h);
    look_at_message(h);
    if (h->scanning)
        go_on_with_scan(h);
    if (h->next == OLD_HUB_LOOKS)
        look_at_line(h);
}

void old_hub_init(struct old_hub *h, const struct old_hub_port *port)
{
    memset(h, 0, sizeof *h);
    h->port = *port;
    hub_lines_init(&h->received);
}

void old_hub_start(struct old_hub *h, int64_t now_us)
{
    h->now_us = h->start_us = h->wake_us = now_us;
    h->port.advertise(h->port.ctx, true);
}

void old_hub_step(struct old_hub *h, int64_t now_us)
{
    while (h->wake_us <= now_us) {
        h->now_us = h->wake_us;
        if (h->next == OLD_HUB_BEGINS_SCAN)
            begin_scan(h);
        else if (h->next == OLD_HUB_ENDS_SCAN)
            end_scan(h);
        else if (h->next == OLD_HUB_ANSWERS)
            send_piece(h);
        else
            pass(h);
    }
    h->now_us = now_us;
}

int64_t old_hub_next_us(const struct old_hub *h)
{
    return h->wake_us;
}

/* It is not seen while somebody is connected; that it looks whether it is to be seen goes on. */
void old_hub_connected(struct old_hub *h, int64_t now_us, bool on)
{
    old_hub_step(h, now_us);
    h->connected = on;
    if (on)
        h->port.advertise(h->port.ctx, false);
}

void old_hub_received(struct old_hub *h, int64_t now_us, const uint8_t mac[HUB_MAC_RAW_BYTES],
    int rssi_dbm, const void *bytes, size_t n)
{
    struct old_hub_message *m;

    old_hub_step(h, now_us);
    if (h->n_messages == OLD_HUB_MESSAGES) {
        h->first_message = (h->first_message + 1) % OLD_HUB_MESSAGES;
        h->n_messages--;
    }
    m = &h->messages[(h->first_message + h->n_messages++) % OLD_HUB_MESSAGES];
    memcpy(m->mac, mac, sizeof m->mac);
    m->rssi_dbm = rssi_dbm;
    m->n = n < sizeof m->bytes ? n : sizeof m->bytes;
    memcpy(m->bytes, bytes, m->n);
}
