/* wifi_kind.c - a debug camera as a kind of virtual device. */
#include "kinds.h"
#include "wifi_sim.h"

/* Of its address: 00:AA:01:00:E0:01 */
#define GROUP 0xE0

static int parse(void *options, int argc, char **argv, struct error *e)
{
    return wifi_options_parse(options, argc, argv, e);
}

static int open_camera(struct sim_show *show, const void *options, void **ret, struct error *e)
{
    const struct wifi_options *o = options;
    struct wifi_old *c = NULL;
    int r = wifi_old_new(sim_show_loop(show), o, &c, e);

    *ret = c;
    if (r >= 0)
        r = sim_show_add(show, &o->common, GROUP, wifi_old_app(c), e);
    if (r >= 0)
        wifi_old_start(c);
    return r;
}

static void tell(const void *opened, FILE *to)
{
    fprintf(to, " debug_cameras=1");
}

static void strike(void *opened)
{
    wifi_old_strike(opened);
}

static void close_camera(void *opened)
{
    wifi_old_free(opened);
}

const struct sim_kind wifi_kind = {.name = "wifi-debug-camera",
    .help = "a camera that shows over Wi-Fi what its optical flow sees; --dialect plays old ones",
    .n_options = sizeof(struct wifi_options),
    .parse = parse,
    .open = open_camera,
    .tell = tell,
    .strike = strike,
    .close = close_camera};
