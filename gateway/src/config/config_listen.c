/* config_listen.c - where to listen, as text. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config/config.h"

static int read_port(const char *text, uint16_t *ret)
{
    int64_t port;

    if (strspn(text, "0123456789") != strlen(text) || text_to_int(text, &port) < 0 ||
        port > UINT16_MAX)
        return -EINVAL;
    *ret = (uint16_t)port;
    return 0;
}

/* Numeric only: a name could move, and looking it up would block. */
static bool is_address(const char *text, bool v6)
{
    struct in6_addr any;

    return inet_pton(v6 ? AF_INET6 : AF_INET, text, &any) == 1;
}

int config_split_listen(const char *listen, char *address, size_t cap, uint16_t *ret_port)
{
    char host[INET6_ADDRSTRLEN + 1] = "127.0.0.1";
    const char *colon = strrchr(listen, ':');
    bool v6 = listen[0] == '[';
    uint16_t port;

    if (read_port(colon ? colon + 1 : listen, &port) < 0)
        return -EINVAL;
    if (colon) {
        size_t n = (size_t)(colon - listen);

        if (n < 2 || n - (v6 ? 2 : 0) >= sizeof host || (v6 && colon[-1] != ']'))
            return -EINVAL;
        snprintf(host, sizeof host, "%.*s", (int)(v6 ? n - 2 : n), listen + v6);
        if (strcmp(host, "localhost") == 0)
            snprintf(host, sizeof host, "127.0.0.1");
    }
    if (!is_address(host, v6) || strlen(host) >= cap)
        return -EINVAL;
    memcpy(address, host, strlen(host) + 1);
    *ret_port = port;
    return 0;
}
