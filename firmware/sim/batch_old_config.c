/* batch_old_config.c - see batch_old_config.h. */
#include "batch_old_config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The most that a characteristic can hold. */
#define TEXT_MAX 512

static void put_frequency(struct batch_config *c, const char *number)
{
    long v = strtol(number, NULL, 10);

    if (v <= 0)
        return;
    c->frequency_known = true;
    c->frequency_s = v < (long)UINT32_MAX ? (uint32_t)v : UINT32_MAX;
}

static void put_threshold(struct batch_config *c, const char *number, unsigned least_permille)
{
    double v = strtod(number, NULL) * 10;

    if (!(v >= least_permille && v <= BATCH_THRESHOLD_MAX_PERMILLE))
        return;
    c->threshold_known = true;
    c->threshold_permille = (uint16_t)lround(v);
}

static void put_part(struct batch_config *c, const char *part)
{
    const char *number = strlen(part) > 2 ? part + 2 : "";

    if (*part == 'F')
        put_frequency(c, number);
    else if (*part == 'T')
        put_threshold(c, number, BATCH_THRESHOLD_OLD_MIN_PERMILLE);
}

static void copy_text(char out[TEXT_MAX + 1], const void *text, size_t n)
{
    n = n < TEXT_MAX ? n : TEXT_MAX;
    memcpy(out, text, n);
    out[n] = 0;
}

void batch_old_config_first(const void *text, size_t n, struct batch_config *ret)
{
    char copy[TEXT_MAX + 1], *rest = copy, *part;

    *ret = (struct batch_config){0};
    copy_text(copy, text, n);
    while ((part = strsep(&rest, ",")))
        put_part(ret, part);
}

void batch_old_config_later(const void *text, size_t n, struct batch_config *ret)
{
    char copy[TEXT_MAX + 1];
    const char *f, *t;

    *ret = (struct batch_config){0};
    if (n > BATCH_CONFIG_MAX_PARSED_BYTES)
        return;
    copy_text(copy, text, n);
    f = strstr(copy, "F:");
    t = strstr(copy, "T:");
    if (f)
        put_frequency(ret, f + 2);
    if (t)
        put_threshold(ret, t + 2, BATCH_THRESHOLD_MIN_PERMILLE);
}
