/* wifi_status.c - what STATUS says; see wifi_text.h. */
#include <errno.h>
#include <string.h>

#include "wifi_settings.h"

static const char *const states[] = {"", "off", "connecting", "connected", "failed"};

const char *wifi_state_name(enum wifi_state state)
{
    return states[state];
}

/* --- writing ---------------------------------------------------------------------------------- */

static void put_first(struct json_put *j, const struct wifi_status *s)
{
    json_put_named_bool(j, "enabled", s->enabled);
    json_put_named_bool(j, "connected", s->connected);
    json_put_named_string(j, "ssid", s->ssid);
    json_put_named_string(j, "ip", s->ip);
    json_put_named_int(j, "rssi", s->rssi_dbm);
    json_put_named_string(j, "url", s->url);
}

static void put_if_any(struct json_put *j, const char *key, const char *text)
{
    if (*text)
        json_put_named_string(j, key, text);
}

static void put_ours(struct json_put *j, const struct wifi_status *s)
{
    json_put_named_string(j, "state", wifi_state_name(s->state));
    put_if_any(j, "reason", s->reason);
    put_if_any(j, "fw", s->fw);
    put_if_any(j, "mac", s->mac);
    json_put_named_bool(j, "secure", s->secure);
    if (s->settings.has) {
        json_put_key(j, "settings");
        json_put_begin(j, '{');
        wifi_settings_put(j, &s->settings);
        json_put_end(j, '}');
    }
    put_if_any(j, "error", s->error);
}

size_t wifi_status_write(const struct wifi_status *s, char *out, size_t cap)
{
    struct json_put j = json_put_into(out, cap, JSON_PUT_COMPACT);

    json_put_begin(&j, '{');
    put_first(&j, s);
    if (s->state != WIFI_STATE_UNKNOWN)
        put_ours(&j, s);
    json_put_end(&j, '}');
    return json_put_length(&j);
}

/* --- reading ---------------------------------------------------------------------------------- */

struct member {
    const char *name;
    size_t offset, cap; /* cap: of a text; 0: of a bool */
};

#define TEXT(name, member)                                                                         \
    {                                                                                              \
        name, offsetof(struct wifi_status, member), sizeof(((struct wifi_status *)0)->member)      \
    }
#define BOOL(name, member)                                                                         \
    {                                                                                              \
        name, offsetof(struct wifi_status, member), 0                                              \
    }

static const struct member members[] = {
    BOOL("enabled", enabled),
    BOOL("connected", connected),
    TEXT("ssid", ssid),
    TEXT("ip", ip),
    TEXT("url", url),
    BOOL("secure", secure),
    TEXT("reason", reason),
    TEXT("fw", fw),
    TEXT("mac", mac),
    TEXT("error", error),
};

/* A sentence may be cut; an address or a name that is would be another one. */
static bool may_be_cut(const char *name)
{
    return strcmp(name, "reason") == 0 || strcmp(name, "error") == 0 || strcmp(name, "fw") == 0;
}

static int take_member(
    const struct json_pull_value *v, const struct member *m, struct wifi_status *s)
{
    void *at = (char *)s + m->offset;

    if (v->in_list || v->kind != (m->cap ? JSON_PULL_STRING : JSON_PULL_BOOL))
        return -EBADMSG;
    if (m->cap == 0) {
        *(bool *)at = v->b;
        return 0;
    }
    if ((v->text.n >= m->cap || v->is_cut) && !may_be_cut(m->name))
        return -EBADMSG;
    span_copy(v->text, at, m->cap);
    return 0;
}

static int take_rssi(const struct json_pull_value *v, struct wifi_status *s)
{
    if (v->kind != JSON_PULL_NUMBER || v->in_list || v->f < -128 || v->f > 127)
        return -EBADMSG;
    s->rssi_dbm = (int)v->f;
    return 0;
}

/* A state that is not known is as if it were not told. */
static int take_state(const struct json_pull_value *v, struct wifi_status *s)
{
    if (v->kind != JSON_PULL_STRING || v->in_list)
        return -EBADMSG;
    for (unsigned i = 1; i < sizeof states / sizeof *states; i++)
        if (span_is(v->text, states[i]))
            s->state = (enum wifi_state)i;
    return 0;
}

/* null is what a camera's JSON library makes of no text: nothing. */
static int take_value(const struct json_pull_value *v, struct wifi_status *s)
{
    static const char SETTINGS[] = "settings.";
    const char *why;

    if (v->kind == JSON_PULL_NULL)
        return 0;
    if (strcmp(v->path, "rssi") == 0)
        return take_rssi(v, s);
    if (strcmp(v->path, "state") == 0)
        return take_state(v, s);
    if (strncmp(v->path, SETTINGS, sizeof SETTINGS - 1) == 0)
        return wifi_settings_take(v->path + sizeof SETTINGS - 1, v, &s->settings, &why) && why
            ? -EBADMSG
            : 0;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (strcmp(v->path, members[i].name) == 0)
            return take_member(v, &members[i], s);
    return 0;
}

int wifi_status_read(struct span json, struct wifi_status *ret)
{
    struct wifi_status s = {0};
    struct json_pull_value v;
    struct span first = span_strip(json);
    struct json_pull j;
    int r;

    json_pull_init(&j, json.at, json.n);
    while ((r = json_pull_next(&j, &v)) > 0)
        if (take_value(&v, &s) < 0)
            return -EBADMSG;
    if (r < 0 || !span_take(&first, "{"))
        return -EBADMSG;
    if (!s.connected && strcmp(s.ssid, "null") == 0)
        s.ssid[0] = '\0';
    *ret = s;
    return 0;
}
