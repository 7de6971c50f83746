/* http_host.c - see http_host.h. */
#include "http_host.h"

/* RFC 6761, 6762, 8375; ICANN has set `internal` and `home` aside; `lan` and `localdomain` are what routers call it. */
static const char *const ours[] = {"local", "lan", "home", "internal", "localdomain", "localhost"};

/* No domain is one: what ends so is an address (URL Standard, "ends in a number"). */
static bool is_number(struct span label)
{
    for (size_t i = 0; i < label.n; i++)
        if (label.at[i] < '0' || label.at[i] > '9')
            return false;
    return label.n > 0;
}

static bool is_home(struct span above)
{
    struct span further;

    (void)span_take_before_last(&above, ".", &further);
    return span_is_word(above, "home");
}

bool http_host_is_local(struct span host)
{
    struct span name = span_take_until(&host, ':'), above;

    if (name.n > 0 && name.at[name.n - 1] == '.')
        name.n--;
    if (span_take(&name, "[") || !span_take_before_last(&name, ".", &above) || is_number(name))
        return true;
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (span_is_word(name, ours[i]))
            return true;
    return span_is_word(name, "arpa") && is_home(above);
}
