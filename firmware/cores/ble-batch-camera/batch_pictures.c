/* batch_pictures.c - the pictures that wait: a table of what is in the port's memory, oldest first. */
#include <string.h>

#include "batch_camera_private.h"
#include "crc32c.h"

void batch_count(uint16_t *counter)
{
    if (*counter < UINT16_MAX)
        ++*counter;
}

static void forget_row(struct batch_camera *c, unsigned i)
{
    struct batch_pictures *p = &c->pictures;

    c->port.picture_free(c->port.ctx, p->rows[i].jpeg);
    p->used_bytes -= p->rows[i].size;
    memmove(&p->rows[i], &p->rows[i + 1], (--p->n - i) * sizeof *p->rows);
}

/* The oldest that is not held. False: there is none. */
static bool make_room(struct batch_camera *c)
{
    for (unsigned i = 0; i < c->pictures.n; i++)
        if (!c->pictures.rows[i].held) {
            forget_row(c, i);
            batch_count(&c->pictures.n_dropped);
            return true;
        }
    return false;
}

static void *new_memory(struct batch_camera *c, size_t n)
{
    struct batch_pictures *p = &c->pictures;

    for (;;) {
        if (p->n < BATCH_CAMERA_MAX_PICTURES && n <= p->total_bytes - p->used_bytes) {
            void *m = c->port.picture_new(c->port.ctx, n);
            if (m)
                return m;
        }
        if (!make_room(c))
            return NULL;
    }
}

struct batch_picture *batch_picture_keep(struct batch_camera *c, const void *jpeg, size_t n)
{
    struct batch_pictures *p = &c->pictures;
    /* What can never fit shall cost no other its place. */
    void *m = n <= p->total_bytes ? new_memory(c, n) : NULL;
    struct batch_picture *row;

    if (!m) {
        batch_count(&p->n_dropped);
        return NULL;
    }
    memcpy(m, jpeg, n);
    row = &p->rows[p->n++];
    *row = (struct batch_picture){
        .jpeg = m,
        .id = p->next_id++,
        .size = (uint32_t)n,
        .crc = crc32c(0, jpeg, n),
        .taken_us = c->now_us,
        .place = c->place,
    };
    p->used_bytes += n;
    return row;
}

struct batch_picture *batch_picture_after(struct batch_camera *c, uint32_t id)
{
    for (unsigned i = 0; i < c->pictures.n; i++)
        if (c->pictures.rows[i].id > id)
            return &c->pictures.rows[i];
    return NULL;
}

struct batch_picture *batch_picture_find(struct batch_camera *c, uint32_t id)
{
    struct batch_picture *p = id > 0 ? batch_picture_after(c, id - 1) : NULL;

    return p && p->id == id ? p : NULL;
}

struct batch_picture *batch_picture_offerable(struct batch_camera *c)
{
    for (unsigned i = 0; i < c->pictures.n; i++)
        if (!c->pictures.rows[i].skipped && !c->pictures.rows[i].held)
            return &c->pictures.rows[i];
    return NULL;
}

unsigned batch_pictures_waiting(const struct batch_camera *c)
{
    unsigned n = 0;

    for (unsigned i = 0; i < c->pictures.n; i++)
        n += !c->pictures.rows[i].skipped;
    return n;
}

void batch_pictures_release(struct batch_camera *c)
{
    for (unsigned i = 0; i < c->pictures.n; i++)
        c->pictures.rows[i].held = false;
}

bool batch_picture_forget(struct batch_camera *c, uint32_t id)
{
    struct batch_picture *p = batch_picture_find(c, id);

    if (!p)
        return false;
    forget_row(c, (unsigned)(p - c->pictures.rows));
    return true;
}

uint16_t batch_pictures_used_permille(const struct batch_camera *c)
{
    const struct batch_pictures *p = &c->pictures;

    return p->total_bytes > 0 ? (uint16_t)((uint64_t)p->used_bytes * 1000 / p->total_bytes) : 0;
}
