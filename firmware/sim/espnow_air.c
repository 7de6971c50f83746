/* espnow_air.c - see espnow_air.h. */
#include "espnow_air.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "air_message.h"
#include "splitmix.h"

#define AT_ONE_METRE_DBM (-40.0)
#define PER_DECADE_DB 25.0
/* Nearer than this antennas do not get. */
#define NEAREST_M 0.1
/* 802.11b at 1 Mbit/s: preamble, and what surrounds the bytes. */
#define PREAMBLE_US 192
#define AROUND_BYTES 43
#define US_PER_BYTE 8
/* Listening before talking: a gap, and up to so many slots. Two that choose the same one collide. */
#define GAP_US 50
#define SLOT_US 20
#define N_SLOTS 32
#define TO_ALL (-1)
/* More at once are one noise. */
#define MAX_OTHERS 16

struct node {
    uint8_t mac[HUB_MAC_RAW_BYTES];
    double x_m, y_m;
    bool deaf;
};

struct frame {
    enum { FRAME_FREE, FRAME_WAITS, FRAME_ON_AIR, FRAME_ENDS } state;
    unsigned node;
    int to;          /* a node, or TO_ALL */
    int64_t due_us;  /* begins, or ends */
    uint64_t order;  /* of those due at once */
    uint64_t number; /* of all that were sent: one node's go out in their order */
    unsigned n_tries;
    unsigned others[MAX_OTHERS], n_others; /* nodes that sent meanwhile */
    size_t n;
    uint8_t bytes[AIR_MAX_BYTES];
};

struct espnow_air {
    struct espnow_air_events events;
    void *ctx;
    uint64_t random, n_frames;
    unsigned loss_permille, n_nodes, n_collisions;
    struct node nodes[ESPNOW_AIR_MAX_NODES];
    struct frame frames[ESPNOW_AIR_MAX_FRAMES];
};

/* --- nodes ------------------------------------------------------------------------------------ */

int espnow_air_new(uint32_t seed, unsigned loss_permille, const struct espnow_air_events *events,
    void *ctx, struct espnow_air **ret)
{
    struct espnow_air *a = calloc(1, sizeof *a);

    if (!a)
        return -ENOMEM;
    a->events = *events;
    a->ctx = ctx;
    a->random = seed;
    a->loss_permille = loss_permille;
    *ret = a;
    return 0;
}

struct espnow_air *espnow_air_free(struct espnow_air *a)
{
    free(a);
    return NULL;
}

int espnow_air_add(
    struct espnow_air *a, const uint8_t mac[HUB_MAC_RAW_BYTES], double x_m, double y_m)
{
    struct node *n = &a->nodes[a->n_nodes];

    if (a->n_nodes == ESPNOW_AIR_MAX_NODES)
        return -ENOSPC;
    memcpy(n->mac, mac, sizeof n->mac);
    n->x_m = x_m;
    n->y_m = y_m;
    return (int)a->n_nodes++;
}

void espnow_air_move(struct espnow_air *a, unsigned node, double x_m, double y_m)
{
    a->nodes[node].x_m = x_m;
    a->nodes[node].y_m = y_m;
}

void espnow_air_set_deaf(struct espnow_air *a, unsigned node, bool deaf)
{
    a->nodes[node].deaf = deaf;
}

int espnow_air_rssi(const struct espnow_air *a, unsigned from, unsigned to)
{
    const struct node *f = &a->nodes[from], *t = &a->nodes[to];
    double m = hypot(f->x_m - t->x_m, f->y_m - t->y_m);

    return (int)lround(AT_ONE_METRE_DBM - PER_DECADE_DB * log10(m < NEAREST_M ? NEAREST_M : m));
}

double espnow_air_metres(double dbm)
{
    return pow(10, (AT_ONE_METRE_DBM - dbm) / PER_DECADE_DB);
}

unsigned espnow_air_n_collisions(const struct espnow_air *a)
{
    return a->n_collisions;
}

/* --- chance ----------------------------------------------------------------------------------- */

static unsigned chance(struct espnow_air *a, unsigned below)
{
    return (unsigned)(splitmix(&a->random) % below);
}

/* --- sending ---------------------------------------------------------------------------------- */

static void wait_from(struct espnow_air *a, struct frame *f, int64_t us)
{
    f->state = FRAME_WAITS;
    f->due_us = us + GAP_US + (int64_t)chance(a, N_SLOTS) * SLOT_US;
    f->order = ++a->n_frames;
}

static int find_node(const struct espnow_air *a, const uint8_t *mac)
{
    for (unsigned i = 0; i < a->n_nodes; i++) {
        if (memcmp(a->nodes[i].mac, mac, HUB_MAC_RAW_BYTES) == 0)
            return (int)i;
    }
    return -ENOENT;
}

static struct frame *find_free(struct espnow_air *a, unsigned node)
{
    struct frame *found = NULL;
    unsigned n = 0;

    for (unsigned i = 0; i < ESPNOW_AIR_MAX_FRAMES; i++) {
        struct frame *f = &a->frames[i];

        if (f->state == FRAME_FREE)
            found = found ? found : f;
        else
            n += f->node == node;
    }
    return n < ESPNOW_AIR_MAX_WAITING ? found : NULL;
}

int espnow_air_send(struct espnow_air *a, int64_t now_us, unsigned node, const uint8_t *mac,
    const void *bytes, size_t n)
{
    int to = mac ? find_node(a, mac) : TO_ALL;
    struct frame *f;

    if (n == 0 || n > AIR_MAX_BYTES)
        return -EMSGSIZE;
    if (mac && to < 0)
        return to;
    if (!(f = find_free(a, node)))
        return -EAGAIN;
    *f = (struct frame){.node = node, .to = to, .n = n, .number = ++a->n_frames};
    memcpy(f->bytes, bytes, n);
    wait_from(a, f, now_us);
    return 0;
}

static bool hears(const struct espnow_air *a, unsigned from, unsigned to)
{
    return espnow_air_rssi(a, from, to) >= ESPNOW_AIR_HEARD_DBM;
}

static const struct frame *older_of_same_node(const struct espnow_air *a, const struct frame *f)
{
    const struct frame *oldest = f;

    for (unsigned i = 0; i < ESPNOW_AIR_MAX_FRAMES; i++) {
        const struct frame *g = &a->frames[i];

        if (g->state == FRAME_WAITS && g->node == f->node && g->number < oldest->number)
            oldest = g;
    }
    return oldest == f ? NULL : oldest;
}

/* Who began at this very moment is not heard yet. */
static const struct frame *busy_with(const struct espnow_air *a, const struct frame *f)
{
    for (unsigned i = 0; i < ESPNOW_AIR_MAX_FRAMES; i++) {
        const struct frame *g = &a->frames[i];
        int64_t us = PREAMBLE_US + (int64_t)(g->n + AROUND_BYTES) * US_PER_BYTE;

        if (g->state == FRAME_ON_AIR &&
            (g->node == f->node || (g->due_us - us < f->due_us && hears(a, g->node, f->node))))
            return g;
    }
    return NULL;
}

static void add_other(struct frame *f, unsigned node)
{
    if (f->n_others < MAX_OTHERS)
        f->others[f->n_others++] = node;
}

static void begin(struct espnow_air *a, struct frame *f)
{
    const struct frame *before = older_of_same_node(a, f);

    if (!before)
        before = busy_with(a, f);
    if (before) {
        wait_from(a, f, before->due_us);
        return;
    }
    f->n_others = 0;
    for (unsigned i = 0; i < ESPNOW_AIR_MAX_FRAMES; i++) {
        struct frame *g = &a->frames[i];

        if (g->state == FRAME_ON_AIR) {
            add_other(f, g->node);
            add_other(g, f->node);
        }
    }
    f->state = FRAME_ON_AIR;
    f->due_us += PREAMBLE_US + (int64_t)(f->n + AROUND_BYTES) * US_PER_BYTE;
}

/* --- hearing ---------------------------------------------------------------------------------- */

static bool collides(const struct espnow_air *a, const struct frame *f, unsigned node)
{
    int rssi = espnow_air_rssi(a, f->node, node);

    for (unsigned i = 0; i < f->n_others; i++) {
        unsigned other = f->others[i];

        if (other == node || espnow_air_rssi(a, other, node) > rssi - ESPNOW_AIR_CAPTURE_DB)
            return true;
    }
    return false;
}

static bool comes_to(struct espnow_air *a, const struct frame *f, unsigned node)
{
    if (a->nodes[node].deaf || !hears(a, f->node, node))
        return false;
    if (collides(a, f, node)) {
        a->n_collisions++;
        return false;
    }
    return a->loss_permille == 0 || chance(a, 1000) >= a->loss_permille;
}

/* Its place is kept until all have heard it, for they may send meanwhile. */
static void end(struct espnow_air *a, struct frame *f)
{
    bool came = false;

    f->state = FRAME_ENDS;
    for (unsigned i = 0; i < a->n_nodes; i++) {
        if (i == f->node || (f->to != TO_ALL && f->to != (int)i) || !comes_to(a, f, i))
            continue;
        came = true;
        a->events.received(
            a->ctx, i, a->nodes[f->node].mac, espnow_air_rssi(a, f->node, i), f->bytes, f->n);
    }
    if (!came && f->to != TO_ALL && f->n_tries++ < ESPNOW_AIR_RETRIES)
        wait_from(a, f, f->due_us);
    else
        f->state = FRAME_FREE;
}

/* --- time ------------------------------------------------------------------------------------- */

/* The frame that something happens to first; -1: there is none. */
static int next(const struct espnow_air *a)
{
    int first = -1;

    for (int i = 0; i < ESPNOW_AIR_MAX_FRAMES; i++) {
        const struct frame *f = &a->frames[i], *g = &a->frames[first < 0 ? i : first];

        if (f->state != FRAME_FREE &&
            (first < 0 || f->due_us < g->due_us || (f->due_us == g->due_us && f->order < g->order)))
            first = i;
    }
    return first;
}

void espnow_air_step(struct espnow_air *a, int64_t now_us)
{
    int i;

    while ((i = next(a)) >= 0 && a->frames[i].due_us <= now_us) {
        if (a->frames[i].state == FRAME_WAITS)
            begin(a, &a->frames[i]);
        else
            end(a, &a->frames[i]);
    }
}

int64_t espnow_air_next_us(const struct espnow_air *a)
{
    int i = next(a);

    return i >= 0 ? a->frames[i].due_us : INT64_MAX;
}
