/* main.c - warren-pi-camera. */
#include <stdio.h>
#include <stdlib.h>

#include "options.h"
#include "run.h"

int main(int argc, char **argv)
{
    struct options o;
    struct error e = ERROR_NULL;
    int status;

    options_init(&o, false);
    int r = options_parse(&o, argc, argv, &e);
    if (r < 0)
        fprintf(stderr, "warren-pi-camera: %s\n", error_text(&e));
    status = r < 0 ? 2 : r > 0 ? EXIT_SUCCESS : run(&o, NULL);
    options_fini(&o);
    return status;
}
