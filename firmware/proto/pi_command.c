/* pi_command.c - commands of the trigger protocol: line to struct and back. */
#include "pi_trigger.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "pi_text.h"

/* In the order in which the service in use compares. `exact`: the whole text, else how it begins.
 */
static const struct word {
    const char *word;
    enum pi_command_kind kind;
    bool exact;
    const char *usage;
} words[] = {
    {"set", PI_COMMAND_SET, false, "set <key_path> <value>"},
    {"overwrite_config", PI_COMMAND_OVERWRITE_CONFIG, false, "overwrite_config"},
    {"dump_config", PI_COMMAND_DUMP_CONFIG, false, "dump_config"},
    {"save", PI_COMMAND_SAVE, false, "save [jpg] [png] [npy]"},
    {"pastStack", PI_COMMAND_PAST_STACK, false, "pastStack [jpg] [png] [npy]"},
    {"night_level", PI_COMMAND_NIGHT_LEVEL, true, "night_level"},
    {"health", PI_COMMAND_HEALTH, true, "health"},
    {"shortstream", PI_COMMAND_SHORTSTREAM, false, "shortstream [<count>]"},
    {"dump_cam_exposure", PI_COMMAND_DUMP_CAM_EXPOSURE, false, "dump_cam_exposure"},
    {"dump_cam_controls", PI_COMMAND_DUMP_CAM_CONTROLS, false, "dump_cam_controls"},
};

static const struct word *word_of(enum pi_command_kind kind)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].kind == kind)
            return &words[i];
    return NULL;
}

static enum pi_command_kind kind_of(struct span line)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i].word);
        if (line.n >= n && memcmp(line.at, words[i].word, n) == 0 &&
            (!words[i].exact || line.n == n))
            return words[i].kind;
    }
    return PI_COMMAND_UNKNOWN;
}

static const struct {
    const char *name;
    unsigned format;
} formats[] = {{"jpg", PI_FORMAT_JPG}, {"png", PI_FORMAT_PNG}, {"npy", PI_FORMAT_NPY}};

unsigned pi_format_named(const char *name, size_t n)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (n == strlen(formats[i].name) && memcmp(name, formats[i].name, n) == 0)
            return formats[i].format;
    return 0;
}

const char *pi_format_name(unsigned format)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i].format == format)
            return formats[i].name;
    return NULL;
}

static int parse_set(struct span rest, struct pi_command *c)
{
    c->key = span_word(&rest);
    c->value = span_strip(rest);
    return c->key.n > 0 && c->value.n > 0 ? 0 : -EINVAL;
}

static int parse_formats(struct span rest, struct pi_command *c)
{
    for (struct span w = span_word(&rest); w.n > 0; w = span_word(&rest)) {
        c->has_formats = true;
        c->formats |= pi_format_named(w.at, w.n);
    }
    return 0;
}

static int parse_count(struct span rest, struct pi_command *c)
{
    struct span w = span_word(&rest);
    c->count = PI_SHORTSTREAM_DEFAULT;
    if (w.n == 0)
        return 0;
    /* A service that does not know the second word passes it over. */
    c->times = span_is(span_word(&rest), "times");
    return span_int(w, &c->count);
}

/* "token <token> <command>": takes the first two words off. */
static struct span parse_token(struct span line, struct pi_command *c)
{
    struct span rest = line, first = span_word(&rest);
    if (!span_is(first, "token"))
        return line;
    c->token = span_word(&rest);
    return span_strip(rest);
}

int pi_command_parse(const char *text, size_t n, struct pi_command *ret)
{
    struct pi_command c = {0};
    struct span line = parse_token(span_strip((struct span){text, n}), &c);
    struct span rest = line;
    int r = 0;
    c.kind = kind_of(line);
    (void)span_word(&rest);
    if (c.kind == PI_COMMAND_SET)
        r = parse_set(rest, &c);
    else if (c.kind == PI_COMMAND_SAVE || c.kind == PI_COMMAND_PAST_STACK)
        r = parse_formats(rest, &c);
    else if (c.kind == PI_COMMAND_SHORTSTREAM)
        r = parse_count(rest, &c);
    *ret = c;
    return r;
}

const char *pi_command_usage(enum pi_command_kind kind)
{
    const struct word *w = word_of(kind);
    return w ? w->usage : "";
}

/* A text that stays one word, or one line, on the other side. */
static bool sendable(struct span s, bool word)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.at[i] == '\n' || s.at[i] == '\r' || s.at[i] == '\0' ||
            (word && span_is_blank(s.at[i])))
            return false;
    return true;
}

static int format_arguments(const struct pi_command *c, char *out, size_t cap)
{
    switch (c->kind) {
    case PI_COMMAND_SET:
        if (c->key.n == 0 || span_strip(c->value).n == 0 || !sendable(c->key, true) ||
            !sendable(c->value, false))
            return -EINVAL;
        return snprintf(
            out, cap, " %.*s %.*s", (int)c->key.n, c->key.at, (int)c->value.n, c->value.at);
    case PI_COMMAND_SAVE:
    case PI_COMMAND_PAST_STACK:
        return snprintf(out, cap, "%s%s%s", c->formats & PI_FORMAT_JPG ? " jpg" : "",
            c->formats & PI_FORMAT_PNG ? " png" : "", c->formats & PI_FORMAT_NPY ? " npy" : "");
    case PI_COMMAND_SHORTSTREAM:
        return snprintf(out, cap, " %lld%s", (long long)c->count, c->times ? " times" : "");
    default:
        return 0;
    }
}

int pi_command_format(const struct pi_command *c, char *out, size_t cap)
{
    const struct word *w = word_of(c->kind);
    char arguments[PI_COMMAND_MAX_BYTES];
    arguments[0] = '\0';
    if (!w || c->key.n >= sizeof arguments || c->value.n >= sizeof arguments ||
        c->token.n >= sizeof arguments || !sendable(c->token, true))
        return -EINVAL;
    int n = format_arguments(c, arguments, sizeof arguments);
    if (n < 0)
        return n;
    if ((size_t)n >= sizeof arguments)
        return -ENOBUFS;
    n = c->token.n > 0
        ? snprintf(out, cap, "token %.*s %s%s\n", (int)c->token.n, c->token.at, w->word, arguments)
        : snprintf(out, cap, "%s%s\n", w->word, arguments);
    return n >= 0 && (size_t)n < cap && n <= PI_COMMAND_MAX_BYTES ? n : -ENOBUFS;
}
