#include "problems.h"

#include "config/config_fill.h"
#include "config/config_value.h"

Test(config_env, names_are_made_from_the_table)
{
    char name[80];

    cr_expect(config_env_name("http.listen", name, sizeof name));
    cr_expect_str_eq(name, "WARREN_HTTP_LISTEN");
    cr_expect(config_env_name("store.min_free_bytes", name, sizeof name));
    cr_expect_str_eq(name, "WARREN_STORE_MIN_FREE_BYTES");
    cr_expect_not(config_env_name("http.listen", name, 10));
}

/* With _FILE of every secret and the names of our other programs, no name may stand for two things.
 */
Test(config_env, no_two_options_share_a_name)
{
    size_t n, n_names = 2;
    const struct config_option *options = config_options(&n);
    char(*names)[90] = calloc(2 * n + 2, sizeof *names);

    strcpy(names[0], "WARREN_URL");
    strcpy(names[1], "WARREN_CONFIG");
    for (size_t i = 0; i < n; i++) {
        char name[80];

        cr_assert(config_env_name(options[i].path, name, 80), "%s", options[i].path);
        strcpy(names[n_names++], name);
        if (options[i].param.flags & WR_SECRET)
            snprintf(names[n_names++], sizeof *names, "%s_FILE", name);
    }
    for (size_t i = 0; i < n_names; i++) {
        for (size_t j = 0; j < i; j++)
            cr_expect_str_neq(names[i], names[j]);
    }
    free(names);
}

Test(config_env, overrides_the_file)
{
    static const char *const env[] = {"WARREN_HTTP_LISTEN=0.0.0.0:1", "WARREN_STORE_MAX_BYTES=2GiB",
        "WARREN_HTTP_ALLOW_UNAUTHENTICATED=true", "WARREN_STORE_MAX_DAYS=2.5",
        "WARREN_HTTP_MAX_CONNECTIONS=99", "PATH=/bin", NULL};
    struct config *c = taken_with("http:\n  listen: 127.0.0.1:8080\n", env);

    cr_expect_str_eq(c->http.listen, "0.0.0.0:1");
    cr_expect_eq(c->store.max_bytes, INT64_C(2) << 30);
    cr_expect(c->http.allow_unauthenticated);
    cr_expect(c->store.max_days == 2.5);
    cr_expect_eq(c->http.max_connections, 99);
    config_free(c);
}

Test(config_env, an_empty_variable_is_not_set)
{
    struct config *c =
        taken_with("", (const char *const[]){"WARREN_HTTP_LISTEN=", "WARREN_NOBODY=", NULL});

    cr_expect_str_eq(c->http.listen, "127.0.0.1:8080");
    config_free(c);
}

static const char *said(const char *variable, int expected_result)
{
    struct config *c = NULL;
    struct config_problems p;
    const char *text;

    cr_expect_eq(config_parse("warren.yaml", "", 0, (const char *const[]){variable, NULL}, &c, &p),
        expected_result);
    text = printed(&p);
    config_problems_fini(&p);
    config_free(c);
    return text;
}

Test(config_env, a_wrong_value_names_the_variable)
{
    cr_expect_str_eq(said("WARREN_HTTP_LISTEN=abc", -EINVAL),
        "environment: WARREN_HTTP_LISTEN: expected address:port, got \"abc\" (http.listen)\n");
}

Test(config_env, lists_cannot_be_overridden)
{
    cr_expect_str_eq(said("WARREN_HTTP_ORIGINS=https://a.example", -EINVAL),
        "environment: WARREN_HTTP_ORIGINS: http.origins is a list, which cannot be set from the "
        "environment\n");
}

Test(config_env, unknown_variables_are_warned_about)
{
    cr_expect_str_eq(said("WARREN_HTTP_LISTENN=x", 0),
        "environment: warning: WARREN_HTTP_LISTENN: is not known, did you mean "
        "\"WARREN_HTTP_LISTEN\"?\n");
    cr_expect_str_eq(
        said("WARREN_BANANA=x", 0), "environment: warning: WARREN_BANANA: is not known\n");
    cr_expect_str_eq(said("WARREN_HTTP_LISTEN_FILE=x", 0),
        "environment: warning: WARREN_HTTP_LISTEN_FILE: is not known, did you mean "
        "\"WARREN_HTTP_LISTEN\"?\n");
    cr_expect_str_eq(said("WARREN_URL=http://x", 0), "", "belongs to warrenctl");
    cr_expect_str_eq(said("WARREN_CONFIG=/etc/x", 0), "", "says which file to read");
    cr_expect_str_eq(said("NOT_WARREN_X=1", 0), "");
}

/* The core table has no secret yet; the rule is the table's all the same. */
struct vault {
    char *pin;
};
static const struct config_option VAULT[] = {
    {.path = "vault.pin",
        .param = {.key = "pin", .type = WR_STRING, .min = 4, .max = 8, .flags = WR_SECRET},
        .offset = offsetof(struct vault, pin)},
};

static const char *fill_vault(const char *yaml, const char *variable, struct vault *v)
{
    struct config_problems p = {.file = strdup("v.yaml")};
    struct config_fill f = {.target = v, .options = VAULT, .n_options = 1, .problems = &p};
    struct yaml_tree *t = NULL;
    struct yaml_place at;
    const char *text;

    cr_assert_eq(yaml_tree_read(yaml, strlen(yaml), &t, &at, NULL), 0);
    config_fill_tree(&f, t);
    config_fill_env(&f, (const char *const[]){variable, NULL});
    yaml_tree_free(t);
    text = printed(&p);
    config_problems_fini(&p);
    return text;
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    cr_assert(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

Test(config_env, a_secret_is_the_first_line_of_a_file)
{
    char path[] = "/tmp/test-secret-XXXXXX", yaml[128], variable[128];
    struct vault v = {0};

    close(mkstemp(path));
    write_file(path, "s3cret\r\nsecond line\n");
    snprintf(yaml, sizeof yaml, "vault:\n  pin_file: %s\n", path);
    cr_expect_str_eq(fill_vault(yaml, NULL, &v), "");
    cr_expect_str_eq(v.pin, "s3cret");
    write_file(path, "0ther");
    snprintf(variable, sizeof variable, "WARREN_VAULT_PIN_FILE=%s", path);
    cr_expect_str_eq(fill_vault("", variable, &v), "");
    cr_expect_str_eq(v.pin, "0ther");
    unlink(path);
    free(v.pin);
}

Test(config_env, a_secret_that_cannot_be_read_is_told_without_its_value)
{
    char path[] = "/tmp/test-secret-XXXXXX", yaml[128], expected[256];
    struct vault v = {0};

    cr_expect_str_eq(fill_vault("vault:\n  pin_file: /nonexistent\n", NULL, &v),
        "v.yaml:2:13: vault.pin_file: /nonexistent: cannot be read: No such file or directory\n");
    close(mkstemp(path));
    snprintf(yaml, sizeof yaml, "vault:\n  pin_file: %s\n", path);
    snprintf(expected, sizeof expected, "v.yaml:2:13: vault.pin_file: %s: is empty\n", path);
    cr_expect_str_eq(fill_vault(yaml, NULL, &v), expected);
    write_file(path, "\nx");
    snprintf(expected, sizeof expected,
        "v.yaml:2:13: vault.pin_file: %s: has an empty first line\n", path);
    cr_expect_str_eq(fill_vault(yaml, NULL, &v), expected);
    write_file(path, "much too long a secret\n");
    cr_expect_str_eq(fill_vault(yaml, NULL, &v),
        "v.yaml:2:13: vault.pin_file: expected text of at least 4 and at most 8 bytes\n");
    cr_expect_null(v.pin);
    unlink(path);
}
