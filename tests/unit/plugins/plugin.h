/* plugin.h - the driver under test: the very file that the gateway would load, from the folder in
 * WARREN_TEST_PLUGINS. */
#pragma once

#include <stdio.h>
#include <stdlib.h>

#include "fakes/host.h"

static inline const struct wr_driver *plugin(const char *name)
{
    const char *folder = getenv("WARREN_TEST_PLUGINS");
    char path[4096];

    if (!folder) {
        fprintf(stderr, "WARREN_TEST_PLUGINS is not set: run this by `meson test`\n");
        abort();
    }
    snprintf(path, sizeof path, "%s/%s.so", folder, name);
    return fake_driver_load(path);
}
