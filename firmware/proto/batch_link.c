/* batch_link.c - see batch_link.h. */
#include "batch_link.h"

#include <string.h>

static uint16_t get16(const uint8_t *b)
{
    return (uint16_t)(b[0] | b[1] << 8);
}

static uint32_t get32(const uint8_t *b)
{
    return get16(b) | (uint32_t)get16(b + 2) << 16;
}

static uint64_t get64(const uint8_t *b)
{
    return get32(b) | (uint64_t)get32(b + 4) << 32;
}

static void put16(uint8_t *b, uint16_t v)
{
    b[0] = (uint8_t)v;
    b[1] = (uint8_t)(v >> 8);
}

static void put32(uint8_t *b, uint32_t v)
{
    put16(b, (uint16_t)v);
    put16(b + 2, (uint16_t)(v >> 16));
}

static void put64(uint8_t *b, uint64_t v)
{
    put32(b, (uint32_t)v);
    put32(b + 4, (uint32_t)(v >> 32));
}

/* Two's complement without a conversion whose result the compiler may choose. */
static int32_t signed32(uint32_t v)
{
    int32_t r;

    memcpy(&r, &v, sizeof r);
    return r;
}

static int64_t signed64(uint64_t v)
{
    int64_t r;

    memcpy(&r, &v, sizeof r);
    return r;
}

/* How long a message is at least; 0: there is none of that type. */
static size_t least_bytes(uint8_t type)
{
    switch (type) {
    case BATCH_LINK_INFO:
    case BATCH_LINK_OFFER:
        return 20;
    case BATCH_LINK_HELLO:
    case BATCH_LINK_PLACE:
        return 16;
    case BATCH_LINK_GET:
    case BATCH_LINK_HAVE:
        return 12;
    case BATCH_LINK_STORED:
    case BATCH_LINK_SKIP:
    case BATCH_LINK_GONE:
        return 8;
    case BATCH_LINK_DATA:
        return BATCH_LINK_DATA_HEADER_BYTES + 1;
    case BATCH_LINK_LEAVE:
        return 1;
    default:
        return 0;
    }
}

static struct batch_link_info get_info(const uint8_t *b)
{
    return (struct batch_link_info){
        .version = b[1],
        .flags = get16(b + 2),
        .boot = get32(b + 4),
        .window_bytes = get32(b + 8),
        .n_failed = get16(b + 12),
        .n_dropped = get16(b + 14),
        .n_waiting = get16(b + 16),
        .used_permille = get16(b + 18),
    };
}

static struct batch_link_offer get_offer(const uint8_t *b)
{
    return (struct batch_link_offer){
        .flags = b[1],
        .id = get32(b + 4),
        .size = get32(b + 8),
        .crc = get32(b + 12),
        .age_ms = get32(b + 16),
    };
}

static struct batch_link_data get_data(const uint8_t *b, size_t n)
{
    return (struct batch_link_data){
        .id_low = b[1],
        .offset = get16(b + 2) | (uint32_t)b[4] << 16,
        .bytes = b + BATCH_LINK_DATA_HEADER_BYTES,
        .n = n - BATCH_LINK_DATA_HEADER_BYTES,
    };
}

bool batch_link_decode(const void *bytes, size_t n, struct batch_link *ret)
{
    const uint8_t *b = bytes;
    size_t least = n > 0 ? least_bytes(b[0]) : 0;

    if (least == 0 || n < least)
        return false;
    memset(ret, 0, sizeof *ret);
    ret->type = (enum batch_link_type)b[0];
    if (ret->type == BATCH_LINK_INFO)
        ret->info = get_info(b);
    else if (ret->type == BATCH_LINK_OFFER)
        ret->offer = get_offer(b);
    else if (ret->type == BATCH_LINK_DATA)
        ret->data = get_data(b, n);
    else if (ret->type == BATCH_LINK_HELLO)
        ret->hello =
            (struct batch_link_hello){b[1], get32(b + 4), signed64(get64(b + 8)), get16(b + 2)};
    else if (ret->type == BATCH_LINK_PLACE)
        ret->place = (struct batch_link_place){
            get32(b + 4), signed32(get32(b + 8)), signed32(get32(b + 12))};
    else if (ret->type != BATCH_LINK_LEAVE)
        ret->picture = (struct batch_link_picture){get32(b + 4), least == 12 ? get32(b + 8) : 0};
    return true;
}

static void put_info(const struct batch_link_info *i, uint8_t *b)
{
    b[1] = i->version;
    put16(b + 2, i->flags);
    put32(b + 4, i->boot);
    put32(b + 8, i->window_bytes);
    put16(b + 12, i->n_failed);
    put16(b + 14, i->n_dropped);
    put16(b + 16, i->n_waiting);
    put16(b + 18, i->used_permille);
}

static void put_offer(const struct batch_link_offer *o, uint8_t *b)
{
    b[1] = o->flags;
    put32(b + 4, o->id);
    put32(b + 8, o->size);
    put32(b + 12, o->crc);
    put32(b + 16, o->age_ms);
}

static void put_hello(const struct batch_link_hello *h, uint8_t *b)
{
    b[1] = h->version;
    put16(b + 2, h->ahead);
    put32(b + 4, h->window_bytes);
    put64(b + 8, (uint64_t)h->clock_ms);
}

static void put_place(const struct batch_link_place *p, uint8_t *b)
{
    put32(b + 4, p->id);
    put32(b + 8, (uint32_t)p->latitude_e7);
    put32(b + 12, (uint32_t)p->longitude_e7);
}

size_t batch_link_encode(const struct batch_link *m, uint8_t out[BATCH_LINK_MAX_BYTES])
{
    size_t n = m->type == BATCH_LINK_DATA ? 0 : least_bytes((uint8_t)m->type);

    if (n == 0)
        return 0;
    memset(out, 0, n);
    out[0] = (uint8_t)m->type;
    if (m->type == BATCH_LINK_INFO) {
        put_info(&m->info, out);
    } else if (m->type == BATCH_LINK_OFFER) {
        put_offer(&m->offer, out);
    } else if (m->type == BATCH_LINK_HELLO) {
        put_hello(&m->hello, out);
    } else if (m->type == BATCH_LINK_PLACE) {
        put_place(&m->place, out);
    } else if (m->type != BATCH_LINK_LEAVE) {
        put32(out + 4, m->picture.id);
        if (n == 12)
            put32(out + 8, m->picture.offset);
    }
    return n;
}

void batch_link_data_header(uint32_t id, uint32_t offset, uint8_t out[BATCH_LINK_DATA_HEADER_BYTES])
{
    out[0] = BATCH_LINK_DATA;
    out[1] = (uint8_t)id;
    put16(out + 2, (uint16_t)offset);
    out[4] = (uint8_t)(offset >> 16);
}
