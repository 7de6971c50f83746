/* wifi_control.c - what is written to CONTROL; see wifi_text.h. */
#include <errno.h>
#include <string.h>

#include "wifi_settings.h"

static const char *const words[] = {"configure", "enable", "disable", "status", "set"};

/* --- writing ---------------------------------------------------------------------------------- */

size_t wifi_control_write(const struct wifi_control *c, char *out, size_t cap)
{
    struct json_put j = json_put_into(out, cap, JSON_PUT_COMPACT);

    json_put_begin(&j, '{');
    json_put_named_string(&j, "cmd", words[c->command]);
    if (c->command == WIFI_CONFIGURE) {
        json_put_named_string(&j, "ssid", c->ssid);
        json_put_named_string(&j, "pass", c->pass);
    } else if (c->command == WIFI_SET) {
        wifi_settings_put(&j, &c->settings);
    }
    json_put_end(&j, '}');
    return json_put_length(&j);
}

/* --- reading ---------------------------------------------------------------------------------- */

const char *wifi_ssid_fault(struct span ssid)
{
    if (ssid.n == 0)
        return "the network's name is empty";
    return ssid.n < WIFI_SSID_BYTES ? NULL : "the network's name is longer than 32 bytes";
}

static bool is_key(struct span pass)
{
    while (span_hex(&pass) >= 0)
        continue;
    return pass.n == 0;
}

const char *wifi_pass_fault(struct span pass)
{
    if (pass.n == 0 || (pass.n == WIFI_PASS_BYTES - 1 && is_key(pass)))
        return NULL;
    if (pass.n < WIFI_PASS_MIN)
        return "the password is shorter than 8 characters";
    return pass.n < WIFI_PASS_BYTES - 1 ? NULL : "the password is longer than 63 characters";
}

/* null is nothing, as if it were not there. */
static const char *take_text(const struct json_pull_value *v, const char *(*fault)(struct span),
    char *out, size_t cap, bool *has)
{
    const char *why;

    if (v->kind == JSON_PULL_NULL)
        return NULL;
    if (v->kind != JSON_PULL_STRING || v->in_list)
        return "ssid and pass are texts";
    why = fault(v->text);
    if (why)
        return why;
    span_copy(v->text, out, cap);
    *has = true;
    return NULL;
}

static const char *take_command(const struct json_pull_value *v, struct wifi_control *c, bool *has)
{
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
        if (v->kind == JSON_PULL_STRING && !v->in_list && span_is(v->text, words[i])) {
            c->command = (enum wifi_command)i;
            *has = true;
            return NULL;
        }
    }
    return "cmd is configure, enable, disable, status or set";
}

/* What nobody knows is passed over: newer apps may say more. */
static const char *take_member(
    const struct json_pull_value *v, struct wifi_control *c, bool *has_command)
{
    const char *why = NULL;

    if (strcmp(v->path, "cmd") == 0)
        return take_command(v, c, has_command);
    if (strcmp(v->path, "ssid") == 0)
        return take_text(v, wifi_ssid_fault, c->ssid, sizeof c->ssid, &c->has_ssid);
    if (strcmp(v->path, "pass") == 0)
        return take_text(v, wifi_pass_fault, c->pass, sizeof c->pass, &c->has_pass);
    wifi_settings_take(v->path, v, &c->settings, &why);
    return why;
}

static const char *missing(const struct wifi_control *c, bool has_command)
{
    if (!has_command && !c->has_ssid)
        return "there is no cmd";
    return c->command == WIFI_SET && c->settings.has == 0 ? "there is no setting to set" : NULL;
}

int wifi_control_read(struct span json, struct wifi_control *ret, const char **ret_why)
{
    struct wifi_control c = {.command = WIFI_CONFIGURE};
    bool has_command = false;
    const char *why = NULL;
    struct json_pull_value v;
    struct json_pull j;
    int r;

    json_pull_init(&j, json.at, json.n);
    while (!why && (r = json_pull_next(&j, &v)) > 0)
        why = take_member(&v, &c, &has_command);
    if (!why)
        why = r < 0 ? "this is no JSON" : missing(&c, has_command);
    if (why)
        return *ret_why = why, -EINVAL;
    *ret = c;
    return 0;
}
