#include "http/overlay_text.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "overlay_json.h"

#define OURS_BYTES 128
/* No point of a trajectory takes more: {"x":0.123,"y":0.456,"intensity":255}, */
#define POINT_BYTES 38
_Static_assert(OVERLAY_JSON_MAX(OVERLAY_BLOCKS_MAX) + OURS_BYTES <= OVERLAY_TEXT_MAX, "it fits");

static void put_ours(struct json_put *j, const struct overlay_message *m)
{
    char captured[CLOCK_TEXT_BYTES];

    if (m->seq != 0) {
        json_put_key(j, "seq");
        json_put_int(j, m->seq);
    }
    if (m->captured_us != 0) {
        json_put_key(j, "captured_at");
        json_put_string(j, clock_format(m->captured_us, captured));
    }
}

static size_t write_text(
    char *room, size_t n_room, const struct overlay *o, const struct overlay_message *m)
{
    struct json_put j = json_put_into(room, n_room, JSON_PUT_COMPACT);

    json_put_begin(&j, '{');
    overlay_json_put(&j, o);
    put_ours(&j, m);
    json_put_end(&j, '}');
    return json_put_length(&j);
}

/* The oldest points of the trajectory: no more than must be, for so many bytes. */
static void forget(struct overlay *o, size_t bytes)
{
    size_t n = MIN((bytes + POINT_BYTES - 1) / POINT_BYTES, o->n_points);

    o->n_points -= (uint8_t)n;
    memmove(o->points, o->points + n, o->n_points * sizeof(*o->points));
}

/* The camera's own number and time of the frame mean nothing to who sees it here. */
int overlay_text(struct buf *b, const struct overlay_message *m)
{
    size_t room = OVERLAY_JSON_MAX(m->overlay.n_blocks) + OURS_BYTES, n;
    struct overlay o = m->overlay;
    int r = buf_reserve(b, room);

    if (r < 0)
        return r;
    o.has_frame_id = false;
    o.time_us = 0;
    n = write_text((char *)buf_tail(b), room, &o, m);
    while (n > OVERLAY_TEXT_SHORT && o.n_points > 0) {
        forget(&o, n - OVERLAY_TEXT_SHORT);
        n = write_text((char *)buf_tail(b), room, &o, m);
    }
    buf_commit(b, n);
    return n > 0 ? 0 : -ENOBUFS;
}
