#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "fakes/nowhere.h"
#include "mdns/mirror.h"

static struct nowhere nowhere;
static struct mdns_mirror m;
static unsigned n_added, n_gone, n_seen, n_lost;
static char keys[64][320];
static size_t n_keys;

static bool wanted(void *ctx, const char *type)
{
    return strcmp(type, "_http._tcp") == 0;
}

static void view_added(void *ctx, struct mdns_view *v)
{
    n_added++;
}

static void view_gone(void *ctx, struct mdns_view *v)
{
    n_gone++;
}

static void seen(void *ctx, const struct wr_found *s)
{
    n_seen++;
    n_keys = s->n_props;
    for (size_t i = 0; i < s->n_props; i++)
        snprintf(keys[i], sizeof keys[i], "%s=%s", s->props[i].key, s->props[i].value);
}

static void lost(void *ctx, const struct wr_found *s)
{
    n_lost++;
}

static const struct mdns_mirror_events events = {
    .wanted = wanted, .view_added = view_added, .view_gone = view_gone, .seen = seen, .lost = lost};

static void open_all(void)
{
    nowhere = nowhere_open();
    mdns_mirror_init(&m, &events, NULL);
    n_added = n_gone = n_seen = n_lost = 0;
}

static void close_all(void)
{
    mdns_mirror_clear(&m);
    cr_expect_eq(n_added, n_gone);
    cr_expect_eq(m.n_views, 0);
    cr_expect_eq(m.n_services, 0);
    nowhere_close(&nowhere);
}

TestSuite(mdns_mirror, .init = open_all, .fini = close_all);

static sd_bus_message *begin(void)
{
    sd_bus_message *msg = NULL;

    cr_assert_geq(sd_bus_message_new_signal(nowhere.bus, &msg, "/x", "x.y", "Z"), 0);
    return msg;
}

static int take_consume(int (*take)(struct mdns_mirror *m, sd_bus_message *s), sd_bus_message *msg)
{
    int r;

    cr_assert_geq(sd_bus_message_seal(msg, 1, 0), 0);
    cr_assert_geq(sd_bus_message_rewind(msg, true), 0);
    r = take(&m, msg);
    sd_bus_message_unref(msg);
    return r;
}

static int item(int (*take)(struct mdns_mirror *m, sd_bus_message *s), int interface,
    const char *name, const char *type)
{
    sd_bus_message *msg = begin();

    sd_bus_message_append(msg, "iisssu", interface, 0, name, type, "local", 0u);
    return take_consume(take, msg);
}

struct txt {
    const char *bytes;
    size_t n;
};

static int found(const char *name, const char *address, int port, const struct txt *txt, size_t n)
{
    sd_bus_message *msg = begin();

    sd_bus_message_append(
        msg, "iissssisq", 2, 0, name, "_http._tcp", "local", "porch.local", 0, address, port);
    sd_bus_message_open_container(msg, 'a', "ay");
    for (size_t i = 0; i < n; i++)
        sd_bus_message_append_array(msg, 'y', txt[i].bytes, txt[i].n);
    sd_bus_message_close_container(msg);
    sd_bus_message_append(msg, "u", 4u);
    return take_consume(mdns_mirror_take_found, msg);
}

#define T(text)                                                                                    \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }

Test(mdns_mirror, txt_is_read_as_rfc_6763_says)
{
    char long_one[300];
    const struct txt txt[] = {T("Kind=camera"), T("kind=other"), T("flag"), T("empty="),
        T("=no key"), T(""), T("a=b=c"), T("nul=\0x"), {long_one, sizeof long_one},
        T("bytes=\xff\x1b[2J")};

    memset(long_one, 'x', sizeof long_one);
    item(mdns_mirror_take_new, 2, "Porch", "_http._tcp");
    cr_assert_eq(found("Porch", "192.0.2.1", 80, txt, N_ELEMENTS(txt)), 0);
    cr_assert_eq(n_seen, 1);
    cr_assert_eq(n_keys, 8);
    cr_expect_str_eq(keys[3], "txt.kind=camera");
    cr_expect_str_eq(keys[4], "txt.flag=");
    cr_expect_str_eq(keys[5], "txt.empty=");
    cr_expect_str_eq(keys[6], "txt.a=b=c");
    cr_expect_str_eq(keys[7], "txt.bytes=\xff\x1b[2J", "what was sent");
}

Test(mdns_mirror, txt_has_a_ceiling)
{
    struct txt txt[100];
    char text[100][8];

    for (size_t i = 0; i < 100; i++) {
        snprintf(text[i], sizeof text[i], "k%zu=v", i);
        txt[i] = (struct txt){text[i], strlen(text[i])};
    }
    item(mdns_mirror_take_new, 2, "Porch", "_http._tcp");
    cr_assert_eq(found("Porch", "192.0.2.1", 80, txt, 100), 0);
    cr_expect_eq(n_keys, 3 + MDNS_MAX_TXT);
}

Test(mdns_mirror, there_is_a_ceiling)
{
    char name[16];

    for (int i = 0; i < MDNS_MAX_VIEWS + 10; i++) {
        snprintf(name, sizeof name, "%d", i / 2);
        cr_assert_eq(item(mdns_mirror_take_new, i % 2, name, "_http._tcp"), 0);
    }
    cr_expect_eq(m.n_views, MDNS_MAX_VIEWS);
    cr_expect_eq(m.n_services, MDNS_MAX_VIEWS / 2);
    cr_expect_eq(m.n_left_out, 10);
    item(mdns_mirror_take_removed, 0, "0", "_http._tcp");
    cr_assert_eq(item(mdns_mirror_take_new, 0, name, "_http._tcp"), 0);
    cr_expect_eq(m.n_views, MDNS_MAX_VIEWS, "there is room again");
}

Test(mdns_mirror, one_that_is_told_twice_is_one)
{
    item(mdns_mirror_take_new, 2, "Porch", "_http._tcp");
    item(mdns_mirror_take_new, 2, "Porch", "_http._tcp");
    cr_expect_eq(n_added, 1);
}

Test(mdns_mirror, what_nobody_wants_or_knows_changes_nothing)
{
    item(mdns_mirror_take_new, 2, "Porch", "_ipp._tcp");
    item(mdns_mirror_take_removed, 2, "Porch", "_http._tcp");
    found("Porch", "192.0.2.1", 80, NULL, 0);
    cr_expect_eq(n_added, 0);
    cr_expect_eq(n_seen, 0);
}

Test(mdns_mirror, a_port_of_zero_says_that_there_is_none)
{
    item(mdns_mirror_take_new, 2, "Porch", "_http._tcp");
    cr_assert_eq(found("Porch", "192.0.2.1", 80, NULL, 0), 0);
    cr_assert_eq(found("Porch", "192.0.2.1", 0, NULL, 0), 0);
    cr_expect_eq(n_lost, 1);
}

static int wrong(const char *types, int (*take)(struct mdns_mirror *m, sd_bus_message *s))
{
    sd_bus_message *msg = begin();

    for (; *types; types++)
        sd_bus_message_append(msg, (const char[]){*types, '\0'}, *types == 's' ? "x" : (void *)1);
    return take_consume(take, msg);
}

Test(mdns_mirror, messages_of_another_shape_are_refused)
{
    char name[MDNS_LABEL_BYTES + 1];

    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    cr_expect_lt(wrong("", mdns_mirror_take_new), 0);
    cr_expect_lt(wrong("iiss", mdns_mirror_take_new), 0);
    cr_expect_lt(wrong("siisss", mdns_mirror_take_removed), 0);
    cr_expect_lt(wrong("iissss", mdns_mirror_take_found), 0);
    cr_expect_lt(item(mdns_mirror_take_new, 2, name, "_http._tcp"), 0);
    cr_expect_lt(item(mdns_mirror_take_new, 2, "", "_http._tcp"), 0);
    cr_expect_eq(n_added, 0);
}
