/* motion.c - overlays: what moves in the camera's pictures, as the camera itself has found.
 *
 *     ASKING ── event stream ──▶ SSE      each as it comes; ours
 *        └────── JSON ─────────▶ POLL     ten times a second while somebody looks, else once: older ones
 *
 * A server that knows no event streams answers the same question with the JSON of one overlay. Those of ours carry the number of
 * their picture, and so are in step with it; the host finds pictures for the others by time.
 */
#include "camera.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CONNECT_MS 5000
/* Ours say a comment at least every 15 s: three of them missing is a dead connection. */
#define SILENCE_MS 45000
#define POLL_WATCHED_US (100 * US_PER_MS)
#define POLL_US US_PER_S
#define FIRST_PAUSE_US US_PER_S
#define MAX_PAUSE_US (30 * US_PER_S)
#define RATE_US (5 * US_PER_S)
/* In that time, of cameras that take 25 pictures in a second: who says more than this keeps the gateway from its work, and is heard
 * again after the longest pause. */
#define SAID_MAX 1000
#define SAID_FAILURES 5

static struct motion *motion_of(const struct wr_dev *dev)
{
    return &camera_of(dev)->motion;
}

static void report_way(struct wr_dev *dev)
{
    static const char *const names[] = {"", "", "sse", "poll"};

    wr_report_text(dev, "overlay_by", names[motion_of(dev)->how]);
}

/* --- one overlay ------------------------------------------------------------------------------ */

static void report_grid(struct wr_dev *dev, const struct overlay *o)
{
    struct motion *m = motion_of(dev);
    char grid[sizeof m->grid] = "";

    if (o->columns > 0)
        snprintf(grid, sizeof grid, "%ux%u of %u px", o->columns, o->rows, o->block);
    if (strcmp(grid, m->grid) == 0)
        return;
    memcpy(m->grid, grid, sizeof grid);
    wr_report_text(dev, "grid", grid);
}

static void copy_arrays(struct motion *m, const struct overlay *o,
    struct wr_overlay_point points[OVERLAY_POINTS_MAX], struct wr_overlay *ret)
{
    for (size_t i = 0; i < o->n_blocks; i++) {
        const struct overlay_block *b = &o->blocks[i];

        m->blocks[i] =
            (struct wr_overlay_block){b->row, b->column, b->confidence, b->valid, b->dx, b->dy};
    }
    for (size_t i = 0; i < o->n_points; i++)
        points[i] = (struct wr_overlay_point){
            .x = o->points[i].x, .y = o->points[i].y, .intensity = o->points[i].intensity};
    ret->blocks = m->blocks;
    ret->n_blocks = o->n_blocks;
    ret->points = points;
    ret->n_points = o->n_points;
}

static int publish(struct wr_dev *dev, const struct overlay *o)
{
    struct wr_overlay_point points[OVERLAY_POINTS_MAX];
    struct wr_overlay out = {.size = sizeof out,
        .flags = (o->active ? WR_OVERLAY_ACTIVE : 0) | (o->centred ? WR_OVERLAY_CENTRED : 0),
        .device_seq = o->has_frame_id ? o->frame_id : 0,
        .captured_us = o->time_us,
        .intensity = o->intensity,
        .confidence_percent = o->confidence_percent,
        .direction = o->direction,
        .gesture = o->gesture,
        .speed = o->speed,
        .speed_px_s = o->speed_px_s,
        .active_blocks = o->active_blocks,
        .brightness = o->brightness,
        .x = o->x,
        .y = o->y,
        .frame_width = o->frame_width,
        .frame_height = o->frame_height,
        .columns = o->columns,
        .rows = o->rows,
        .block = o->block,
        .left = o->left,
        .top = o->top};

    copy_arrays(motion_of(dev), o, points, &out);
    return dev->host->overlay_publish(dev, &out);
}

/* {} is what the first cameras say before they have looked at a picture. */
static bool says_nothing(const char *json, size_t n)
{
    struct span s = span_strip((struct span){json, n});

    return span_take(&s, "{") && span_is(span_strip(s), "}");
}

static void take(struct wr_dev *dev, const char *json, size_t n)
{
    struct motion *m = motion_of(dev);
    struct overlay o;
    int r = overlay_json_read(json, n, &o, m->room, OVERLAY_BLOCKS_MAX);

    web_alive(dev);
    if (r == 0 && says_nothing(json, n)) {
        presence_trouble(dev, TROUBLE_OVERLAY, "");
        return;
    }
    if (r == 0)
        r = publish(dev, &o);
    presence_trouble(
        dev, TROUBLE_OVERLAY, r == 0 ? "" : "What the camera says of motion cannot be read");
    if (r < 0)
        return;
    m->n_taken++;
    report_grid(dev, &o);
}

static void rate(struct wr_dev *dev, void *ctx)
{
    struct motion *m = motion_of(dev);
    int64_t now = dev->host->now_us(dev);

    wr_report_float(
        dev, "overlay_hz", (double)(m->n_taken * 10 * US_PER_S / (now - m->rate_since_us)) / 10);
    m->n_taken = m->n_said = 0;
    m->rate_since_us = now;
}

/* --- asked for again and again ---------------------------------------------------------------- */

static void poll(struct wr_dev *dev, void *ctx);
static void begin(struct wr_dev *dev, void *ctx);

static void polled(struct wr_dev *dev, wr_handle h, void *ctx, const struct wr_http_response *r)
{
    struct motion *m = motion_of(dev);
    int64_t every = camera_of(dev)->stream.watched ? POLL_WATCHED_US : POLL_US;
    int64_t left = m->asked_us + every - dev->host->now_us(dev);
    bool well = r->result == 0 && r->status == 200;

    m->http = 0;
    if (well)
        take(dev, (const char *)r->body, r->body_len);
    wr_timer_set(dev, &m->timer, !well ? POLL_US : left > 0 ? left : 1, poll);
}

static void poll(struct wr_dev *dev, void *ctx)
{
    struct motion *m = motion_of(dev);

    m->timer = 0;
    m->asked_us = dev->host->now_us(dev);
    m->http = web_get(dev, "/overlay", false, polled, NULL);
    if (!m->http)
        wr_timer_set(dev, &m->timer, POLL_US, poll);
}

/* --- as they come ----------------------------------------------------------------------------- */

static void on_event(void *ctx, const char *data, size_t n)
{
    struct wr_dev *dev = ctx;

    motion_of(dev)->n_said++;
    if (strcmp(motion_of(dev)->sse.type, "overlay") == 0)
        take(dev, data, n);
}

static const char *type_of(const struct wr_prop *headers, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(headers[i].key, "content-type") == 0)
            return headers[i].value;
    return "";
}

static void on_opened(
    struct wr_dev *dev, wr_handle h, void *ctx, int status, const struct wr_prop *headers, size_t n)
{
    static const char stream[] = "text/event-stream";
    struct motion *m = motion_of(dev);

    m->status = status;
    if (status != 200 || strncmp(type_of(headers, n), stream, sizeof stream - 1) != 0)
        return;
    m->how = OVERLAY_SSE;
    sse_pull_init(&m->sse, m->text, sizeof m->text);
    report_way(dev);
}

static void again_later(struct wr_dev *dev)
{
    struct motion *m = motion_of(dev);
    int64_t us = FIRST_PAUSE_US;

    for (unsigned i = 0; i < m->n_failures && us < MAX_PAUSE_US; i++)
        us *= 2;
    m->n_failures++;
    m->how = OVERLAY_ASKING;
    wr_timer_set(dev, &m->timer, us < MAX_PAUSE_US ? us : MAX_PAUSE_US, begin);
}

static void end(struct wr_dev *dev, const char *why)
{
    struct motion *m = motion_of(dev);

    presence_trouble(dev, TROUBLE_OVERLAY, why);
    dev->host->cancel(dev, m->http);
    m->http = 0;
    again_later(dev);
}

static void on_data(struct wr_dev *dev, wr_handle h, void *ctx, const uint8_t *bytes, size_t n)
{
    struct motion *m = motion_of(dev);

    if (m->how == OVERLAY_SSE && sse_pull_feed(&m->sse, bytes, n, on_event, dev) == 0) {
        m->n_failures = m->n_said > SAID_MAX ? SAID_FAILURES : 0;
        if (m->n_said > SAID_MAX)
            end(dev, "The camera says more of motion than it can have seen");
        return;
    }
    if (m->how == OVERLAY_ASKING && n <= sizeof m->text - m->n_text) {
        memcpy(m->text + m->n_text, bytes, n);
        m->n_text += n;
        return;
    }
    end(dev, "What the camera says of motion is too long");
}

static void on_closed(struct wr_dev *dev, wr_handle h, void *ctx, int why, const char *error)
{
    struct motion *m = motion_of(dev);

    m->http = 0;
    /* Who is too busy to answer has not said that he has no event stream. */
    if (m->how == OVERLAY_SSE || why < 0 || m->status >= 500) {
        again_later(dev);
        return;
    }
    m->how = OVERLAY_POLL;
    report_way(dev);
    if (m->n_text > 0)
        take(dev, m->text, m->n_text);
    wr_timer_set(dev, &m->timer, POLL_WATCHED_US, poll);
}

static const struct wr_http_stream_events events = {
    .size = sizeof events, .opened = on_opened, .data = on_data, .closed = on_closed};

static void begin(struct wr_dev *dev, void *ctx)
{
    static const struct wr_prop accept = {"Accept", "text/event-stream, application/json;q=0.9"};
    struct motion *m = motion_of(dev);
    struct web_request q;

    m->timer = 0;
    m->how = OVERLAY_ASKING;
    m->n_text = 0;
    web_request(dev, "/overlay", &accept, &q);
    q.http.connect_timeout_ms = CONNECT_MS;
    q.http.timeout_ms = SILENCE_MS;
    m->http = dev->host->http->stream_raw(dev, &q.http, &events, NULL);
    if (!m->http)
        again_later(dev);
}

/* --- wanted or not ---------------------------------------------------------------------------- */

static void stop(struct wr_dev *dev)
{
    struct motion *m = motion_of(dev);

    dev->host->cancel(dev, m->http);
    dev->host->cancel(dev, m->rate);
    m->http = m->rate = 0;
    wr_timer_set(dev, &m->timer, 0, NULL);
    m->how = OVERLAY_NONE;
    m->n_failures = m->n_taken = m->n_said = 0;
    report_way(dev);
    wr_report_float(dev, "overlay_hz", 0);
    presence_trouble(dev, TROUBLE_OVERLAY, "");
}

void motion_update(struct wr_dev *dev)
{
    struct motion *m = motion_of(dev);
    bool wanted = web_up(&camera_of(dev)->web);

    if (wanted && m->how == OVERLAY_NONE) {
        m->rate_since_us = dev->host->now_us(dev);
        m->rate = dev->host->every(dev, RATE_US, rate, NULL);
        begin(dev, NULL);
    } else if (wanted && m->how == OVERLAY_POLL && m->timer && camera_of(dev)->stream.watched) {
        wr_timer_set(dev, &m->timer, 1, poll); /* somebody has come to look */
    } else if (!wanted && m->how != OVERLAY_NONE) {
        stop(dev);
    }
}
