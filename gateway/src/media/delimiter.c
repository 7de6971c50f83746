#include "media/delimiter.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

/* The value of the parameter `boundary`, without quotes. Its length, or -1: none, or longer than
 * `cap`. */
static int boundary_of(const char *content_type, char *out, size_t cap)
{
    const char *p = content_type;
    size_t n = 0;

    while ((p = strchr(p, ';'))) {
        p += 1 + strspn(p + 1, " \t");
        if (strncasecmp(p, "boundary", 8) == 0 && p[8 + strspn(p + 8, " \t")] == '=')
            break;
    }
    if (!p)
        return -1;
    p = strchr(p, '=') + 1;
    p += strspn(p, " \t");
    for (bool quoted = *p == '"' && p++; *p; p++) {
        if (quoted ? *p == '"' : strchr("; \t\r\n", *p) != NULL)
            break;
        if (quoted && *p == '\\' && p[1])
            p++;
        if (n >= cap)
            return -1;
        out[n++] = *p;
    }
    return (int)n;
}

static void make_fallback(struct delimiter *d)
{
    d->fallback[0] = d->fallback[1] = 0;
    for (uint8_t i = 1, k = 0; i < d->len; i++) {
        while (k > 0 && d->text[i] != d->text[k])
            k = d->fallback[k];
        if (d->text[i] == d->text[k])
            k++;
        d->fallback[i + 1] = k;
    }
}

int delimiter_init(struct delimiter *d, const char *content_type, struct error *e)
{
    char boundary[MULTIPART_MAX_BOUNDARY];
    size_t n_dashes = 0, len;
    int n;

    if (strncasecmp(content_type, "multipart/", 10) != 0)
        return error_set(e, -EBADMSG, "expected a multipart stream, got \"%.80s\"", content_type);
    n = boundary_of(content_type, boundary, sizeof boundary);
    if (n < 0)
        return error_set(e, -EBADMSG, "no boundary of 1 to %d bytes in \"%.120s\"",
            MULTIPART_MAX_BOUNDARY, content_type);
    while (n_dashes < (size_t)n && boundary[n_dashes] == '-')
        n_dashes++;
    len = (size_t)n - n_dashes;
    if (len == 0)
        return error_set(e, -EBADMSG, "the boundary in \"%.120s\" is empty", content_type);

    memcpy(d->text, "--", 2);
    memcpy(d->text + 2, boundary + n_dashes, len);
    d->len = (uint8_t)(2 + len);
    d->text[d->len] = '\0';
    make_fallback(d);
    return 0;
}

bool delimiter_is_line(const struct delimiter *d, const char *line, size_t n)
{
    while (n > d->len && line[0] == '-' && line[2] == '-') {
        line++;
        n--;
    }
    if (n < d->len || memcmp(line, d->text, d->len) != 0)
        return false;
    for (line += d->len, n -= d->len; n > 0 && (*line == ' ' || *line == '\t'); n--)
        line++;
    return n == 0 || (n == 2 && line[0] == '-' && line[1] == '-');
}

/* The delimiter's text is matched: is this its end? *ret says so; false: it was no delimiter, `c`
 * is still to be looked at. */
static bool step_after(
    const struct delimiter *d, struct delimiter_scan *s, uint8_t c, enum delimiter_found *ret)
{
    bool blanks = s->n_after == 0 || s->last == ' ' || s->last == '\t';

    *ret = DELIMITER_NONE;
    if (c == '\n' && (blanks || s->last == '\r'))
        *ret = DELIMITER_PART;
    else if (c == '-' && s->last == '-')
        *ret = DELIMITER_LAST;
    else if (!(c == '\r' && blanks) && !(c == '-' && s->n_after == 0) &&
        !((c == ' ' || c == '\t') && blanks && s->n_after < DELIMITER_MAX_BLANKS))
        return false;
    s->last = (char)c;
    s->n_after++;
    return true;
}

enum delimiter_found delimiter_step(const struct delimiter *d, struct delimiter_scan *s, uint8_t c)
{
    uint8_t k = s->matched;

    if (k == d->len) {
        enum delimiter_found found;
        if (step_after(d, s, c, &found))
            return found;
        /* What followed the text may begin the next one: a dash does, blanks and CR do not. */
        k = s->n_after == 0 ? d->fallback[k] : s->last == '-' ? 1 : 0;
        *s = (struct delimiter_scan){0};
    }
    while (k > 0 && d->text[k] != (char)c)
        k = d->fallback[k];
    s->matched = d->text[k] == (char)c ? k + 1 : 0;
    return DELIMITER_NONE;
}
