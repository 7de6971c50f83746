/* tell.c - what people are told: sentences, troubles, progress, counters. */
#include "camera.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A bar moves well enough, and the history is not filled. */
#define PROGRESS_EVERY_US (500 * US_PER_MS)

/* A camera that is broken, or wants to fill the history, finds ever new ways to go wrong: so many
 * are told in a row, then one each so often. */
#define TROUBLES_BURST 6
#define TROUBLES_EVERY_US (20 * US_PER_S)

static const char *const dialect_names[] = {
    [DIALECT_V0] = "v0",
    [DIALECT_BATCH] = "batch",
    [DIALECT_LOW_POWER] = "low-power",
    [DIALECT_WARREN] = "warren",
};

static bool may_tell(struct wr_dev *dev, struct tell *t)
{
    int64_t now = dev->host->now_us(dev), from = t->troubles_us > now ? t->troubles_us : now;

    if (from - now > (TROUBLES_BURST - 1) * TROUBLES_EVERY_US)
        return false;
    t->troubles_us = from + TROUBLES_EVERY_US;
    return true;
}

void tell_trouble(struct wr_dev *dev, const char *format, ...)
{
    struct tell *t = &camera_of(dev)->tell;
    char why[WHY_MAX], text[WHY_MAX * 6 + 32];
    struct wr_json j = wr_json_into(text, sizeof text);
    va_list args;

    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    wr_report_text(dev, "trouble", why);
    t->in_trouble = true;
    if (strcmp(why, t->trouble) == 0 || !may_tell(dev, t))
        return; /* the same again is no news */
    snprintf(t->trouble, sizeof t->trouble, "%s", why);
    dev->host->log(dev, WR_LOG_WARNING, "%s", why);
    wr_json_object(&j);
    wr_json_key(&j, "why");
    wr_json_string(&j, why);
    wr_json_end(&j);
    dev->host->publish(dev, "device.error", wr_json_text(&j));
}

void tell_no_trouble(struct wr_dev *dev)
{
    struct tell *t = &camera_of(dev)->tell;

    if (!t->in_trouble)
        return;
    t->in_trouble = false;
    t->trouble[0] = '\0';
    wr_report_text(dev, "trouble", "");
}

void tell_progress(struct wr_dev *dev, uint32_t picture, uint32_t of, size_t bytes, size_t size)
{
    struct tell *t = &camera_of(dev)->tell;
    int64_t now = dev->host->now_us(dev);
    char text[128];

    if (bytes < size && t->progress_us != 0 && now - t->progress_us < PROGRESS_EVERY_US)
        return;
    t->progress_us = now;
    snprintf(text, sizeof text, "{\"picture\":%u,\"of\":%u,\"bytes\":%zu,\"size\":%zu}", picture,
        of, bytes, size);
    dev->host->publish(dev, "transfer.progress", text);
}

void tell_dialect(struct wr_dev *dev, enum dialect dialect)
{
    camera_of(dev)->link.dialect = dialect;
    wr_report_text(dev, "dialect", dialect_names[dialect]);
}

void tell_lost(struct wr_dev *dev)
{
    wr_report_int(dev, "chunks_lost", ++camera_of(dev)->tell.n_lost);
}

void tell_repeated(struct wr_dev *dev)
{
    wr_report_int(dev, "chunks_repeated", ++camera_of(dev)->tell.n_repeated);
}

void tell_failed(struct wr_dev *dev)
{
    wr_report_int(dev, "pictures_failed", ++camera_of(dev)->tell.n_failed);
}
