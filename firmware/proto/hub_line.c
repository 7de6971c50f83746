/* hub_line.c - see hub_line.h. */
#include "hub_line.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SEPARATOR "\":\""

static const char *const commands[HUB_N_COMMANDS] = {
    [HUB_PLAY] = "Play",
    [HUB_PAUSE] = "Pause",
    [HUB_WIN] = "Win",
    [HUB_COLOR_GAME] = "Color Game",
    [HUB_NUMBER_GAME] = "Number Game",
    [HUB_OFF] = "Off",
    [HUB_PING] = "PING",
};

const char *hub_command_text(enum hub_command c)
{
    return commands[c];
}

int hub_command_find(struct span text, enum hub_command *ret)
{
    for (unsigned i = 0; i < HUB_N_COMMANDS; i++) {
        if (span_is(text, commands[i]))
            return *ret = (enum hub_command)i, 0;
    }
    return -ENOENT;
}

/* --- thresholds ------------------------------------------------------------------------------- */

int hub_threshold_parse(struct span text)
{
    int64_t v;

    if (span_int(span_strip(text), &v) < 0 || v < INT32_MIN || v > INT32_MAX)
        return HUB_THRESHOLD_ALL;
    return (int)v;
}

const char *hub_threshold_text(int dbm, char out[HUB_THRESHOLD_TEXT])
{
    if (dbm <= HUB_THRESHOLD_ALL)
        return memcpy(out, "all", sizeof "all");
    snprintf(out, HUB_THRESHOLD_TEXT, "%d", dbm);
    return out;
}

/* -30 - (position - 1) / 98 * 60, rounded. No position lies half way between two values. */
int hub_slider_threshold(int position)
{
    if (position >= HUB_SLIDER_MAX)
        return HUB_THRESHOLD_ALL;
    if (position < HUB_SLIDER_MIN)
        position = HUB_SLIDER_MIN;
    return -30 - ((position - 1) * 60 + 49) / 98;
}

/* --- one line --------------------------------------------------------------------------------- */

static bool split(struct span text, struct hub_line *ret)
{
    size_t n = strlen(SEPARATOR);

    for (size_t i = 0; i + n <= text.n; i++) {
        if (memcmp(text.at + i, SEPARATOR, n) != 0)
            continue;
        ret->command = (struct span){text.at, i};
        ret->threshold = (struct span){text.at + i + n, text.n - i - n};
        return true;
    }
    return false;
}

int hub_line_parse(struct span text, struct hub_line *ret)
{
    bool quoted = text.n > 0 && text.at[0] == '"' && text.at[text.n - 1] == '"';

    if (quoted) {
        struct span inner = {text.at + 1, text.n > 2 ? text.n - 2 : 0};

        return split(inner, ret) ? 0 : -EBADMSG;
    }
    if (!split(text, ret))
        *ret = (struct hub_line){text, {"all", 3}};
    return 0;
}

size_t hub_line_write(const char *command, const char *threshold, char *out, size_t cap)
{
    int n = snprintf(out, cap, "\"%s\":\"%s\"\n", command, threshold);

    return n > 0 && (size_t)n < cap ? (size_t)n : 0;
}

/* --- lines from pieces ------------------------------------------------------------------------ */

void hub_lines_init(struct hub_lines *l)
{
    l->n = l->end = 0;
}

static void forget_given(struct hub_lines *l)
{
    l->n -= l->end;
    memmove(l->bytes, l->bytes + l->end, l->n);
    l->end = 0;
}

int hub_lines_add(struct hub_lines *l, const void *bytes, size_t n)
{
    forget_given(l);
    if (n > sizeof l->bytes - l->n) {
        l->n = 0;
        return -EMSGSIZE;
    }
    memcpy(l->bytes + l->n, bytes, n);
    l->n += n;
    return 0;
}

size_t hub_lines_room(const struct hub_lines *l)
{
    return sizeof l->bytes - (l->n - l->end);
}

static bool is_end(char c)
{
    return c == '\n' || c == '\r';
}

size_t hub_lines_skip(const char *bytes, size_t n, bool *skips)
{
    size_t i = 0;

    while (*skips && i < n)
        *skips = !is_end(bytes[i++]);
    return i;
}

void hub_lines_cut(struct hub_lines *l)
{
    while (l->n > l->end && !is_end(l->bytes[l->n - 1]))
        l->n--;
}

bool hub_lines_next(struct hub_lines *l, struct span *ret)
{
    size_t begin = l->end;

    for (size_t i = begin; i < l->n; i++) {
        struct span line;

        if (!is_end(l->bytes[i]))
            continue;
        line = span_strip((struct span){l->bytes + begin, i - begin});
        begin = l->end = i + 1;
        if (line.n > 0)
            return *ret = line, true;
    }
    return false;
}
