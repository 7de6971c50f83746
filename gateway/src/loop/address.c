#include "loop/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Room for "fe80:…:1%" and an interface, by name or number. */
#define HOST_MAX (INET6_ADDRSTRLEN + 1 + IF_NAMESIZE)

static int parse_scope(const char *text, uint32_t *ret)
{
    unsigned index = if_nametoindex(text);
    int64_t number;

    if (index == 0) {
        if (text_to_int(text, &number) < 0 || number <= 0 || number > INT32_MAX)
            return -EINVAL;
        index = (unsigned)number;
    }
    *ret = index;
    return 0;
}

static int parse_v6(const char *text, struct sockaddr_in6 *ret)
{
    struct sockaddr_in6 a = {.sin6_family = AF_INET6};
    char host[HOST_MAX];
    char *scope;
    size_t n = strlen(text);

    if (n >= sizeof host)
        return -EINVAL;
    memcpy(host, text, n + 1);
    scope = strchr(host, '%');
    if (scope)
        *scope++ = '\0';
    if (inet_pton(AF_INET6, host, &a.sin6_addr) != 1)
        return -EINVAL;
    if (scope && parse_scope(scope, &a.sin6_scope_id) < 0)
        return -EINVAL;
    *ret = a;
    return 0;
}

int address_parse(const char *text, uint16_t port, struct sockaddr_storage *ret)
{
    struct sockaddr_storage a = {0};
    struct sockaddr_in *v4 = (struct sockaddr_in *)&a;

    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1)
        v4->sin_family = AF_INET;
    else if (parse_v6(text, (struct sockaddr_in6 *)&a) < 0)
        return -EINVAL;
    address_set_port(&a, port);
    *ret = a;
    return 0;
}

void address_set_port(struct sockaddr_storage *a, uint16_t port)
{
    if (a->ss_family == AF_INET)
        ((struct sockaddr_in *)a)->sin_port = htons(port);
    else if (a->ss_family == AF_INET6)
        ((struct sockaddr_in6 *)a)->sin6_port = htons(port);
}

uint16_t address_port(const struct sockaddr_storage *a)
{
    if (a->ss_family == AF_INET)
        return ntohs(((const struct sockaddr_in *)a)->sin_port);
    return a->ss_family == AF_INET6 ? ntohs(((const struct sockaddr_in6 *)a)->sin6_port) : 0;
}

socklen_t address_len(const struct sockaddr_storage *a)
{
    return a->ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
}

static void append_scope(const struct sockaddr_in6 *v6, char text[static ADDRESS_TEXT_BYTES])
{
    char name[IF_NAMESIZE];
    size_t n = strlen(text);

    if (v6->sin6_scope_id == 0)
        return;
    if (if_indextoname(v6->sin6_scope_id, name))
        snprintf(text + n, ADDRESS_TEXT_BYTES - n, "%%%s", name);
    else
        snprintf(text + n, ADDRESS_TEXT_BYTES - n, "%%%u", v6->sin6_scope_id);
}

const char *address_host_text(
    const struct sockaddr_storage *a, char text[static ADDRESS_TEXT_BYTES])
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)a;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)a;

    text[0] = '\0';
    if (a->ss_family == AF_INET) {
        inet_ntop(AF_INET, &v4->sin_addr, text, ADDRESS_TEXT_BYTES);
    } else if (a->ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
        inet_ntop(AF_INET, v6->sin6_addr.s6_addr + 12, text, ADDRESS_TEXT_BYTES);
    } else if (a->ss_family == AF_INET6) {
        inet_ntop(AF_INET6, &v6->sin6_addr, text, ADDRESS_TEXT_BYTES);
        append_scope(v6, text);
    }
    return text;
}

const char *address_text(const struct sockaddr_storage *a, char text[static ADDRESS_TEXT_BYTES])
{
    char host[ADDRESS_TEXT_BYTES];

    address_host_text(a, host);
    snprintf(text, ADDRESS_TEXT_BYTES, strchr(host, ':') ? "[%.80s]:%u" : "%.80s:%u", host,
        address_port(a));
    return text;
}
