/* seed_dialect.c - see seed_dialect.h: the two faces put together. */
#include "seed_dialect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "seed_private.h"

struct seed_dialect {
    struct seed_triggers *triggers;
    struct seed_mjpeg *mjpeg;
};

static void detach(void *faces)
{
    struct seed_dialect *d = faces;

    seed_mjpeg_free(d->mjpeg);
    seed_triggers_free(d->triggers);
    free(d);
}

static int attach(
    struct loop *l, struct service *s, const struct options *o, void **ret, struct error *e)
{
    static const struct service_peer_events events = {
        .send = seed_triggers_send, .finish = seed_triggers_finish};
    struct seed_dialect *d = calloc(1, sizeof *d);
    int r;

    if (!d)
        return error_set(e, -ENOMEM, "no memory");
    service_set_peers(s, &events);
    r = seed_triggers_new(
        l, s, o->listen, (uint16_t)o->config.network_trigger_port, &d->triggers, e);
    if (r >= 0)
        r = seed_mjpeg_new(l, s, o->listen, (uint16_t)o->config.mjpeg_port, &d->mjpeg, e);
    if (r < 0) {
        detach(d);
        return r;
    }
    printf("listening trigger_port=%u mjpeg_port=%u\n", seed_triggers_port(d->triggers),
        seed_mjpeg_port(d->mjpeg));
    fflush(stdout);
    *ret = d;
    return 0;
}

const struct run_faces seed_faces = {.attach = attach, .detach = detach};
