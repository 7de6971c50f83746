/* shorthand.h - what drivers say often, in one line each; header-only. */
#ifndef WARREN_SHORTHAND_H
#define WARREN_SHORTHAND_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "driver.h"

static inline void wr_report_bool(struct wr_dev *dev, const char *key, bool b)
{
    dev->host->report(dev, key, &(struct wr_value){.type = WR_BOOL, .b = b});
}

static inline void wr_report_int(struct wr_dev *dev, const char *key, int64_t i)
{
    dev->host->report(dev, key, &(struct wr_value){.type = WR_INT, .i = i});
}

static inline void wr_report_float(struct wr_dev *dev, const char *key, double f)
{
    dev->host->report(dev, key, &(struct wr_value){.type = WR_FLOAT, .f = f});
}

static inline void wr_report_text(struct wr_dev *dev, const char *key, const char *s)
{
    dev->host->report(dev, key, &(struct wr_value){.type = WR_STRING, .s = s});
}

/* An attribute has no value any more, as how strong the signal is of what is switched off. */
static inline void wr_report_none(struct wr_dev *dev, const char *key)
{
    dev->host->report(dev, key, &(struct wr_value){.type = 0});
}

/* What the device does now, in a sentence of up to 255 bytes; nothing on a gateway that is older than that. */
static inline __attribute__((format(printf, 2, 3))) void wr_status(
    struct wr_dev *dev, const char *format, ...)
{
    char why[256];
    va_list args;

    if (!WR_HAS(dev->host, status))
        return;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    dev->host->status(dev, why);
}

/* For a timer that is one thing's only: sets it anew; `us` 0 stops it. The function that is called zeroes the
 * handle first. */
static inline void wr_timer_set(struct wr_dev *dev, wr_handle *timer, int64_t us, wr_timer_fn fn)
{
    if (*timer)
        dev->host->cancel(dev, *timer);
    *timer = us > 0 ? dev->host->after(dev, us, fn, NULL) : 0;
}

/* Whether a thing that was seen has this property ("service" may be there several times). */
static inline bool wr_found_has(const struct wr_found *found, const char *key, const char *value)
{
    for (size_t i = 0; i < found->n_props; i++)
        if (strcmp(found->props[i].key, key) == 0 && strcmp(found->props[i].value, value) == 0)
            return true;
    return false;
}

#endif
