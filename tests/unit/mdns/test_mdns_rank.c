#include <criterion/criterion.h>

#include "mdns/mirror.h"

static const char *const from_best[] = {
    "192.168.1.2", "2001:db8::1", "169.254.3.4", "127.0.0.1", NULL};

Test(mdns_rank, addresses_that_all_reach_come_first)
{
    for (size_t i = 1; from_best[i]; i++)
        cr_expect_lt(
            mdns_rank(from_best[i - 1], true), mdns_rank(from_best[i], true), "%s", from_best[i]);
    cr_expect_eq(mdns_rank("10.0.0.1", false), mdns_rank("203.0.113.9", false));
    cr_expect_eq(mdns_rank("fd00::1", false), mdns_rank("2001:db8::1", false));
    cr_expect_eq(mdns_rank("::1", true), mdns_rank("127.0.0.1", true));
}

Test(mdns_rank, what_leads_nowhere_is_none)
{
    static const char *const none[] = {"", "porch.local", "0.0.0.0", "224.0.0.251",
        "255.255.255.255", "fe80::1", "ff02::fb", "::", "::ffff:127.0.0.1", "::127.0.0.1",
        "192.168.1.2:80", "fe80::1%eth0", "1.2.3", NULL};

    for (size_t i = 0; none[i]; i++)
        cr_expect_lt(mdns_rank(none[i], true), 0, "%s", none[i]);
}

Test(mdns_rank, nobody_else_is_at_our_loopback)
{
    cr_expect_lt(mdns_rank("127.0.0.1", false), 0);
    cr_expect_lt(mdns_rank("127.1.2.3", false), 0);
    cr_expect_lt(mdns_rank("::1", false), 0);
}
