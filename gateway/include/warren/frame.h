/* frame.h - pictures on their way through the gateway.
 *
 * A frame is one JPEG in memory of the host. The driver asks for one (wr_host.frame_new), fills
 * `data`, sets `len` and what it knows, and gives it to frame_publish or capture, which take it
 * over. From then on nobody changes it; readers share it by reference and the last one gives it
 * back to the pool.
 */
#ifndef WARREN_FRAME_H
#define WARREN_FRAME_H

#include "driver.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The largest picture. A 12-megapixel JPEG at quality 95 is about 8 MB. */
#define WR_FRAME_MAX_BYTES (16u << 20)

enum wr_frame_flags {
    WR_FRAME_NIGHT = 1u << 0,
    WR_FRAME_FROM_CAPTURE = 1u << 1,
};

struct wr_frame {
    uint8_t *data; /* the JPEG; room for `cap` bytes; the driver's until published */
    size_t cap;
    size_t len;          /* set by the driver: 4 … cap */
    int64_t captured_us; /* set by the driver, in the clock it declared; 0: unknown */
    int64_t received_us; /* UTC; set by frame_new, the driver may set an earlier moment */
    uint32_t flags;      /* enum wr_frame_flags */
    /* set by frame_publish: the gateway's own number for this device, from 1 */
    uint32_t seq;
    uint64_t device_seq; /* the device's number for it; 0: none */
};

#ifdef __cplusplus
}
#endif
#endif
