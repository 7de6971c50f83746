/* stream.c - pictures while somebody looks: from /stream, cut into parts by the host; or stills, where the stream is of no use.
 *
 * The first cameras end their stream where a picture does not fit one of their buffers, which is after each, or before the
 * first. Whoever ends it so three times is asked for stills instead, and for the stream again some minutes later.
 */
#include "camera.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CONNECT_MS 5000
#define SILENCE_MS 15000
/* A stream that is over so soon, with so few pictures … */
#define SHORT_US (2 * US_PER_S)
#define SHORT_FRAMES 2
/* … so many times in a row. */
#define SHORT_MAX 3
#define STILL_US (500 * US_PER_MS)
#define STREAM_AGAIN_US (300 * US_PER_S)

static struct stream *stream_of(const struct wr_dev *dev)
{
    return &camera_of(dev)->stream;
}

bool stream_live(const struct stream *s)
{
    return s->http.state == WR_STREAM_LIVE || (s->stills && s->watched);
}

/* --- a picture -------------------------------------------------------------------------------- */

static void publish(struct wr_dev *dev, struct wr_frame *frame, const struct pi_part *part)
{
    const char *why;

    frame = snapshot_picture(dev, frame, &why);
    if (!frame) {
        if (why)
            presence_trouble(dev, TROUBLE_PICTURES, why);
        return;
    }
    if (part->have & PI_PART_FRAME_ID)
        frame->device_seq = part->frame_id;
    if (part->have & PI_PART_TIME)
        frame->captured_us = part->time_us;
    if (dev->host->frame_publish(dev, frame) == 0)
        presence_trouble(dev, TROUBLE_PICTURES, "");
}

static void on_part(struct wr_dev *dev, wr_handle h, void *ctx, const struct wr_prop *headers,
    size_t n, struct wr_frame *frame)
{
    struct stream *s = stream_of(dev);
    struct pi_part part = {0};

    web_alive(dev);
    if (++s->n_parts > SHORT_FRAMES)
        s->n_short = 0;
    s->http.n_frames++;
    for (size_t i = 0; i < n; i++)
        pi_part_header(&part, headers[i].key, headers[i].value);
    if (frame)
        publish(dev, frame, &part);
}

/* --- stills ----------------------------------------------------------------------------------- */

static void fetch(struct wr_dev *dev, void *ctx);

static void count_still(struct wr_dev *dev)
{
    struct stream *s = stream_of(dev);
    int64_t now = dev->host->now_us(dev), us = now - s->still_us;

    if (s->still_us > 0 && us > 0)
        wr_report_float(dev, "fps", (double)(10 * US_PER_S / us) / 10);
    s->still_us = now;
}

static void fetched(struct wr_dev *dev, wr_handle h, void *ctx, const struct wr_http_response *r)
{
    struct stream *s = stream_of(dev);
    struct pi_part none = {0};
    char why[WHY_MAX];
    struct wr_frame *frame = snapshot_of(dev, r, why);

    s->still = 0;
    if (frame) {
        publish(dev, frame, &none);
        count_still(dev);
    }
    if (*why)
        presence_trouble(dev, TROUBLE_PICTURES, why);
    wr_timer_set(dev, &s->again, STILL_US, fetch);
}

static void fetch(struct wr_dev *dev, void *ctx)
{
    struct stream *s = stream_of(dev);

    s->again = 0;
    if (dev->host->now_us(dev) - s->stills_since_us >= STREAM_AGAIN_US) {
        s->stills = false;
        s->n_short = 0;
        stream_update(dev);
        return;
    }
    s->still = web_get(dev, "/snapshot", true, fetched, NULL);
    if (!s->still)
        wr_timer_set(dev, &s->again, STILL_US, fetch);
}

static void begin_stills(struct wr_dev *dev)
{
    struct stream *s = stream_of(dev);

    s->stills = true;
    s->still_us = 0;
    s->stills_since_us = dev->host->now_us(dev);
    dev->host->log(dev, WR_LOG_WARNING,
        "the camera ends its stream after each picture: stills are fetched instead");
    stream_update(dev);
}

static void end_stills(struct wr_dev *dev)
{
    struct stream *s = stream_of(dev);

    dev->host->cancel(dev, s->still);
    s->still = 0;
    wr_timer_set(dev, &s->again, 0, NULL);
}

/* --- the stream ------------------------------------------------------------------------------- */

static void on_opened(
    struct wr_dev *dev, wr_handle h, void *ctx, int status, const struct wr_prop *headers, size_t n)
{
    struct stream *s = stream_of(dev);

    s->n_parts = 0;
    wr_stream_opened(dev, &s->http);
}

static void failed(struct wr_dev *dev, int why, const char *error)
{
    struct stream *s = stream_of(dev);
    bool is_short = why == 0 && s->n_parts <= SHORT_FRAMES &&
        dev->host->now_us(dev) - s->http.live_since_us < SHORT_US;
    char text[WHY_MAX];

    s->n_short = is_short ? s->n_short + 1 : 0;
    if (s->n_short >= SHORT_MAX) {
        begin_stills(dev);
    } else if (!is_short) {
        snprintf(text, sizeof text, "No pictures: %s",
            *error         ? error
                : why == 0 ? "the camera has ended its stream"
                           : strerror(-why));
        presence_trouble(dev, TROUBLE_PICTURES, text);
    }
}

static void on_closed(struct wr_dev *dev, wr_handle h, void *ctx, int why, const char *error)
{
    wr_stream_closed(dev, &stream_of(dev)->http, why, error);
}

static const struct wr_http_stream_events events = {
    .size = sizeof events, .opened = on_opened, .part = on_part, .closed = on_closed};

static wr_handle begin(struct wr_dev *dev)
{
    struct web_request q;

    web_request(dev, "/stream", NULL, &q);
    q.http.connect_timeout_ms = CONNECT_MS;
    q.http.timeout_ms = SILENCE_MS;
    return dev->host->http->stream(dev, &q.http, &events, NULL);
}

static void rate(struct wr_dev *dev, double fps)
{
    wr_report_float(dev, "fps", fps);
}

void stream_start(struct wr_dev *dev)
{
    stream_of(dev)->http = (struct wr_picture_stream){
        .begin = begin, .failed = failed, .changed = presence_update, .rate = rate};
    wr_report_float(dev, "fps", 0);
}

void stream_update(struct wr_dev *dev)
{
    struct stream *s = stream_of(dev);
    bool wanted = s->watched && web_up(&camera_of(dev)->web);

    wr_stream_want(dev, &s->http, wanted && !s->stills);
    if (!wanted || !s->stills)
        end_stills(dev);
    else if (!s->still && !s->again)
        fetch(dev, NULL);
    if (!wanted)
        presence_trouble(dev, TROUBLE_PICTURES, ""); /* nobody wants any */
    /* Who looks away changes nothing; a camera that was away may have other firmware. */
    if (!web_up(&camera_of(dev)->web)) {
        s->stills = false;
        s->n_short = 0;
    }
    presence_update(dev);
}

void stream_watch(struct wr_dev *dev, bool wanted)
{
    struct stream *s = stream_of(dev);

    s->watched = wanted;
    if (wanted)
        wr_stream_hurry(dev, &s->http);
    stream_update(dev);
    motion_update(dev);
}
