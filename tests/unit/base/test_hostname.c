#include <criterion/criterion.h>
#include <string.h>

#include "base/hostname.h"
#include "base/util.h"

Test(hostname, names_and_addresses_are_hosts)
{
    const char *good[] = {"porch", "porch.local", "porch.local.", "cam_1.lan", "3cams", "a-1",
        "192.0.2.1", "::1", "2001:db8::ff", "::ffff:192.0.2.1", "fe80::1%eth0", "fe80::1%7"};

    for (size_t i = 0; i < N_ELEMENTS(good); i++)
        cr_expect(hostname_is_host(good[i]), "%s", good[i]);
}

Test(hostname, nonsense_is_none)
{
    const char *bad[] = {"", ".", "a b", " a", "a\n", "host:8080", "192.0.2.1:80", "http://a",
        "a/b", "a..b", ".a", "[::1]", "::1%", "::1%a b", "::1%0123456789abcdef", ":::", "1:2",
        "\xC3\xA9", "10.0.0.300", "127.1", "42", "1.2.3.4.", "user@host"};

    for (size_t i = 0; i < N_ELEMENTS(bad); i++)
        cr_expect(!hostname_is_host(bad[i]), "\"%s\"", bad[i]);
}

/* `n` bytes, with a dot after each `label`. */
static const char *of_labels(size_t n, size_t label)
{
    static char text[400];

    memset(text, 'a', n);
    text[n] = '\0';
    for (size_t i = label; i + 1 < n; i += label + 1)
        text[i] = '.';
    return text;
}

Test(hostname, labels_and_names_have_a_ceiling)
{
    cr_expect(hostname_is_host(of_labels(63, 63)));
    cr_expect(!hostname_is_host(of_labels(64, 64)));
    cr_expect(hostname_is_host(of_labels(HOSTNAME_MAX, 50)));
    cr_expect(!hostname_is_host(of_labels(HOSTNAME_MAX + 1, 50)));
    cr_expect(!hostname_is_host(of_labels(300, 50)));
}
