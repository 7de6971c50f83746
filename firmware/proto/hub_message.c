/* hub_message.c - see hub_message.h. */
#include "hub_message.h"

#include <errno.h>
#include <string.h>

#include "hub_line.h"

/* The last bracket that closes ends the last device that is whole, if it does not stand in a name. */
#define REPAIR_TRIES 4

/* --- reading ---------------------------------------------------------------------------------- */

static struct json_pull pull(struct span json)
{
    struct json_pull j;

    json_pull_init(&j, json.at, json.n);
    return j;
}

static bool is_string(const struct json_pull_value *v, const char *path)
{
    return v->kind == JSON_PULL_STRING && !v->in_list && strcmp(v->path, path) == 0;
}

static void take_member(const struct json_pull_value *v, struct hub_message *m, bool *typed)
{
    if (is_string(v, "type")) {
        *typed = true;
        span_copy(v->text, m->type, sizeof m->type);
    } else if (is_string(v, "command")) {
        span_copy(v->text, m->command, sizeof m->command);
    } else if (is_string(v, "status")) {
        m->sent = span_is(v->text, "sent");
    } else if (is_string(v, "rssi")) {
        span_copy(v->text, m->threshold, sizeof m->threshold);
    } else if (is_string(v, "message")) {
        span_copy(v->text, m->message, sizeof m->message);
    }
}

static enum hub_message_kind kind_of(const char *type)
{
    if (strcmp(type, "devices") == 0)
        return HUB_DEVICES;
    if (strcmp(type, "ack") == 0)
        return HUB_ACK;
    return strcmp(type, "error") == 0 ? HUB_ERROR : HUB_OTHER;
}

int hub_message_read(struct span json, struct hub_message *ret)
{
    struct json_pull j = pull(json);
    struct hub_message m = {0};
    struct json_pull_value v;
    bool typed = false;
    int r;

    while ((r = json_pull_next(&j, &v)) > 0)
        take_member(&v, &m, &typed);
    if (r < 0 || !typed)
        return -EBADMSG;
    m.kind = kind_of(m.type);
    *ret = m;
    return 0;
}

/* --- the list of devices ---------------------------------------------------------------------- */

static const char LIST[] = "list.";

/* Of a module itself, not of something in it. */
static bool is_of_module(const struct json_pull_value *v)
{
    return !v->in_list && strncmp(v->path, LIST, sizeof LIST - 1) == 0 &&
        !strchr(v->path + sizeof LIST - 1, '.');
}

static void modules_step(struct hub_modules *m)
{
    do
        m->has_next = json_pull_next(&m->json, &m->next) > 0;
    while (m->has_next && !is_of_module(&m->next));
}

void hub_modules_begin(struct hub_modules *m, struct span json)
{
    m->json = pull(json);
    modules_step(m);
}

static void take_mac(struct span text, char out[HUB_MAC_BYTES])
{
    uint8_t raw[HUB_MAC_RAW_BYTES];

    if (hub_mac_parse(text, raw))
        hub_mac_text(raw, out);
}

static int whole(const struct json_pull_value *v, int min, int max, int otherwise)
{
    return v->kind == JSON_PULL_NUMBER && v->f >= min && v->f <= max ? (int)v->f : otherwise;
}

static void take_field(const struct json_pull_value *v, struct hub_module *m)
{
    const char *key = v->path + sizeof LIST - 1;

    if (v->kind == JSON_PULL_STRING && strcmp(key, "id") == 0) {
        span_copy(v->text, m->id, sizeof m->id);
    } else if (v->kind == JSON_PULL_STRING && strcmp(key, "mac") == 0) {
        take_mac(v->text, m->mac);
    } else if (v->kind == JSON_PULL_STRING && strcmp(key, "type") == 0) {
        span_copy(v->text, m->type, sizeof m->type);
    } else if (strcmp(key, "rssi") == 0) {
        m->rssi_dbm = whole(v, -127, 20, HUB_RSSI_UNKNOWN);
        m->rssi_known = v->kind == JSON_PULL_NUMBER;
    } else if (strcmp(key, "battery") == 0) {
        m->battery_percent = whole(v, 0, 100, HUB_BATTERY_UNKNOWN);
    }
}

bool hub_modules_next(struct hub_modules *m, struct hub_module *ret)
{
    uint32_t element = m->next.element;

    if (!m->has_next)
        return false;
    *ret = (struct hub_module){.rssi_dbm = HUB_RSSI_UNKNOWN,
        .battery_percent = HUB_BATTERY_UNKNOWN,
        .type = HUB_TYPE_UNKNOWN};
    while (m->has_next && m->next.element == element) {
        take_field(&m->next, ret);
        modules_step(m);
    }
    return true;
}

void hub_available_begin(struct json_pull *j, struct span json)
{
    *j = pull(json);
}

bool hub_available_next(struct json_pull *j, struct span *ret)
{
    struct json_pull_value v;

    while (json_pull_next(j, &v) > 0) {
        if (v.in_list && v.kind == JSON_PULL_STRING && strcmp(v.path, "available_commands") == 0)
            return *ret = v.text, true;
    }
    return false;
}

/* --- an end for what has none ----------------------------------------------------------------- */

static bool is_valid_with(char *text, size_t n, size_t cap, const char *end, size_t *ret)
{
    size_t more = strlen(end);

    if (more > cap - n)
        return false;
    memcpy(text + n, end, more);
    *ret = n + more;
    return json_pull_is_valid(text, *ret);
}

size_t hub_message_repair(char *text, size_t n, size_t cap)
{
    unsigned n_tries = REPAIR_TRIES;
    size_t repaired;

    if (is_valid_with(text, n, cap, "\"]}", &repaired))
        return repaired;
    for (size_t i = n; i > 0 && n_tries > 0; i--) {
        char kept[2] = {0};
        size_t n_kept = n - i < sizeof kept ? n - i : sizeof kept;

        if (text[i - 1] != '}')
            continue;
        n_tries--;
        memcpy(kept, text + i, n_kept);
        if (is_valid_with(text, i, cap, "]}", &repaired))
            return repaired;
        memcpy(text + i, kept, n_kept);
    }
    return 0;
}

/* --- writing ---------------------------------------------------------------------------------- */

static struct json_put begin(const char *type, enum json_put_style style, char *out, size_t cap)
{
    struct json_put j = json_put_into(out, cap, style);

    json_put_begin(&j, '{');
    json_put_key(&j, "type");
    json_put_string(&j, type);
    return j;
}

static size_t end(struct json_put *j)
{
    json_put_end(j, '}');
    return json_put_length(j);
}

size_t hub_ack_write(struct span command, bool sent, struct span threshold,
    enum json_put_style style, char *out, size_t cap)
{
    struct json_put j = begin("ack", style, out, cap);

    json_put_key(&j, "command");
    json_put_text(&j, command.at, command.n);
    json_put_key(&j, "status");
    json_put_string(&j, sent ? "sent" : "failed");
    json_put_key(&j, "rssi");
    json_put_text(&j, threshold.at, threshold.n);
    return end(&j);
}

size_t hub_error_write(struct span message, enum json_put_style style, char *out, size_t cap)
{
    struct json_put j = begin("error", style, out, cap);

    json_put_key(&j, "message");
    json_put_text(&j, message.at, message.n);
    json_put_key(&j, "available_commands");
    json_put_begin(&j, '[');
    for (unsigned i = 0; i < HUB_N_COMMANDS; i++)
        json_put_string(&j, hub_command_text((enum hub_command)i));
    json_put_end(&j, ']');
    return end(&j);
}

static void put_module(struct json_put *j, const struct hub_module *m)
{
    json_put_begin(j, '{');
    json_put_key(j, "id");
    json_put_string(j, m->id);
    json_put_key(j, "rssi");
    json_put_int(j, m->rssi_dbm);
    json_put_key(j, "battery");
    json_put_int(j, m->battery_percent);
    json_put_key(j, "type");
    json_put_string(j, m->type);
    json_put_key(j, "mac");
    json_put_string(j, m->mac);
    json_put_end(j, '}');
}

size_t hub_devices_write(
    const struct hub_module *modules, size_t n, enum json_put_style style, char *out, size_t cap)
{
    struct json_put j = begin("devices", style, out, cap);

    json_put_key(&j, "list");
    json_put_begin(&j, '[');
    for (size_t i = 0; i < n; i++)
        put_module(&j, &modules[i]);
    json_put_end(&j, ']');
    return end(&j);
}

/* --- addresses, and how apps show it ---------------------------------------------------------- */

void hub_mac_text(const uint8_t raw[HUB_MAC_RAW_BYTES], char out[HUB_MAC_BYTES])
{
    static const char digits[] = "0123456789abcdef";

    for (int i = 0; i < HUB_MAC_RAW_BYTES; i++) {
        out[2 * i] = digits[raw[i] >> 4];
        out[2 * i + 1] = digits[raw[i] & 15];
    }
    out[2 * HUB_MAC_RAW_BYTES] = '\0';
}

bool hub_mac_parse(struct span text, uint8_t ret[HUB_MAC_RAW_BYTES])
{
    uint8_t raw[HUB_MAC_RAW_BYTES];

    for (int i = 0; i < HUB_MAC_RAW_BYTES; i++) {
        if (i > 0 && text.n > 0 && (text.at[0] == ':' || text.at[0] == '-'))
            text.at++, text.n--;
        int high = span_hex(&text), low = high < 0 ? -1 : span_hex(&text);

        if (low < 0)
            return false;
        raw[i] = (uint8_t)(high << 4 | low);
    }
    if (text.n > 0)
        return false;
    memcpy(ret, raw, sizeof raw);
    return true;
}

int hub_signal_bars(int rssi_dbm)
{
    if (rssi_dbm >= -50)
        return 3;
    if (rssi_dbm >= -70)
        return 2;
    return rssi_dbm >= -85 ? 1 : 0;
}

const char *hub_battery_level(int battery_percent)
{
    if (battery_percent < 0)
        return NULL;
    if (battery_percent >= 75)
        return "full";
    if (battery_percent >= 50)
        return "high";
    return battery_percent >= 25 ? "medium" : "low";
}
