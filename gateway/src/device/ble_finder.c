#include "device/ble_finder.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/log.h"
#include "device/finder.h"

/* Adopted by themselves in an hour: a room full. Anybody near can send out names and addresses without end; what he invents
 * stays among the found ones, from where people adopt. */
#define ADOPTED_MAX 16
#define ADOPTED_WINDOW_US (INT64_C(3600) * US_PER_S)

/* Services that BlueZ is asked to filter by; with more it tells of all. */
#define SERVICES_MAX 32

struct ble_finder {
    struct finder finder;
    struct ble *ble;
    struct found *found;
    bool adopt;
    unsigned n_adopted; /* since */
    int64_t adopted_since_us;
};

/* What all drivers together look for. */
struct wanted {
    char uuids[SERVICES_MAX][BLE_UUID_BYTES];
    const char *services[SERVICES_MAX];
    size_t n;
    bool others;
};

static void want_service(struct wanted *w, const char *pattern)
{
    char uuid[BLE_UUID_BYTES];

    if (!ble_uuid(pattern, uuid) || w->n == SERVICES_MAX) {
        w->others = true; /* a pattern with stars */
        return;
    }
    for (size_t i = 0; i < w->n; i++) {
        if (strcmp(w->uuids[i], uuid) == 0)
            return;
    }
    memcpy(w->uuids[w->n], uuid, sizeof uuid);
    w->services[w->n] = w->uuids[w->n];
    w->n++;
}

static void want(void *ctx, const struct wr_match *m)
{
    struct wanted *w = ctx;

    if (strcmp(m->key, "service") == 0)
        want_service(w, m->pattern);
    else
        w->others = true;
}

static void look(struct finder *finder)
{
    struct ble_finder *f = container_of(finder, struct ble_finder, finder);
    struct wanted w = {0};
    int r;

    finder_each_match(&f->finder, want, &w);
    r = ble_look_for(f->ble, w.services, w.n, w.others);
    if (r < 0)
        log_error("Bluetooth devices are not looked for", F_ERRNO(r));
}

int ble_finder_new(struct bus *bus, struct ble *ble, struct drivers *drivers, struct found *found,
    struct ble_finder **ret)
{
    struct ble_finder *f = calloc(1, sizeof *f);

    if (!f)
        return -ENOMEM;
    *f = (struct ble_finder){.ble = ble, .found = found};
    finder_init(&f->finder, bus, drivers, "ble", look);
    *ret = f;
    return 0;
}

struct ble_finder *ble_finder_free(struct ble_finder *f)
{
    if (!f)
        return NULL;
    finder_fini(&f->finder);
    free(f);
    return NULL;
}

void ble_finder_adopt(struct ble_finder *f, bool adopt)
{
    f->adopt = adopt;
}

/* --- adopted at once --------------------------------------------------------------------------- */

struct search {
    const char *address;
    char id[WR_NAME_MAX + 1];
};

static int is_it(void *ctx, const struct found_item *i)
{
    struct search *s = ctx;

    if (strcmp(i->bus, "ble") != 0 || strcasecmp(i->address, s->address) != 0)
        return 0;
    memcpy(s->id, i->id, strlen(i->id) + 1);
    return 1;
}

static bool may_adopt(struct ble_finder *f)
{
    int64_t now_us = clock_mono_us();

    if (f->n_adopted == 0 || now_us - f->adopted_since_us >= ADOPTED_WINDOW_US) {
        f->adopted_since_us = now_us;
        f->n_adopted = 0;
    }
    if (f->n_adopted == ADOPTED_MAX) {
        f->n_adopted++;
        log_warning("so many Bluetooth devices were adopted by themselves that for an hour no more "
                    "are; adopt what is yours "
                    "among the found ones",
            F_INT("adopted", ADOPTED_MAX));
    }
    return f->n_adopted < ADOPTED_MAX;
}

static void adopt(struct ble_finder *f, const char *address)
{
    struct search s = {.address = address};
    struct error e = ERROR_NULL;
    struct device *device;

    if (found_each(f->found, is_it, &s) == 0 || !may_adopt(f))
        return;
    f->n_adopted++;
    if (found_adopt(f->found, s.id, NULL, NULL, &device, &e) < 0)
        log_warning("a Bluetooth device cannot be adopted", F_STR("address", address), F_ERROR(&e));
    else
        log_info("a Bluetooth device was adopted", F_STR("address", address),
            F_STR("device", device_id(device)));
}

void ble_finder_seen(struct ble_finder *f, const struct wr_found *seen)
{
    /* Its name comes a moment later, and is what people will know it by. */
    if (f && found_report(f->found, seen) == 0 && f->adopt && *seen->name)
        adopt(f, seen->address);
}
