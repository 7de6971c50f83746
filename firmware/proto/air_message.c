/* air_message.c - see air_message.h. */
#include "air_message.h"

#include <errno.h>
#include <string.h>

#include "json_pull.h"

/* Behind it stands the module's name. */
static const char BATTERY[] = "/battery/";

/* By dialect; NULL: it has none. */
static const char *const names[AIR_N_TOPICS][2] = {
    [AIR_GAME] = {"updateGame", "/game"},
    [AIR_LIGHT_OFF] = {"lightOff", NULL},
    [AIR_RAINBOW] = {"rainbow", NULL},
    [AIR_SLEEP] = {"deepSleep", NULL},
    [AIR_PING] = {"pingCall", "/ping"},
    [AIR_PONG] = {"pongCall", NULL},
    [AIR_FINAL] = {"finalCall", NULL},
    [AIR_SCAN] = {"deviceScan", NULL},
    [AIR_BATTERY] = {"batteryCheck", BATTERY},
    [AIR_COLOR] = {"color", "/color"},
    [AIR_THRESHOLD] = {"updateThreshold", NULL},
    [AIR_RESET] = {"resetLog", "/reset"},
    [AIR_NORMAL] = {"normalMode", NULL},
    [AIR_NOTIFY] = {NULL, "/notify"},
    [AIR_GEM] = {NULL, "/gem"},
};

/* --- reading ---------------------------------------------------------------------------------- */

struct reading {
    struct air_message m;
    bool known, unknown; /* topics that were met */
};

static bool find_topic(struct span name, enum air_dialect dialect, enum air_topic *ret)
{
    for (unsigned i = 0; i < AIR_N_TOPICS; i++) {
        if (names[i][dialect] && span_is(name, names[i][dialect]))
            return *ret = (enum air_topic)i, true;
    }
    return false;
}

static int32_t number(const struct json_pull_value *v)
{
    if (v->f >= INT32_MAX)
        return INT32_MAX;
    return v->f <= INT32_MIN ? INT32_MIN : (int32_t)v->f;
}

static void take_value(struct air_value *a, const struct json_pull_value *v)
{
    if (v->kind == JSON_PULL_STRING)
        span_copy(v->text, a->text, sizeof a->text);
    if (v->in_list) {
        if (v->kind == JSON_PULL_NUMBER && a->n_list < AIR_LIST_MAX)
            a->list[a->n_list++] = number(v);
        a->kind = AIR_LIST;
    } else if (v->kind == JSON_PULL_STRING) {
        a->kind = AIR_TEXT;
    } else if (v->kind == JSON_PULL_NUMBER || v->kind == JSON_PULL_BOOL) {
        a->kind = AIR_INT;
        a->i = v->kind == JSON_PULL_BOOL ? v->b : number(v);
    }
}

static void take_topic(struct reading *r, struct span name)
{
    struct span rest = name;

    r->m.dialect = AIR_V2;
    r->m.threshold_dbm = HUB_THRESHOLD_ALL;
    if (span_take(&rest, BATTERY) && rest.n > 0) {
        r->m.topic = AIR_BATTERY;
        span_copy(rest, r->m.name, sizeof r->m.name);
        r->known = true;
    } else {
        r->known = find_topic(name, AIR_V2, &r->m.topic) && r->m.topic != AIR_BATTERY;
        r->unknown = !r->known;
    }
}

static int percent(const struct json_pull_value *v)
{
    return v->kind == JSON_PULL_NUMBER && v->f >= 0 && v->f <= 100 ? (int)v->f
                                                                   : AIR_BATTERY_UNKNOWN;
}

static void take_member(struct air_message *m, const char *key, const struct json_pull_value *v)
{
    if (strcmp(key, "RSSI") == 0 && v->kind == JSON_PULL_NUMBER)
        m->threshold_dbm = number(v);
    else if (strcmp(key, "value") == 0)
        take_value(&m->value, v);
    else if (strcmp(key, "battery") == 0)
        m->battery_percent = percent(v);
    else if (strcmp(key, "type") == 0 && v->kind == JSON_PULL_STRING)
        span_copy(v->text, m->type, sizeof m->type);
}

/* The first topic that is known counts. */
static void take_v1(struct reading *r, const struct json_pull_value *v)
{
    const char *dot = strchr(v->path, '.');
    enum air_topic topic;

    if (!dot)
        return;
    if (!find_topic((struct span){v->path, (size_t)(dot - v->path)}, AIR_V1, &topic)) {
        r->unknown = true;
        return;
    }
    if (!r->known)
        r->m.topic = topic;
    r->known = true;
    if (topic == r->m.topic)
        take_member(&r->m, dot + 1, v);
}

static bool find_v2(struct span json, struct reading *r)
{
    struct json_pull j;
    struct json_pull_value v;
    bool found = false;

    json_pull_init(&j, json.at, json.n);
    while (json_pull_next(&j, &v) > 0) {
        if (v.in_list || v.kind != JSON_PULL_STRING || strcmp(v.path, "topic") != 0)
            continue;
        take_topic(r, v.text);
        found = true;
    }
    return found;
}

int air_message_read(struct span json, struct air_message *ret)
{
    struct reading r = {
        .m = {.threshold_dbm = HUB_THRESHOLD_ALL, .battery_percent = AIR_BATTERY_UNKNOWN}};
    bool v2 = find_v2(json, &r);
    struct json_pull_value v;
    struct json_pull j;
    int e;

    json_pull_init(&j, json.at, json.n);
    while ((e = json_pull_next(&j, &v)) > 0) {
        if (!v2)
            take_v1(&r, &v);
        else if (strcmp(v.path, "value") == 0)
            take_value(&r.m.value, &v);
        if (v2 && r.m.topic == AIR_BATTERY && strcmp(v.path, "value") == 0)
            r.m.battery_percent = percent(&v);
    }
    if (e < 0 || (!r.known && !r.unknown))
        return -EBADMSG;
    if (!r.known)
        return -ENOENT;
    *ret = r.m;
    return 0;
}

/* --- writing ---------------------------------------------------------------------------------- */

static void put_value(struct json_put *j, const struct air_value *v)
{
    switch (v->kind) {
    case AIR_NOTHING:
        json_put_int(j, 0);
        break;
    case AIR_INT:
        json_put_int(j, v->i);
        break;
    case AIR_TEXT:
        json_put_string(j, v->text);
        break;
    case AIR_LIST:
        json_put_begin(j, '[');
        for (unsigned i = 0; i < v->n_list && i < AIR_LIST_MAX; i++)
            json_put_int(j, v->list[i]);
        if (v->text[0])
            json_put_string(j, v->text);
        json_put_end(j, ']');
        break;
    }
}

static void put_v1(struct json_put *j, const struct air_message *m)
{
    json_put_key(j, names[m->topic][AIR_V1]);
    json_put_begin(j, '{');
    json_put_key(j, "RSSI");
    json_put_int(j, m->threshold_dbm);
    json_put_key(j, "value");
    put_value(j, &m->value);
    if (m->battery_percent != AIR_BATTERY_UNKNOWN) {
        json_put_key(j, "battery");
        json_put_int(j, m->battery_percent);
    }
    if (m->type[0]) {
        json_put_key(j, "type");
        json_put_string(j, m->type);
    }
    json_put_end(j, '}');
}

static void put_v2(struct json_put *j, const struct air_message *m)
{
    char topic[sizeof BATTERY + AIR_TEXT_BYTES];
    bool battery = m->topic == AIR_BATTERY;

    json_put_key(j, "topic");
    strcpy(topic, names[m->topic][AIR_V2]);
    if (battery)
        strcat(topic, m->name);
    json_put_string(j, topic);
    json_put_key(j, "value");
    if (battery)
        json_put_int(j, m->battery_percent);
    else
        put_value(j, &m->value);
}

size_t air_message_write(
    const struct air_message *m, enum json_put_style style, char out[AIR_MAX_BYTES])
{
    struct json_put j = json_put_into(out, AIR_MAX_BYTES, style);

    if (!names[m->topic][m->dialect])
        return 0;
    json_put_begin(&j, '{');
    if (m->dialect == AIR_V1)
        put_v1(&j, m);
    else
        put_v2(&j, m);
    json_put_end(&j, '}');
    return json_put_length(&j);
}

/* --- commands --------------------------------------------------------------------------------- */

static const struct said {
    enum air_topic topic;
    int32_t i;
    const char *text;
    bool none;
} said[HUB_N_COMMANDS][2] = {
    [HUB_PLAY] = {{.topic = AIR_GAME, .i = 0}, {.topic = AIR_GAME, .i = 0}},
    [HUB_PAUSE] = {{.topic = AIR_LIGHT_OFF}, {.topic = AIR_GAME, .i = -1}},
    [HUB_WIN] = {{.topic = AIR_RAINBOW}, {.topic = AIR_GAME, .i = 5}},
    [HUB_COLOR_GAME] = {{.topic = AIR_GAME, .i = 1}, {.topic = AIR_GAME, .i = 9}},
    [HUB_NUMBER_GAME] = {{.topic = AIR_GAME, .i = 2}, {.none = true}},
    [HUB_OFF] = {{.topic = AIR_SLEEP}, {.topic = AIR_GAME, .i = 6}},
    [HUB_PING] = {{.topic = AIR_PING, .text = "app"}, {.topic = AIR_PING, .i = 1}},
};

int air_of_command(
    enum hub_command c, int threshold_dbm, enum air_dialect dialect, struct air_message *ret)
{
    const struct said *s = &said[c][dialect];

    if (s->none)
        return -EOPNOTSUPP;
    *ret = (struct air_message){.dialect = dialect,
        .topic = s->topic,
        .threshold_dbm = dialect == AIR_V1 ? threshold_dbm : HUB_THRESHOLD_ALL,
        .value = {.kind = AIR_INT, .i = s->i},
        .battery_percent = AIR_BATTERY_UNKNOWN};
    if (s->text) {
        ret->value.kind = AIR_TEXT;
        strcpy(ret->value.text, s->text);
    }
    return 0;
}
