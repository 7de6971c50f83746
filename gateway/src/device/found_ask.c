/* found_ask.c - whose is what was seen? The drivers are asked, in the order in which they were loaded. */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "device/found_private.h"

/* Drivers' errors in probe() are told at most so often: a scan sees a thing ten times a second. */
#define COMPLAIN_EVERY_US INT64_C(10000000)

static bool match_fits(const struct wr_match *m, const struct wr_found *seen)
{
    if (strcmp(m->bus, seen->bus) != 0)
        return false;
    if (strcmp(m->key, "name") == 0)
        return text_match(m->pattern, seen->name);
    for (size_t i = 0; i < seen->n_props; i++) {
        if (strcmp(seen->props[i].key, m->key) == 0 && text_match(m->pattern, seen->props[i].value))
            return true;
    }
    return false;
}

/* probe() is pure, needs no device and is called from the loop's own turn. */
static int ask(struct driver *driver, const struct wr_found *seen)
{
    for (const struct wr_match *m = driver->table->matches; m && m->bus; m++) {
        if (match_fits(m, seen))
            return driver->table->probe ? driver->table->probe(seen) : 0;
    }
    return -ENODEV;
}

struct asking {
    struct found *found;
    const struct wr_found *seen;
    const char *driver;
};

static void complain(struct found *f, const char *driver, const struct wr_found *seen, int r)
{
    if (loop_now_us(f->loop) < f->complain_us)
        return;
    f->complain_us = loop_now_us(f->loop) + COMPLAIN_EVERY_US;
    log_warning("a driver cannot say whether what was seen is its own", F_STR("driver", driver),
        F_STR("address", seen->address), F_ERRNO(r));
}

static int ask_one(void *ctx, struct driver *driver)
{
    struct asking *a = ctx;
    int r;

    if (device_was_rejected(a->found->devices->env.store, driver, a->seen->address))
        return 0;
    r = ask(driver, a->seen);
    if (r == 0)
        a->driver = driver->name;
    else if (r != -ENODEV)
        complain(a->found, driver->name, a->seen, r);
    return r != -ENODEV;
}

const char *found_ask(struct found *f, const struct wr_found *seen)
{
    struct asking asking = {.found = f, .seen = seen};

    drivers_each_loaded(f->drivers, ask_one, &asking);
    return asking.driver;
}
