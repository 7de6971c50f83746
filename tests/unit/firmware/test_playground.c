/* A hub's core and many modules' cores on one pretended air. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "espnow_air.h"
#include "play_hub.h"
#include "play_module.h"

#define S INT64_C(1000000)
#define MAX_MODULES 60
#define HUB 0 /* its node; module i is node i + 1 */

struct toy {
    struct world *world;
    unsigned node, n_rounds, friends;
    uint32_t random;
    struct play_module module;
    struct play_color leds[PLAY_MODULE_LEDS];
};

struct world {
    struct espnow_air *air;
    struct play_hub hub;
    struct toy toys[MAX_MODULES];
    unsigned n_toys;
    int64_t now_us;
    struct hub_frame_reader reader;
    char room[PLAY_HUB_LIST_BYTES], got[PLAY_HUB_LIST_BYTES]; /* the last answer */
    size_t n_got;
};

static struct world *w;

/* --- the hub's world -------------------------------------------------------------------------- */

static int hub_air(void *ctx, const uint8_t *mac, const char *bytes, size_t n)
{
    return espnow_air_send(w->air, w->now_us, HUB, mac, bytes, n);
}

static int hub_notify(void *ctx, unsigned central, const void *bytes, size_t n)
{
    struct span s = {bytes, n};
    struct hub_frame f;

    cr_assert_not(hub_frame_begin(&w->reader, s, &f));
    while (hub_frame_read(&w->reader, &s, &f)) {
        cr_assert(f.whole && f.payload.n == f.announced);
        memcpy(w->got, f.payload.at, f.payload.n);
        w->n_got = f.payload.n;
    }
    return 0;
}

static void hub_advertise(void *ctx)
{
}

/* --- the modules' world ----------------------------------------------------------------------- */

static int toy_send(void *ctx, const uint8_t *mac, const char *bytes, size_t n)
{
    return espnow_air_send(w->air, w->now_us, ((struct toy *)ctx)->node, mac, bytes, n);
}

static void toy_light(void *ctx, const struct play_color leds[PLAY_MODULE_LEDS])
{
    memcpy(((struct toy *)ctx)->leds, leds, sizeof w->toys[0].leds);
}

static int toy_battery(void *ctx)
{
    return (int)((struct toy *)ctx)->node;
}

static bool toy_load(void *ctx, struct play_module_settings *ret)
{
    snprintf(ret->name, sizeof ret->name, "toy %u", ((struct toy *)ctx)->node);
    ret->threshold_dbm = -60;
    return true;
}

static int toy_save(void *ctx, const struct play_module_settings *settings)
{
    return 0;
}

static void toy_sleep(void *ctx)
{
    espnow_air_set_deaf(w->air, ((struct toy *)ctx)->node, true);
}

static uint32_t toy_random(void *ctx)
{
    struct toy *t = ctx;

    return (t->random = t->random * 1664525u + 1013904223u) >> 8;
}

static void toy_log(void *ctx, const struct play_round *round)
{
    struct toy *t = ctx;

    t->n_rounds++;
    t->friends = round->friends;
}

/* --- all of it -------------------------------------------------------------------------------- */

static void received(void *ctx, unsigned node, const uint8_t mac[HUB_MAC_RAW_BYTES], int rssi_dbm,
    const void *bytes, size_t n)
{
    if (node == HUB)
        play_hub_received(&w->hub, w->now_us, mac, rssi_dbm, bytes, n);
    else
        play_module_received(&w->toys[node - 1].module, w->now_us, mac, rssi_dbm, bytes, n);
}

static int64_t next_us(void)
{
    int64_t hub_us = play_hub_next_us(&w->hub), t = espnow_air_next_us(w->air);

    t = hub_us < t ? hub_us : t;
    for (unsigned i = 0; i < w->n_toys; i++) {
        int64_t us = play_module_next_us(&w->toys[i].module);

        t = us < t ? us : t;
    }
    return t;
}

static void pass(int64_t us)
{
    int64_t until = w->now_us + us, t;

    while ((t = next_us()) <= until) {
        w->now_us = t > w->now_us ? t : w->now_us;
        espnow_air_step(w->air, w->now_us);
        play_hub_step(&w->hub, w->now_us);
        for (unsigned i = 0; i < w->n_toys; i++)
            play_module_step(&w->toys[i].module, w->now_us);
    }
    w->now_us = until;
}

/* n modules in a line, the first 1 m from the hub, each so many metres behind the one before. */
static void begin(unsigned n, double metres, unsigned loss_permille, uint32_t seed)
{
    const struct espnow_air_events events = {received};
    const struct play_hub_port port = {
        w, hub_air, hub_notify, hub_advertise, NULL, NULL, NULL, NULL};
    uint8_t mac[HUB_MAC_RAW_BYTES] = {2};

    w = calloc(1, sizeof *w);
    cr_assert_eq(espnow_air_new(seed, loss_permille, &events, NULL, &w->air), 0);
    hub_frame_reader_init(&w->reader, w->room, sizeof w->room);
    cr_assert_eq(espnow_air_add(w->air, mac, 0, 0), HUB);
    play_hub_init(&w->hub, &port, mac);
    play_hub_start(&w->hub, 0);
    play_hub_connected(&w->hub, 0, 0, 247);
    play_hub_subscribed(&w->hub, 0, 0, true);
    for (w->n_toys = 0; w->n_toys < n; w->n_toys++) {
        struct toy *t = &w->toys[w->n_toys];
        const struct play_module_port p = {t, toy_send, toy_light, toy_battery, toy_load, toy_save,
            toy_sleep, toy_random, NULL, toy_log};

        mac[5] = (uint8_t)(w->n_toys + 1);
        t->node = (unsigned)espnow_air_add(w->air, mac, 1 + w->n_toys * metres, 0);
        t->random = seed + t->node;
        play_module_init(&t->module, &p, mac);
        play_module_start(&t->module, 0);
    }
    pass(5 * S);
}

static void end(void)
{
    w->air = espnow_air_free(w->air);
    free(w);
}

TestSuite(playground, .fini = end);

static void say(const char *line)
{
    w->n_got = 0;
    play_hub_written(&w->hub, w->now_us, 0, line, strlen(line));
}

static unsigned n_listed(void)
{
    struct hub_modules list;
    struct hub_module m;
    unsigned n = 0;

    hub_modules_begin(&list, (struct span){w->got, w->n_got});
    while (hub_modules_next(&list, &m)) {
        unsigned node = (unsigned)strtoul(m.mac + 10, NULL, 16);

        cr_expect_eq(m.rssi_dbm, espnow_air_rssi(w->air, node, HUB), "%s", m.id);
        cr_expect_eq(m.battery_percent, (int)node);
        n++;
    }
    return n;
}

static bool is_lit(unsigned toy)
{
    return w->toys[toy].leds[0].green > 0;
}

Test(playground, a_scan_lists_exactly_who_is_in_reach)
{
    unsigned n_near = 0, n_heard = 0;

    begin(50, 4, 0, 1);
    for (unsigned i = 1; i <= 50; i++) {
        n_near += espnow_air_rssi(w->air, i, HUB) >= -70;
        n_heard += espnow_air_rssi(w->air, i, HUB) >= ESPNOW_AIR_HEARD_DBM;
    }
    cr_assert(n_near > 2 && n_near < n_heard && n_heard < 50, "%u %u", n_near, n_heard);
    say("\"PING\":\"-70\"\n");
    pass(6 * S);
    cr_expect_eq(n_listed(), n_near);
    say("\"PING\":\"all\"\n");
    pass(6 * S);
    cr_expect_eq(n_listed(), n_heard);
}

Test(playground, play_lights_exactly_the_modules_in_reach)
{
    unsigned n_lit = 0;

    begin(40, 0.7, 0, 2);
    say("\"Play\":\"-60\"\n");
    pass(1 * S);
    for (unsigned i = 0; i < 40; i++) {
        cr_expect_eq(is_lit(i), espnow_air_rssi(w->air, HUB, i + 1) > -60, "%u", i);
        n_lit += is_lit(i);
    }
    cr_expect(n_lit > 3 && n_lit < 37, "%u", n_lit);
    say("\"Pause\":\"all\"\n");
    pass(1 * S);
    for (unsigned i = 0; i < 40; i++)
        cr_expect_not(is_lit(i));
}

Test(playground, three_questions_make_up_for_what_is_lost)
{
    begin(50, 0.1, 50, 3);
    say("\"PING\":\"all\"\n");
    pass(7 * S);
    cr_expect_eq(n_listed(), 50, "each of six messages comes with 95 percent: %u", n_listed());
}

Test(playground, the_same_seed_gives_the_same_air)
{
    unsigned n[2];

    for (int i = 0; i < 2; i++) {
        begin(50, 0.1, 500, 4);
        say("\"PING\":\"all\"\n");
        pass(7 * S);
        n[i] = espnow_air_n_collisions(w->air) * 1000 + n_listed();
        if (i == 0)
            end();
    }
    cr_expect_eq(n[0], n[1]);
    cr_expect_lt(n[0] % 1000, 50, "half of all is lost");
}

Test(playground, who_sleeps_is_not_listed_and_lights_nothing)
{
    begin(10, 0.1, 0, 5);
    say("\"PING\":\"all\"\n");
    pass(6 * S);
    cr_expect_eq(n_listed(), 10);
    say("\"Off\":\"all\"\n");
    pass(2 * S);
    say("\"Play\":\"all\"\n");
    pass(1 * S);
    say("\"PING\":\"all\"\n");
    pass(6 * S);
    cr_expect_eq(n_listed(), 0);
    for (unsigned i = 0; i < 10; i++)
        cr_expect_not(is_lit(i));
}

Test(playground, a_button_tells_friends_how_many_they_are)
{
    begin(6, 0.2, 0, 6);
    play_module_button(&w->toys[2].module, w->now_us);
    pass(1 * S);
    for (unsigned i = 0; i < 6; i++) {
        cr_expect_eq(w->toys[i].n_rounds, 1, "%u", i);
        cr_expect_eq(w->toys[i].friends, 5, "%u", i);
    }
}

static char heard[64];

static void hear(void *ctx, unsigned node, const uint8_t mac[HUB_MAC_RAW_BYTES], int rssi_dbm,
    const void *bytes, size_t n)
{
    if (node == 1)
        strncat(heard, bytes, n);
}

Test(playground, what_one_says_is_heard_in_that_order)
{
    const struct espnow_air_events events = {hear};
    const uint8_t a[HUB_MAC_RAW_BYTES] = {2, 1}, b[HUB_MAC_RAW_BYTES] = {2, 2};
    struct espnow_air *air = NULL;

    begin(0, 0, 0, 8);
    cr_assert_eq(espnow_air_new(8, 0, &events, NULL, &air), 0);
    cr_assert_eq(espnow_air_add(air, a, 0, 0), 0);
    cr_assert_eq(espnow_air_add(air, b, 1, 0), 1);
    for (int i = 0; i < 8; i++)
        cr_assert_eq(espnow_air_send(air, 0, 0, i % 2 ? b : NULL, &"01234567"[i], 1), 0);
    espnow_air_step(air, S);
    cr_expect_str_eq(heard, "01234567");
    espnow_air_free(air);
}

Test(playground, two_at_the_same_moment_are_heard_by_nobody)
{
    begin(2, 0, 0, 7);
    for (int i = 0; i < 200 && espnow_air_n_collisions(w->air) == 0; i++) {
        espnow_air_send(w->air, w->now_us, 1, NULL, "x", 1);
        espnow_air_send(w->air, w->now_us, 2, NULL, "y", 1);
        pass(S / 100);
    }
    cr_expect_gt(espnow_air_n_collisions(w->air), 0, "one slot of 32");
    cr_expect_lt(
        w->hub.n_not_understood % 2, 1, "both or none: %u", (unsigned)w->hub.n_not_understood);
}
