/* space.c - room on the disk, as the others hear of it: storage.low, storage.full, storage.ok. Each
 * is said once. */
#include <errno.h>

#include "base/log.h"
#include "store/internal.h"

void store_publish(struct store *s, const char *device, const char *type, const char *data)
{
    if (s->bus && bus_publish(s->bus, device, type, data) < 0)
        log_error("an event could not be published", F_STR("type", type));
}

static void publish(struct store *s, const char *type)
{
    char text[160];
    struct wr_json j = wr_json_into(text, sizeof text);

    wr_json_object(&j);
    wr_json_key(&j, "free_bytes");
    wr_json_uint(&j, s->usage.free_bytes);
    wr_json_key(&j, "total_bytes");
    wr_json_uint(&j, s->usage.total_bytes);
    wr_json_key(&j, "min_free_bytes");
    wr_json_uint(&j, s->config.min_free_bytes);
    wr_json_end(&j);
    store_publish(s, "", type, wr_json_text(&j));
}

void space_failed(struct store *s, size_t bytes)
{
    s->failed_bytes = MAX(s->failed_bytes, bytes);
    if (s->usage.full)
        return;
    s->usage.full = true;
    log_error("the disk is full: nothing can be kept until there is room",
        F_INT("free_bytes", s->usage.free_bytes));
    publish(s, "storage.full");
    retention_nudge(s);
}

void space_worked(struct store *s)
{
    if (!s->usage.full)
        return;
    s->usage.full = false;
    s->failed_bytes = 0;
    log_info("the disk has room again", F_INT("free_bytes", s->usage.free_bytes));
    publish(s, s->low ? "storage.low" : "storage.ok");
}

void space_update(struct store *s)
{
    struct writer_status status;

    writer_get_status(&s->writer, &status);
    s->usage.n_captures = status.n_captures;
    s->usage.capture_bytes = status.capture_bytes;
    s->usage.pinned_bytes = status.pinned_bytes;
    s->usage.n_events = status.n_events;
    s->usage.event_bytes = status.event_bytes;
    s->usage.free_bytes = status.free_bytes;
    s->usage.total_bytes = status.total_bytes;
}

/* Low begins below the limit and ends a twentieth above it, which is also how far captures are
 * removed: else the two would be said in turns for as long as pictures come in. */
void space_measured(struct store *s)
{
    uint64_t min = s->config.min_free_bytes;
    bool low = s->usage.free_bytes < (s->low ? min + min / 20 : min);

    if (low == s->low)
        return;
    s->low = low;
    if (low)
        log_warning("the disk has little room left", F_INT("free_bytes", s->usage.free_bytes),
            F_INT("min_free_bytes", min));
    if (!s->usage.full)
        publish(s, low ? "storage.low" : "storage.ok");
}
