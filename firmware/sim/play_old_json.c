#include "play_old_json.h"

#include <stdio.h>
#include <string.h>

struct out {
    char *text;
    size_t n, cap;
    bool failed;
};

static void put(struct out *o, const char *bytes, size_t n)
{
    if (o->failed || n > o->cap - o->n) {
        o->failed = true;
        return;
    }
    memcpy(o->text + o->n, bytes, n);
    o->n += n;
}

static void say(struct out *o, const char *text)
{
    put(o, text, strlen(text));
}

static void say_int(struct out *o, int v)
{
    char text[16];

    snprintf(text, sizeof text, "%d", v);
    say(o, text);
}

/* As mp_str_print_json() does: what is no control character goes out as it is. */
static void quote(struct out *o, struct span s)
{
    char code[8];

    say(o, "\"");
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.at[i];

        if (c >= ' ') {
            if (c == '"' || c == '\\')
                say(o, "\\");
            put(o, &s.at[i], 1);
        } else if (c == '\n' || c == '\r' || c == '\t') {
            say(o, c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
        } else {
            snprintf(code, sizeof code, "\\u%04x", c);
            say(o, code);
        }
    }
    say(o, "\"");
}

static void quote_text(struct out *o, const char *text)
{
    quote(o, (struct span){text, strlen(text)});
}

static size_t length(const struct out *o)
{
    return o->failed ? 0 : o->n;
}

size_t old_hub_ack(struct span command, bool sent, struct span threshold, char *out, size_t cap)
{
    struct out o = {.text = out, .cap = cap};

    say(&o, "{\"status\": ");
    quote_text(&o, sent ? "sent" : "failed");
    say(&o, ", \"rssi\": ");
    quote(&o, threshold);
    say(&o, ", \"type\": \"ack\", \"command\": ");
    quote(&o, command);
    say(&o, "}");
    return length(&o);
}

size_t old_hub_error(struct span command, char *out, size_t cap)
{
    struct out o = {.text = out, .cap = cap};
    char message[HUB_LINE_MAX_BYTES + 32] = "Unknown command: ";
    size_t n = strlen(message);

    memcpy(message + n, command.at, command.n);
    say(&o, "{\"available_commands\": [");
    for (int c = 0; c < HUB_N_COMMANDS; c++) {
        say(&o, c > 0 ? ", " : "");
        quote_text(&o, hub_command_text((enum hub_command)c));
    }
    say(&o, "], \"message\": ");
    quote(&o, (struct span){message, n + command.n});
    say(&o, ", \"type\": \"error\"}");
    return length(&o);
}

static void say_row(struct out *o, const struct old_hub_row *r)
{
    char mac[HUB_MAC_BYTES];

    hub_mac_text(r->mac, mac);
    say(o, "{\"battery\": ");
    say_int(o, r->battery_percent);
    say(o, ", \"mac\": ");
    quote_text(o, mac);
    say(o, ", \"id\": ");
    quote_text(o, r->id);
    say(o, ", \"rssi\": ");
    say_int(o, r->rssi_dbm);
    say(o, ", \"type\": ");
    quote_text(o, r->type);
    say(o, "}");
}

size_t old_hub_devices(
    const struct old_hub_row *rows, unsigned n, int threshold_dbm, char *out, size_t cap)
{
    struct out o = {.text = out, .cap = cap};
    unsigned n_listed = 0;

    say(&o, "{\"list\": [");
    for (unsigned i = 0; i < n; i++) {
        if (rows[i].rssi_dbm < threshold_dbm)
            continue;
        say(&o, n_listed++ > 0 ? ", " : "");
        say_row(&o, &rows[i]);
    }
    say(&o, "], \"type\": \"devices\"}");
    return length(&o);
}
