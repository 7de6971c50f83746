#include "batch_run.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "batch_sim.h"
#include "loop/loop.h"
#include "loop/signals.h"
#include "loop/timer.h"
#include "private_bus.h"
#include "real_bluez.h"
#include "sim_bluez.h"

/* How long the pretended bluetoothd is away after SIGUSR2. */
#define AWAY_US (2 * US_PER_S)

struct one {
    struct batch_ours *ours;
    struct batch_old *old;
    struct sim_device *device;
};

struct running {
    const struct batch_options *options;
    struct loop *loop;
    struct signals *signals;
    struct private_bus *bus;
    struct sim_bluez *sim;
    struct real_bluez *real;
    struct one cameras[BATCH_SIM_CAMERAS_MAX];
    struct timer back, told;
};

/* --- signals ---------------------------------------------------------------------------------- */

static void on_back(struct timer *t)
{
    struct running *r = container_of(t, struct running, back);
    struct error e = ERROR_NULL;

    if (sim_bluez_start(r->sim, &e) < 0)
        log_error("the pretended bluetoothd is not back", F_ERROR(&e));
    else
        log_info("the pretended bluetoothd is back");
}

static void on_signal(void *ctx, int number)
{
    struct running *r = ctx;

    if (number == SIGINT || number == SIGTERM) {
        loop_stop(r->loop);
    } else if (number == SIGUSR1) {
        for (unsigned i = 0; i < r->options->cameras; i++)
            if (r->cameras[i].device)
                sim_device_drop(r->cameras[i].device);
        log_info("all links were broken");
    } else if (r->sim) {
        sim_bluez_stop(r->sim);
        log_info("the pretended bluetoothd has ended");
        (void)timer_once(&r->back, AWAY_US);
    }
}

/* --- on whatever bus -------------------------------------------------------------------------- */

static int open_bluez(struct running *r, struct error *e)
{
    const struct batch_options *o = r->options;
    const char *address = o->bus;
    int result = 0;

    if (!address) {
        result = private_bus_new(o->new_bus, &r->bus, e);
        if (result < 0)
            return result;
        address = private_bus_address(r->bus);
    }
    return sim_bluez_new(r->loop, address, 1, o->seed, &r->sim, e);
}

static int make(struct running *r, unsigned i, struct gatt_app **ret, struct error *e)
{
    const struct batch_options *o = r->options;
    struct one *c = &r->cameras[i];
    char name[32];
    int result;

    batch_options_name(o, i, name, sizeof name);
    if (o->dialect == BATCH_DIALECT_WARREN)
        result = batch_ours_new(r->loop, o, name, o->seed + i, &c->ours, e);
    else
        result = batch_old_new(r->loop, o, name, &c->old, e);
    if (result >= 0)
        *ret = c->ours ? batch_ours_app(c->ours) : batch_old_app(c->old);
    return result;
}

static int show(struct running *r, unsigned i, struct gatt_app *app, struct error *e)
{
    const struct batch_options *o = r->options;
    char address[24];
    int result;

    if (o->bluez)
        return real_bluez_new(r->loop, o->bus, o->bluez, o->pulse_ms, app, &r->real, e);
    snprintf(address, sizeof address, "00:AA:01:00:C0:%02X", i + 1);
    result = sim_bluez_add(r->sim, 0, address, app, &o->faults, &r->cameras[i].device);
    return result < 0 ? error_set(e, result, "camera %u: %s", i + 1, error_name(result)) : 0;
}

static int open_cameras(struct running *r, struct error *e)
{
    for (unsigned i = 0; i < r->options->cameras; i++) {
        struct one *c = &r->cameras[i];
        struct gatt_app *app = NULL;
        int result = make(r, i, &app, e);

        if (result >= 0)
            result = show(r, i, app, e);
        if (result < 0)
            return result;
        if (c->ours)
            batch_ours_start(c->ours);
        else
            batch_old_start(c->old);
    }
    return 0;
}

/* The name is on the bus some turns after the start. */
static void tell(struct timer *t)
{
    struct running *r = container_of(t, struct running, told);
    const struct batch_options *o = r->options;

    if (r->sim && !sim_bluez_ready(r->sim))
        return;
    timer_stop(t);
    if (o->bluez)
        printf("listening adapter=%s\n", o->bluez);
    else
        printf("listening bus=%s cameras=%u\n", o->bus ? o->bus : private_bus_address(r->bus),
            o->cameras);
    fflush(stdout);
}

/* --- life ------------------------------------------------------------------------------------- */

static int open_all(struct running *r, struct error *e)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGUSR1, SIGUSR2};
    int result = loop_new(&r->loop);

    if (result < 0)
        return error_set(e, result, "no event loop: %s", error_name(result));
    timer_init(&r->back, r->loop, on_back);
    timer_init(&r->told, r->loop, tell);
    result = signals_new(r->loop, numbers, N_ELEMENTS(numbers), on_signal, r, &r->signals);
    if (result < 0)
        return error_set(e, result, "no signals: %s", error_name(result));
    if (!r->options->bluez) {
        result = open_bluez(r, e);
        if (result < 0)
            return result;
    }
    result = open_cameras(r, e);
    return result < 0 ? result : timer_every(&r->told, 10 * US_PER_MS);
}

/* For who wants to know whether all that was sent has come. */
static void tell_the_end(const struct running *r)
{
    const struct sim_bluez_stats *s = sim_bluez_stats(r->sim);

    printf("ended notifications=%" PRIu64 " dropped=%" PRIu64 "\n", s->notifications, s->dropped);
    fflush(stdout);
}

/* Who shows the cameras goes first. */
static void close_all(struct running *r)
{
    if (!r->loop)
        return;
    timer_stop(&r->back);
    timer_stop(&r->told);
    sim_bluez_free(r->sim);
    real_bluez_free(r->real);
    for (unsigned i = 0; i < r->options->cameras; i++) {
        batch_ours_free(r->cameras[i].ours);
        batch_old_free(r->cameras[i].old);
    }
    signals_free(r->signals);
    loop_free(r->loop);
    private_bus_free(r->bus);
}

int batch_run(const struct batch_options *o)
{
    struct running r = {.options = o};
    struct error e = ERROR_NULL;
    int result = open_all(&r, &e);

    if (result < 0)
        fprintf(stderr, "warren-sim ble-batch-camera: %s\n", error_text(&e));
    else
        result = loop_run(r.loop);
    if (result >= 0 && r.sim)
        tell_the_end(&r);
    close_all(&r);
    return result < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
