#include "base/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"

/* Formats into a copy first, so that an argument may be the old sentence itself. */
static void error_write(struct error *e, const char *prefix, const char *text)
{
    char whole[2 * ERROR_TEXT_MAX];
    int n = snprintf(whole, sizeof whole, "%s%s", prefix, text);
    size_t keep = text_cut(whole, MIN((size_t)n, sizeof whole - 1), sizeof e->text - 1);

    memcpy(e->text, whole, keep);
    e->text[keep] = '\0';
}

void error_fill(struct error *e, int code, const char *format, ...)
{
    char text[ERROR_TEXT_MAX +
        4]; /* longer by a character, so that the cut below sees where one ends */
    va_list args;

    if (!e)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    error_write(e, "", text);
    e->code = code;
}

int error_prefix(struct error *e, const char *format, ...)
{
    char prefix[ERROR_TEXT_MAX], text[ERROR_TEXT_MAX + 2];
    va_list args;

    if (!e)
        return -EINVAL;
    va_start(args, format);
    vsnprintf(prefix, sizeof prefix, format, args);
    va_end(args);
    snprintf(text, sizeof text, ": %s", error_text(e));
    error_write(e, prefix, text);
    return e->code;
}

const char *error_text(const struct error *e)
{
    return e->text[0] ? e->text : error_name(e->code);
}

const char *error_name(int code)
{
    const char *name = strerrordesc_np(code < 0 ? -code : code);

    return name ? name : "Unknown error";
}
