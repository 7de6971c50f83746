#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "loop/address.h"

Test(address, is_read_and_written)
{
    const struct {
        const char *from, *host, *with_port;
    } rows[] = {
        {"127.0.0.1", "127.0.0.1", "127.0.0.1:80"},
        {"0:0::1", "::1", "[::1]:80"},
        {"2001:DB8::ff", "2001:db8::ff", "[2001:db8::ff]:80"},
        {"::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1:80"},
        {"fe80::1%lo", "fe80::1%lo", "[fe80::1%lo]:80"},
        {"fe80::1%54321", "fe80::1%54321", "[fe80::1%54321]:80"},
    };

    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        struct sockaddr_storage a;
        char text[ADDRESS_TEXT_BYTES];

        cr_assert_eq(address_parse(rows[i].from, 80, &a), 0, "%s", rows[i].from);
        cr_assert_eq(address_port(&a), 80);
        cr_assert_str_eq(address_host_text(&a, text), rows[i].host);
        cr_assert_str_eq(address_text(&a, text), rows[i].with_port);
    }
}

Test(address, names_and_nonsense_are_refused)
{
    const char *long_text =
        "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001";
    const char *bad[] = {"", "localhost", "127.1", "1.2.3.4.5", "256.0.0.1", "::1%",
        "::1%no-such-interface", "[::1]", "1.2.3.4:80", ":::", "fe80::1%-1", "::1%99999999999",
        long_text};
    struct sockaddr_storage a;

    for (size_t i = 0; i < N_ELEMENTS(bad); i++)
        cr_expect_eq(address_parse(bad[i], 80, &a), -EINVAL, "%s", bad[i]);
}
