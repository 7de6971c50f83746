/* wifi_kind.c - a debug camera as a kind of virtual device. */
#include <errno.h>
#include <stdlib.h>

#include "kinds.h"
#include "wifi_sim.h"

/* Of its address: 00:AA:01:00:E0:01 */
#define GROUP 0xE0

static int parse(void *options, int argc, char **argv, struct error *e)
{
    return wifi_options_parse(options, argc, argv, e);
}

struct camera {
    const struct wifi_options *options;
    struct wifi_ours *ours;
    struct wifi_old *old;
};

static int make(struct camera *c, struct loop *l, struct error *e)
{
    return c->options->dialect == WIFI_DIALECT_WARREN ? wifi_ours_new(l, c->options, &c->ours, e)
                                                      : wifi_old_new(l, c->options, &c->old, e);
}

static int open_camera(struct sim_show *show, const void *options, void **ret, struct error *e)
{
    struct camera *c = calloc(1, sizeof *c);
    int r;

    if (!c)
        return error_set(e, -ENOMEM, "no memory");
    *ret = c;
    c->options = options;
    r = make(c, sim_show_loop(show), e);
    if (r >= 0)
        r = sim_show_add(show, &c->options->common, GROUP,
            c->ours ? wifi_ours_app(c->ours) : wifi_old_app(c->old), e);
    if (r >= 0 && c->ours)
        wifi_ours_start(c->ours);
    else if (r >= 0)
        wifi_old_start(c->old);
    return r;
}

static void tell(const void *opened, FILE *to)
{
    fprintf(to, " debug_cameras=1");
}

static void strike(void *opened)
{
    struct camera *c = opened;

    if (c->ours)
        wifi_ours_strike(c->ours);
    else
        wifi_old_strike(c->old);
}

static void close_camera(void *opened)
{
    struct camera *c = opened;

    if (!c)
        return;
    wifi_ours_free(c->ours);
    wifi_old_free(c->old);
    free(c);
}

const struct sim_kind wifi_kind = {.name = "wifi-debug-camera",
    .help = "a camera that shows over Wi-Fi what its optical flow sees; --dialect plays old ones",
    .n_options = sizeof(struct wifi_options),
    .parse = parse,
    .open = open_camera,
    .tell = tell,
    .strike = strike,
    .close = close_camera};
