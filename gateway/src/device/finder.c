#include "device/finder.h"

#include <string.h>

#include "device/driver.h"
#include "device/drivers.h"

static void heard(struct bus_listener *l, struct event *e)
{
    struct finder *f = container_of(l, struct finder, ear);

    if (drivers_have_changed(e))
        f->look(f);
}

void finder_init(struct finder *f, struct bus *bus, const struct drivers *drivers, const char *on,
    finder_look_fn look)
{
    *f = (struct finder){.on = on, .drivers = drivers, .look = look, .ear = {.event = heard}};
    bus_listen(bus, &f->ear);
    look(f);
}

void finder_fini(struct finder *f)
{
    bus_unlisten(&f->ear);
}

struct walk {
    const char *on;
    void (*fn)(void *ctx, const struct wr_match *match);
    void *ctx;
};

static int each_match(void *ctx, struct driver *driver)
{
    const struct walk *w = ctx;

    for (const struct wr_match *m = driver->table->matches; m && m->bus; m++) {
        if (strcmp(m->bus, w->on) == 0)
            w->fn(w->ctx, m);
    }
    return 0;
}

void finder_each_match(
    const struct finder *f, void (*fn)(void *ctx, const struct wr_match *match), void *ctx)
{
    struct walk w = {.on = f->on, .fn = fn, .ctx = ctx};

    drivers_each_loaded(f->drivers, each_match, &w);
}
