/* metrics.c - GET /metrics in the Prometheus text format 0.0.4: base units, `_total` on counters,
 * no ids of sessions or users. */
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/version.h"
#include "http/api.h"
#include "http/metrics.h"
#include "http/ws.h"
#include "loop/loop.h"
#include "media/burn.h"

static void lag(struct buf *b, const struct loop_lag *l)
{
    uint64_t n = 0;

    metrics_family(b, "warren_loop_lag_seconds", "histogram",
        "How long one turn of the event loop kept everybody else waiting.");
    for (size_t i = 0; i < LOOP_LAG_BUCKETS; i++) {
        n += l->n[i];
        buf_printf(b, "warren_loop_lag_seconds_bucket{le=\"%g\"} %llu\n",
            (double)l->bound_us[i] / 1e6, (unsigned long long)n);
    }
    buf_printf(b,
        "warren_loop_lag_seconds_bucket{le=\"+Inf\"} %llu\nwarren_loop_lag_seconds_sum "
        "%g\nwarren_loop_lag_seconds_count %llu\n",
        (unsigned long long)l->count, (double)l->sum_us / 1e6, (unsigned long long)l->count);
    metrics_single(b, "warren_loop_lag_max_seconds", "gauge", "The longest turn since the start.",
        (double)l->max_us / 1e6);
}

static void states(struct buf *b, const struct devices *devices)
{
    metrics_family(b, "warren_devices", "gauge", "Devices by state.");
    for (enum device_state s = DEVICE_DISABLED; s <= DEVICE_ERROR; s++)
        buf_printf(b, "warren_devices{state=\"%s\"} %zu\n", device_state_name(s),
            devices_count(devices, s));
}

/* Ids are slugs: nothing to escape. */
struct per_device {
    struct buf *out;
    const char *name;
    double (*value)(const struct device *d, int64_t now_us);
    int64_t now_us;
};

static double value_up(const struct device *d, int64_t now_us)
{
    return device_state(d) == DEVICE_ONLINE;
}

/* -1: what has no pictures has no such row; a hub brings many devices. */
static double of_camera(const struct device *d, uint64_t value)
{
    return device_is_camera(d) ? (double)value : -1;
}

static double value_frames(const struct device *d, int64_t now_us)
{
    return of_camera(d, device_stats(d)->n_frames);
}

static double value_bytes(const struct device *d, int64_t now_us)
{
    return of_camera(d, device_stats(d)->n_frame_bytes);
}

static double value_dropped(const struct device *d, int64_t now_us)
{
    return of_camera(d, device_stats(d)->n_dropped);
}

static double value_overlays(const struct device *d, int64_t now_us)
{
    return of_camera(d, device_stats(d)->n_overlays);
}

static double value_overlays_unmatched(const struct device *d, int64_t now_us)
{
    return of_camera(d, device_stats(d)->n_overlays_unmatched);
}

/* What looking for motion costs; of cameras of which nobody does there are no such rows. */
static double value_flow_seconds(const struct device *d, int64_t now_us)
{
    const struct frame_flow_stats *s = device_flow_stats(d);

    return s ? (double)s->busy_us / 1e6 : -1;
}

static double value_flow_frames(const struct device *d, int64_t now_us)
{
    const struct frame_flow_stats *s = device_flow_stats(d);

    return s ? (double)s->n_seen : -1;
}

static double value_flow_skipped(const struct device *d, int64_t now_us)
{
    const struct frame_flow_stats *s = device_flow_stats(d);

    return s ? (double)s->n_skipped : -1;
}

static double value_flow_failed(const struct device *d, int64_t now_us)
{
    const struct frame_flow_stats *s = device_flow_stats(d);

    return s ? (double)s->n_failed : -1;
}

static double value_reconnects(const struct device *d, int64_t now_us)
{
    return (double)device_stats(d)->n_reconnects;
}

static double value_events_left_out(const struct device *d, int64_t now_us)
{
    return (double)device_stats(d)->n_events_left_out;
}

static double value_age(const struct device *d, int64_t now_us)
{
    return device_stats(d)->last_frame_us ? (double)(now_us - device_stats(d)->last_frame_us) / 1e6
                                          : -1;
}

static int one_device(void *ctx, struct device *d)
{
    struct per_device *p = ctx;
    double v = p->value(d, p->now_us);

    if (v >= 0)
        buf_printf(p->out, "%s{device=\"%s\"} %.17g\n", p->name, device_id(d), v);
    return 0;
}

static void per_device(struct buf *b, struct api *a)
{
    static const struct {
        const char *name, *type, *help;
        double (*value)(const struct device *d, int64_t now_us);
    } families[] = {
        {"warren_device_up", "gauge", "1: the device is online.", value_up},
        {"warren_device_frames_total", "counter", "Pictures received.", value_frames},
        {"warren_device_frame_bytes_total", "counter", "Bytes of pictures received.", value_bytes},
        {"warren_device_frames_dropped_total", "counter",
            "Pictures not taken because readers were slow.", value_dropped},
        {"warren_device_overlays_total", "counter", "Overlays of what moves, received or computed.",
            value_overlays},
        {"warren_device_overlays_unmatched_total", "counter",
            "Overlays whose picture did not come.", value_overlays_unmatched},
        {"warren_flow_seconds_total", "counter",
            "Time that workers took to look for motion, JPEG decoding included.",
            value_flow_seconds},
        {"warren_flow_frames_total", "counter", "Pictures in which motion was looked for.",
            value_flow_frames},
        {"warren_flow_frames_skipped_total", "counter",
            "Pictures in which it was not, for a newer one was there before their turn.",
            value_flow_skipped},
        {"warren_flow_frames_failed_total", "counter", "Pictures that could not be decoded for it.",
            value_flow_failed},
        {"warren_device_reconnects_total", "counter", "Times the device went away.",
            value_reconnects},
        {"warren_device_events_left_out_total", "counter",
            "Events not told because the device said too much.", value_events_left_out},
        {"warren_device_frame_age_seconds", "gauge", "Age of the newest picture.", value_age},
    };

    for (size_t i = 0; i < N_ELEMENTS(families); i++) {
        struct per_device p = {.out = b,
            .name = families[i].name,
            .value = families[i].value,
            .now_us = loop_wall_us(a->loop)};

        metrics_family(b, families[i].name, families[i].type, families[i].help);
        devices_each(a->devices, one_device, &p);
    }
}

static void store_metrics(struct buf *b, const struct store_usage *u)
{
    metrics_single(b, "warren_captures", "gauge", "Captures kept.", (double)u->n_captures);
    metrics_single(b, "warren_capture_bytes", "gauge", "Bytes of captures kept, with their sounds.",
        (double)u->capture_bytes);
    metrics_single(b, "warren_events_kept", "gauge", "Events in the history.", (double)u->n_events);
    metrics_single(
        b, "warren_event_bytes", "gauge", "Bytes of their texts.", (double)u->event_bytes);
    metrics_single(b, "warren_storage_free_bytes", "gauge",
        "Free on the file system of the captures.", (double)u->free_bytes);
    metrics_single(b, "warren_storage_size_bytes", "gauge", "Size of that file system.",
        (double)u->total_bytes);
    metrics_single(
        b, "warren_storage_full", "gauge", "1: the last write failed for want of space.", u->full);
    metrics_single(
        b, "warren_storage_pending", "gauge", "Jobs that wait for the disk.", (double)u->n_pending);
    metrics_single(b, "warren_events_dropped_total", "counter",
        "Events not kept because the disk did not keep up.", (double)u->n_events_dropped);
}

static void viewer_metrics(struct buf *b, const struct ws_hub_stats *s)
{
    metrics_single(b, "warren_viewer_frames_total", "counter",
        "Pictures sent to WebSocket viewers.", (double)s->n_frames_sent);
    metrics_single(b, "warren_viewer_frames_skipped_total", "counter",
        "Pictures that a newer one replaced before the viewer took them.",
        (double)s->n_frames_skipped);
    metrics_single(b, "warren_viewer_overlays_total", "counter",
        "Overlays sent to WebSocket viewers.", (double)s->n_overlays_sent);
    metrics_single(b, "warren_viewer_overlays_skipped_total", "counter",
        "Overlays not sent because a viewer had a newer one, or their picture was long over.",
        (double)s->n_overlays_skipped);
    metrics_single(b, "warren_viewer_events_total", "counter", "Events sent to WebSocket viewers.",
        (double)s->n_events_sent);
    metrics_single(b, "warren_viewers_slow_closed_total", "counter",
        "Viewers closed because they took nothing.", (double)s->n_slow_closed);
    metrics_family(b, "warren_viewer_picture_age_seconds", "summary",
        "Received here to acknowledged by the viewer.");
    buf_printf(b,
        "warren_viewer_picture_age_seconds_sum %g\nwarren_viewer_picture_age_seconds_count %llu\n",
        (double)s->age_sum_us / 1e6, (unsigned long long)s->n_acked);
}

static void burn_metrics(struct buf *b, const struct burn_stats *s)
{
    metrics_single(b, "warren_pictures_burned_total", "counter",
        "Pictures with their overlays drawn into them.", (double)s->n_burned);
    metrics_single(b, "warren_pictures_not_burned_total", "counter",
        "Pictures that went out as they were because no overlay came in time.", (double)s->n_plain);
    metrics_single(b, "warren_pictures_burn_failures_total", "counter",
        "Pictures that could not be drawn on.", (double)s->n_failed);
}

static void process_metrics(struct buf *b, const struct api *a)
{
    unsigned long size = 0, resident = 0;
    struct rusage usage;
    FILE *f = fopen("/proc/self/statm", "re");

    if (f) {
        if (fscanf(f, "%lu %lu", &size, &resident) != 2)
            resident = 0;
        fclose(f);
    }
    getrusage(RUSAGE_SELF, &usage);
    metrics_single(b, "process_resident_memory_bytes", "gauge", "Resident memory.",
        (double)resident * (double)sysconf(_SC_PAGESIZE));
    metrics_single(b, "process_cpu_seconds_total", "counter", "User and system time.",
        (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
            (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
    metrics_single(b, "process_start_time_seconds", "gauge",
        "When the process started, since the epoch.",
        (double)(loop_wall_us(a->loop) - (loop_now_us(a->loop) - a->started_us)) / 1e6);
}

void metrics_get(struct api *a, struct http_request *q, const struct route_args *args)
{
    static const struct http_reply_header no_store = {"Cache-Control", "no-store"};
    const struct http_server_stats *s = http_server_stats(a->server);
    const struct frame_pool_stats *p = frame_pool_stats(a->pool);
    struct buf b = BUF_INIT(API_MAX_REPLY_BYTES);

    metrics_family(&b, "warren_info", "gauge", "What runs here.");
    buf_printf(&b, "warren_info{version=\"%s\"} 1\n", WARREN_VERSION);
    lag(&b, loop_lag(a->loop));
    states(&b, a->devices);
    per_device(&b, a);
    metrics_single(&b, "warren_events_total", "counter", "Events on the bus.",
        (double)bus_stats(a->bus)->n_events);
    metrics_single(&b, "warren_frames_total", "counter", "Pictures on the bus.",
        (double)bus_stats(a->bus)->n_frames);
    metrics_single(&b, "warren_frame_allocations_total", "counter",
        "Frames allocated; constant in the steady state.", (double)p->n_allocations);
    metrics_single(&b, "warren_frame_copies_total", "counter",
        "Copies of pictures made for MJPEG; at most one per picture.", (double)p->n_copies);
    metrics_single(&b, "warren_http_connections", "gauge", "Open connections.", s->n_connections);
    metrics_single(&b, "warren_websockets", "gauge", "Open WebSockets.", s->n_ws);
    metrics_single(
        &b, "warren_http_streams", "gauge", "Open MJPEG and event streams.", s->n_streams);
    metrics_single(
        &b, "warren_http_requests_total", "counter", "Requests answered.", (double)s->n_requests);
    metrics_single(&b, "warren_http_refused_total", "counter", "Connections and requests refused.",
        (double)s->n_refused);
    metrics_single(&b, "warren_http_evicted_total", "counter",
        "Silent or idle connections closed to make room for new ones.", (double)s->n_evicted);
    viewer_metrics(&b, ws_hub_stats(a->ws));
    burn_metrics(&b, burn_stats(a->burn));
    store_metrics(&b, store_usage(a->store));
    if (a->ble)
        metrics_ble(&b, a->ble);
    if (a->mdns)
        metrics_mdns(&b, a->mdns);
    process_metrics(&b, a);
    http_reply(
        q, 200, "text/plain; version=0.0.4; charset=utf-8", buf_data(&b), b.len, &no_store, 1);
    buf_fini(&b);
}
