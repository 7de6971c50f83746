/* play_kind.c - a playground, as a kind of virtual device. */
#include "kinds.h"
#include "play_sim.h"

/* Of its address: 00:AA:01:00:D0:01 */
#define GROUP 0xD0

static int parse(void *options, int argc, char **argv, struct error *e)
{
    return play_options_parse(options, argc, argv, e);
}

static int open_playground(struct sim_show *show, const void *options, void **ret, struct error *e)
{
    const struct play_options *o = options;
    struct play_sim *s = NULL;
    int r = play_sim_new(sim_show_loop(show), o, &s, e);

    *ret = s;
    if (r >= 0)
        r = sim_show_add(show, &o->common, GROUP, play_sim_app(s), e);
    if (r >= 0)
        play_sim_start(s);
    return r;
}

static void tell(const void *opened, FILE *to)
{
    const struct play_options *o = play_sim_options(opened);

    fprintf(to, " hubs=1 modules=%u", o->world.n_modules);
}

static void close_playground(void *opened)
{
    play_sim_free(opened);
}

const struct sim_kind play_kind = {.name = "playground-hub",
    .help = "a hub by Bluetooth LE and modules around it; --dialect seed plays the first ones",
    .n_options = sizeof(struct play_options),
    .parse = parse,
    .open = open_playground,
    .tell = tell,
    .close = close_playground};
