/* config.json as the camera reads it: a refusal names a reason and changes nothing; what was taken
 * is dumped, and the dump reads back as the same settings. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[PI_CONFIG_DUMP_MAX], again[PI_CONFIG_DUMP_MAX];
    struct pi_config first, c;
    struct error e = ERROR_NULL;

    pi_config_init(&first);
    c = first;
    if (config_parse((const char *)data, size, &c, NULL, NULL, &e) < 0) {
        if (!e.text[0] || memcmp(&c, &first, sizeof c) != 0)
            abort();
        return 0;
    }
    int n = pi_config_dump(&c, text, sizeof text);
    if (n < 0)
        abort();
    pi_config_init(&c);
    if (config_parse(text, (size_t)n, &c, NULL, NULL, &e) < 0)
        abort();
    if (pi_config_dump(&c, again, sizeof again) != n || memcmp(text, again, (size_t)n) != 0)
        abort();
    return 0;
}
