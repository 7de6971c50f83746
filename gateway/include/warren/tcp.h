/* tcp.h - outgoing TCP connections for drivers.
 *
 * What arrives is offered with data() until the driver has consumed it; the host keeps the rest, up
 * to `recv_max_bytes`. What is sent is queued up to `send_max_bytes`; over that send() is -EAGAIN
 * and drained() says when to go on. A device that sends more than 24 MiB or 120 pictures a second, over all its
 * connections, is read more slowly; nothing is lost.
 */
#ifndef WARREN_TCP_H
#define WARREN_TCP_H

#include "driver.h"

struct wr_tcp_target {
    uint32_t size;
    const char *host; /* name or address */
    uint16_t port;
    bool tls;                    /* -EOPNOTSUPP where the host was built without */
    uint32_t connect_timeout_ms; /* look-up included; 0: 10 000 */
    uint32_t idle_timeout_ms;    /* nothing received for so long: closed(-ETIMEDOUT); 0: never */
    /* 0: 64 KiB. A peer that sends more without data() consuming: closed(-EMSGSIZE) */
    size_t recv_max_bytes;
    size_t send_max_bytes; /* 0: 64 KiB */
};

/* Any may be NULL but closed and data. After closed() the handle is dead. */
struct wr_tcp_events {
    uint32_t size;
    void (*opened)(struct wr_dev *dev, wr_handle h, void *ctx);
    /* Returns how many of the `n` bytes it has used: 0 … n. */
    size_t (*data)(struct wr_dev *dev, wr_handle h, void *ctx, const uint8_t *bytes, size_t n);
    void (*drained)(struct wr_dev *dev, wr_handle h, void *ctx);
    /* why: 0 the peer ended it; negative: what went wrong. `left` bytes were not consumed. Not
     * called after cancel(). */
    void (*closed)(struct wr_dev *dev, wr_handle h, void *ctx, int why, size_t left);
};

struct wr_tcp {
    uint32_t size;
    /* 0 on failure (bad arguments, over 64 handles of this device). `events` must stay valid: make
     * it static const. */
    wr_handle (*connect)(struct wr_dev *dev, const struct wr_tcp_target *target,
        const struct wr_tcp_events *events, void *ctx);
    /* All of it or nothing: -EAGAIN at the ceiling, -ENOTCONN before opened(), -ESTALE. */
    int (*send)(struct wr_dev *dev, wr_handle h, const void *bytes, size_t n);
    /* Stop and go on reading; the kernel's buffer then slows the peer. */
    int (*pause)(struct wr_dev *dev, wr_handle h);
    int (*resume)(struct wr_dev *dev, wr_handle h);
    /* Send what is queued, say that nothing follows, and go on reading. */
    int (*shutdown)(struct wr_dev *dev, wr_handle h);
};

#endif
