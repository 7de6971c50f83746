/* wifi_settings.c - settings of a debug camera in JSON; see wifi_text.h. */
#include "wifi_settings.h"

#include <errno.h>
#include <string.h>

static const char *const sizes[] = {"QVGA", "QQVGA"};

const char *wifi_frame_size_name(enum wifi_frame_size size)
{
    return sizes[size];
}

void wifi_settings_put(struct json_put *j, const struct wifi_settings *s)
{
    if (s->has & WIFI_HAS_WEB_ENABLED) {
        json_put_named_bool(j, "web_enabled", s->web_enabled);
    }
    if (s->has & WIFI_HAS_WEB_PORT) {
        json_put_named_int(j, "web_port", s->web_port);
    }
    if (s->has & WIFI_HAS_FPS) {
        json_put_named_int(j, "stream_fps", s->stream_fps);
    }
    if (s->has & WIFI_HAS_SIZE) {
        json_put_named_string(j, "frame_size", wifi_frame_size_name(s->frame_size));
    }
}

static bool whole_within(const struct json_pull_value *v, int64_t min, int64_t max)
{
    return v->kind == JSON_PULL_NUMBER && v->is_whole && v->i >= min && v->i <= max;
}

static const char *take_web_enabled(const struct json_pull_value *v, struct wifi_settings *s)
{
    if (v->kind != JSON_PULL_BOOL)
        return "web_enabled is true or false";
    s->web_enabled = v->b;
    return NULL;
}

static const char *take_web_port(const struct json_pull_value *v, struct wifi_settings *s)
{
    if (!whole_within(v, 1, UINT16_MAX))
        return "web_port is 1 to 65535";
    s->web_port = (uint16_t)v->i;
    return NULL;
}

static const char *take_fps(const struct json_pull_value *v, struct wifi_settings *s)
{
    if (!whole_within(v, 1, WIFI_STREAM_FPS_MAX))
        return "stream_fps is 1 to 25";
    s->stream_fps = (uint8_t)v->i;
    return NULL;
}

static const char *take_size(const struct json_pull_value *v, struct wifi_settings *s)
{
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        if (v->kind == JSON_PULL_STRING && span_is(v->text, sizes[i])) {
            s->frame_size = (enum wifi_frame_size)i;
            return NULL;
        }
    }
    return "frame_size is QVGA or QQVGA";
}

static const struct {
    const char *name;
    unsigned has;
    const char *(*take)(const struct json_pull_value *v, struct wifi_settings *s);
} members[] = {
    {"web_enabled", WIFI_HAS_WEB_ENABLED, take_web_enabled},
    {"web_port", WIFI_HAS_WEB_PORT, take_web_port},
    {"stream_fps", WIFI_HAS_FPS, take_fps},
    {"frame_size", WIFI_HAS_SIZE, take_size},
};

bool wifi_settings_take(const char *name, const struct json_pull_value *v, struct wifi_settings *s,
    const char **ret_why)
{
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (strcmp(name, members[i].name) != 0)
            continue;
        *ret_why = v->in_list ? "a setting is one value" : members[i].take(v, s);
        s->has |= *ret_why ? 0 : members[i].has;
        return true;
    }
    return false;
}

int wifi_settings_read(struct span json, struct wifi_settings *ret, const char **ret_why)
{
    struct wifi_settings s = {0};
    struct json_pull_value v;
    struct json_pull j;
    int r;

    json_pull_init(&j, json.at, json.n);
    while ((r = json_pull_next(&j, &v)) > 0) {
        const char *why = NULL;

        if (!wifi_settings_take(v.path, &v, &s, &why))
            why = "there is no such setting";
        if (why)
            return *ret_why = why, -EINVAL;
    }
    if (r < 0 || s.has == 0)
        return *ret_why = "this is no JSON object of settings", -EINVAL;
    *ret = s;
    return 0;
}

void wifi_settings_apply(struct wifi_settings *to, const struct wifi_settings *from)
{
    if (from->has & WIFI_HAS_WEB_ENABLED)
        to->web_enabled = from->web_enabled;
    if (from->has & WIFI_HAS_WEB_PORT)
        to->web_port = from->web_port;
    if (from->has & WIFI_HAS_FPS)
        to->stream_fps = from->stream_fps;
    if (from->has & WIFI_HAS_SIZE)
        to->frame_size = from->frame_size;
    to->has |= from->has;
}

unsigned wifi_settings_differ(const struct wifi_settings *a, const struct wifi_settings *b)
{
    return (a->web_enabled != b->web_enabled ? WIFI_HAS_WEB_ENABLED : 0u) |
        (a->web_port != b->web_port ? WIFI_HAS_WEB_PORT : 0u) |
        (a->stream_fps != b->stream_fps ? WIFI_HAS_FPS : 0u) |
        (a->frame_size != b->frame_size ? WIFI_HAS_SIZE : 0u);
}
