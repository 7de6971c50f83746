/* The first byte chooses. A STATUS line that was read and is written again is read as the same, and so is a CONFIG. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "batch_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void status(const uint8_t *data, size_t size)
{
    struct batch_status s, again;
    char line[BATCH_STATUS_MAX_BYTES];
    size_t n;

    if (!batch_status_parse(data, size, &s))
        return;
    n = batch_status_write(&s, line);
    if (n == 0 || n > sizeof line || !batch_status_parse(line, n, &again))
        abort();
    if (s.kind != again.kind || s.used_permille > 1000 || s.used_permille != again.used_permille ||
        s.count != again.count || s.image_bytes != again.image_bytes ||
        s.sound_bytes != again.sound_bytes)
        abort();
}

static void config(const uint8_t *data, size_t size)
{
    struct batch_config c, again;
    char text[BATCH_CONFIG_MAX_BYTES];
    size_t n;

    batch_config_parse(data, size, &c);
    n = batch_config_write(&c, text);
    if (n > sizeof text || (n > 0) != (c.frequency_known || c.threshold_known))
        abort();
    batch_config_parse(text, n, &again);
    if (again.refused || again.frequency_s != c.frequency_s ||
        again.threshold_permille != c.threshold_permille ||
        again.frequency_known != c.frequency_known || again.threshold_known != c.threshold_known)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    if (data[0] == 'C')
        config(data + 1, size - 1);
    else
        status(data + 1, size - 1);
    return 0;
}
