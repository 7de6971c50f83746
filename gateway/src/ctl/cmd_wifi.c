/* cmd_wifi.c - `wifi enable`, `disable`, `status` and `open`: the network of a device that has Wi-Fi, by
 * the commands that its driver has for it. */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "ctl/ctl.h"
#include "ctl/table.h"

/* A password of WPA has 63 characters, a key 64; what is longer is another file. */
#define PASSWORD_BYTES 256
#define CELL 512

/* --- the password ----------------------------------------------------------------------------- */

/* The first line, which may end as on Windows, or with the file. */
static enum ctl_exit read_password(struct ctl *c, const char *file, char out[PASSWORD_BYTES])
{
    bool is_input = strcmp(file, "-") == 0, too_long;
    FILE *f = is_input ? stdin : fopen(file, "re");

    if (!f)
        return ctl_fail(c, CTL_USAGE, "%s cannot be read: %s", file, error_name(-errno));
    if (!fgets(out, PASSWORD_BYTES, f))
        *out = '\0';
    too_long = strlen(out) == PASSWORD_BYTES - 1;
    if (!is_input)
        fclose(f);
    out[strcspn(out, "\r\n")] = '\0';
    return too_long
        ? ctl_fail(c, CTL_USAGE, "the first line of %s is too long for a password", file)
        : CTL_OK;
}

static enum ctl_exit ask_password(struct ctl *c, const char *ssid, char out[PASSWORD_BYTES])
{
    char question[128], name[64];
    _cleanup_(json_freep) json_t *text = json_string(ssid);
    int r;

    snprintf(question, sizeof question, "Password of %s: ", ctl_text(text, name, sizeof name));
    r = c->ask_secret ? c->ask_secret(question, out, PASSWORD_BYTES) : -ENOTTY;
    if (r == -ENOTTY)
        return ctl_fail(c, CTL_USAGE,
            "there is no terminal to ask for the password: expected --password-file FILE, or "
            "--open for a "
            "network without one");
    return r < 0 ? ctl_fail(c, CTL_USAGE, "no password was given") : CTL_OK;
}

enum { PASSWORD_FILE, OPEN, ALLOW_UNENCRYPTED };

static enum ctl_exit get_password(
    struct ctl *c, const struct ctl_args *args, char out[PASSWORD_BYTES])
{
    const char *file = args->options[PASSWORD_FILE];
    enum ctl_exit code;

    *out = '\0';
    if (args->options[OPEN])
        return file ? ctl_fail(c, CTL_USAGE, "--open is for a network without a password") : CTL_OK;
    code = file ? read_password(c, file, out) : ask_password(c, args->words[1], out);
    if (code == CTL_OK && !*out)
        return ctl_fail(c, CTL_USAGE, "the password is empty: --open is for a network without one");
    return code;
}

/* --- the device's commands -------------------------------------------------------------------- */

/* With its answer. Consumes `arguments` (NULL: none). */
static enum ctl_exit run(
    struct ctl *c, const json_t *device, const char *name, json_t *arguments, json_t **ret)
{
    _cleanup_(json_freep) json_t *consumed = arguments ? arguments : json_object(), *answer = NULL;
    const char *id = json_string_value(json_object_get(device, "id"));
    const json_t *command = json_object_get(json_object_get(device, "commands"), name);
    enum ctl_exit code;

    if (!id || !command)
        return ctl_fail(
            c, CTL_REFUSED, "%s has no Wi-Fi that could be set", id ? id : "this device");
    if (!consumed)
        return ctl_fail(c, CTL_USAGE, "expected text in UTF-8");
    code = ctl_run_command(c, id, name, command, consumed, &answer);
    if (code == CTL_OK)
        *ret = json_incref(json_object_get(answer, "result"));
    return code;
}

/* "porch: connected to Home, http://192.168.1.50/" */
static enum ctl_exit show(struct ctl *c, const char *id, const json_t *status)
{
    const char *url = json_string_value(json_object_get(status, "url"));
    char state[CELL], ssid[CELL], text[CELL];

    if (c->json)
        return ctl_print_json(c, status);
    fprintf(c->out, "%s: %s", id, ctl_member(status, "state", state, sizeof state));
    if (json_is_true(json_object_get(status, "connected")))
        fprintf(c->out, " to %s", ctl_member(status, "ssid", ssid, sizeof ssid));
    if (url && *url)
        fprintf(c->out, ", %s", ctl_member(status, "url", text, sizeof text));
    fputc('\n', c->out);
    return CTL_OK;
}

/* Of steps that take a while; not for programs. */
static void say(struct ctl *c, const char *id, const char *what)
{
    if (c->json)
        return;
    fprintf(c->out, "%s: %s\n", id, what);
    fflush(c->out);
}

/* --- enable ----------------------------------------------------------------------------------- */

static enum ctl_exit configure(
    struct ctl *c, const struct ctl_args *args, const json_t *device, const char *password)
{
    _cleanup_(json_freep) json_t *ignored = NULL;
    json_t *arguments = json_pack("{s:s,s:s,s:b}", "ssid", args->words[1], "password", password,
        "allow_unencrypted", args->options[ALLOW_UNENCRYPTED] != NULL);

    if (!arguments)
        return ctl_fail(c, CTL_USAGE, "expected a network's name and a password in UTF-8");
    return run(c, device, "wifi_configure", arguments, &ignored);
}

static enum ctl_exit join(struct ctl *c, const char *id, const json_t *device)
{
    _cleanup_(json_freep) json_t *status = NULL;
    enum ctl_exit code = run(c, device, "wifi_enable", NULL, &status);
    char reason[CELL];

    if (code != CTL_OK || json_is_true(json_object_get(status, "connected")))
        return code == CTL_OK ? show(c, id, status) : code;
    if (c->json)
        ctl_print_json(c, status);
    return ctl_fail(c, CTL_REFUSED, "%s did not join the network: %s", id,
        ctl_member(status, "reason", reason, sizeof reason));
}

enum ctl_exit ctl_wifi_enable(struct ctl *c, const struct ctl_args *args)
{
    _cleanup_(json_freep) json_t *device = NULL;
    const char *id = args->words[0];
    char password[PASSWORD_BYTES];
    enum ctl_exit code = ctl_get_device(c, id, &device);

    if (code == CTL_OK)
        code = get_password(c, args, password);
    if (code == CTL_OK) {
        say(c, id, "is told the network");
        code = configure(c, args, device, password);
    }
    explicit_bzero(password, sizeof password);
    if (code != CTL_OK)
        return code;
    say(c, id, "joins it, which takes up to half a minute");
    return join(c, id, device);
}

/* --- disable, status, open -------------------------------------------------------------------- */

static enum ctl_exit run_plain(struct ctl *c, const char *id, const char *name, json_t **ret_status)
{
    _cleanup_(json_freep) json_t *device = NULL;
    enum ctl_exit code = ctl_get_device(c, id, &device);

    return code == CTL_OK ? run(c, device, name, NULL, ret_status) : code;
}

enum ctl_exit ctl_wifi_disable(struct ctl *c, const struct ctl_args *args)
{
    _cleanup_(json_freep) json_t *status = NULL;
    enum ctl_exit code = run_plain(c, args->words[0], "wifi_disable", &status);

    return code == CTL_OK ? show(c, args->words[0], status) : code;
}

static void add_cell(struct table *t, const json_t *status, const char *key)
{
    char text[CELL];

    table_add(t, TABLE_PLAIN, ctl_member(status, key, text, sizeof text));
}

static void add_signal(struct table *t, const json_t *status)
{
    const json_t *rssi = json_object_get(status, "rssi_dbm");
    char text[32];

    snprintf(text, sizeof text, "%lld dBm", (long long)json_integer_value(rssi));
    table_add(t, TABLE_PLAIN, json_is_integer(rssi) ? text : "-");
}

enum ctl_exit ctl_wifi_status(struct ctl *c, const struct ctl_args *args)
{
    static const char *const heads[] = {
        "STATE", "NETWORK", "ADDRESS", "SIGNAL", "PAGE", "WHY", NULL};
    _cleanup_(table_fini) struct table t = table_new(heads);
    _cleanup_(json_freep) json_t *status = NULL;
    enum ctl_exit code = run_plain(c, args->words[0], "wifi_status", &status);
    char state[CELL];

    if (code != CTL_OK)
        return code;
    if (c->json)
        return ctl_print_json(c, status);
    table_add(&t, json_is_true(json_object_get(status, "connected")) ? TABLE_GREEN : TABLE_YELLOW,
        ctl_member(status, "state", state, sizeof state));
    add_cell(&t, status, "ssid");
    add_cell(&t, status, "ip");
    add_signal(&t, status);
    add_cell(&t, status, "url");
    add_cell(&t, status, "reason");
    return table_print(&t, c->out, c->colour) < 0 ? ctl_fail(c, CTL_REFUSED, "out of memory")
                                                  : CTL_OK;
}

/* A device says what its address is; what is no page is not given to another program. */
static bool is_page(const char *url)
{
    if (!url || strncmp(url, "http://", 7) != 0)
        return false;
    for (; *url; url++) {
        if ((unsigned char)*url <= ' ' || (unsigned char)*url >= 0x7F)
            return false;
    }
    return true;
}

enum ctl_exit ctl_wifi_open(struct ctl *c, const struct ctl_args *args)
{
    _cleanup_(json_freep) json_t *device = NULL;
    enum ctl_exit code = ctl_get_device(c, args->words[0], &device);
    const json_t *attribute = json_object_get(json_object_get(device, "attributes"), "url");
    const char *url = json_string_value(json_object_get(attribute, "value"));

    if (code != CTL_OK)
        return code;
    if (!is_page(url))
        return ctl_fail(c, CTL_REFUSED, "%s has no page now: it is in no network", args->words[0]);
    if (c->json) {
        _cleanup_(json_freep) json_t *told = json_pack("{s:s}", "url", url);

        return ctl_print_json(c, told);
    }
    fprintf(c->out, "%s\n", url);
    if (c->open_url)
        c->open_url(url);
    return CTL_OK;
}
