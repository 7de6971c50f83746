#include "http/ws_message.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"

/* --- patterns --------------------------------------------------------------------------------- */

bool ws_patterns_match(const struct ws_patterns *p, const char *text)
{
    for (size_t i = 0; i < p->n; i++) {
        if (text_match(p->at[i], text))
            return true;
    }
    return false;
}

void ws_patterns_fini(struct ws_patterns *p)
{
    while (p->n > 0)
        free(p->at[--p->n]);
}

static int read_patterns(
    const json_t *from, const char *key, struct ws_patterns *p, struct error *e)
{
    const json_t *list = json_object_get(from, key);
    size_t i;
    json_t *item;

    if (list && (!json_is_array(list) || json_array_size(list) > WS_MAX_PATTERNS))
        return error_set(
            e, -EINVAL, "%s: expected a list of at most %d names", key, WS_MAX_PATTERNS);
    json_array_foreach(list, i, item)
    {
        if (!json_is_string(item) || json_string_length(item) > WR_NAME_MAX)
            return error_set(
                e, -EINVAL, "%s: expected names of at most %d bytes, or \"*\"", key, WR_NAME_MAX);
        p->at[p->n] = strdup(json_string_value(item));
        if (!p->at[p->n])
            return error_set(e, -ENOMEM, "no memory");
        p->n++;
    }
    return 0;
}

/* --- members ---------------------------------------------------------------------------------- */

static int read_uint(
    const json_t *from, const char *key, int64_t max, int64_t *ret, struct error *e)
{
    const json_t *j = json_object_get(from, key);

    if (!json_is_integer(j) || json_integer_value(j) < 0 || json_integer_value(j) > max)
        return error_set(e, -EINVAL, "%s: expected an integer from 0 to %lld", key, (long long)max);
    *ret = json_integer_value(j);
    return 0;
}

static int read_name(const json_t *from, const char *key, const char **ret, struct error *e)
{
    const json_t *j = json_object_get(from, key);

    if (!json_is_string(j) || json_string_length(j) > WR_NAME_MAX)
        return error_set(e, -EINVAL, "%s: expected a name of at most %d bytes", key, WR_NAME_MAX);
    *ret = json_string_value(j);
    return 0;
}

/* --- one function per type -------------------------------------------------------------------- */

static int read_nothing(struct ws_message *m, struct error *e)
{
    return 0;
}

static int read_ack(struct ws_message *m, struct error *e)
{
    int64_t channel = 0, seq = 0;
    int r = read_uint(m->json, "channel", UINT16_MAX, &channel, e);

    if (r == 0)
        r = read_uint(m->json, "seq", UINT32_MAX, &seq, e);
    m->channel = (uint16_t)channel;
    m->seq = (uint32_t)seq;
    return r;
}

static int read_command(struct ws_message *m, struct error *e)
{
    int r = read_name(m->json, "device", &m->device, e);

    if (r == 0)
        r = read_name(m->json, "command", &m->command, e);
    m->args = json_object_get(m->json, "args");
    if (r == 0 && m->args && !json_is_object(m->args))
        return error_set(e, -EINVAL, "args: expected an object, {\"name\": value, …}");
    return r;
}

static int read_max_fps(const json_t *from, double *ret, struct error *e)
{
    const json_t *j = json_object_get(from, "max_fps");
    double fps = json_number_value(j);

    if (j && (!json_is_number(j) || fps < 0.01 || fps > 1000))
        return error_set(e, -EINVAL, "max_fps: expected a number from 0.01 to 1000");
    *ret = fps;
    return 0;
}

/* true, false, or names: a page wants the pictures that are in sight and the events of all. */
static int read_wanted(const json_t *from, const char *key, struct ws_patterns *p, struct error *e)
{
    const json_t *j = json_object_get(from, key);

    if (json_is_array(j))
        return read_patterns(from, key, p, e);
    if (j && !json_is_boolean(j))
        return error_set(e, -EINVAL, "%s: expected true, false or a list of names", key);
    if (!json_is_true(j))
        return 0;
    p->at[0] = strdup("*");
    if (!p->at[0])
        return error_set(e, -ENOMEM, "no memory");
    p->n = 1;
    return 0;
}

static int read_subscribe(struct ws_message *m, struct error *e)
{
    int r = read_max_fps(m->json, &m->max_fps, e);

    if (r == 0)
        r = read_wanted(m->json, "frames", &m->frames, e);
    if (r == 0)
        r = read_wanted(m->json, "overlays", &m->overlays, e);
    if (r == 0)
        r = read_patterns(m->json, "devices", &m->devices, e);
    return r == 0 ? read_patterns(m->json, "events", &m->events, e) : r;
}

/* --- a message -------------------------------------------------------------------------------- */

static const struct kind {
    const char *name;
    bool needs_id;
    int (*read)(struct ws_message *m, struct error *e);
} kinds[] = {
    [WS_MESSAGE_ACK] = {"ack", false, read_ack},
    [WS_MESSAGE_COMMAND] = {"command", true, read_command},
    [WS_MESSAGE_PING] = {"ping", true, read_nothing},
    [WS_MESSAGE_SUBSCRIBE] = {"subscribe", true, read_subscribe},
    [WS_MESSAGE_UNSUBSCRIBE] = {"unsubscribe", true, read_nothing},
};

static int read_type(const json_t *json, enum ws_message_type *ret, struct error *e)
{
    const char *type = json_string_value(json_object_get(json, "type"));

    if (!type)
        return error_set(e, -EINVAL, "expected an object with a \"type\"");
    for (size_t i = 0; i < N_ELEMENTS(kinds); i++) {
        if (strcmp(kinds[i].name, type) == 0) {
            *ret = (enum ws_message_type)i;
            return 0;
        }
    }
    return error_set(e, -EINVAL, "this type of message is not known");
}

static int read_all(struct ws_message *m, struct error *e)
{
    const json_t *id = json_object_get(m->json, "id");
    int r = read_type(m->json, &m->type, e);

    if (r < 0)
        return r;
    if (kinds[m->type].needs_id && !json_is_integer(id))
        return error_set(e, -EINVAL, "id: expected an integer");
    m->id = json_integer_value(id);
    return kinds[m->type].read(m, e);
}

int ws_message_read(
    const char *text, size_t n, struct ws_message *ret, int64_t *ret_id, struct error *e)
{
    struct ws_message m = {.json = json_read(text, n, e)};
    int r;

    *ret_id = json_integer_value(json_object_get(m.json, "id"));
    if (!m.json)
        return -EINVAL;
    r = read_all(&m, e);
    if (r < 0)
        ws_message_fini(&m);
    else
        *ret = m;
    return r;
}

void ws_message_fini(struct ws_message *m)
{
    ws_patterns_fini(&m->devices);
    ws_patterns_fini(&m->events);
    ws_patterns_fini(&m->frames);
    ws_patterns_fini(&m->overlays);
    json_decref(m->json);
    m->json = NULL;
}
