/* main.c - warren-sim: the devices' own firmware as virtual devices on this host. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "batch_run.h"
#include "firmware/pi-trigger-camera/options.h"
#include "firmware/pi-trigger-camera/run.h"
#include "seed_dialect.h"

static int pi_trigger_camera(int argc, char **argv)
{
    struct options o;
    struct error e = ERROR_NULL;

    options_init(&o, true);
    int r = options_parse(&o, argc, argv, &e);
    if (r < 0)
        fprintf(stderr, "warren-sim pi-trigger-camera: %s\n", error_text(&e));
    int status = r < 0 ? 2 : r > 0 ? EXIT_SUCCESS : run(&o, o.seed_dialect ? &seed_faces : NULL);
    options_fini(&o);
    return status;
}

static int ble_batch_camera(int argc, char **argv)
{
    struct batch_options o;
    struct error e = ERROR_NULL;
    int r = batch_options_parse(&o, argc, argv, &e);

    if (r < 0)
        fprintf(stderr, "warren-sim ble-batch-camera: %s\n", error_text(&e));
    return r < 0 ? 2 : r > 0 ? EXIT_SUCCESS : batch_run(&o);
}

static const struct {
    const char *kind, *help;
    int (*run)(int argc, char **argv);
} kinds[] = {
    {"pi-trigger-camera",
        "a Raspberry Pi camera; --dialect seed plays the first service of its kind",
        pi_trigger_camera},
    {"ble-batch-camera",
        "a Bluetooth LE camera, on a pretended BlueZ or a real one; --dialect plays old ones",
        ble_batch_camera},
};

static void print_help(FILE *to)
{
    fprintf(to, "warren-sim KIND [options]: a virtual device\n\n");
    for (size_t i = 0; i < N_ELEMENTS(kinds); i++)
        fprintf(to, "  %-20s %s\n", kinds[i].kind, kinds[i].help);
    fprintf(to, "\nwarren-sim KIND --help tells its options.\n");
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        print_help(stdout);
        return EXIT_SUCCESS;
    }
    for (size_t i = 0; argc > 1 && i < N_ELEMENTS(kinds); i++)
        if (strcmp(argv[1], kinds[i].kind) == 0)
            return kinds[i].run(argc - 1, argv + 1);
    print_help(stderr);
    return 2;
}
