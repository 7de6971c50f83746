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
    metrics_devices(&b, a->devices, loop_wall_us(a->loop));
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
