/* play_serial.c - an app on USB: lines of JSON both ways. See play_hub_serial_received(). */
#include "play_hub_private.h"

#include <stdio.h>
#include <string.h>

#define MS_US 1000
/* An answer, or a line without a list: with a text of which each byte is written as six, and the names of all games. */
#define LINE_BYTES (6 * HUB_TEXT_BYTES + 512)

/* What the second dialect calls a game, and what the first says for it. Behind them what apps by Bluetooth say. */
static const struct game {
    const char *name;
    int number;
    enum hub_command command;
} games[] = {
    {"Notes", 0, HUB_PLAY},
    {"Shake", 1, HUB_N_COMMANDS},
    {"Hot_cold", 2, HUB_N_COMMANDS},
    {"Jump", 3, HUB_N_COMMANDS},
    {"Clap", 4, HUB_N_COMMANDS},
    {"Rainbow", 5, HUB_WIN},
    {"Hibernate", 6, HUB_OFF},
    {"Pattern_btn", 7, HUB_N_COMMANDS},
    {"Pattern_plush", 8, HUB_N_COMMANDS},
    {"Color_Press", 9, HUB_COLOR_GAME},
    {"Color_Press_Mult", 10, HUB_N_COMMANDS},
    {"Off", 6, HUB_OFF},
    {"Stop", -1, HUB_PAUSE},
    {"Pause", -1, HUB_PAUSE},
    {"Play", 0, HUB_PLAY},
    {"Win", 5, HUB_WIN},
    {"Color Game", 9, HUB_COLOR_GAME},
    {"Number Game", PLAY_NO_GAME, HUB_NUMBER_GAME},
};
#define N_GAMES (sizeof games / sizeof *games)

/* --- commands --------------------------------------------------------------------------------- */

struct command {
    char name[HUB_TEXT_BYTES], mode[8], target[HUB_TEXT_BYTES];
};

static bool read_command(struct span line, struct command *ret)
{
    struct json_pull_value v;
    struct json_pull j;
    int r;

    *ret = (struct command){.mode = "all"};
    json_pull_init(&j, line.at, line.n);
    while ((r = json_pull_next(&j, &v)) > 0) {
        if (v.kind != JSON_PULL_STRING || v.in_list)
            continue;
        if (strcmp(v.path, "cmd") == 0)
            span_copy(v.text, ret->name, sizeof ret->name);
        else if (strcmp(v.path, "mode") == 0)
            span_copy(v.text, ret->mode, sizeof ret->mode);
        else if (strcmp(v.path, "target_mac") == 0)
            span_copy(v.text, ret->target, sizeof ret->target);
    }
    return r == 0 && ret->name[0];
}

static void fail(struct play_hub_serial *s, const char *before, struct span text)
{
    struct play_hub_serial_reply *r = &s->replies[s->n_replies++];
    size_t n = strlen(before);

    *r = (struct play_hub_serial_reply){.error = true};
    memcpy(r->text, before, n);
    span_copy(text, r->text + n, sizeof r->text - n);
}

static struct span of(const char *text)
{
    return (struct span){text, strlen(text)};
}

static bool is_near(const struct play_hub *h, const struct play_hub_module *m)
{
    return m->rssi_dbm != 0 && m->rssi_dbm >= PLAY_HUB_NEAR_DBM &&
        h->now_us < m->seen_us + PLAY_HUB_NEAR_US;
}

/* To those rows that are near, or that is the target. Negative: the radio refused one of them. */
static int say_to_some(struct play_hub *h, const struct game *g, const uint8_t *target, unsigned *n)
{
    int result = 0;

    for (unsigned i = 0; i < h->modules.n; i++) {
        const struct play_hub_module *m = &h->modules.rows[i];

        if (target ? memcmp(m->mac, target, sizeof m->mac) != 0 : !is_near(h, m))
            continue;
        ++*n;
        if (play_air_game(h, m->mac, g->number, g->command) < 0)
            result = -1;
    }
    return result;
}

static void play(struct play_hub *h, const struct game *g, const struct command *c)
{
    struct play_hub_serial *s = &h->serial;
    bool all = strcmp(c->mode, "all") == 0, target = strcmp(c->mode, "target") == 0;
    uint8_t mac[HUB_MAC_RAW_BYTES];
    unsigned n = all ? h->modules.n : 0;
    int r;

    if (!all && !target && strcmp(c->mode, "near") != 0) {
        fail(s, "Unknown mode: ", of(c->mode));
        return;
    }
    if (target && !hub_mac_parse(of(c->target), mac)) {
        fail(s, "target_mac is no address: ", of(c->target));
        return;
    }
    r = all ? play_air_game(h, NULL, g->number, g->command)
            : say_to_some(h, g, target ? mac : NULL, &n);
    /* Not heard of yet does not mean that it is not there. */
    if (target && n == 0)
        r = play_air_game(h, mac, g->number, g->command);
    s->replies[s->n_replies] = (struct play_hub_serial_reply){.sent = r >= 0, .n_recipients = n};
    memcpy(s->replies[s->n_replies].text, c->name, sizeof c->name);
    memcpy(s->replies[s->n_replies++].mode, c->mode, sizeof c->mode);
}

static void take_line(struct play_hub *h, struct span line)
{
    struct play_hub_serial *s = &h->serial;
    struct command c;

    if (!read_command(line, &c)) {
        fail(s, "Not understood: ", line);
        return;
    }
    if (strcmp(c.name, hub_command_text(HUB_PING)) == 0) {
        if (!play_scan_begin(h, PLAY_HUB_SERIAL, HUB_THRESHOLD_ALL))
            fail(s, "Busy: a scan is running", of(""));
        return;
    }
    for (unsigned i = 0; i < N_GAMES; i++) {
        if (strcmp(c.name, games[i].name) == 0) {
            play(h, &games[i], &c);
            return;
        }
    }
    fail(s, "Unknown command: ", of(c.name));
}

static void take_lines(struct play_hub *h)
{
    struct play_hub_serial *s = &h->serial;
    struct span line;

    while (s->n_replies < PLAY_HUB_MAX_REPLIES && hub_lines_next(&s->lines, &line))
        take_line(h, line);
    if (s->lost && s->n_replies < PLAY_HUB_MAX_REPLIES) {
        s->lost = false;
        fail(s, "Too much at once: lines were lost", of(""));
    }
}

static size_t take_bytes(struct play_hub *h, const char *at, size_t n)
{
    struct play_hub_serial *s = &h->serial;
    size_t n_skipped = hub_lines_skip(at, n, &s->skips), room = hub_lines_room(&s->lines);

    if (n_skipped > 0)
        return n_skipped;
    if (room == 0) {
        hub_lines_cut(&s->lines);
        s->skips = s->lost = true;
        take_lines(h);
        return 0;
    }
    n = n < room ? n : room;
    (void)hub_lines_add(&s->lines, at, n);
    take_lines(h);
    return n;
}

void play_hub_serial_received(struct play_hub *h, int64_t now_us, const void *bytes, size_t n)
{
    h->now_us = now_us;
    if (!h->port.serial)
        return;
    for (size_t i = 0; i < n;)
        i += take_bytes(h, (const char *)bytes + i, n - i);
    play_hub_step(h, now_us);
}

/* --- what goes out ---------------------------------------------------------------------------- */

static struct json_put begin(const char *type, char *room, size_t cap)
{
    struct json_put j = json_put_into(room, cap - 1, JSON_PUT_COMPACT);

    json_put_begin(&j, '{');
    json_put_named_string(&j, "type", type);
    return j;
}

/* False: not now. */
static bool end(struct play_hub *h, struct json_put *j)
{
    size_t n;

    json_put_end(j, '}');
    n = json_put_length(j);
    j->text[n] = '\n';
    if (h->port.serial(h->port.ctx, j->text, n + 1) >= 0)
        return true;
    h->serial.retry_us = h->now_us + PLAY_HUB_RETRY_US;
    return false;
}

static bool say_ready(struct play_hub *h)
{
    char room[LINE_BYTES], mac[3 * HUB_MAC_RAW_BYTES];
    struct json_put j = begin("ready", room, sizeof room);

    for (size_t i = 0; i < HUB_MAC_RAW_BYTES; i++)
        snprintf(mac + 3 * i, sizeof mac - 3 * i, "%02x%s", h->mac[i], i < 5 ? ":" : "");
    json_put_named_string(&j, "mac", mac);
    json_put_named_string(&j, "version", PLAY_HUB_SERIAL_VERSION);
    json_put_named_int(&j, "timestamp", h->now_us / MS_US);
    return end(h, &j);
}

static void put_ack(struct json_put *j, const struct play_hub_serial_reply *r)
{
    json_put_named_string(j, "command", r->text);
    json_put_named_string(j, "status", r->sent ? "sent" : "failed");
    json_put_named_string(j, "mode", r->mode);
    json_put_named_int(j, "recipients", r->n_recipients);
}

static void put_error(struct json_put *j, const struct play_hub_serial_reply *r)
{
    json_put_named_string(j, "message", r->text);
    json_put_key(j, "available_commands");
    json_put_begin(j, '[');
    for (unsigned i = 0; i < N_GAMES; i++)
        json_put_string(j, games[i].name);
    json_put_string(j, hub_command_text(HUB_PING));
    json_put_end(j, ']');
}

static bool say_reply(struct play_hub *h)
{
    const struct play_hub_serial_reply *r = &h->serial.replies[0];
    char room[LINE_BYTES];
    struct json_put j = begin(r->error ? "error" : "ack", room, sizeof room);

    if (r->error)
        put_error(&j, r);
    else
        put_ack(&j, r);
    return end(h, &j);
}

static bool say_heartbeat(struct play_hub *h)
{
    char room[LINE_BYTES];
    struct json_put j = begin("heartbeat", room, sizeof room);

    json_put_named_int(&j, "timestamp", h->now_us / MS_US);
    json_put_named_int(&j, "uptime", (h->now_us - h->serial.started_us) / MS_US);
    return end(h, &j);
}

static void put_module(struct json_put *j, const struct play_hub_module *m)
{
    char mac[HUB_MAC_BYTES];

    hub_mac_text(m->mac, mac);
    json_put_begin(j, '{');
    json_put_named_string(j, "id", m->id);
    json_put_named_string(j, "mac", mac);
    json_put_named_int(j, "rssi", m->rssi_dbm ? m->rssi_dbm : HUB_THRESHOLD_ALL);
    json_put_named_int(j, "battery", m->battery_percent);
    json_put_named_int(j, "last_seen", m->seen_us / MS_US);
    json_put_end(j, '}');
}

/* In the room of the list by Bluetooth, which is not in use. */
static bool say_list(struct play_hub *h)
{
    struct json_put j = begin("devices", h->list, sizeof h->list);

    json_put_key(&j, "list");
    json_put_begin(&j, '[');
    for (unsigned i = 0; i < h->modules.n; i++)
        put_module(&j, &h->modules.rows[i]);
    json_put_end(&j, ']');
    json_put_named_int(&j, "timestamp", h->now_us / MS_US);
    return end(h, &j);
}

/* --- when ------------------------------------------------------------------------------------- */

void play_serial_start(struct play_hub *h)
{
    struct play_hub_serial *s = &h->serial;

    s->ready_due = h->port.serial != NULL;
    s->started_us = s->retry_us = h->now_us;
    s->heartbeat_us = h->now_us + PLAY_HUB_HEARTBEAT_US;
    s->list_us = h->now_us + PLAY_HUB_LIST_US;
}

void play_serial_list(struct play_hub *h)
{
    h->serial.list_due = true;
}

/* One line; false: none is due, or not now. */
static bool say_one(struct play_hub *h)
{
    struct play_hub_serial *s = &h->serial;

    if (s->ready_due)
        return s->ready_due = !say_ready(h), !s->ready_due;
    if (s->n_replies > 0) {
        if (!say_reply(h))
            return false;
        memmove(s->replies, s->replies + 1, --s->n_replies * sizeof *s->replies);
        return true;
    }
    if (h->now_us >= s->heartbeat_us && say_heartbeat(h))
        return s->heartbeat_us = h->now_us + PLAY_HUB_HEARTBEAT_US, true;
    if (s->list_due && play_front_may_list(h) && say_list(h))
        return s->list_due = false, true;
    return false;
}

void play_serial_step(struct play_hub *h)
{
    struct play_hub_serial *s = &h->serial;

    if (!h->port.serial)
        return;
    if (h->now_us >= s->list_us) {
        s->list_due = true;
        s->list_us = h->now_us + PLAY_HUB_LIST_US;
    }
    while (h->now_us >= s->retry_us && say_one(h))
        take_lines(h);
}

int64_t play_serial_next_us(const struct play_hub *h)
{
    const struct play_hub_serial *s = &h->serial;
    int64_t t = s->heartbeat_us < s->list_us ? s->heartbeat_us : s->list_us;

    if (!h->port.serial)
        return PLAY_NEVER_US;
    /* A list by Bluetooth wakes the hub itself until it is out. */
    if (s->ready_due || s->n_replies > 0 || (s->list_due && play_front_may_list(h)))
        t = s->retry_us;
    return t > s->retry_us ? t : s->retry_us;
}
