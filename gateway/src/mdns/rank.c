/* rank.c - which of a thing's addresses is the one to use. */
#include <arpa/inet.h>
#include <errno.h>

#include "mdns/mirror.h"

/* Routers forward the first two only; who runs in a container of its own reaches no loopback but his. */
enum rank { RANK_V4, RANK_V6, RANK_LINK_V4, RANK_LOOPBACK };

static int rank_v4(uint32_t a, bool local)
{
    if (a >> 24 == 0 || a >> 28 >= 14)
        return -EADDRNOTAVAIL; /* "this network", multicast, reserved, broadcast */
    if (a >> 24 == 127)
        return local ? RANK_LOOPBACK : -EADDRNOTAVAIL;
    return a >> 16 == 0xA9FE ? RANK_LINK_V4 : RANK_V4;
}

static int rank_v6(const struct in6_addr *a, bool local)
{
    if (IN6_IS_ADDR_LOOPBACK(a))
        return local ? RANK_LOOPBACK : -EADDRNOTAVAIL;
    if (IN6_IS_ADDR_UNSPECIFIED(a) || IN6_IS_ADDR_MULTICAST(a) || IN6_IS_ADDR_LINKLOCAL(a) ||
        IN6_IS_ADDR_V4MAPPED(a) || IN6_IS_ADDR_V4COMPAT(a))
        return -EADDRNOTAVAIL;
    return RANK_V6;
}

int mdns_rank(const char *address, bool local)
{
    struct in_addr v4;
    struct in6_addr v6;

    if (inet_pton(AF_INET, address, &v4) == 1)
        return rank_v4(ntohl(v4.s_addr), local);
    return inet_pton(AF_INET6, address, &v6) == 1 ? rank_v6(&v6, local) : -EINVAL;
}
