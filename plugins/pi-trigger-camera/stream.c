/* stream.c - pictures from the MJPEG stream: one connection, however many look; the host's reader
 * cuts it into parts.
 *
 * The camera sends its newest picture again and again where it has no newer one (the number in
 * X-Frame-Id tells); such are left out. Its own time (X-Timestamp, UTC) and number go with the
 * picture.
 */
#include "camera.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* No new picture for so long, although bytes come. A night picture of the original takes four
 * seconds. */
#define STALLED_US (30 * US_PER_S)

/* Night and day are told when they have lasted so long: a camera at the edge of the two, or one that
 * means harm, may change with each picture. */
#define NIGHT_HOLDS_US US_PER_S

static const char *state_name(const struct stream *s)
{
    switch (s->http.state) {
    case WR_STREAM_CONNECTING:
        return "connecting";
    case WR_STREAM_LIVE:
        return s->stalled ? "stalled" : "live";
    case WR_STREAM_FAILED:
        return "failed";
    default:
        return "closed";
    }
}

static void tell_state(struct wr_dev *dev)
{
    wr_report_text(dev, "stream", state_name(&camera_of(dev)->stream));
}

static void set_stalled(struct wr_dev *dev, bool stalled)
{
    struct stream *s = &camera_of(dev)->stream;

    if (s->stalled == stalled)
        return;
    s->stalled = stalled;
    tell_state(dev);
}

/* --- one picture ------------------------------------------------------------------------------ */

static void tell_night(struct wr_dev *dev, void *ctx)
{
    struct stream *s = &camera_of(dev)->stream;
    char text[128];
    struct wr_json j = wr_json_into(text, sizeof text);

    s->turning = 0;
    s->night = !s->night;
    wr_report_bool(dev, "night", s->night);
    wr_json_object(&j);
    if (s->turned_at.have & PI_PART_DARK_SCORE) {
        wr_json_key(&j, "dark_score");
        wr_json_float(&j, s->turned_at.dark_score);
    }
    wr_json_end(&j);
    dev->host->publish(dev, s->night ? "camera.night" : "camera.day", wr_json_text(&j));
}

static void stop_turning(struct wr_dev *dev)
{
    struct stream *s = &camera_of(dev)->stream;

    dev->host->cancel(dev, s->turning);
    s->turning = 0;
}

static void take_night(struct wr_dev *dev, const struct pi_part *part)
{
    struct stream *s = &camera_of(dev)->stream;

    if (!s->have_night) { /* what it is at first is no event */
        s->have_night = true;
        s->night = part->night;
        wr_report_bool(dev, "night", s->night);
    } else if (part->night == s->night) {
        stop_turning(dev);
    } else if (!s->turning) {
        s->turned_at = *part;
        s->turning = dev->host->after(dev, NIGHT_HOLDS_US, tell_night, NULL);
    }
}

/* How long from picture to picture, smoothed: for guessing the times of past ones. */
static void measure_period(struct stream *s, const struct pi_part *part)
{
    int64_t n = (int64_t)(part->frame_id - s->last_id), us = part->time_us - s->last_time_us;

    if (!(part->have & PI_PART_TIME) || s->last_time_us == 0 || n <= 0 || us <= 0 ||
        us / n > 60 * US_PER_S)
        return;
    s->period_us = s->period_us == 0 ? us / n : s->period_us + (us / n - s->period_us) / 8;
}

/* False: it is the same as before. */
static bool take_number(struct wr_dev *dev, const struct pi_part *part)
{
    struct stream *s = &camera_of(dev)->stream;
    bool again = s->have_id && part->frame_id < s->last_id;

    if (!(part->have & PI_PART_FRAME_ID))
        return true;
    if (s->have_id && part->frame_id == s->last_id)
        return false;
    if (s->have_id && !again)
        measure_period(s, part);
    s->have_id = true;
    s->last_id = part->frame_id;
    s->last_time_us = part->have & PI_PART_TIME ? part->time_us : 0;
    if (again) /* the number counts from 0 in each run */
        presence_restarted(dev);
    return true;
}

static void publish(struct wr_dev *dev, const struct pi_part *part, struct wr_frame *frame)
{
    struct stream *s = &camera_of(dev)->stream;

    if (part->have & PI_PART_TIME)
        frame->captured_us = part->time_us;
    if (part->have & PI_PART_FRAME_ID)
        frame->device_seq = part->frame_id;
    if ((part->have & PI_PART_NIGHT) && part->night)
        frame->flags |= WR_FRAME_NIGHT;
    if (dev->host->frame_publish(dev, frame) < 0) {
        wr_report_int(dev, "bad_pictures", ++s->n_bad);
        if (!s->said_bad)
            presence_trouble(dev, "the camera sends pictures that are no JPEGs");
        s->said_bad = true;
        return;
    }
    s->said_bad = false;
    s->http.n_frames++;
}

static struct pi_part read_headers(const struct wr_prop *headers, size_t n)
{
    struct pi_part part = {0};

    for (size_t i = 0; i < n; i++)
        pi_part_header(&part, headers[i].key, headers[i].value);
    return part;
}

static void on_part(struct wr_dev *dev, wr_handle h, void *ctx, const struct wr_prop *headers,
    size_t n, struct wr_frame *frame)
{
    struct stream *s = &camera_of(dev)->stream;
    struct pi_part part = read_headers(headers, n);

    if (!take_number(dev, &part)) {
        if (frame)
            dev->host->frame_drop(dev, frame);
        return;
    }
    s->last_new_us = dev->host->now_us(dev);
    set_stalled(dev, false);
    if (part.have & PI_PART_DARK_SCORE)
        wr_report_float(dev, "dark_score", part.dark_score);
    if (part.have & PI_PART_NIGHT)
        take_night(dev, &part);
    if (frame)
        publish(dev, &part, frame);
}

/* --- the connection --------------------------------------------------------------------------- */

static void rate(struct wr_dev *dev, double fps)
{
    struct stream *s = &camera_of(dev)->stream;

    wr_report_float(dev, "fps", fps);
    if (s->http.state == WR_STREAM_LIVE && !s->stalled &&
        dev->host->now_us(dev) - s->last_new_us >= STALLED_US) {
        set_stalled(dev, true);
        presence_trouble(dev, "the camera sends the same picture again and again");
    }
}

static void changed(struct wr_dev *dev)
{
    struct stream *s = &camera_of(dev)->stream;

    s->stalled = false;
    if (s->http.state != WR_STREAM_LIVE)
        stop_turning(dev);
    tell_state(dev);
}

static void on_opened(
    struct wr_dev *dev, wr_handle h, void *ctx, int status, const struct wr_prop *headers, size_t n)
{
    struct stream *s = &camera_of(dev)->stream;

    s->last_new_us = dev->host->now_us(dev);
    wr_stream_opened(dev, &s->http);
    presence_stream(dev, NULL);
    s->probing = false;
    stream_update(dev);
}

static void failed(struct wr_dev *dev, int why, const char *error)
{
    char text[WHY_MAX];

    camera_of(dev)->stream.probing = false;
    if (why == -EAGAIN)
        snprintf(
            text, sizeof text, "no picture stream can be asked for: is the option `host` right?");
    else if (why == 0)
        snprintf(text, sizeof text, "the camera ended its picture stream");
    else
        snprintf(text, sizeof text, "no pictures from port %d: %s",
            (int)dev->options[OPTION_MJPEG_PORT].i, *error ? error : strerror(-why));
    presence_stream(dev, text);
}

static void on_closed(struct wr_dev *dev, wr_handle h, void *ctx, int why, const char *error)
{
    wr_stream_closed(dev, &camera_of(dev)->stream.http, why, error);
}

static const struct wr_http_stream_events events = {
    .size = sizeof events, .opened = on_opened, .part = on_part, .closed = on_closed};

static wr_handle begin(struct wr_dev *dev)
{
    char url[URL_MAX];
    struct wr_http_request request = {
        .size = sizeof request,
        .url = url,
        .connect_timeout_ms = option_ms(dev, OPTION_CONNECT_TIMEOUT),
        .timeout_ms = option_ms(dev, OPTION_STREAM_TIMEOUT),
    };

    camera_url(dev, dev->options[OPTION_STREAM_PATH].s, url);
    return dev->host->http->stream(dev, &request, &events, NULL);
}

void stream_start(struct wr_dev *dev)
{
    camera_of(dev)->stream.http = (struct wr_picture_stream){
        .begin = begin, .failed = failed, .changed = changed, .rate = rate};
    tell_state(dev);
    wr_report_float(dev, "fps", 0);
}

void stream_update(struct wr_dev *dev)
{
    struct stream *s = &camera_of(dev)->stream;
    bool was_open = s->http.state != WR_STREAM_CLOSED;

    wr_stream_want(dev, &s->http, s->watched || s->probing || dev->options[OPTION_HOLD].b);
    if (was_open && s->http.state == WR_STREAM_CLOSED)
        presence_stream_closed(dev);
}

void stream_watch(struct wr_dev *dev, bool wanted)
{
    struct stream *s = &camera_of(dev)->stream;

    s->watched = wanted;
    if (wanted)
        wr_stream_hurry(dev, &s->http);
    stream_update(dev);
}

void stream_probe(struct wr_dev *dev)
{
    camera_of(dev)->stream.probing = true;
    stream_update(dev);
}
