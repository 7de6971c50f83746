/* A virtual playground from its app's side: ours, and the one that is out there. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/sim/play_world.h"
#include "play_app.h"

#define MS INT64_C(1000)
#define S INT64_C(1000000)
#define MTU 247

static struct play_world *w;
static struct play_app app;
static int64_t now_us;
static bool advertised, full;
static unsigned n_lights, n_resets, n_cuts;
static char usb[4096];
static size_t n_usb;

static int notify(void *ctx, const void *bytes, size_t n)
{
    if (full)
        return -EAGAIN;
    play_app_notified(&app, bytes, n);
    return 0;
}

static void advertise(void *ctx, bool on)
{
    advertised = on;
}

static void reset(void *ctx)
{
    n_resets++;
}

static void cut(void *ctx)
{
    n_cuts++;
}

static int serial(void *ctx, const char *line, size_t n)
{
    if (n_usb + n >= sizeof usb)
        n_usb = 0; /* of long times nobody asks */
    cr_assert_lt(n, sizeof usb);
    memcpy(usb + n_usb, line, n);
    n_usb += n;
    usb[n_usb] = '\0';
    return 0;
}

static void lights(void *ctx, unsigned module)
{
    n_lights++;
}

static void display(void *ctx, unsigned line, const char *text)
{
}

static void pass(int64_t us)
{
    now_us += us;
    play_world_run(w, now_us);
}

static void begin(struct play_world_config c)
{
    const struct play_world_port port = {.notify = notify,
        .advertise = advertise,
        .reset = reset,
        .cut = cut,
        .serial = serial,
        .lights = lights,
        .display = display};

    play_app_init(&app);
    n_lights = n_resets = n_cuts = 0;
    n_usb = 0;
    now_us = 70 * S;
    cr_assert_eq(play_world_new(&c, &port, &w), 0);
    play_world_start(w, now_us);
    cr_assert(advertised);
    pass(5 * S);
    play_world_connected(w, now_us, MTU);
    play_world_subscribed(w, now_us, true);
}

static void end(void)
{
    w = play_world_free(w);
}

TestSuite(play_world, .fini = end, .timeout = 120);

static void say(const char *line)
{
    char text[64];
    size_t n = (size_t)snprintf(text, sizeof text, "%s\n", line);

    for (size_t i = 0; i < n; i += 20)
        play_world_written(w, now_us, text + i, n - i < 20 ? n - i : 20);
}

/* Until the list is there, for so long at most. */
static unsigned scan(const char *threshold, int64_t us)
{
    char line[32];
    unsigned before = app.n_answers;

    snprintf(line, sizeof line, "\"PING\":\"%s\"", threshold);
    say(line);
    for (int64_t until_us = now_us + us; app.n_answers == before && now_us < until_us;)
        pass(10 * MS);
    cr_assert_eq(app.n_answers, before + 1);
    cr_assert_eq(app.answer.kind, HUB_DEVICES);
    return play_app_n_listed(&app);
}

static const struct hub_module *listed(unsigned module)
{
    char mac[HUB_MAC_BYTES];

    hub_mac_text(play_world_seen(w, module).place->mac, mac);
    return play_app_listed(&app, mac);
}

/* Of those that are lit exactly who hears the hub louder than that. */
static void expect_lit(int threshold_dbm)
{
    unsigned n = 0;

    for (unsigned i = 0; i < play_world_n_modules(w); i++) {
        const struct play_seen m = play_world_seen(w, i);

        cr_expect_eq(m.look.n_lit > 0, m.rssi_dbm > threshold_dbm, "%s %d", m.name, m.rssi_dbm);
        n += m.look.n_lit > 0;
    }
    cr_expect(n > 0 && n < play_world_n_modules(w), "%u", n);
}

/* --- ours ------------------------------------------------------------------------------------- */

Test(play_world, a_scan_lists_all_with_signal_name_and_battery)
{
    begin((struct play_world_config){.seed = 1, .n_modules = 12});
    cr_assert_eq(scan("all", 6 * S), 12);
    for (unsigned i = 0; i < 12; i++) {
        const struct play_seen m = play_world_seen(w, i);
        const struct hub_module *l = listed(i);

        cr_assert_not_null(l, "%s", m.name);
        cr_expect_str_eq(l->id, m.place->name);
        cr_expect_eq(l->rssi_dbm, m.rssi_dbm);
        cr_expect_eq(l->battery_percent, m.place->battery_percent);
    }
    cr_expect(app.in_step);
}

Test(play_world, play_lights_exactly_who_is_in_reach)
{
    begin((struct play_world_config){.seed = 2, .n_modules = 12});
    say("\"Play\":\"-60\"");
    pass(3 * S);
    expect_lit(-60);
    cr_expect_eq(app.answer.kind, HUB_ACK);
    cr_expect(app.answer.sent);
    say("\"Pause\":\"all\"");
    pass(S);
    for (unsigned i = 0; i < 12; i++)
        cr_expect_eq(play_world_seen(w, i).look.n_lit, 0);
}

Test(play_world, a_rainbow_that_turns_is_one_look)
{
    begin((struct play_world_config){.seed = 2, .n_modules = 3});
    n_lights = 0;
    say("\"Win\":\"all\"");
    pass(20 * S);
    cr_expect_eq(n_lights, 3);
    cr_expect(play_world_seen(w, 0).look.mixed);
    cr_expect_eq(play_world_seen(w, 0).look.n_lit, 12);
}

Test(play_world, who_sleeps_is_woken_by_its_button)
{
    begin((struct play_world_config){.seed = 2, .n_modules = 4, .wake_us = 20 * S});
    say("\"Color Game\":\"all\"");
    say("\"Off\":\"all\"");
    pass(5 * S);
    for (unsigned i = 0; i < 4; i++)
        cr_expect(play_world_seen(w, i).look.asleep);
    play_world_button(w, now_us, 1);
    cr_expect_not(play_world_seen(w, 1).look.asleep);
    pass(20 * S);
    for (unsigned i = 0; i < 4; i++) {
        cr_expect_not(play_world_seen(w, i).look.asleep);
        cr_expect_eq(play_world_seen(w, i).game, PLAY_GAME_COLOR, "its flash knows");
    }
    cr_expect_eq(scan("all", 6 * S), 4);
}

Test(play_world, fifty_modules_are_listed_whole_whatever_the_seed)
{
    for (uint64_t seed = 0; seed < 10; seed++) {
        int64_t began_us;

        begin((struct play_world_config){.seed = seed, .n_modules = 50, .two_antennas = true});
        for (int i = 0; i < 2; i++) {
            pass(2 * S);
            began_us = now_us;
            cr_expect_eq(scan("all", 7 * S), 50, "seed %d: %u", (int)seed, play_app_n_listed(&app));
            cr_expect_lt(now_us - began_us, 5250 * MS, "%d ms", (int)((now_us - began_us) / MS));
        }
        cr_expect(app.in_step);
        end();
    }
}

/* With one antenna 996 of a thousand list all: a test wants to know what it will see. */
Test(play_world, with_two_antennas_no_scan_misses_a_module)
{
    begin((struct play_world_config){.seed = 6, .n_modules = 12, .two_antennas = true});
    for (int i = 0; i < 200; i++) {
        cr_expect_eq(scan("all", 6 * S), 12, "%d", i);
        pass(2 * S + i * 7 * MS);
    }
}

Test(play_world, the_same_seed_gives_the_same_playground)
{
    unsigned n[2][2];

    for (int i = 0; i < 2; i++) {
        begin((struct play_world_config){
            .seed = 5, .n_modules = 50, .loss_permille = 600, .round_us = S});
        n[i][0] = scan("all", 7 * S);
        pass(20 * S);
        n[i][1] = n_lights;
        if (i == 0)
            end();
    }
    cr_expect_eq(n[0][0], n[1][0]);
    cr_expect_eq(n[0][1], n[1][1]);
    cr_expect_lt(n[0][0], 50, "much is lost");
}

Test(play_world, a_full_stack_is_waited_for)
{
    begin((struct play_world_config){.seed = 1, .n_modules = 12});
    full = true;
    say("\"Play\":\"all\"");
    pass(2 * S);
    cr_expect_eq(app.n_answers, 0);
    full = false;
    play_world_room(w, now_us);
    pass(S);
    cr_expect_eq(app.n_answers, 1);
}

Test(play_world, a_reset_ends_a_scan_and_the_next_one_works)
{
    begin((struct play_world_config){.seed = 1, .n_modules = 12, .n_resets = 1});
    say("\"PING\":\"all\"");
    pass(2 * S + 100 * MS);
    cr_expect_eq(n_resets, 1);
    cr_expect_not(advertised);
    play_world_disconnected(w, now_us);
    pass(S);
    cr_expect(advertised);
    pass(5 * S);
    cr_expect_eq(app.n_answers, 0);
    play_world_connected(w, now_us, MTU);
    play_world_subscribed(w, now_us, true);
    cr_expect_eq(scan("all", 6 * S), 12);
    cr_expect_eq(n_resets, 1);
}

static void expect_a_cut(bool old_hub, int64_t within_us)
{
    begin((struct play_world_config){
        .seed = 1, .n_modules = 12, .old_hub = old_hub, .n_cuts = 1, .two_antennas = true});
    say("\"PING\":\"all\"");
    pass(8 * S);
    cr_expect_eq(n_cuts, 1);
    cr_expect_eq(app.n_answers, 0);
    cr_expect_eq(app.n_notifications, PLAY_WORLD_CUT_AFTER);
    play_world_disconnected(w, now_us);
    play_app_init(&app);
    play_world_connected(w, now_us, MTU);
    play_world_subscribed(w, now_us, true);
    cr_expect_eq(scan("all", within_us), 12);
    cr_expect_eq(n_cuts, 1);
}

Test(play_world, a_list_is_cut_in_the_middle_and_the_next_one_comes)
{
    expect_a_cut(false, 6 * S);
    end();
    expect_a_cut(true, 7 * S);
}

Test(play_world, has_a_usb_too)
{
    begin((struct play_world_config){.seed = 1, .n_modules = 12});
    cr_expect(strstr(usb, "{\"type\":\"ready\""), "%s", usb);
    n_usb = 0;
    play_world_serial(w, now_us, "{\"cmd\":\"Rainbow\",\"mode\":\"all\"}\n", 32);
    pass(100 * MS);
    cr_expect(strstr(usb, "\"status\":\"sent\",\"mode\":\"all\",\"recipients\":1"), "%s", usb);
    pass(5 * S);
    cr_expect(strstr(usb, "heartbeat"));
    cr_expect_eq(play_world_seen(w, 0).look.n_lit, 12);
}

Test(play_world, children_press_buttons)
{
    begin((struct play_world_config){.seed = 1, .n_modules = 12, .round_us = S});
    n_lights = 0;
    pass(20 * S);
    cr_expect_gt(n_lights, 20);
}

/* --- the one that is out there ------------------------------------------------------------------ */

Test(play_world, an_old_scan_lists_only_who_is_very_near_and_knows_no_battery)
{
    unsigned n = 0, n_unnamed = 0;

    begin((struct play_world_config){
        .seed = 3, .n_modules = 30, .old_hub = true, .old_modules = true});
    scan("all", 7 * S);
    for (unsigned i = 0; i < 30; i++) {
        const struct play_seen m = play_world_seen(w, i);
        const struct hub_module *l = listed(i);

        cr_expect_eq(l != NULL, m.rssi_dbm > -45, "%s %d", m.name, m.rssi_dbm);
        if (!l)
            continue;
        n++;
        n_unnamed += strcmp(l->id, "M-025752") == 0;
        cr_expect_eq(l->rssi_dbm, m.rssi_dbm);
        cr_expect_eq(l->battery_percent, HUB_BATTERY_UNKNOWN);
    }
    cr_expect(n > 2 && n_unnamed > 0 && n_unnamed < n, "%u %u", n, n_unnamed);
    cr_expect(app.in_step);
}

Test(play_world, our_hub_lists_old_modules_wherever_they_are)
{
    begin((struct play_world_config){.seed = 3, .n_modules = 12, .old_modules = true});
    cr_expect_eq(scan("all", 6 * S), 12, "%s", app.text);
    for (unsigned i = 0; i < 12; i++) {
        cr_assert_not_null(listed(i));
        cr_expect_eq(listed(i)->battery_percent, HUB_BATTERY_UNKNOWN);
    }
}

Test(play_world, an_old_hub_lists_our_modules_wherever_they_are)
{
    begin((struct play_world_config){.seed = 3, .n_modules = 12, .old_hub = true});
    cr_expect_eq(scan("all", 7 * S), 12);
    cr_expect_eq(listed(0)->battery_percent, play_world_seen(w, 0).place->battery_percent);
}

Test(play_world, old_modules_in_reach_light_up_once)
{
    unsigned n_near = 0;

    begin((struct play_world_config){
        .seed = 3, .n_modules = 12, .old_hub = true, .old_modules = true});
    n_lights = 0;
    say("\"Play\":\"-60\"");
    pass(300 * MS);
    expect_lit(-60);
    pass(5 * S);
    for (unsigned i = 0; i < 12; i++)
        n_near += play_world_seen(w, i).rssi_dbm > -60;
    cr_expect_eq(n_lights, 2 * n_near, "on and off");
}

Test(play_world, in_a_crowd_that_plays_an_old_scan_dies_now_and_then)
{
    unsigned n_lists = 0;

    begin((struct play_world_config){
        .seed = 4, .n_modules = 12, .old_hub = true, .old_modules = true, .round_us = 200 * MS});
    for (int i = 0; i < 20; i++) {
        app.n_answers = 0;
        say("\"PING\":\"all\"");
        pass(8 * S);
        n_lists += app.n_answers;
    }
    cr_expect(n_lists > 0 && n_lists < 20, "%u", n_lists);
}

Test(play_world, an_old_hub_has_no_usb_and_takes_20_bytes_of_a_write)
{
    begin((struct play_world_config){
        .seed = 3, .n_modules = 2, .old_hub = true, .old_modules = true});
    play_world_serial(w, now_us, "{\"cmd\":\"Rainbow\"}\n", 18);
    play_world_written(w, now_us, "\"Number Game\":\"-100\"\n", 21);
    pass(10 * S);
    cr_expect_eq(app.n_answers, 0);
    cr_expect_eq(n_usb, 0);
    play_world_written(w, now_us, "\n", 1);
    pass(S);
    cr_expect_eq(app.n_answers, 1);
}
