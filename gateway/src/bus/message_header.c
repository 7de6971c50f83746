#include "bus/message_header.h"

#include <endian.h>
#include <string.h>

void message_header_write(uint8_t to[MESSAGE_HEADER_BYTES], const struct message_header *h)
{
    uint16_t channel = htole16(h->channel);
    uint32_t seq = htole32(h->seq), len = htole32(h->len), flags = htole32(h->flags);
    uint64_t captured = htole64((uint64_t)h->captured_us),
             received = htole64((uint64_t)h->received_us);

    to[0] = 1;
    to[1] = (uint8_t)h->kind;
    memcpy(to + 2, &channel, 2);
    memcpy(to + 4, &seq, 4);
    memcpy(to + 8, &captured, 8);
    memcpy(to + 16, &received, 8);
    memcpy(to + 24, &len, 4);
    memcpy(to + 28, &flags, 4);
}
