#include "bus/frame.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Size classes are powers of two from 8 KiB to WR_FRAME_MAX_BYTES. A camera's frames vary by less
 * than a factor of two, so one or two classes are in use per camera and a returned frame is what
 * the next one needs. */
#define CLASS_MIN_SHIFT 13
#define N_CLASSES 12
_Static_assert((size_t)1 << (CLASS_MIN_SHIFT + N_CLASSES - 1) == WR_FRAME_MAX_BYTES,
    "the largest class is the largest frame");

/* What may lie idle per class: enough for a burst of viewers to come back, little enough for a
 * Raspberry Pi. */
#define CLASS_MAX_IDLE_BYTES (4u << 20)

struct frame_pool {
    struct list idle[N_CLASSES];
    size_t idle_bytes[N_CLASSES];
    struct list out;
    unsigned n_blocks; /* out */
    struct frame_pool_stats stats;
};

/* Of a block that is larger than any class: an MJPEG part of the largest frame. */
#define CLASS_NONE N_CLASSES

/* What a block of a class holds, whether a frame lies in it or something else. */
#define BLOCK_BYTES(c) (sizeof(struct frame) + FRAME_HEADROOM + class_bytes(c))

static size_t class_bytes(unsigned size_class)
{
    return (size_t)1 << (CLASS_MIN_SHIFT + size_class);
}

static unsigned class_of(size_t bytes)
{
    unsigned c = 0;

    while (class_bytes(c) < bytes)
        c++;
    return c;
}

static uint8_t *frame_memory(struct frame *f)
{
    return (uint8_t *)(f + 1);
}

int frame_pool_new(struct frame_pool **ret)
{
    struct frame_pool *p = calloc(1, sizeof *p);

    if (!p)
        return -ENOMEM;
    for (unsigned c = 0; c < N_CLASSES; c++)
        list_init(&p->idle[c]);
    list_init(&p->out);
    *ret = p;
    return 0;
}

void frame_pool_trim(struct frame_pool *p)
{
    struct frame *f, *next;

    for (unsigned c = 0; c < N_CLASSES; c++) {
        list_for_each_safe (f, next, &p->idle[c], link) {
            list_remove(&f->link);
            free(f);
        }
        p->idle_bytes[c] = 0;
    }
    p->stats.bytes_idle = 0;
}

struct frame_pool *frame_pool_free(struct frame_pool *p)
{
    if (!p)
        return NULL;
    if (!list_empty(&p->out) || p->n_blocks > 0) {
        fprintf(stderr, "frame_pool_free: frames are still out\n");
        abort();
    }
    frame_pool_trim(p);
    free(p);
    return NULL;
}

const struct frame_pool_stats *frame_pool_stats(const struct frame_pool *p)
{
    return &p->stats;
}

static struct frame *pool_take(struct frame_pool *p, unsigned size_class)
{
    struct frame *f;

    if (!list_empty(&p->idle[size_class])) {
        f = list_first(&p->idle[size_class], struct frame, link);
        list_remove(&f->link);
        p->idle_bytes[size_class] -= class_bytes(size_class);
        p->stats.bytes_idle -= class_bytes(size_class);
        return f;
    }
    f = malloc(BLOCK_BYTES(size_class));
    if (f)
        p->stats.n_allocations++;
    return f;
}

/* A class whose single frame is larger than the idle limit may keep one, or every frame of it would be an mmap. */
static void pool_give(struct frame_pool *p, struct frame *block, unsigned size_class)
{
    size_t bytes = class_bytes(size_class);

    if (p->idle_bytes[size_class] > 0 && p->idle_bytes[size_class] + bytes > CLASS_MAX_IDLE_BYTES) {
        free(block);
        return;
    }
    list_prepend(&p->idle[size_class], &block->link);
    p->idle_bytes[size_class] += bytes;
    p->stats.bytes_idle += bytes;
}

struct frame *frame_new(struct frame_pool *p, struct frame_quota *quota, size_t bytes)
{
    struct frame *f;
    unsigned c;

    if (bytes > WR_FRAME_MAX_BYTES || (quota && quota->n_out >= quota->max))
        goto dropped;
    c = class_of(bytes);
    f = pool_take(p, c);
    if (!f)
        goto dropped;

    *f = (struct frame){
        .pub = {.data = frame_memory(f) + FRAME_HEADROOM, .cap = class_bytes(c)},
        .n_refs = 1,
        .size_class = (uint8_t)c,
        .pool = p,
        .quota = quota,
    };
    list_append(&p->out, &f->link);
    p->stats.bytes_out += class_bytes(c);
    if (quota)
        quota->n_out++;
    return f;

dropped:
    if (quota)
        quota->n_dropped++;
    return NULL;
}

struct frame *frame_ref(struct frame *f)
{
    f->n_refs++;
    return f;
}

void *frame_block_new(struct frame_pool *p, size_t bytes, uint8_t *ret_class)
{
    unsigned c = 0;
    void *block;

    while (c < N_CLASSES && BLOCK_BYTES(c) < bytes)
        c++;
    block = c == CLASS_NONE ? malloc(bytes) : pool_take(p, c);
    if (!block)
        return NULL;
    p->n_blocks++;
    *ret_class = (uint8_t)c;
    return block;
}

void frame_block_free(struct frame_pool *p, void *block, uint8_t size_class)
{
    p->n_blocks--;
    if (size_class == CLASS_NONE)
        free(block);
    else
        pool_give(p, block, size_class);
}

struct frame_part *frame_part_unref(struct frame_part *part)
{
    if (part && --part->n_refs == 0)
        frame_block_free(part->pool, part, part->size_class);
    return NULL;
}

static void frame_return(struct frame *f)
{
    struct frame_pool *p = f->pool;

    if (f->quota)
        f->quota->n_out--;
    f->part = frame_part_unref(f->part);
    list_remove(&f->link);
    p->stats.bytes_out -= class_bytes(f->size_class);
    pool_give(p, f, f->size_class);
}

struct frame *frame_unref(struct frame *f)
{
    if (f && --f->n_refs == 0)
        frame_return(f);
    return NULL;
}

void frame_quota_reclaim(struct frame_pool *p, struct frame_quota *quota)
{
    struct frame *f, *next;

    list_for_each_safe (f, next, &p->out, link) {
        if (f->quota != quota || !f->held)
            continue;
        f->held = false;
        frame_unref(f);
    }
}

void frame_quota_release(struct frame_pool *p, struct frame_quota *quota)
{
    struct frame *f;

    list_for_each (f, &p->out, link) {
        if (f->quota == quota)
            f->quota = NULL;
    }
    quota->n_out = 0;
}

void frame_seal(struct frame *f, uint16_t channel, uint32_t seq)
{
    f->channel = channel;
    f->pub.seq = seq;
    message_header_write(f->pub.data - FRAME_HEADER_BYTES,
        &(struct message_header){.kind = MESSAGE_JPEG,
            .channel = channel,
            .seq = seq,
            .captured_us = f->pub.captured_us,
            .received_us = f->pub.received_us,
            .len = (uint32_t)f->pub.len,
            .flags = f->pub.flags});
}

uint8_t *frame_message(struct frame *f, size_t *ret_len)
{
    *ret_len = FRAME_HEADER_BYTES + f->pub.len;
    return f->pub.data - FRAME_HEADER_BYTES;
}

static struct frame_part *part_new(struct frame_pool *p, size_t len)
{
    uint8_t size_class;
    struct frame_part *part = frame_block_new(p, sizeof *part + len, &size_class);

    if (part)
        *part = (struct frame_part){.n_refs = 1, .size_class = size_class, .pool = p, .len = len};
    return part;
}

static struct frame_part *part_build(struct frame *f)
{
    char head[256];
    size_t head_len;
    struct frame_part *p;

    head_len = (size_t)snprintf(head, sizeof head,
        "--frame\r\n"
        "Content-Type: image/jpeg\r\n"
        "Content-Length: %zu\r\n"
        "X-Frame-Seq: %u\r\n"
        "X-Timestamp: %lld.%06lld\r\n"
        "\r\n",
        f->pub.len, f->pub.seq, (long long)(f->pub.received_us / 1000000),
        (long long)(f->pub.received_us % 1000000));
    p = part_new(f->pool, head_len + f->pub.len + 2);
    if (!p)
        return NULL;
    memcpy(p->bytes, head, head_len);
    memcpy(p->bytes + head_len, f->pub.data, f->pub.len);
    memcpy(p->bytes + head_len + f->pub.len, "\r\n", 2);
    f->pool->stats.n_copies++;
    return p;
}

struct frame_part *frame_mjpeg_part(struct frame *f)
{
    if (!f->part)
        f->part = part_build(f);
    if (f->part)
        f->part->n_refs++;
    return f->part;
}
