/* ble_seek.h - a Bluetooth LE link that is looked for as long as its driver runs; header-only, for
 * drivers of things that sleep, are carried about, or are switched on when they are needed.
 *
 *     ┌─▶ LOOKING ──▶ CONNECTING ──▶ OPEN     opened(): the driver sets it up, and says online(true)
 *     │      │             │          │
 *     └──────┴──────pause──┴──────────┘       lost(): the driver forgets what was of this link
 *
 * The driver keeps running between links (away(), driver.h), so what is to outlive one does, and a
 * thing that is switched on is found at once, not at the end of the host's back-off. (A host from
 * before away() is told online(false) instead, and begins the device anew.)
 *
 *     static void on_opened(…)     { wr_seek_opened(&s->seek); … }
 *     static void on_closed(…)     { wr_seek_closed(dev, &s->seek, why, error); }
 *     static void on_connecting(…) { wr_seek_connecting(dev, &s->seek, address); }
 *     static const struct wr_ble_events events = {sizeof events, on_opened, on_notified, on_closed, on_connecting};
 *
 *     start(): s->seek = (struct wr_seek){.what = "hub", .names = "SPHub*", .service = UUID, .events = &events, .lost = lost};
 *              wr_seek_start(dev, &s->seek);
 */
#ifndef WARREN_BLE_SEEK_H
#define WARREN_BLE_SEEK_H

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ble.h"
#include "shorthand.h"
#include "text.h"

/* So long the host looks for it in one go; it hears at once when one is over. */
#define WR_SEEK_LOOK_MS 120000
#define WR_SEEK_FIRST_PAUSE_US INT64_C(1000000)
#define WR_SEEK_MAX_PAUSE_US INT64_C(60000000)
/* Without Bluetooth nobody is bothered by another try, and when it is back we want to be there. */
#define WR_SEEK_NO_ADAPTER_PAUSE_US INT64_C(2000000)
#define WR_SEEK_WHY_MAX 256

/* The options of a driver that has no other way to its device: `.address` and `.names` of its wr_seek. `names_` is the
 * default, with commas. */
#define WR_SEEK_ADDRESS_OPTION                                                                     \
    {                                                                                              \
        .key = "address", .type = WR_STRING, .def = "", .flags = WR_BLE_ADDRESS,                   \
        .help =                                                                                    \
            "Its Bluetooth address, AA:BB:CC:DD:EE:FF; empty: the first of names that is heard"    \
    }
#define WR_SEEK_NAMES_OPTION(names_)                                                               \
    {                                                                                              \
        .key = "names", .type = WR_LIST, .def = (names_), .min = 1, .max = 200,                    \
        .help = "Without an address: names it may have, with * and ?"                              \
    }

enum wr_seek_state { WR_SEEK_DOWN, WR_SEEK_LOOKING, WR_SEEK_CONNECTING, WR_SEEK_OPEN };

struct wr_seek {
    /* Given by the driver, valid as long as it runs. */
    const char *what;    /* in sentences: "camera", "hub" */
    const char *address; /* NULL or "": the first that `names` and `service` match */
    const char *names, *service;
    const struct wr_ble_events *events;
    void (*lost)(struct wr_dev *dev); /* the link is over, or never was; NULL */
    /* Is told in place of the host's away(), where there is another way to the device; NULL */
    void (*away)(struct wr_dev *dev, const char *why);

    enum wr_seek_state state;
    wr_handle link, again;
    unsigned n_failures; /* in a row; the driver sets 0 when the device has done its work */
};

static inline void wr_seek_look_(struct wr_dev *dev, void *ctx);

/* Ends the link, if there is one, and looks for it no more, until wr_seek_start(). */
static inline void wr_seek_stop(struct wr_dev *dev, struct wr_seek *s)
{
    if (s->link)
        dev->host->cancel(dev, s->link);
    if (s->again)
        dev->host->cancel(dev, s->again);
    s->link = s->again = 0;
    s->state = WR_SEEK_DOWN;
    if (s->lost)
        s->lost(dev);
}

/* Ends the link, if there is one: away(why); looked for again after `pause_us`. */
static inline void wr_seek_leave(
    struct wr_dev *dev, struct wr_seek *s, const char *why, int64_t pause_us)
{
    wr_seek_stop(dev, s);
    if (!WR_HAS(dev->host, away)) {
        dev->host->online(dev, false, why);
        return;
    }
    if (s->away)
        s->away(dev, why);
    else
        dev->host->away(dev, why);
    s->again = dev->host->after(dev, pause_us > 0 ? pause_us : 1, wr_seek_look_, s);
}

/* The link is of no use: left, and tried again with growing pauses. */
static inline void wr_seek_fail(struct wr_dev *dev, struct wr_seek *s, const char *why)
{
    int64_t pause = WR_SEEK_FIRST_PAUSE_US;

    for (unsigned i = 0; i < s->n_failures && pause < WR_SEEK_MAX_PAUSE_US; i++)
        pause *= 2;
    s->n_failures++;
    wr_seek_leave(dev, s, why, pause < WR_SEEK_MAX_PAUSE_US ? pause : WR_SEEK_MAX_PAUSE_US);
}

static inline void wr_seek_look_(struct wr_dev *dev, void *ctx)
{
    struct wr_seek *s = (struct wr_seek *)ctx;
    bool known = s->address && *s->address;
    struct wr_ble_target target = {.size = sizeof target,
        .address = known ? s->address : NULL,
        .name = known ? NULL : s->names,
        .service = known ? NULL : s->service,
        .connect_timeout_ms = WR_SEEK_LOOK_MS};

    s->again = 0;
    s->link = dev->host->ble->connect(dev, &target, s->events, NULL);
    s->state = WR_SEEK_LOOKING;
    if (!s->link)
        wr_seek_fail(dev, s, "The gateway has no Bluetooth link to give");
}

/* In start(), and after wr_seek_stop(). */
static inline void wr_seek_start(struct wr_dev *dev, struct wr_seek *s)
{
    wr_status(dev, "Looking for the %s", s->what);
    wr_seek_look_(dev, s);
}

/* The host's three calls. */
static inline void wr_seek_connecting(struct wr_dev *dev, struct wr_seek *s, const char *address)
{
    s->state = WR_SEEK_CONNECTING;
    wr_status(dev, "Connecting to %s", address);
}

static inline void wr_seek_opened(struct wr_seek *s)
{
    s->state = WR_SEEK_OPEN;
}

static inline void wr_seek_closed(struct wr_dev *dev, struct wr_seek *s, int why, const char *error)
{
    char clean[WR_SEEK_WHY_MAX / 2], text[WR_SEEK_WHY_MAX];
    bool was_open = s->state == WR_SEEK_OPEN;

    s->link = 0;
    if (!was_open && why == -ETIMEDOUT) {
        snprintf(text, sizeof text,
            "The %s is out of reach, asleep or switched off: it is listened for", s->what);
        wr_seek_leave(dev, s, text, 0);
        return;
    }
    wr_text_clean(error ? error : "", error ? strlen(error) : 0, clean, sizeof clean);
    snprintf(text, sizeof text,
        was_open ? "The link to the %s was lost%s%s" : "No link to the %s%s%s", s->what,
        clean[0] ? ": " : "", clean);
    if (why == -ENODEV)
        wr_seek_leave(dev, s, text, WR_SEEK_NO_ADAPTER_PAUSE_US);
    else
        wr_seek_fail(dev, s, text);
}

#endif
