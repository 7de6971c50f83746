#include "http/socket.h"

#include <linux/tcp.h> /* has more of struct tcp_info than <netinet/tcp.h>, and cannot stand beside it */
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/util.h"

void socket_limit_unsent(int fd)
{
    int bytes = SOCKET_UNSENT_BYTES;

    /* A kernel that does not know it only makes slow viewers later. */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, sizeof bytes);
}

int64_t drain_blocked_us(struct drain *d, int fd, int64_t since_us, int64_t now_us)
{
    struct tcp_info info = {0};
    socklen_t n = sizeof info;

    /* A socket that cannot be asked is found dead by the next write. */
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n) == 0 &&
        info.tcpi_bytes_acked != d->acked) {
        d->acked = info.tcpi_bytes_acked;
        d->moved_us = now_us;
    }
    return now_us - MAX(since_us, d->moved_us);
}
