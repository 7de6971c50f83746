/* A whole life of the camera (pictures taken, offered, sent, stored, forgotten, settings written in between), and at each of its
 * points something goes wrong: the camera loses power, the host does, a message is lost or comes again.
 *
 * What holds: the host keeps no picture twice. The camera forgets none that the host has not stored. The host loses none that it
 * stored. Settings are old or new, and new once the display has said so. What nothing can save: pictures that are in the
 * camera's PSRAM when its power goes, and were not stored. They are counted here, so that no other way of losing one hides
 * behind this one.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "link_host.h"
#include "old_host.h"

#define MS INT64_C(1000)
#define S INT64_C(1000000)
#define MAX_PICTURES 64

static bool was_lost[MAX_PICTURES];

static void note_loss(struct fake_batch *f, unsigned number)
{
    cr_assert_lt(number, MAX_PICTURES);
    was_lost[number] = true;
}

static void take_picture(void)
{
    if (!w->dead)
        w->camera.next_capture_us = w->now_us;
}

static void config(const char *text)
{
    fake_batch_write(BATCH_CHAR_CONFIG, text, strlen(text));
}

/* What the flash may hold after the power went: each value for itself is the one that was promised, or the one that was on its
 * way. */
static void expect_settings(
    const struct batch_config *promised, const struct batch_config *on_its_way)
{
    const struct batch_config *now = &w->camera.settings;

    cr_expect(
        now->frequency_s == promised->frequency_s || now->frequency_s == on_its_way->frequency_s,
        "F:%u", now->frequency_s);
    cr_expect(now->threshold_permille == promised->threshold_permille ||
            now->threshold_permille == on_its_way->threshold_permille,
        "T:%u", now->threshold_permille);
}

/* The power comes back. */
static void switch_on(void)
{
    const struct batch_config promised = w->promised, on_its_way = w->saving;

    cr_assert(w->dead, "point %u of %u", w->cut_at, w->n_points);
    w->cut_at = 0;
    fake_batch_reboot();
    expect_settings(&promised, &on_its_way);
}

/* --- with a host that speaks LINK ------------------------------------------------------------- */

static void link_life(void)
{
    take_picture();
    fake_batch_pass(10 * MS);
    take_picture();
    fake_batch_pass(10 * MS);
    link_host_meet(517);
    link_host_play(w->now_us + 40 * MS);
    config("F:7,T:50");
    link_host_play(w->now_us + 30 * MS);
    take_picture();
    link_host_play(w->now_us + 60 * MS);
    config("T:20");
    link_host_play(w->now_us + 8 * S);
    config("F:86400");
    link_host_play(w->now_us + 12 * S);
}

static void link_anew(unsigned manner)
{
    link_host_end();
    link_host_begin();
    h->ahead = link_host_manners[manner].ahead;
    h->disk_us = link_host_manners[manner].disk_us;
    h->window_bytes = 1024; /* slow enough for all the rest to happen within */
    w->picture_bytes = 3000;
    w->on_lose = note_loss;
    w->n_points = 0;
    memset(was_lost, 0, sizeof was_lost);
}

/* Those of before: stored, or lost with the power. Those since then: stored. */
static void expect_pictures(unsigned n_before, unsigned in_hand)
{
    for (unsigned i = 1; i <= w->n_captures; i++) {
        unsigned n = link_host_times_on_disk(i);

        cr_expect_leq(n, 1, "picture %u is kept %u times", i, n);
        if (n == 0)
            cr_expect(i <= n_before && (was_lost[i] || i == in_hand), "picture %u is nowhere", i);
    }
    cr_expect_eq(w->camera.pictures.n, 0);
    cr_expect_eq(w->camera.pictures.n_dropped, 0);
}

static void the_camera_loses_power(unsigned manner, unsigned at)
{
    unsigned n_before, in_hand, n_disk;

    link_anew(manner);
    w->cut_at = at;
    link_life();
    n_before = w->n_captures;
    in_hand = w->in_hand;
    n_disk = h->n_disk;
    link_host_part(false);
    switch_on();
    take_picture();
    fake_batch_pass(10 * MS);
    take_picture();
    fake_batch_pass(10 * MS);
    link_host_meet(517);
    config("F:86400");
    link_host_play(w->now_us + 12 * S);
    cr_expect_geq(h->n_disk, n_disk + 2);
    cr_expect_geq(w->n_captures, n_before + 2);
    expect_pictures(n_before, in_hand);
}

TestSuite(batch_power, .init = link_host_begin, .fini = link_host_end, .timeout = 120);

Test(batch_power, the_camera_may_lose_power_at_any_point)
{
    for (unsigned k = 0; k < LINK_HOST_MANNERS; k++) {
        unsigned n;

        link_anew(k);
        link_life();
        expect_pictures(0, 0);
        n = w->n_points;
        cr_assert_geq(w->n_captures, 4);
        cr_assert_eq(w->n_saves, 3);
        for (unsigned at = 1; at <= n; at++)
            the_camera_loses_power(k, at);
    }
}

/* Its program is killed, or it loses power: what was on its way to the disk is there, or is not. */
static void the_host_is_gone(unsigned manner, unsigned at, bool disk_was_done)
{
    link_anew(manner);
    h->cut = at;
    link_life();
    cr_assert(h->is_cut);
    link_host_crash(disk_was_done);
    link_host_part(at % 2);
    fake_batch_pass(1 * S);
    link_host_meet(517);
    config("F:86400");
    link_host_play(w->now_us + 12 * S);
    expect_pictures(0, 0);
}

Test(batch_power, the_host_may_be_gone_at_any_message)
{
    for (unsigned k = 0; k < LINK_HOST_MANNERS; k++) {
        unsigned n;

        link_anew(k);
        link_life();
        n = h->n_messages;
        for (unsigned at = 1; at <= n; at++) {
            the_host_is_gone(k, at, false);
            the_host_is_gone(k, at, true);
        }
    }
}

static void a_message_fails(unsigned manner, unsigned lose, unsigned repeat)
{
    link_anew(manner);
    h->lose = lose;
    h->repeat = repeat;
    link_life();
    cr_expect_geq(h->n_messages, lose + repeat);
    expect_pictures(0, 0);
}

Test(batch_power, any_message_may_be_lost_or_come_again)
{
    for (unsigned k = 0; k < LINK_HOST_MANNERS; k++) {
        unsigned n;

        link_anew(k);
        link_life();
        n = h->n_messages;
        for (unsigned i = 1; i <= n; i++) {
            a_message_fails(k, i, 0);
            a_message_fails(k, 0, i);
        }
    }
}

/* --- with a host in use ----------------------------------------------------------------------- */

/* This dialect does not say when a picture was stored: it may come twice after a lost link, and no host can tell. */
#define TWICE 2

static void old_anew(void)
{
    link_host_end();
    link_host_begin();
    w->on_forget = old_host_must_have_been_sent;
    w->on_lose = note_loss;
    w->picture_bytes = 1200;
    w->memory_bytes = 20000;
    w->saved.threshold_permille = 20;
    fake_batch_reboot();
    w->n_points = 0;
    memset(was_lost, 0, sizeof was_lost);
}

static void old_meet(struct old_host *o)
{
    o->n_seen = w->n_notes;
    o->size = o->have = 0;
    fake_batch_connect(517);
}

static void old_life(struct old_host *o)
{
    take_picture();
    fake_batch_pass(10 * MS);
    take_picture();
    fake_batch_pass(10 * MS);
    old_meet(o);
    old_host_play(o, w->now_us + 700 * MS);
    config("F:7,T:2");
    old_host_play(o, w->now_us + 300 * MS);
    take_picture();
    old_host_play(o, w->now_us + 8 * S);
    config("F:86400");
    old_host_play(o, w->now_us + 20 * S);
}

static void old_again(struct old_host *o)
{
    fake_batch_pass(1 * S);
    old_meet(o);
    config("F:86400");
    old_host_play(o, w->now_us + 20 * S);
}

static void old_expect_pictures(
    const struct old_host *o, unsigned most, unsigned n_before, unsigned in_hand)
{
    for (unsigned i = 1; i <= w->n_captures; i++) {
        unsigned n = old_host_times(o, i);

        cr_expect_leq(n, most, "picture %u came %u times", i, n);
        if (n == 0)
            cr_expect(i <= n_before && (was_lost[i] || i == in_hand), "picture %u is nowhere", i);
    }
    cr_expect_eq(w->camera.pictures.n, 0);
}

Test(batch_power, with_a_host_in_use_too_the_camera_may_lose_power_at_any_point)
{
    struct old_host o = {0};
    unsigned n;

    old_anew();
    old_life(&o);
    old_expect_pictures(&o, 1, 0, 0);
    n = w->n_points;
    cr_assert_geq(w->n_captures, 4);
    for (unsigned at = 1; at <= n; at++) {
        unsigned n_before, in_hand;

        old_anew();
        o = (struct old_host){0};
        w->cut_at = at;
        old_life(&o);
        n_before = w->n_captures;
        in_hand = w->in_hand;
        switch_on();
        take_picture();
        old_again(&o);
        cr_expect_gt(w->n_captures, n_before);
        old_expect_pictures(&o, TWICE, n_before, in_hand);
    }
}

Test(batch_power, what_a_host_in_use_says_may_be_lost_or_come_again)
{
    struct old_host o = {0};
    unsigned n;

    old_anew();
    old_life(&o);
    n = o.n_commands;
    for (unsigned i = 1; i <= n; i++) {
        old_anew();
        o = (struct old_host){.lose = i};
        old_life(&o);
        fake_batch_disconnect(false);
        old_again(&o);
        old_expect_pictures(&o, TWICE, 0, 0);

        old_anew();
        o = (struct old_host){.repeat = i};
        old_life(&o);
        old_expect_pictures(&o, 1, 0, 0);
    }
}
