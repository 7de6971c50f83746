/* main.c - warren-sim: the devices' own firmware as virtual devices on this host. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "firmware/pi-trigger-camera/options.h"
#include "firmware/pi-trigger-camera/run.h"
#include "kinds.h"
#include "seed_dialect.h"

#define PI "pi-trigger-camera"

static const struct sim_kind *const kinds[] = {&batch_kind, &play_kind, &wifi_kind};

static int pi_trigger_camera(int argc, char **argv)
{
    struct options o;
    struct error e = ERROR_NULL;

    options_init(&o, true);
    int r = options_parse(&o, argc, argv, &e);
    if (r < 0)
        fprintf(stderr, "warren-sim " PI ": %s\n", error_text(&e));
    int status = r < 0 ? 2 : r > 0 ? EXIT_SUCCESS : run(&o, o.seed_dialect ? &seed_faces : NULL);
    options_fini(&o);
    return status;
}

/* --- Bluetooth devices, of several kinds -------------------------------------------------------- */

static const struct sim_kind *find_kind(const char *name)
{
    for (size_t i = 0; i < N_ELEMENTS(kinds); i++)
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    return NULL;
}

/* argv[0] is the kind. Memory of *ret is the caller's, also when it fails. */
static int parse_part(int argc, char **argv, struct sim_part *ret, struct error *e)
{
    if (!(ret->kind = find_kind(argv[0])))
        return error_set(e, -EINVAL, "no Bluetooth device is called \"%.60s\"", argv[0]);
    if (!(ret->options = calloc(1, ret->kind->n_options)))
        return error_set(e, -ENOMEM, "no memory");
    return ret->kind->parse(ret->options, argc, argv, e);
}

/* Cuts at each "+". 0, 1 or negative, as a kind's parse(). */
static int parse_parts(int argc, char **argv, struct sim_part *parts, unsigned *n, struct error *e)
{
    for (int at = 0, end; at < argc; at = end + 1) {
        int r;

        for (end = at; end < argc && strcmp(argv[end], "+") != 0;)
            end++;
        if (end == at || end == argc - 1)
            return error_set(e, -EINVAL, "a \"+\" stands between two kinds");
        if (*n == SIM_KINDS_MAX)
            return error_set(e, -EINVAL, "at most %d kinds at once", SIM_KINDS_MAX);
        r = parse_part(end - at, argv + at, &parts[(*n)++], e);
        if (r != 0)
            return r;
    }
    return 0;
}

static int bluetooth(int argc, char **argv)
{
    struct sim_part parts[SIM_KINDS_MAX] = {{0}};
    struct error e = ERROR_NULL;
    unsigned n = 0;
    int r = parse_parts(argc, argv, parts, &n, &e);
    int status = r < 0 ? 2 : r > 0 ? EXIT_SUCCESS : sim_show_run(parts, n);

    if (r < 0)
        fprintf(stderr, "warren-sim %s: %s\n", argv[0], error_text(&e));
    while (n > 0)
        free(parts[--n].options);
    return status;
}

/* --- help --------------------------------------------------------------------------------------- */

static void print_help(FILE *to)
{
    static const char row[] = "  %-20s %s\n";

    fprintf(to, "warren-sim KIND [options]: a virtual device\n\n");
    fprintf(
        to, row, PI, "a Raspberry Pi camera; --dialect seed plays the first service of its kind");
    for (size_t i = 0; i < N_ELEMENTS(kinds); i++)
        fprintf(to, row, kinds[i]->name, kinds[i]->help);
    fprintf(to,
        "\nwarren-sim KIND --help tells its options.\n\n"
        "Several Bluetooth devices are shown by one BlueZ when a + stands between them:\n"
        "  warren-sim ble-batch-camera --new-bus /tmp/bluetooth + playground-hub --seed 7\n");
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        print_help(stdout);
        return EXIT_SUCCESS;
    }
    if (argc > 1 && strcmp(argv[1], PI) == 0)
        return pi_trigger_camera(argc - 1, argv + 1);
    if (argc > 1 && find_kind(argv[1]))
        return bluetooth(argc - 1, argv + 1);
    print_help(stderr);
    return 2;
}
