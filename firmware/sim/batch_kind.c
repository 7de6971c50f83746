/* batch_kind.c - BLE batch cameras, ours or old ones, as a kind of virtual device. */
#include <errno.h>
#include <stdlib.h>

#include "base/util.h"
#include "batch_sim.h"
#include "kinds.h"

/* Of their addresses: 00:AA:01:00:C0:01 … */
#define GROUP 0xC0

struct one {
    struct batch_ours *ours;
    struct batch_old *old;
};

struct cameras {
    const struct batch_options *options;
    unsigned n;
    struct one one[BATCH_SIM_CAMERAS_MAX];
};

static int parse(void *options, int argc, char **argv, struct error *e)
{
    return batch_options_parse(options, argc, argv, e);
}

static int make(
    const struct batch_options *o, struct loop *l, unsigned i, struct one *ret, struct error *e)
{
    char name[SIM_NAME_MAX + 1];

    batch_options_name(o, i, name, sizeof name);
    if (o->dialect == BATCH_DIALECT_WARREN)
        return batch_ours_new(l, o, name, o->common.seed + i, &ret->ours, e);
    return batch_old_new(l, o, name, &ret->old, e);
}

static int open_one(struct cameras *c, struct sim_show *s, struct error *e)
{
    struct one *o = &c->one[c->n];
    int r = make(c->options, sim_show_loop(s), c->n, o, e);

    if (r < 0)
        return r;
    c->n++;
    r = sim_show_add(s, &c->options->common, GROUP,
        o->ours ? batch_ours_app(o->ours) : batch_old_app(o->old), e);
    if (r < 0)
        return r;
    if (o->ours)
        batch_ours_start(o->ours);
    else
        batch_old_start(o->old);
    return 0;
}

static int open_cameras(struct sim_show *s, const void *options, void **ret, struct error *e)
{
    struct cameras *c = calloc(1, sizeof *c);
    int r = 0;

    if (!c)
        return error_set(e, -ENOMEM, "no memory");
    *ret = c;
    c->options = options;
    while (r >= 0 && c->n < c->options->cameras)
        r = open_one(c, s, e);
    return r;
}

static void tell(const void *opened, FILE *to)
{
    const struct cameras *c = opened;

    fprintf(to, " cameras=%u", c->n);
}

static void close_cameras(void *opened)
{
    struct cameras *c = opened;

    for (unsigned i = 0; c && i < c->n; i++) {
        batch_ours_free(c->one[i].ours);
        batch_old_free(c->one[i].old);
    }
    free(c);
}

const struct sim_kind batch_kind = {.name = "ble-batch-camera",
    .help = "a Bluetooth LE camera, on a pretended BlueZ or a real one; --dialect plays old ones",
    .n_options = sizeof(struct batch_options),
    .parse = parse,
    .open = open_cameras,
    .tell = tell,
    .close = close_cameras};
