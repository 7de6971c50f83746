/* metrics_devices.c - the devices: each by its id, which is a slug, so that there is nothing to escape. */
#include "device/devices.h"
#include "http/metrics.h"

static void states(struct buf *b, const struct devices *devices)
{
    metrics_family(b, "warren_devices", "gauge", "Devices by state.");
    for (enum device_state s = DEVICE_DISABLED; s <= DEVICE_ERROR; s++)
        buf_printf(b, "warren_devices{state=\"%s\"} %zu\n", device_state_name(s),
            devices_count(devices, s));
}

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

static double value_held(const struct device *d, int64_t now_us)
{
    return (double)device_stats(d)->held_us / 1e6;
}

static double value_age(const struct device *d, int64_t now_us)
{
    return device_stats(d)->last_frame_us ? (double)(now_us - device_stats(d)->last_frame_us) / 1e6
                                          : -1;
}

/* What nothing was ever seen behind has no such row. */
static double value_children(const struct device *d, int64_t now_us)
{
    size_t n = device_children(d).n;

    return n > 0 ? (double)n : -1;
}

static double value_children_up(const struct device *d, int64_t now_us)
{
    struct device_children c = device_children(d);

    return c.n > 0 ? (double)c.n_online : -1;
}

static int one_device(void *ctx, struct device *d)
{
    struct per_device *p = ctx;
    double v = p->value(d, p->now_us);

    if (v >= 0)
        buf_printf(p->out, "%s{device=\"%s\"} %.17g\n", p->name, device_id(d), v);
    return 0;
}

static void families(struct buf *b, struct devices *devices, int64_t now_us)
{
    static const struct {
        const char *name, *type, *help;
        double (*value)(const struct device *d, int64_t now_us);
    } all[] = {
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
        {"warren_device_children", "gauge", "Devices behind it.", value_children},
        {"warren_device_children_up", "gauge", "Devices behind it that are online.",
            value_children_up},
        {"warren_device_held_back_seconds_total", "counter",
            "Time for which nothing was read from the device because it sends too much.",
            value_held},
        {"warren_device_frame_age_seconds", "gauge", "Age of the newest picture.", value_age},
    };

    for (size_t i = 0; i < N_ELEMENTS(all); i++) {
        struct per_device p = {
            .out = b, .name = all[i].name, .value = all[i].value, .now_us = now_us};

        metrics_family(b, all[i].name, all[i].type, all[i].help);
        devices_each(devices, one_device, &p);
    }
}

/* --- what they tell of themselves -------------------------------------------------------------- */

struct numbers {
    struct buf *out;
    const struct device *device;
};

static void one_number(void *ctx, const char *key, double value)
{
    struct numbers *n = ctx;

    buf_printf(n->out, "warren_device_attribute{device=\"%s\",key=\"%s\"} %.17g\n",
        device_id(n->device), key, value);
}

/* Of who is not there they are of the past. */
static int numbers_of(void *ctx, struct device *d)
{
    struct numbers n = {.out = ctx, .device = d};

    if (device_state(d) == DEVICE_ONLINE)
        device_each_number(d, one_number, &n);
    return 0;
}

void metrics_devices(struct buf *b, struct devices *devices, int64_t now_us)
{
    states(b, devices);
    families(b, devices, now_us);
    metrics_family(b, "warren_device_attribute", "gauge",
        "Numbers that devices which are online tell of themselves; units are in the keys.");
    devices_each(devices, numbers_of, b);
}
