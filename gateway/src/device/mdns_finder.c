#include "device/mdns_finder.h"

#include <errno.h>
#include <string.h>

#include "device/driver.h"
#include "device/drivers.h"

struct mdns_finder {
    struct mdns *mdns;
    struct drivers *drivers;
    struct found *found;
    struct bus_listener ear;
};

/* What all drivers together look for. Texts are the drivers'. */
struct wanted {
    struct drivers *drivers;
    const char *types[MDNS_MAX_TYPES];
    size_t n;
};

static void want_type(struct wanted *w, const char *type)
{
    for (size_t i = 0; i < w->n; i++) {
        if (strcmp(w->types[i], type) == 0)
            return;
    }
    if (w->n < MDNS_MAX_TYPES)
        w->types[w->n++] = type;
}

/* Nobody can be asked for a type with stars in it. */
static const char *type_of(const struct wr_match *m)
{
    return strcmp(m->key, "type") == 0 && !strpbrk(m->pattern, "*?") ? m->pattern
                                                                     : MDNS_FINDER_TYPE;
}

static int want(void *ctx, const struct driver_status *s)
{
    struct wanted *w = ctx;
    const struct driver *driver = s->loaded ? drivers_find(w->drivers, s->name) : NULL;

    for (const struct wr_match *m = driver ? driver->table->matches : NULL; m && m->bus; m++) {
        if (strcmp(m->bus, "mdns") == 0)
            want_type(w, type_of(m));
    }
    return 0;
}

static void look(struct mdns_finder *f)
{
    struct wanted w = {.drivers = f->drivers};

    drivers_each(f->drivers, want, &w);
    mdns_look_for(f->mdns, w.types, w.n);
}

static void heard(struct bus_listener *l, struct event *e)
{
    if (strcmp(e->type, "plugin.loaded") == 0 || strcmp(e->type, "plugin.removed") == 0)
        look(container_of(l, struct mdns_finder, ear));
}

int mdns_finder_new(struct bus *bus, struct mdns *mdns, struct drivers *drivers,
    struct found *found, struct mdns_finder **ret)
{
    struct mdns_finder *f = calloc(1, sizeof *f);

    if (!f)
        return -ENOMEM;
    *f = (struct mdns_finder){.mdns = mdns, .drivers = drivers, .found = found};
    f->ear = (struct bus_listener){.event = heard};
    bus_listen(bus, &f->ear);
    look(f);
    *ret = f;
    return 0;
}

struct mdns_finder *mdns_finder_free(struct mdns_finder *f)
{
    if (!f)
        return NULL;
    bus_unlisten(&f->ear);
    free(f);
    return NULL;
}

void mdns_finder_seen(struct mdns_finder *f, const struct wr_found *seen)
{
    if (f)
        found_report(f->found, seen);
}

void mdns_finder_lost(struct mdns_finder *f, const struct wr_found *seen)
{
    if (f)
        found_lost(f->found, seen);
}
