/* socket.h - what the kernel is told and asked about the socket of somebody who watches. */
#pragma once

#include <stdint.h>

/* What the kernel may hold unsent for one viewer. Without a limit it holds megabytes, seconds of old
 * pictures on a slow line; with less than a small frame the fast ones would wait as well. */
#define SOCKET_UNSENT_BYTES 16384

/* Sets that limit (TCP_NOTSENT_LOWAT): the socket counts as writable while less than half of it waits. */
void socket_limit_unsent(int fd);

/* Since when a peer has taken nothing, for closing those who never will. "Taken" is what the peer's
 * kernel has acknowledged, not what ours has accepted: on a slow line the one goes on while the other
 * waits. All zeros at first. */
struct drain {
    uint64_t acked;
    int64_t moved_us; /* when that number was seen to change */
};

/* Asks the kernel. The µs since the last acknowledged byte was seen, or since waiting began; so what it
 * tells is as fine as it is asked often. */
int64_t drain_blocked_us(struct drain *d, int fd, int64_t since_us, int64_t now_us);
