/* sim_show.c - see sim_show.h. */
#include "sim_show.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "loop/loop.h"
#include "loop/signals.h"
#include "loop/timer.h"
#include "private_bus.h"
#include "real_bluez.h"
#include "sim_bluez.h"

/* How long the pretended bluetoothd is away after SIGUSR2. */
#define AWAY_US (2 * US_PER_S)
/* The last byte of an address. */
#define GROUP_MAX 255

struct sim_show {
    const struct sim_part *parts;
    unsigned n_parts;
    struct sim_common where; /* of all parts; faults and seed are those of the first */
    void *opened[SIM_KINDS_MAX];
    struct loop *loop;
    struct signals *signals;
    struct private_bus *bus;
    struct sim_bluez *sim;
    struct real_bluez *real;
    struct sim_device *devices[SIM_DEVICES_MAX];
    struct gatt_app *apps[SIM_DEVICES_MAX];
    unsigned groups[SIM_DEVICES_MAX], n_devices;
    struct timer back, told;
};

/* --- signals ---------------------------------------------------------------------------------- */

static void on_back(struct timer *t)
{
    struct sim_show *s = container_of(t, struct sim_show, back);
    struct error e = ERROR_NULL;

    if (sim_bluez_start(s->sim, &e) < 0)
        log_error("the pretended bluetoothd is not back", F_ERROR(&e));
    else
        log_info("the pretended bluetoothd is back");
}

static void break_links(struct sim_show *s)
{
    for (unsigned i = 0; i < s->n_devices; i++) {
        if (s->devices[i])
            sim_device_drop(s->devices[i]);
        else
            gatt_disconnect(s->apps[i]);
    }
    for (unsigned i = 0; i < s->n_parts; i++)
        if (s->parts[i].kind->strike)
            s->parts[i].kind->strike(s->opened[i]);
    log_info("all links were broken");
}

static void on_signal(void *ctx, int number)
{
    struct sim_show *s = ctx;

    if (number == SIGINT || number == SIGTERM) {
        loop_stop(s->loop);
    } else if (number == SIGUSR1) {
        break_links(s);
    } else if (s->sim) {
        sim_bluez_stop(s->sim);
        log_info("the pretended bluetoothd has ended");
        (void)timer_once(&s->back, AWAY_US);
    }
}

/* --- on whatever bus -------------------------------------------------------------------------- */

static int take_text(const char **to, const char *text, const char *option, struct error *e)
{
    if (text && *to && strcmp(*to, text) != 0)
        return error_set(e, -EINVAL,
            "--%s is \"%.40s\" and \"%.40s\": all devices are in one place", option, *to, text);
    *to = text ? text : *to;
    return 0;
}

/* It is enough that one of the parts says where; two that say it otherwise cannot both be right. */
static int find_place(struct sim_show *s, struct error *e)
{
    struct sim_common *w = &s->where;
    int r = 0;

    *w = *(const struct sim_common *)s->parts[0].options;
    for (unsigned i = 1; r >= 0 && i < s->n_parts; i++) {
        const struct sim_common *c = s->parts[i].options;

        r = take_text(&w->bus, c->bus, "bus", e);
        if (r >= 0)
            r = take_text(&w->new_bus, c->new_bus, "new-bus", e);
        if (r >= 0)
            r = take_text(&w->bluez, c->bluez, "bluez", e);
    }
    if (r >= 0 && w->new_bus && (w->bus || w->bluez))
        return error_set(
            e, -EINVAL, "--new-bus and --%s exclude each other", w->bus ? "bus" : "bluez");
    return r;
}

static int open_bluez(struct sim_show *s, struct error *e)
{
    const char *address = s->where.bus;

    if (!address) {
        int r = private_bus_new(s->where.new_bus, &s->bus, e);

        if (r < 0)
            return r;
        address = private_bus_address(s->bus);
    }
    return sim_bluez_new(s->loop, address, 1, s->where.seed, &s->sim, e);
}

struct loop *sim_show_loop(const struct sim_show *s)
{
    return s->loop;
}

static unsigned number_in(const struct sim_show *s, unsigned group)
{
    unsigned n = 1;

    for (unsigned i = 0; i < s->n_devices; i++)
        n += s->groups[i] == group;
    return n;
}

static int add_real(
    struct sim_show *s, const struct sim_common *o, struct gatt_app *app, struct error *e)
{
    if (s->n_devices > 0)
        return error_set(e, -EINVAL, "--bluez goes with one device");
    return real_bluez_new(s->loop, s->where.bus, s->where.bluez, o->pulse_ms, app, &s->real, e);
}

static int add_pretended(struct sim_show *s, const struct sim_common *o, unsigned group,
    struct gatt_app *app, struct error *e)
{
    unsigned number = number_in(s, group);
    char address[24];
    int r;

    snprintf(address, sizeof address, "00:AA:01:00:%02X:%02X", group, number);
    r = number > GROUP_MAX
        ? -ENOSPC
        : sim_bluez_add(s->sim, 0, address, app, &o->faults, &s->devices[s->n_devices]);
    return r < 0 ? error_set(e, r, "device %s: %s", address, error_name(r)) : r;
}

int sim_show_add(struct sim_show *s, const struct sim_common *o, unsigned group,
    struct gatt_app *app, struct error *e)
{
    int r;

    if (s->n_devices == SIM_DEVICES_MAX)
        return error_set(e, -ENOSPC, "at most %d devices", SIM_DEVICES_MAX);
    r = s->where.bluez ? add_real(s, o, app, e) : add_pretended(s, o, group, app, e);
    if (r < 0)
        return r;
    s->apps[s->n_devices] = app;
    s->groups[s->n_devices++] = group;
    return 0;
}

static int open_parts(struct sim_show *s, struct error *e)
{
    int r = 0;

    for (unsigned i = 0; r >= 0 && i < s->n_parts; i++)
        r = s->parts[i].kind->open(s, s->parts[i].options, &s->opened[i], e);
    return r;
}

/* The name is on the bus some turns after the start. */
static void tell(struct timer *t)
{
    struct sim_show *s = container_of(t, struct sim_show, told);

    if (s->sim && !sim_bluez_ready(s->sim))
        return;
    timer_stop(t);
    if (s->where.bluez)
        printf("listening adapter=%s", s->where.bluez);
    else
        printf("listening bus=%s", s->where.bus ? s->where.bus : private_bus_address(s->bus));
    for (unsigned i = 0; i < s->n_parts; i++)
        s->parts[i].kind->tell(s->opened[i], stdout);
    printf("\n");
    fflush(stdout);
}

/* --- life ------------------------------------------------------------------------------------- */

static int open_all(struct sim_show *s, struct error *e)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGUSR1, SIGUSR2};
    int r = loop_new(&s->loop);

    if (r < 0)
        return error_set(e, r, "no event loop: %s", error_name(r));
    timer_init(&s->back, s->loop, on_back);
    timer_init(&s->told, s->loop, tell);
    r = signals_new(s->loop, numbers, N_ELEMENTS(numbers), on_signal, s, &s->signals);
    if (r < 0)
        return error_set(e, r, "no signals: %s", error_name(r));
    r = find_place(s, e);
    if (r >= 0 && !s->where.bluez)
        r = open_bluez(s, e);
    if (r >= 0)
        r = open_parts(s, e);
    return r < 0 ? r : timer_every(&s->told, 10 * US_PER_MS);
}

/* For who wants to know whether all that was sent has come. */
static void tell_the_end(const struct sim_show *s)
{
    const struct sim_bluez_stats *stats = sim_bluez_stats(s->sim);

    printf("ended notifications=%" PRIu64 " dropped=%" PRIu64 "\n", stats->notifications,
        stats->dropped);
    fflush(stdout);
}

/* Who shows the devices goes first. */
static void close_all(struct sim_show *s)
{
    if (!s->loop)
        return;
    timer_stop(&s->back);
    timer_stop(&s->told);
    sim_bluez_free(s->sim);
    real_bluez_free(s->real);
    for (unsigned i = 0; i < s->n_parts; i++)
        s->parts[i].kind->close(s->opened[i]);
    signals_free(s->signals);
    loop_free(s->loop);
    private_bus_free(s->bus);
}

int sim_show_run(const struct sim_part *parts, unsigned n)
{
    struct sim_show s = {.parts = parts, .n_parts = n};
    struct error e = ERROR_NULL;
    int r = open_all(&s, &e);

    if (r < 0)
        fprintf(stderr, "warren-sim %s: %s\n", parts[0].kind->name, error_text(&e));
    else
        r = loop_run(s.loop);
    if (r >= 0 && s.sim)
        tell_the_end(&s);
    close_all(&s);
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
