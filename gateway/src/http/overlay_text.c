#include "http/overlay_text.h"

#include <errno.h>

#include "base/clock.h"
#include "overlay_json.h"

#define OURS_BYTES 128
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

/* The camera's own number and time of the frame mean nothing to who sees it here. */
int overlay_text(struct buf *b, const struct overlay_message *m)
{
    size_t room = OVERLAY_JSON_MAX(m->overlay.n_blocks) + OURS_BYTES, n;
    struct overlay o = m->overlay;
    struct json_put j;
    int r = buf_reserve(b, room);

    if (r < 0)
        return r;
    o.has_frame_id = false;
    o.time_us = 0;
    j = json_put_into((char *)buf_tail(b), room, JSON_PUT_COMPACT);
    json_put_begin(&j, '{');
    overlay_json_put(&j, &o);
    put_ours(&j, m);
    json_put_end(&j, '}');
    n = json_put_length(&j);
    buf_commit(b, n);
    return n > 0 ? 0 : -ENOBUFS;
}
