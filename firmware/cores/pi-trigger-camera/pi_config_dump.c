/* pi_config_dump.c - settings as the JSON text that people diff: sorted keys, indent 4, only ASCII,
 * as Python's json module writes it. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pi_config.h"
#include "pi_text.h"

#define INDENT 4

struct dump {
    char *out;
    size_t n, cap;
    bool full;
};

__attribute__((format(printf, 2, 3))) static void put(struct dump *d, const char *format, ...)
{
    va_list args;

    if (d->full)
        return;
    va_start(args, format);
    int n = vsnprintf(d->out + d->n, d->cap - d->n, format, args);
    va_end(args);
    d->full = n < 0 || (size_t)n >= d->cap - d->n;
    if (!d->full)
        d->n += (size_t)n;
}

static uint32_t next_code_point(const char **p)
{
    const unsigned char *s = (const unsigned char *)*p;
    unsigned more = s[0] < 0x80 ? 0 : s[0] < 0xe0 ? 1 : s[0] < 0xf0 ? 2 : 3;
    uint32_t v = more == 0 ? s[0] : s[0] & (0x3fu >> more);

    for (unsigned i = 1; i <= more; i++)
        v = v << 6 | (s[i] & 0x3f);
    *p += 1 + more;
    return v;
}

/* `text` is valid UTF-8: nothing else gets into the settings. */
static void put_string(struct dump *d, const char *text)
{
    put(d, "\"");
    for (const char *p = text; *p;) {
        uint32_t c = next_code_point(&p);
        if (c == '"' || c == '\\')
            put(d, "\\%c", (char)c);
        else if (c >= 0x20 && c < 0x7f)
            put(d, "%c", (char)c);
        else if (c < 0x10000)
            put(d, "\\u%04x", (unsigned)c);
        else
            put(d, "\\u%04x\\u%04x", (unsigned)(0xd800 + ((c - 0x10000) >> 10)),
                (unsigned)(0xdc00 + ((c - 0x10000) & 0x3ff)));
    }
    put(d, "\"");
}

static void put_formats(struct dump *d, unsigned formats, int indent)
{
    const char *between = "";

    if (formats == 0) {
        put(d, "[]");
        return;
    }
    put(d, "[");
    for (unsigned f = PI_FORMAT_JPG; f <= PI_FORMAT_NPY; f <<= 1) {
        if (!(formats & f))
            continue;
        put(d, "%s\n%*s\"%s\"", between, indent + INDENT, "", pi_format_name(f));
        between = ",";
    }
    put(d, "\n%*s]", indent, "");
}

static void put_value(struct dump *d, const struct pi_config *c, const struct pi_key *k, int indent)
{
    const char *from = (const char *)c + k->offset;
    char text[PI_NUMBER_TEXT];

    if (k->type == PI_TEXT)
        put_string(d, from);
    else if (k->type == PI_FORMATS)
        put_formats(d, *(const unsigned *)(const void *)from, indent);
    else if (k->type == PI_BOOL)
        put(d, "%s", *(const bool *)from ? "true" : "false");
    else if (pi_config_text(c, k, text, sizeof text) > 0)
        put(d, "%s", text);
}

static bool left_out(const struct pi_config *c, const struct pi_key *k)
{
    char now[PI_TEXT_MAX];

    if (!k->optional)
        return false;
    (void)pi_config_text(c, k, now, sizeof now);
    return strcmp(now, k->fallback) == 0;
}

/* How many levels of objects two paths share: "ring.size" and "ring.downscale.width" one. */
static unsigned shared_levels(const char *a, const char *b)
{
    unsigned levels = 0;

    for (; *a && *a == *b; a++, b++)
        levels += *a == '.';
    return levels;
}

static unsigned levels_of(const char *path)
{
    return shared_levels(path, path);
}

static void close_objects(struct dump *d, unsigned from, unsigned to)
{
    for (unsigned level = from; level > to; level--)
        put(d, "\n%*s}", (int)level * INDENT, "");
}

/* The path's parts: objects that are not open yet, then the key. */
static void put_key(struct dump *d, const char *path, unsigned open)
{
    unsigned level = 0;

    for (const char *part = path;; level++) {
        size_t n = strcspn(part, ".");
        bool last = part[n] == '\0';
        if (level >= open)
            put(d, "\n%*s\"%.*s\": %s", (int)(level + 1) * INDENT, "", (int)n, part,
                last ? "" : "{");
        if (last)
            return;
        part += n + 1;
    }
}

int pi_config_dump(const struct pi_config *c, char *out, size_t cap)
{
    struct dump d = {.out = out, .cap = cap};
    const char *before = NULL;

    put(&d, "{");
    for (size_t i = 0; i < pi_n_keys; i++) {
        const struct pi_key *k = &pi_keys[i];
        if (left_out(c, k))
            continue;
        unsigned open = before ? shared_levels(before, k->path) : 0;
        if (before) {
            close_objects(&d, levels_of(before), open);
            put(&d, ",");
        }
        put_key(&d, k->path, open);
        put_value(&d, c, k, (int)(levels_of(k->path) + 1) * INDENT);
        before = k->path;
    }
    close_objects(&d, levels_of(before), 0);
    put(&d, "\n}");
    return d.full ? -ENOBUFS : (int)d.n;
}
