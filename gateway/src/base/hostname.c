#include "base/hostname.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <string.h>

#define LABEL_MAX 63
#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

bool hostname_is_name(const char *s)
{
    bool is_number = false;
    size_t n;

    if (strlen(s) > HOSTNAME_MAX)
        return false;
    do {
        n = strspn(s, LETTERS DIGITS "-_");
        is_number = strspn(s, DIGITS) == n;
        if (n == 0 || n > LABEL_MAX)
            return false;
        s += n + (s[n] == '.');
    } while (s[-1] == '.' && *s);
    return !is_number && !*s;
}

static bool is_v6(const char *s)
{
    size_t n = strcspn(s, "%");
    char host[INET6_ADDRSTRLEN];
    struct in6_addr a;

    if (n >= sizeof host)
        return false;
    memcpy(host, s, n);
    host[n] = '\0';
    if (inet_pton(AF_INET6, host, &a) != 1)
        return false;
    if (!s[n])
        return true;
    s += n + 1;
    n = strspn(s, LETTERS DIGITS "-_.");
    return n > 0 && n < IF_NAMESIZE && !s[n];
}

bool hostname_is_host(const char *s)
{
    struct in_addr v4;

    return inet_pton(AF_INET, s, &v4) == 1 || is_v6(s) || hostname_is_name(s);
}
