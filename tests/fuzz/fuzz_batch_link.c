/* A message that was read and is written again is the same, but for reserved bytes and what stands behind its table. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "batch_link.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_data(const struct batch_link_data *d, const uint8_t *data, size_t size)
{
    uint8_t header[BATCH_LINK_DATA_HEADER_BYTES];

    if (d->n == 0 || d->bytes != data + sizeof header || d->bytes + d->n != data + size ||
        d->offset >= BATCH_LINK_MAX_PICTURE_BYTES)
        abort();
    batch_link_data_header(d->id_low, d->offset, header);
    if (memcmp(header, data, sizeof header) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct batch_link m, again;
    uint8_t out[BATCH_LINK_MAX_BYTES], twice[BATCH_LINK_MAX_BYTES];
    size_t n;

    if (!batch_link_decode(data, size, &m))
        return 0;
    if (m.type == BATCH_LINK_DATA) {
        check_data(&m.data, data, size);
        return 0;
    }
    n = batch_link_encode(&m, out);
    if (n == 0 || n > size || !batch_link_decode(out, n, &again) || again.type != m.type)
        abort();
    if (batch_link_encode(&again, twice) != n || memcmp(out, twice, n) != 0 || out[0] != data[0])
        abort();
    return 0;
}
