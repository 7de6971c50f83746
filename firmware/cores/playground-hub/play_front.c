/* play_front.c - apps by Bluetooth: their lines become commands, and each gets an answer, in frames of small notifications.
 *
 *     MSG:260|     20 ms     100 bytes     4 ms     100 bytes     4 ms     the rest     20 ms     MSG:… of the next
 */
#include "play_hub_private.h"

#include <string.h>

#define SPAN(text) ((struct span){(text), sizeof(text) - 1})

/* --- answers that wait ------------------------------------------------------------------------ */

/* One place stays free for a list. */
#define MOST_WAITING (PLAY_HUB_MAX_REPLIES - 1)

/* There is room: lines are taken only then. Who does not listen is obeyed all the same, and finds the last answers when it does. */
static struct play_hub_reply *reply(struct play_hub_central *c, int kind)
{
    struct play_hub_reply *r;

    if (c->n_replies == MOST_WAITING)
        memmove(c->replies, c->replies + 1, --c->n_replies * sizeof *c->replies);
    r = &c->replies[c->n_replies++];
    memset(r, 0, sizeof *r);
    r->kind = kind;
    return r;
}

static void fail(struct play_hub_central *c, struct span before, struct span text)
{
    struct play_hub_reply *r = reply(c, PLAY_REPLY_ERROR);

    memcpy(r->command, before.at, before.n);
    span_copy(text, r->command + before.n, sizeof r->command - before.n);
}

static void run(
    struct play_hub *h, unsigned central, enum hub_command command, const struct hub_line *line)
{
    struct play_hub_central *c = &h->centrals[central];
    int dbm = hub_threshold_parse(line->threshold);
    struct play_hub_reply *r;

    if (command == HUB_PING) {
        if (!play_front_may_list(h))
            fail(c, SPAN("Busy: the last list is still on its way"), SPAN(""));
        else if (!play_scan_begin(h, (int)central, dbm))
            fail(c, SPAN("Busy: a scan is running"), SPAN(""));
        return;
    }
    r = reply(c, play_air_command(h, command, dbm) < 0 ? PLAY_REPLY_FAILED : PLAY_REPLY_SENT);
    span_copy(line->command, r->command, sizeof r->command);
    span_copy(line->threshold, r->threshold, sizeof r->threshold);
}

static void take_line(struct play_hub *h, unsigned central, struct span text)
{
    struct play_hub_central *c = &h->centrals[central];
    enum hub_command command;
    struct hub_line line;

    if (hub_line_parse(text, &line) < 0)
        fail(c, SPAN("Not understood: "), text);
    else if (hub_command_find(line.command, &command) < 0)
        fail(c, SPAN("Unknown command: "), line.command);
    else
        run(h, central, command, &line);
}

static bool has_room(const struct play_hub_central *c)
{
    return !c->subscribed || c->n_replies < MOST_WAITING;
}

static void take_lines(struct play_hub *h, unsigned central)
{
    struct play_hub_central *c = &h->centrals[central];
    struct span line;

    while (has_room(c) && hub_lines_next(&c->lines, &line))
        take_line(h, central, line);
    if (c->lost && has_room(c)) {
        c->lost = false;
        fail(c, SPAN("Too much at once: lines were lost"), SPAN(""));
    }
}

/* --- writes ----------------------------------------------------------------------------------- */

/* Returns how many bytes were taken. Where there is no room the line that does not fit is given up, whole, and told. */
static size_t take_bytes(struct play_hub *h, unsigned central, const char *at, size_t n)
{
    struct play_hub_central *c = &h->centrals[central];
    size_t n_skipped = hub_lines_skip(at, n, &c->skips), room = hub_lines_room(&c->lines);

    if (n_skipped > 0)
        return n_skipped;
    if (room == 0) {
        hub_lines_cut(&c->lines);
        c->skips = c->lost = true;
        take_lines(h, central);
        return 0;
    }
    n = n < room ? n : room;
    (void)hub_lines_add(&c->lines, at, n);
    take_lines(h, central);
    return n;
}

void play_hub_written(
    struct play_hub *h, int64_t now_us, unsigned central, const void *bytes, size_t n)
{
    const char *at = bytes;

    h->now_us = now_us;
    if (central >= PLAY_HUB_MAX_CENTRALS || !h->centrals[central].connected)
        return;
    for (size_t i = 0; i < n;)
        i += take_bytes(h, central, at + i, n - i);
    play_hub_step(h, now_us);
}

/* --- what goes out ---------------------------------------------------------------------------- */

bool play_front_may_list(const struct play_hub *h)
{
    for (unsigned i = 0; i < PLAY_HUB_MAX_CENTRALS; i++) {
        const struct play_hub_central *c = &h->centrals[i];

        if ((c->sending && c->payload == h->list) ||
            (c->n_replies > 0 && c->replies[0].kind == PLAY_REPLY_LIST))
            return false;
    }
    return true;
}

void play_front_list(struct play_hub *h, unsigned central)
{
    struct play_hub_central *c = &h->centrals[central];

    if (!c->subscribed)
        return;
    memmove(c->replies + 1, c->replies, c->n_replies * sizeof *c->replies);
    c->n_replies++;
    c->replies[0] = (struct play_hub_reply){.kind = PLAY_REPLY_LIST};
}

static struct span text_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

static size_t write_reply(struct play_hub *h, struct play_hub_central *c)
{
    const struct play_hub_reply *r = &c->replies[0];

    c->payload = c->text;
    if (r->kind == PLAY_REPLY_LIST) {
        c->payload = h->list;
        return hub_devices_write(h->listed, h->n_listed, JSON_PUT_COMPACT, h->list, sizeof h->list);
    }
    if (r->kind == PLAY_REPLY_ERROR)
        return hub_error_write(text_of(r->command), JSON_PUT_COMPACT, c->text, sizeof c->text);
    return hub_ack_write(text_of(r->command), r->kind == PLAY_REPLY_SENT, text_of(r->threshold),
        JSON_PUT_COMPACT, c->text, sizeof c->text);
}

static void begin_reply(struct play_hub *h, struct play_hub_central *c)
{
    c->n = write_reply(h, c);
    c->at = 0;
    c->header_sent = false;
    c->sending = true;
    memmove(c->replies, c->replies + 1, --c->n_replies * sizeof *c->replies);
}

static void send_piece(struct play_hub *h, unsigned central)
{
    struct play_hub_central *c = &h->centrals[central];
    size_t most = c->mtu - 3 < HUB_FRAME_PIECE_BYTES ? c->mtu - 3 : HUB_FRAME_PIECE_BYTES;
    size_t n = c->n - c->at < most ? c->n - c->at : most;
    char header[HUB_FRAME_HEADER_MAX];
    int r;

    if (c->header_sent)
        r = h->port.notify(h->port.ctx, central, c->payload + c->at, n);
    else
        r = h->port.notify(h->port.ctx, central, header, hub_frame_header(c->n, header));
    c->refused = r < 0;
    if (c->refused) {
        c->due_us = h->now_us + PLAY_HUB_RETRY_US;
        return;
    }
    c->at += c->header_sent ? n : 0;
    c->header_sent = true;
    c->sending = c->at < c->n;
    c->due_us = h->now_us + (c->at > 0 && c->sending ? PLAY_HUB_PIECE_US : HUB_FRAME_PAUSE_US);
}

/* An answer that was begun before a scan is not left half said. */
static bool may_send(const struct play_hub *h, const struct play_hub_central *c)
{
    return c->connected && c->subscribed && (c->sending || (c->n_replies > 0 && !h->scan.on));
}

void play_front_step(struct play_hub *h)
{
    for (unsigned i = 0; i < PLAY_HUB_MAX_CENTRALS; i++) {
        struct play_hub_central *c = &h->centrals[i];

        if (c->connected)
            take_lines(h, i);
        if (!may_send(h, c) || h->now_us < c->due_us)
            continue;
        if (!c->sending)
            begin_reply(h, c);
        send_piece(h, i);
    }
}

int64_t play_front_next_us(const struct play_hub *h)
{
    int64_t t = PLAY_NEVER_US;

    for (unsigned i = 0; i < PLAY_HUB_MAX_CENTRALS; i++) {
        const struct play_hub_central *c = &h->centrals[i];

        if (may_send(h, c) && c->due_us < t)
            t = c->due_us;
    }
    return t;
}

unsigned play_front_waiting(const struct play_hub *h)
{
    unsigned n = 0;

    for (unsigned i = 0; i < PLAY_HUB_MAX_CENTRALS; i++)
        n += h->centrals[i].n_replies;
    return n;
}

/* --- they come and go ------------------------------------------------------------------------- */

bool play_front_is_connected(const struct play_hub *h)
{
    for (unsigned i = 0; i < PLAY_HUB_MAX_CENTRALS; i++) {
        if (h->centrals[i].connected)
            return true;
    }
    return false;
}

static void set_mtu(struct play_hub_central *c, unsigned mtu)
{
    c->mtu = mtu < PLAY_HUB_MTU_MIN ? PLAY_HUB_MTU_MIN : mtu;
}

/* Nothing of one connection holds in the next. */
static void clear(struct play_hub *h, unsigned central, bool connected)
{
    struct play_hub_central *c = &h->centrals[central];

    memset(c, 0, sizeof *c);
    hub_lines_init(&c->lines);
    c->connected = connected;
    c->due_us = h->now_us;
    set_mtu(c, 0);
    if (h->scan.on && h->scan.asker == (int)central)
        h->scan.asker = PLAY_HUB_NOBODY;
}

/* While there is a place for one more. */
static void advertise(struct play_hub *h)
{
    for (unsigned i = 0; i < PLAY_HUB_MAX_CENTRALS; i++) {
        if (!h->centrals[i].connected) {
            h->port.advertise(h->port.ctx);
            return;
        }
    }
}

void play_hub_connected(struct play_hub *h, int64_t now_us, unsigned central, unsigned mtu)
{
    h->now_us = now_us;
    if (central >= PLAY_HUB_MAX_CENTRALS)
        return;
    clear(h, central, true);
    set_mtu(&h->centrals[central], mtu);
    advertise(h);
    play_hub_step(h, now_us);
}

void play_hub_mtu(struct play_hub *h, int64_t now_us, unsigned central, unsigned mtu)
{
    h->now_us = now_us;
    if (central < PLAY_HUB_MAX_CENTRALS)
        set_mtu(&h->centrals[central], mtu);
}

void play_hub_disconnected(struct play_hub *h, int64_t now_us, unsigned central)
{
    h->now_us = now_us;
    if (central >= PLAY_HUB_MAX_CENTRALS)
        return;
    clear(h, central, false);
    advertise(h);
    play_hub_step(h, now_us);
}

/* Nobody waits for a list that nobody reads. */
static void forget_replies(struct play_hub_central *c)
{
    c->sending = false;
    c->n_replies = 0;
}

void play_hub_subscribed(struct play_hub *h, int64_t now_us, unsigned central, bool on)
{
    h->now_us = now_us;
    if (central < PLAY_HUB_MAX_CENTRALS && h->centrals[central].connected) {
        h->centrals[central].subscribed = on;
        if (!on)
            forget_replies(&h->centrals[central]);
    }
    play_hub_step(h, now_us);
}

void play_hub_room(struct play_hub *h, int64_t now_us)
{
    h->now_us = now_us;
    for (unsigned i = 0; i < PLAY_HUB_MAX_CENTRALS; i++) {
        struct play_hub_central *c = &h->centrals[i];

        if (c->refused && c->due_us > now_us)
            c->due_us = now_us;
    }
    play_hub_step(h, now_us);
}
