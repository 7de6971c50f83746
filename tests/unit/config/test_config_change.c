#include "problems.h"

struct changes {
    char text[512];
};

static void note(void *ctx, const char *key, bool live)
{
    struct changes *c = ctx;
    size_t n = strlen(c->text);

    snprintf(c->text + n, sizeof c->text - n, "%s%s\n", key, live ? "" : " (restart)");
}

static const char *changes(const char *old_yaml, const char *now_yaml)
{
    static struct changes c;
    struct config *old = taken(old_yaml), *now = taken(now_yaml);

    c.text[0] = '\0';
    config_each_change(old, now, note, &c);
    config_free(old);
    config_free(now);
    return c.text;
}

Test(config_change, the_same_is_no_change)
{
    cr_expect_str_eq(changes("", ""), "");
    cr_expect_str_eq(changes("http: {origins: [http://a, http://b]}",
                         "http:\n  origins:\n  - http://a\n  - http://b\n"),
        "");
    cr_expect_str_eq(changes("store: {max_bytes: 1000}", "store: {max_bytes: 1kB}"), "");
}

Test(config_change, says_what_cannot_be_applied_while_running)
{
    cr_expect_str_eq(changes("",
                         "http: {listen: 81, allow_unauthenticated: true, origins: [http://a], "
                         "max_connections: 9}\n"
                         "store: {path: /x, max_bytes: 1, max_percent: 1, max_days: 1, "
                         "events_max_days: 1, events_max: 1, min_free_bytes: 1}\n"
                         "plugins: {folder: /y}\n"
                         "log: {level: error, format: json}\n"),
        "http.listen (restart)\nhttp.allow_unauthenticated\nhttp.origins\nhttp.max_connections\n"
        "store.path "
        "(restart)\nstore.max_bytes\nstore.max_percent\nstore.max_days\nstore.events_max_"
        "days\nstore.events_max\nstore.min_free_bytes\n"
        "plugins.folder (restart)\nlog.level\nlog.format\n");
}

Test(config_change, a_list_differs_in_any_element)
{
    cr_expect_str_eq(
        changes("http: {origins: [http://a]}", "http: {origins: [http://a, http://b]}"),
        "http.origins\n");
    cr_expect_str_eq(
        changes("http: {origins: [http://a, http://b]}", "http: {origins: [http://a]}"),
        "http.origins\n");
    cr_expect_str_eq(
        changes("http: {origins: [http://a]}", "http: {origins: [http://b]}"), "http.origins\n");
}

static bool equal(const char *a_yaml, const char *b_yaml)
{
    char a_text[256], b_text[256];
    struct config *a, *b;
    bool same;

    snprintf(a_text, sizeof a_text, "devices: {a: {%s}}", a_yaml);
    snprintf(b_text, sizeof b_text, "\n\ndevices: {a: {%s}}", b_yaml);
    a = taken(a_text);
    b = taken(b_text);
    same = config_device_equal(&a->devices[0], &b->devices[0]);
    config_free(a);
    config_free(b);
    return same;
}

Test(config_change, devices_are_compared_by_what_they_say)
{
    const char *base = "driver: x, options: {h: 1, p: 2}, settings: {s: 3}";

    cr_expect(equal(base, base), "not by line");
    cr_expect(equal(base, "options: {p: 2, h: 1}, settings: {s: 3}, driver: x"), "not by order");
    cr_expect_not(equal(base, "driver: x, name: a, options: {h: 1, p: 2}, settings: {s: 3}"),
        "a default that is said cannot be changed elsewhere");
    cr_expect_not(equal(base, "driver: x, enabled: true, options: {h: 1, p: 2}, settings: {s: 3}"));
    cr_expect_not(equal(base, "driver: y, options: {h: 1, p: 2}, settings: {s: 3}"));
    cr_expect_not(equal(base, "driver: x, options: {h: 1, p: 3}, settings: {s: 3}"));
    cr_expect_not(equal(base, "driver: x, options: {h: 1}, settings: {s: 3}"));
    cr_expect_not(equal(base, "driver: x, options: {h: 1, q: 2}, settings: {s: 3}"));
    cr_expect_not(equal(base, "driver: x, options: {h: 1, p: 2}"));
    cr_expect_not(equal(base, "driver: x, name: b, options: {h: 1, p: 2}, settings: {s: 3}"));
    cr_expect_not(equal(base, "driver: x, enabled: no, options: {h: 1, p: 2}, settings: {s: 3}"));
    cr_expect_not(equal(base, "driver: x, flow: on, options: {h: 1, p: 2}, settings: {s: 3}"));
    cr_expect_not(equal(base, "driver: x, flow: device, options: {h: 1, p: 2}, settings: {s: 3}"));
    cr_expect_not(equal("driver: x, options: {h: [1]}", "driver: x, options: {h: 1}"));
}
