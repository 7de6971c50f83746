/* message_header.h - the 32 bytes that begin every binary message for viewers (docs/websocket.md).
 *
 *   0        1        2                 4                                   8
 *   +--------+--------+-----------------+-----------------------------------+
 *   |version | kind   | channel         | seq                               |
 *   +--------+--------+-----------------+-----------------------------------+
 *   | captured at, µs since the epoch, 0 = unknown                          |
 *   +-----------------------------------------------------------------------+
 *   | received at, µs since the epoch                                       |
 *   +-----------------------------------+-----------------------------------+
 *   | length of what follows            | flags                             |
 *   +-----------------------------------+-----------------------------------+   little-endian */
#pragma once

#include <stdint.h>

#define MESSAGE_HEADER_BYTES 32

enum message_kind { MESSAGE_JPEG = 1, MESSAGE_OVERLAY = 2 };

/* Flags of frames are enum wr_frame_flags; this one is for overlays: the device does not say which
 * frame it was computed from. */
#define MESSAGE_NOT_IN_STEP (1u << 2)

struct message_header {
    enum message_kind kind;
    uint16_t channel;
    uint32_t seq; /* of the frame */
    int64_t captured_us, received_us;
    uint32_t len, flags;
};

void message_header_write(uint8_t to[MESSAGE_HEADER_BYTES], const struct message_header *h);
