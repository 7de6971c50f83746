#include "bus/overlay_message.h"

#include <string.h>

/* What follows the header: fixed fields, then blocks, then points of the trajectory. */
#define FIXED_BYTES 36
#define BLOCK_BYTES 8
#define POINT_BYTES 6

enum {
    FLAG_ACTIVE = 1u << 0,
    FLAG_CENTRED = 1u << 1,
    FLAG_BY_GATEWAY = 1u << 2,
    FLAG_BY_CAMERA = 1u << 3,
};

static size_t body_bytes(const struct overlay *o)
{
    return FIXED_BYTES + (size_t)o->n_blocks * BLOCK_BYTES + (size_t)o->n_points * POINT_BYTES;
}

struct overlay_message *overlay_message_new(
    struct frame_pool *p, const struct overlay *o, uint16_t channel, bool by_gateway)
{
    size_t blocks_bytes = (size_t)o->n_blocks * sizeof *o->blocks,
           len = MESSAGE_HEADER_BYTES + body_bytes(o);
    uint8_t size_class;
    struct overlay_message *m =
        frame_block_new(p, sizeof *m + blocks_bytes + OVERLAY_HEADROOM + len, &size_class);
    struct overlay_block *blocks;

    if (!m)
        return NULL;
    blocks = (struct overlay_block *)(m + 1);
    if (o->n_blocks > 0)
        memcpy(blocks, o->blocks, blocks_bytes);
    *m = (struct overlay_message){.n_refs = 1,
        .size_class = size_class,
        .by_gateway = by_gateway,
        .channel = channel,
        .pool = p,
        .overlay = *o,
        .message = (uint8_t *)blocks + blocks_bytes + OVERLAY_HEADROOM,
        .len = len};
    m->overlay.blocks = blocks;
    return m;
}

struct overlay_message *overlay_message_ref(struct overlay_message *m)
{
    m->n_refs++;
    return m;
}

struct overlay_message *overlay_message_unref(struct overlay_message *m)
{
    if (m && --m->n_refs == 0)
        frame_block_free(m->pool, m, m->size_class);
    return NULL;
}

/* --- the binary message ----------------------------------------------------------------------- */

static uint8_t *put8(uint8_t *at, unsigned v)
{
    *at = (uint8_t)v;
    return at + 1;
}

static uint8_t *put16(uint8_t *at, unsigned v)
{
    return put8(put8(at, v), v >> 8);
}

static uint8_t *put32(uint8_t *at, uint32_t v)
{
    return put16(put16(at, v), v >> 16);
}

static uint8_t *put_grid(uint8_t *at, const struct overlay *o)
{
    at = put16(put16(at, o->frame_width), o->frame_height);
    at = put8(put8(at, o->columns), o->rows);
    at = put16(at, o->block);
    return put16(put16(at, o->left), o->top);
}

static uint8_t *put_summary(uint8_t *at, const struct overlay *o, bool by_gateway)
{
    at = put8(at,
        (o->active ? FLAG_ACTIVE : 0) | (o->centred ? FLAG_CENTRED : 0) |
            (by_gateway ? FLAG_BY_GATEWAY : FLAG_BY_CAMERA));
    at = put8(put8(at, o->intensity), o->confidence_percent);
    at = put8(put8(at, o->direction), o->gesture);
    at = put8(at, o->brightness);
    at = put16(at, o->active_blocks);
    at = put32(put32(at, o->speed), o->speed_px_s);
    return put16(put16(at, o->x), o->y);
}

static uint8_t *put_block(uint8_t *at, const struct overlay_block *b)
{
    at = put8(put8(at, b->row), b->column);
    at = put8(put8(at, b->confidence), b->valid);
    return put16(put16(at, (uint16_t)b->dx), (uint16_t)b->dy);
}

static uint8_t *put_point(uint8_t *at, const struct overlay_point *p)
{
    at = put16(put16(at, p->x), p->y);
    return put8(put8(at, p->intensity), 0);
}

static uint8_t *put_body(uint8_t *at, const struct overlay *o, bool by_gateway)
{
    at = put_summary(put_grid(at, o), o, by_gateway);
    at = put16(at, o->n_blocks);
    at = put8(put8(at, o->n_points), 0);
    for (unsigned i = 0; i < o->n_blocks; i++)
        at = put_block(at, &o->blocks[i]);
    for (unsigned i = 0; i < o->n_points; i++)
        at = put_point(at, &o->points[i]);
    return at;
}

void overlay_message_seal(struct overlay_message *m)
{
    message_header_write(m->message,
        &(struct message_header){.kind = MESSAGE_OVERLAY,
            .channel = m->channel,
            .seq = m->seq,
            .captured_us = m->captured_us,
            .received_us = m->received_us,
            .len = (uint32_t)(m->len - MESSAGE_HEADER_BYTES),
            .flags = m->in_step ? 0 : MESSAGE_NOT_IN_STEP});
    put_body(m->message + MESSAGE_HEADER_BYTES, &m->overlay, m->by_gateway);
}
