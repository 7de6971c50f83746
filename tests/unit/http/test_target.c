#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "http/target.h"

static int decode(const char *path, char out[256])
{
    const char *why = NULL;
    int r;

    strcpy(out, path);
    r = target_path_decode(out, strlen(path), &why);
    cr_expect_eq(r < 0, why != NULL);
    return r;
}

#define REFUSED(path) cr_expect_eq(decode(path, out), -EBADMSG, "%s was not refused", path)

Test(target, decodes_a_path_once)
{
    char out[256];

    cr_expect_eq(decode("/", out), 1);
    cr_expect_eq(decode("/a%20b/%C3%A4/%2525", out), 11);
    cr_expect_str_eq(out, "/a b/\xc3\xa4/%25");
    cr_expect_eq(decode("/a/", out), 3);
    cr_expect_eq(decode("/a.b/..c/.d", out), 11);
    cr_expect_eq(decode("/+", out), 2);
    cr_expect_str_eq(out, "/+");
}

Test(target, refuses_what_could_lead_elsewhere)
{
    char out[256];

    REFUSED("");
    REFUSED("a");
    REFUSED("*");
    REFUSED("//");
    REFUSED("/a//b");
    REFUSED("/.");
    REFUSED("/..");
    REFUSED("/a/../b");
    REFUSED("/a/./b");
    REFUSED("/a/%2e%2e/b");
    REFUSED("/a/%2E./b");
    REFUSED("/a/..");
    REFUSED("/a%2fb");
    REFUSED("/a%2F..%2Fb");
}

Test(target, refuses_bytes_that_are_no_text)
{
    char out[256];

    REFUSED("/%");
    REFUSED("/%4");
    REFUSED("/%zz");
    REFUSED("/%00");
    REFUSED("/%0a");
    REFUSED("/%7f");
    REFUSED("/a#b");
    REFUSED("/%ff");
    REFUSED("/\xc3");
    REFUSED("/%ed%a0%80"); /* half a surrogate */
}

Test(target, finds_and_decodes_a_query_parameter)
{
    char out[16];

    cr_expect_eq(target_query_get("a=1&b=x%20y+z&a=2", "b", out, sizeof out), 5);
    cr_expect_str_eq(out, "x y z");
    cr_expect_eq(target_query_get("a=1&b=2&a=2", "a", out, sizeof out), 1);
    cr_expect_str_eq(out, "1");
    cr_expect_eq(target_query_get("%61b=7", "ab", out, sizeof out), 1);
    cr_expect_eq(target_query_get("flag", "flag", out, sizeof out), 0);
    cr_expect_str_eq(out, "");
    cr_expect_eq(target_query_get("a==b&", "a", out, sizeof out), 2);
    cr_expect_str_eq(out, "=b");
    cr_expect_eq(target_query_get("ab=1", "a", out, sizeof out), -ENOENT);
    cr_expect_eq(target_query_get("a=1", "ab", out, sizeof out), -ENOENT);
    cr_expect_eq(target_query_get("", "a", out, sizeof out), -ENOENT);
    cr_expect_eq(target_query_get("&&&", "a", out, sizeof out), -ENOENT);
}

Test(target, says_what_is_wrong_with_a_parameter)
{
    char out[4];

    cr_expect_eq(target_query_get("a=%", "a", out, sizeof out), -EINVAL);
    cr_expect_eq(target_query_get("a=%4", "a", out, sizeof out), -EINVAL);
    cr_expect_eq(target_query_get("a=%00", "a", out, sizeof out), -EINVAL);
    cr_expect_eq(target_query_get("a=%ff", "a", out, sizeof out), -EINVAL);
    cr_expect_eq(target_query_get("%=1&a=2", "a", out, sizeof out), 1);
    cr_expect_eq(target_query_get("a=123", "a", out, sizeof out), 3);
    cr_expect_eq(target_query_get("a=1234", "a", out, sizeof out), -ENOBUFS);
    cr_expect_eq(target_query_get("a=1", "a", out, 0), -ENOBUFS);
}

Test(target, steps_through_the_names_of_a_query)
{
    const char *at = "&a=1&&%62+c=&d&=x&";
    char out[16];

    cr_expect_eq(target_query_next(&at, out, sizeof out), 1);
    cr_expect_str_eq(out, "a");
    cr_expect_eq(target_query_next(&at, out, sizeof out), 3);
    cr_expect_str_eq(out, "b c");
    cr_expect_eq(target_query_next(&at, out, sizeof out), 1);
    cr_expect_str_eq(out, "d");
    cr_expect_eq(target_query_next(&at, out, sizeof out), 0, "a value without a name");
    cr_expect_eq(target_query_next(&at, out, sizeof out), -ENOENT);
    cr_expect_eq(target_query_next(&at, out, sizeof out), -ENOENT);
}

Test(target, steps_over_names_that_are_none)
{
    const char *at = "%zz=1&%00&abcd=1&e=2";
    char out[4];

    cr_expect_eq(target_query_next(&at, out, sizeof out), -EINVAL);
    cr_expect_eq(target_query_next(&at, out, sizeof out), -EINVAL);
    cr_expect_eq(target_query_next(&at, out, sizeof out), -ENOBUFS);
    cr_expect_eq(target_query_next(&at, out, sizeof out), 1);
    cr_expect_str_eq(out, "e");
}
