/* picture_stream.h - an MJPEG stream that is open as long as it is wanted; header-only, for drivers of cameras that have one.
 *
 *     CLOSED ──want──▶ CONNECTING ──opened──▶ LIVE
 *        ▲                 ▲  └──────┬─────────┘ closed
 *        └── not wanted ── │ ──── FAILED          tried again with growing pauses; at once when somebody comes to look
 *                          └─────────┘
 *
 *     static const struct wr_http_stream_events events = {sizeof events, on_opened, on_part, NULL, on_closed};
 *     static wr_handle begin(…)   { … return dev->host->http->stream(dev, &request, &events, NULL); }
 *     static void on_opened(…)    { wr_stream_opened(dev, &s->stream); }
 *     static void on_part(…)      { …; s->stream.n_frames++; }
 *     static void on_closed(…)    { wr_stream_closed(dev, &s->stream, why, error); }
 *
 *     s->stream = (struct wr_picture_stream){.begin = begin, .failed = failed};
 *     wr_stream_want(dev, &s->stream, true);
 */
#ifndef WARREN_PICTURE_STREAM_H
#define WARREN_PICTURE_STREAM_H

#include <errno.h>

#include "http.h"

/* After a failure: 1 s, doubled up to this. */
#define WR_STREAM_FIRST_PAUSE_US INT64_C(1000000)
#define WR_STREAM_MAX_PAUSE_US INT64_C(30000000)
/* Well for so long, a stream has recovered. */
#define WR_STREAM_FORGIVEN_US INT64_C(10000000)
/* From one telling of the rate to the next. */
#define WR_STREAM_TICK_US INT64_C(2000000)

enum wr_stream_state {
    WR_STREAM_CLOSED,
    WR_STREAM_CONNECTING,
    WR_STREAM_LIVE,
    WR_STREAM_FAILED, /* … and is tried again */
};

struct wr_picture_stream {
    /* Given by the driver. */
    wr_handle (*begin)(struct wr_dev *dev);
    /* It could not be begun (-EAGAIN), or has ended; NULL */
    void (*failed)(struct wr_dev *dev, int why, const char *error);
    void (*changed)(struct wr_dev *dev); /* state is another; NULL */
    /* Pictures in a second: every two seconds while it is live, and 0 when it ends; NULL */
    void (*rate)(struct wr_dev *dev, double fps);

    enum wr_stream_state state;
    wr_handle http, again, ticker;
    unsigned n_failures;
    unsigned n_frames; /* since `counted_us`: the driver counts */
    int64_t live_since_us, counted_us;
};

static inline void wr_stream_state_(
    struct wr_dev *dev, struct wr_picture_stream *s, enum wr_stream_state state)
{
    if (s->state == state)
        return;
    s->state = state;
    if (s->changed)
        s->changed(dev);
}

static inline void wr_stream_tick_(struct wr_dev *dev, void *ctx)
{
    struct wr_picture_stream *s = (struct wr_picture_stream *)ctx;
    int64_t now = dev->host->now_us(dev), us = now - s->counted_us;
    double fps = (double)(s->n_frames * INT64_C(10000000) / us) / 10;

    s->n_frames = 0;
    s->counted_us = now;
    if (s->n_failures > 0 && now - s->live_since_us >= WR_STREAM_FORGIVEN_US)
        s->n_failures = 0;
    if (s->rate)
        s->rate(dev, fps);
}

static inline void wr_stream_ended_(struct wr_dev *dev, struct wr_picture_stream *s)
{
    s->http = 0;
    dev->host->cancel(dev, s->ticker);
    s->ticker = 0;
    if (s->rate)
        s->rate(dev, 0);
}

static inline void wr_stream_begin_(struct wr_dev *dev, struct wr_picture_stream *s);

static inline void wr_stream_again_(struct wr_dev *dev, void *ctx)
{
    struct wr_picture_stream *s = (struct wr_picture_stream *)ctx;

    s->again = 0;
    wr_stream_begin_(dev, s);
}

static inline void wr_stream_fail_(
    struct wr_dev *dev, struct wr_picture_stream *s, int why, const char *error)
{
    int64_t us = WR_STREAM_FIRST_PAUSE_US;

    for (unsigned i = 0; i < s->n_failures && us < WR_STREAM_MAX_PAUSE_US; i++)
        us *= 2;
    s->n_failures++;
    s->again = dev->host->after(
        dev, us < WR_STREAM_MAX_PAUSE_US ? us : WR_STREAM_MAX_PAUSE_US, wr_stream_again_, s);
    wr_stream_state_(dev, s, WR_STREAM_FAILED);
    if (s->failed)
        s->failed(dev, why, error);
}

static inline void wr_stream_begin_(struct wr_dev *dev, struct wr_picture_stream *s)
{
    s->http = s->begin(dev);
    if (s->http)
        wr_stream_state_(dev, s, WR_STREAM_CONNECTING);
    else
        wr_stream_fail_(dev, s, -EAGAIN, "");
}

/* It is to be open, or need not be any more. */
static inline void wr_stream_want(struct wr_dev *dev, struct wr_picture_stream *s, bool wanted)
{
    bool is_begun = s->http || s->again;

    if (wanted && !is_begun) {
        wr_stream_begin_(dev, s);
    } else if (!wanted && is_begun) {
        dev->host->cancel(dev, s->http);
        dev->host->cancel(dev, s->again);
        s->again = 0;
        wr_stream_ended_(dev, s);
        wr_stream_state_(dev, s, WR_STREAM_CLOSED);
    }
}

/* Somebody waits: the pause after a failure is over. wr_stream_want() follows. */
static inline void wr_stream_hurry(struct wr_dev *dev, struct wr_picture_stream *s)
{
    dev->host->cancel(dev, s->again);
    s->again = 0;
}

/* The host's calls. */
static inline void wr_stream_opened(struct wr_dev *dev, struct wr_picture_stream *s)
{
    s->live_since_us = s->counted_us = dev->host->now_us(dev);
    s->n_frames = 0;
    s->ticker = dev->host->every(dev, WR_STREAM_TICK_US, wr_stream_tick_, s);
    wr_stream_state_(dev, s, WR_STREAM_LIVE);
}

static inline void wr_stream_closed(
    struct wr_dev *dev, struct wr_picture_stream *s, int why, const char *error)
{
    wr_stream_ended_(dev, s);
    wr_stream_fail_(dev, s, why, error);
}

#endif
