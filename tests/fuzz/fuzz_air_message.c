/* A message of the air that was read, and fits when it is written again, is read as the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "air_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct air_message m, again;
    char out[AIR_MAX_BYTES];
    size_t n;

    if (air_message_read((struct span){(const char *)data, size}, &m) < 0)
        return 0;
    if (m.topic >= AIR_N_TOPICS || m.value.n_list > AIR_LIST_MAX || m.battery_percent < -1 ||
        m.battery_percent > 100)
        abort();
    n = air_message_write(&m, JSON_PUT_COMPACT, out);
    if (n == 0)
        return 0;
    if (air_message_read((struct span){out, n}, &again) < 0 || again.topic != m.topic ||
        again.dialect != m.dialect || again.threshold_dbm != m.threshold_dbm ||
        again.battery_percent != m.battery_percent || strcmp(again.type, m.type) != 0 ||
        strcmp(again.name, m.name) != 0)
        abort();
    return 0;
}
