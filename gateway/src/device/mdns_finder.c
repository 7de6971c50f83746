#include "device/mdns_finder.h"

#include <errno.h>
#include <string.h>

#include "device/finder.h"

struct mdns_finder {
    struct finder finder;
    struct mdns *mdns;
    struct found *found;
};

/* What all drivers together look for. Texts are the drivers'. */
struct wanted {
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

static void want(void *ctx, const struct wr_match *m)
{
    want_type(ctx, type_of(m));
}

static void look(struct finder *finder)
{
    struct mdns_finder *f = container_of(finder, struct mdns_finder, finder);
    struct wanted w = {0};

    finder_each_match(&f->finder, want, &w);
    mdns_look_for(f->mdns, w.types, w.n);
}

int mdns_finder_new(struct bus *bus, struct mdns *mdns, struct drivers *drivers,
    struct found *found, struct mdns_finder **ret)
{
    struct mdns_finder *f = calloc(1, sizeof *f);

    if (!f)
        return -ENOMEM;
    *f = (struct mdns_finder){.mdns = mdns, .found = found};
    finder_init(&f->finder, bus, drivers, "mdns", look);
    *ret = f;
    return 0;
}

struct mdns_finder *mdns_finder_free(struct mdns_finder *f)
{
    if (!f)
        return NULL;
    finder_fini(&f->finder);
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
