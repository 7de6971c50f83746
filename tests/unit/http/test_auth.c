#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "config/config.h"
#include "http/auth.h"

static struct auth *with(const char *yaml, struct error *e)
{
    struct config_problems problems;
    struct config *c = NULL;
    struct auth *a = NULL;

    cr_assert_eq(config_parse("test.yaml", yaml, strlen(yaml), NULL, &c, &problems), 0, "%s",
        problems.n ? problems.items[0].text : "");
    config_problems_fini(&problems);
    if (auth_new(c, &a, e) < 0)
        a = NULL;
    config_free(c);
    return a;
}

Test(auth, without_origins_only_loopback_names_are_ours)
{
    static const char *const good[] = {
        "localhost", "localhost:8080", "LOCALHOST:1", "127.0.0.1:8080", "[::1]:8080", "[::1]"};
    static const char *const bad[] = {"garden.example", "localhost.evil.example",
        "localhost:", "localhost:80x", "127.0.0.1.evil.example:8080", "127.0.0.2", "::1",
        "192.168.1.4:8080", "", "localhost@evil.example"};
    struct auth *a = with("{}", NULL);

    for (size_t i = 0; i < N_ELEMENTS(good); i++)
        cr_assert(auth_host_is_ours(a, good[i]), "%s", good[i]);
    for (size_t i = 0; i < N_ELEMENTS(bad); i++)
        cr_assert_not(auth_host_is_ours(a, bad[i]), "%s", bad[i]);
    auth_free(a);
}

Test(auth, a_page_of_ours_is_let_in_and_others_are_not)
{
    struct auth *a = with("{}", NULL);

    cr_assert(auth_origin_is_ours(a, "http://127.0.0.1:8080", "127.0.0.1:8080"));
    cr_assert(auth_origin_is_ours(a, "http://localhost", "localhost:80"));
    cr_assert(auth_origin_is_ours(a, "https://localhost:443", "localhost"));
    cr_assert_not(auth_origin_is_ours(a, "http://127.0.0.1:9999", "127.0.0.1:8080"),
        "another port is another program");
    cr_assert_not(auth_origin_is_ours(a, "http://localhost:8080", "127.0.0.1:8080"));
    cr_assert_not(auth_origin_is_ours(a, "null", "127.0.0.1:8080"));
    cr_assert_not(auth_origin_is_ours(a, "http://evil.example", "127.0.0.1:8080"));
    cr_assert_not(auth_origin_is_ours(a, "http://evil.example", "evil.example"));
    cr_assert_not(auth_origin_is_ours(a, "http://127.0.0.1:8080@evil.example", "127.0.0.1:8080"));
    cr_assert_not(auth_origin_is_ours(a, "http://127.0.0.1:8080/", "127.0.0.1:8080"));
    auth_free(a);
}

Test(auth, named_origins_are_compared_in_full_and_replace_the_loopback_names)
{
    struct auth *a =
        with("http:\n  origins: [\"https://garden.example\", \"http://pi.local:8080\"]\n", NULL);

    cr_assert(auth_host_is_ours(a, "garden.example"));
    cr_assert(auth_host_is_ours(a, "garden.example:443"));
    cr_assert(auth_host_is_ours(a, "pi.local:8080"));
    cr_assert_not(auth_host_is_ours(a, "pi.local"));
    cr_assert_not(auth_host_is_ours(a, "127.0.0.1:8080"));
    cr_assert(auth_origin_is_ours(a, "https://garden.example", "garden.example"));
    cr_assert_not(auth_origin_is_ours(a, "http://garden.example", "garden.example"));
    cr_assert_not(auth_origin_is_ours(a, "https://garden.example.evil", "garden.example"));
    auth_free(a);
}

/* The configuration's own check may be looser than this; what opens doors is looked at here as
 * well. */
Test(auth, an_origin_that_is_none_is_an_error)
{
    char bare[] = "garden.example", path[] = "http://garden.example/path",
         *origins[] = {bare, NULL}, *with_path[] = {path, NULL};
    struct config c = {.http = {.origins = origins}};
    struct error e = ERROR_NULL;
    struct auth *a = NULL;

    cr_assert_eq(auth_new(&c, &a, &e), -EINVAL);
    cr_assert_not_null(strstr(e.text, "http.origins"));
    c.http.origins = with_path;
    cr_assert_eq(auth_new(&c, &a, &e), -EINVAL);
}

Test(auth, others_are_only_listened_to_when_that_is_said)
{
    struct error e = ERROR_NULL;
    struct auth *a = with("{}", NULL), *open = with("http: {allow_unauthenticated: true}\n", NULL);

    cr_assert_eq(auth_check_listen(a, "127.0.0.1", NULL), 0);
    cr_assert_eq(auth_check_listen(a, "::1", NULL), 0);
    cr_assert_eq(auth_check_listen(a, "0.0.0.0", &e), -EPERM);
    cr_assert_not_null(strstr(e.text, "allow_unauthenticated"));
    cr_assert_eq(auth_check_listen(a, "192.168.1.4", NULL), -EPERM);
    cr_assert_eq(auth_check_listen(open, "0.0.0.0", NULL), 0);
    auth_free(a);
    auth_free(open);
}
