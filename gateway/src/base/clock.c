#include "base/clock.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/util.h"

#define YEAR_0_S INT64_C(-62167219200)
#define YEAR_10000_S INT64_C(253402300800)

static int64_t clock_us(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * US_PER_S + t.tv_nsec / 1000;
}

int64_t clock_mono_us(void)
{
    return clock_us(CLOCK_MONOTONIC);
}

int64_t clock_wall_us(void)
{
    return clock_us(CLOCK_REALTIME);
}

const char *clock_format(int64_t wall_us, char text[static CLOCK_TEXT_BYTES])
{
    char whole[64]; /* as wide as the compiler believes the numbers can be */
    struct tm tm;
    time_t s;

    wall_us = MAX(wall_us, YEAR_0_S * US_PER_S);
    wall_us = MIN(wall_us, YEAR_10000_S * US_PER_S - 1);
    s = wall_us / US_PER_S - (wall_us % US_PER_S < 0);
    gmtime_r(&s, &tm);
    snprintf(whole, sizeof whole, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", tm.tm_year + 1900,
        tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
        (int)(wall_us - (int64_t)s * US_PER_S));
    memcpy(text, whole, CLOCK_TEXT_BYTES - 1);
    text[CLOCK_TEXT_BYTES - 1] = '\0';
    return text;
}

/* Exactly n digits, min … max. */
static bool digits(const char **p, int n, int min, int max, int *ret)
{
    int v = 0;

    for (int i = 0; i < n; i++, (*p)++) {
        if (**p < '0' || **p > '9')
            return false;
        v = v * 10 + (**p - '0');
    }
    *ret = v;
    return v >= min && v <= max;
}

static bool one_of(const char **p, const char *chars)
{
    return **p && strchr(chars, *(*p)++);
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap);
}

/* As many digits as there are; those after the sixth are dropped. */
static bool fraction(const char **p, int64_t *ret_us)
{
    int64_t unit = US_PER_S;

    if (**p != '.')
        return true;
    if ((*p)[1] < '0' || (*p)[1] > '9')
        return false;
    while (*++*p >= '0' && **p <= '9') {
        unit /= 10;
        *ret_us += unit * (**p - '0');
    }
    return true;
}

/* Z, or ±hh:mm */
static bool zone(const char **p, int64_t *ret_s)
{
    int sign = **p == '-' ? -1 : 1, h, m;

    if (!one_of(p, "Zz+-"))
        return false;
    if ((*p)[-1] == 'Z' || (*p)[-1] == 'z')
        return true;
    if (!digits(p, 2, 0, 23, &h) || !one_of(p, ":") || !digits(p, 2, 0, 59, &m))
        return false;
    *ret_s = sign * (h * 3600 + m * 60);
    return true;
}

int clock_parse(const char *text, int64_t *ret_wall_us)
{
    const char *p = text;
    struct tm tm = {0};
    int year, month;
    int64_t us = 0, offset_s = 0;

    if (!digits(&p, 4, 0, 9999, &year) || !one_of(&p, "-") || !digits(&p, 2, 1, 12, &month) ||
        !one_of(&p, "-") || !digits(&p, 2, 1, days_in(year, month), &tm.tm_mday) ||
        !one_of(&p, "Tt ") || !digits(&p, 2, 0, 23, &tm.tm_hour) || !one_of(&p, ":") ||
        !digits(&p, 2, 0, 59, &tm.tm_min) || !one_of(&p, ":") ||
        !digits(&p, 2, 0, 60, &tm.tm_sec) || !fraction(&p, &us) || !zone(&p, &offset_s) || *p)
        return -EINVAL;
    tm.tm_year = year - 1900;
    tm.tm_mon = month - 1;
    *ret_wall_us = ((int64_t)timegm(&tm) - offset_s) * US_PER_S + us;
    return 0;
}
