/* The camera and hosts that speak LINK. */
#include <criterion/criterion.h>
#include <string.h>

#include "link_host.h"

#define MS INT64_C(1000)
#define S INT64_C(1000000)

TestSuite(batch_window, .init = link_host_begin, .fini = link_host_end);

static uint32_t on_the_way(void)
{
    uint32_t n = 0;

    for (unsigned i = 0; i < w->camera.window.n_offers; i++)
        n += w->camera.window.offers[i].next - w->camera.window.offers[i].have;
    return n;
}

Test(batch_window, a_batch_goes_over_without_a_word_of_the_old_dialect)
{
    link_host_fill(20);
    link_host_meet(517);
    link_host_play(w->now_us + 3 * S);
    link_host_expect_disk(20);
    cr_expect_eq(h->n_asked_again, 0);
    cr_expect_eq(h->n_offers, 20);
    for (unsigned i = 0; i < w->n_notes; i++)
        cr_expect_eq(w->notes[i].chr, BATCH_CHAR_LINK);
    cr_expect_eq(h->info.n_waiting, 0);
    cr_expect_eq(h->info.used_permille, 0);
    cr_expect_eq(h->info.boot, w->boot);
    cr_expect_eq(h->info.version, BATCH_LINK_VERSION);
    cr_expect_eq(w->clock_ms, INT64_C(1700000000000));
}

Test(batch_window, works_at_every_mtu)
{
    static const unsigned mtus[] = {23, 24, 31, 64, 185, 247, 512, 515, 516, 517};
    unsigned n = sizeof mtus / sizeof *mtus;

    for (unsigned i = 0; i < n; i++) {
        link_host_fill(1);
        link_host_meet(mtus[i]);
        link_host_play(w->now_us + 8 * S);
        link_host_part(true);
    }
    link_host_expect_disk(n);
}

Test(batch_window, works_with_every_window_and_is_never_above_it)
{
    static const uint32_t windows[] = {0, 1, 507, 508, 1000, 1500, 4096, 65535, 65536, UINT32_MAX};
    unsigned n = sizeof windows / sizeof *windows;

    w->picture_bytes = FAKE_MAX_PICTURE_BYTES;
    for (unsigned i = 0; i < n; i++) {
        uint32_t window = windows[i] < 507 ? 507 : windows[i] > 65535 ? 65535 : windows[i];

        h->window_bytes = windows[i];
        link_host_fill(1);
        link_host_meet(517);
        while (w->camera.pictures.n > 0) {
            link_host_play(w->now_us + 5 * MS);
            cr_assert_leq(on_the_way(), window);
        }
        cr_expect_eq(h->info.window_bytes, window);
        cr_expect_eq(h->n_asked_again, 0, "window %u", windows[i]);
        link_host_part(true);
    }
    link_host_expect_disk(n);
}

static unsigned messages_of_a_batch(unsigned manner)
{
    link_host_end();
    link_host_begin();
    h->ahead = link_host_manners[manner].ahead;
    h->disk_us = link_host_manners[manner].disk_us;
    link_host_fill(4);
    link_host_meet(517);
    link_host_play(w->now_us + 15 * S);
    link_host_expect_disk(4);
    return h->n_messages;
}

static void anew(unsigned manner, unsigned lose, unsigned cut)
{
    link_host_end();
    link_host_begin();
    h->ahead = link_host_manners[manner].ahead;
    h->disk_us = link_host_manners[manner].disk_us;
    h->lose = lose;
    h->cut = cut;
    link_host_fill(4);
}

Test(batch_window, any_message_may_be_lost)
{
    for (unsigned k = 0; k < LINK_HOST_MANNERS; k++) {
        unsigned n = messages_of_a_batch(k);

        cr_expect_gt(n, 4 * 12);
        for (unsigned i = 1; i <= n; i++) {
            anew(k, i, 0);
            link_host_meet(517);
            link_host_play(w->now_us + 25 * S);
            link_host_expect_disk(4);
        }
    }
}

Test(batch_window, every_second_or_third_message_may_be_lost)
{
    for (unsigned seed = 1; seed < 60; seed++) {
        uint32_t r = seed;

        anew(seed % LINK_HOST_MANNERS, 0, 0);
        link_host_meet(517);
        for (unsigned i = 0; i < 40000 && w->camera.pictures.n > 0; i++) {
            r = r * 1664525u + 1013904223u;
            h->lose = (r >> 16) % (2 + seed % 4) == 0 ? h->n_messages + 1 : 0;
            link_host_play(w->now_us + 5 * MS);
        }
        link_host_expect_disk(4);
    }
}

Test(batch_window, the_link_may_be_lost_at_any_message)
{
    for (unsigned k = 0; k < LINK_HOST_MANNERS; k++) {
        unsigned n = messages_of_a_batch(k);

        for (unsigned i = 1; i <= n; i++) {
            anew(k, 0, i);
            link_host_meet(517);
            link_host_play(w->now_us + 15 * S);
            cr_expect(h->is_cut);
            link_host_part(i % 2);
            cr_expect(w->advertising);
            fake_batch_pass(1 * S);
            link_host_meet(517);
            link_host_play(w->now_us + 25 * S);
            link_host_expect_disk(4);
        }
    }
}

Test(batch_window, goes_on_at_the_last_good_byte)
{
    w->picture_bytes = FAKE_MAX_PICTURE_BYTES;
    h->window_bytes = 2048;
    link_host_fill(1);
    h->cut = 30;
    link_host_meet(517);
    link_host_play(w->now_us + 8 * S);
    link_host_part(false);
    cr_expect_gt(h->slots[0].have, 5000);
    {
        unsigned before = h->slots[0].have, first;

        link_host_meet(517);
        first = h->n_seen;
        link_host_play(w->now_us + 8 * S);
        for (unsigned i = first; i < w->n_notes; i++)
            if (w->notes[i].bytes[0] == BATCH_LINK_DATA) {
                struct batch_link m;
                batch_link_decode(w->notes[i].bytes, w->notes[i].n, &m);
                cr_expect_geq(m.data.offset, before);
            }
    }
    link_host_expect_disk(1);
}

/* The pictures in memory go with the power; what the host had whole stays, and nothing of two boots is mixed. */
static void power_goes(unsigned manner, unsigned at)
{
    unsigned n_whole = 0;

    anew(manner, 0, at);
    link_host_meet(517);
    link_host_play(w->now_us + 15 * S);
    fake_batch_reboot();
    for (unsigned i = 0; i < LINK_HOST_SLOTS; i++) {
        h->slots[i].offered = false;
        n_whole += h->slots[i].stored_us > 0;
    }
    n_whole += h->n_disk;
    link_host_fill(3);
    cr_expect_eq(w->camera.pictures.rows[0].id, 1, "ids begin again, the boot is another");
    link_host_meet(517);
    link_host_play(w->now_us + 25 * S);
    cr_expect_eq(h->n_disk, n_whole + 3);
    cr_expect_eq(w->camera.pictures.n, 0);
    for (unsigned k = 5; k < 8; k++)
        cr_expect_eq(link_host_times_on_disk(k), 1);
}

Test(batch_window, the_power_may_go_at_any_message)
{
    for (unsigned k = 0; k < LINK_HOST_MANNERS; k++) {
        unsigned n = messages_of_a_batch(k);

        for (unsigned i = 1; i <= n; i++)
            power_goes(k, i);
    }
}

Test(batch_window, to_a_host_that_takes_several_the_next_goes_out_before_the_last_is_stored)
{
    anew(2, 0, 0);
    h->disk_us = 10 * S;
    link_host_meet(517);
    link_host_play(w->now_us + 5 * S);
    cr_expect_eq(w->camera.window.n_offers, 2);
    cr_expect_eq(w->camera.window.offers[1].have, 5000);
    cr_expect_eq(h->n_disk, 0);
    cr_expect_eq(w->camera.pictures.n, 4);
    link_host_play(w->now_us + 25 * S);
    link_host_expect_disk(4);
}

Test(batch_window, a_stack_that_is_full_now_and_then_only_delays)
{
    link_host_fill(4);
    w->room = 1;
    link_host_meet(517);
    for (unsigned i = 0; i < 3000 && w->camera.pictures.n > 0; i++) {
        w->room = i % 3;
        if (i % 2)
            batch_camera_room(&w->camera, w->now_us);
        link_host_play(w->now_us + 5 * MS);
    }
    link_host_expect_disk(4);
}

Test(batch_window, ids_are_not_used_again)
{
    uint32_t last = 0;

    for (unsigned i = 0; i < 30; i++) {
        link_host_fill(2);
        cr_expect_gt(w->camera.pictures.rows[0].id, last);
        last = w->camera.pictures.rows[1].id;
        link_host_meet(517);
        link_host_play(w->now_us + 1 * S);
        link_host_part(true);
    }
    link_host_expect_disk(60);
}

Test(batch_window, a_full_memory_forgets_the_oldest_but_the_one_that_is_sent)
{
    w->on_forget = NULL;
    w->memory_bytes = 5000 * 3;
    fake_batch_reboot();
    link_host_fill(3);
    h->window_bytes = 1;
    link_host_meet(517);
    link_host_play(w->now_us + 20 * MS);
    h->greeted = false; /* the host says nothing more for now */
    w->camera.settings.frequency_s = 1;
    w->camera.next_capture_us = w->now_us;
    fake_batch_pass(5500 * MS);
    w->camera.settings.frequency_s = 86400;
    w->camera.next_capture_us = w->now_us + 86400 * S;
    cr_expect_eq(w->camera.pictures.rows[0].id, 1);
    cr_expect_eq(w->camera.pictures.n, 3);
    cr_expect_gt(w->camera.pictures.n_dropped, 3);
    h->greeted = true;
    link_host_play(w->now_us + 5 * S);
    cr_expect_eq(h->n_disk, 3);
    cr_expect_eq(h->disk[0].number, 1);
    cr_expect_eq(h->info.n_dropped, w->camera.pictures.n_dropped);
}

/* --- single messages -------------------------------------------------------------------------- */

static void tell(const struct batch_link *m)
{
    uint8_t bytes[BATCH_LINK_MAX_BYTES];

    fake_batch_write(BATCH_CHAR_LINK, bytes, batch_link_encode(m, bytes));
}

static void tell_id(enum batch_link_type type, uint32_t id, uint32_t offset)
{
    tell(&(struct batch_link){.type = type, .picture = {id, offset}});
}

static void tell_hello(void)
{
    tell(&(struct batch_link){.type = BATCH_LINK_HELLO, .hello = {1, 65535, 0}});
}

static struct batch_link last_note(void)
{
    struct batch_link m;

    cr_assert_gt(w->n_notes, 0);
    cr_assert(batch_link_decode(w->notes[w->n_notes - 1].bytes, w->notes[w->n_notes - 1].n, &m));
    return m;
}

Test(batch_window, nothing_is_said_on_link_before_hello)
{
    link_host_fill(1);
    fake_batch_connect(517);
    tell_id(BATCH_LINK_GET, 1, 0);
    tell_id(BATCH_LINK_HAVE, 1, 0);
    w->on_forget = link_host_must_be_on_disk;
    tell_id(BATCH_LINK_STORED, 1, 0);
    fake_batch_pass(3 * S);
    cr_expect_str_eq(fake_batch_heard(), "");
    cr_expect_eq(w->camera.pictures.n, 1);
}

Test(batch_window, a_skipped_picture_comes_again_in_the_next_connection)
{
    link_host_fill(2);
    fake_batch_connect(517);
    tell_hello();
    tell_id(BATCH_LINK_SKIP, 1, 0);
    cr_expect_str_eq(fake_batch_heard(), "[01] [02] [02] ");
    cr_expect_eq(last_note().offer.id, 2);
    tell_id(BATCH_LINK_SKIP, 2, 0);
    cr_expect_eq(last_note().info.n_waiting, 0, "of those it wants");
    cr_expect_eq(w->camera.pictures.n, 2);
    tell_hello();
    cr_expect_str_eq(fake_batch_heard(), "[01] [01] ", "HELLO is no new connection");
    link_host_part(true);
    fake_batch_connect(517);
    tell_hello();
    cr_expect_eq(last_note().offer.id, 1);
}

Test(batch_window, get_moves_the_camera_there_at_once)
{
    link_host_fill(1);
    fake_batch_connect(517);
    tell_hello();
    tell_id(BATCH_LINK_GET, 1, 0);
    cr_expect_str_eq(
        fake_batch_heard(), "[01] [02] [03] [03] [03] [03] [03] [03] [03] [03] [03] [03] ");
    cr_expect_eq(last_note().data.offset, 9 * 507);
    tell_id(BATCH_LINK_GET, 1, 4000);
    cr_expect_str_eq(fake_batch_heard(), "[03] [03] ");
    cr_expect_eq(last_note().data.offset, 4507);
    tell_id(BATCH_LINK_GET, 1, 5000);
    tell_id(BATCH_LINK_GET, 1, UINT32_MAX);
    tell_id(BATCH_LINK_HAVE, 1, UINT32_MAX);
    cr_expect_str_eq(fake_batch_heard(), "", "there is nothing behind its end");
}

Test(batch_window, what_is_not_there_is_gone)
{
    link_host_fill(1);
    fake_batch_connect(517);
    tell_hello();
    tell_id(BATCH_LINK_GET, 77, 0);
    cr_expect_str_eq(
        fake_batch_heard(), "[01] [02] [04] [02] ", "and the one there is is offered again");
    cr_expect_eq(w->notes[w->n_notes - 2].bytes[4], 77);
}

Test(batch_window, a_picture_is_offered_as_soon_as_it_is_taken)
{
    fake_batch_connect(517);
    tell_hello();
    cr_expect_str_eq(fake_batch_heard(), "[01] ");
    link_host_fill(1);
    cr_expect_str_eq(fake_batch_heard(), "[01] [02] ");
    fake_batch_pass(61 * S);
    cr_expect_geq(last_note().offer.age_ms, 60000);
    tell(&(struct batch_link){.type = BATCH_LINK_LEAVE});
    fake_batch_heard();
    link_host_fill(1);
    cr_expect_str_eq(fake_batch_heard(), "[01] ", "nothing is offered to who wants no more");
}

Test(batch_window, a_place_goes_before_its_offer)
{
    const struct batch_place place = {true, 524000000, -131000000};

    batch_camera_place(&w->camera, &place);
    link_host_fill(1);
    batch_camera_place(&w->camera, NULL);
    link_host_fill(1);
    fake_batch_connect(517);
    tell_hello();
    cr_expect_str_eq(fake_batch_heard(), "[01] [05] [02] ");
    cr_expect_eq(last_note().offer.flags, BATCH_LINK_OFFER_PLACE);
    tell_id(BATCH_LINK_SKIP, 1, 0);
    cr_expect_str_eq(fake_batch_heard(), "[02] ");
    cr_expect_eq(last_note().offer.flags, 0);
}

Test(batch_window, hello_in_the_middle_of_a_batch_ends_it_and_loses_nothing)
{
    w->memory_bytes = 20000;
    w->saved.threshold_permille = 20;
    fake_batch_reboot();
    link_host_fill(2);
    fake_batch_connect(517);
    fake_batch_pass(600 * MS);
    fake_batch_command('A');
    fake_batch_pass(60 * MS);
    fake_batch_command('A');
    cr_expect_str_eq(fake_batch_heard(), "COUNT:2 IMAGE:5000 512 ");
    h->window_bytes = 65535;
    h->progress_us = w->now_us;
    h->n_seen = w->n_notes;
    link_host_hello();
    link_host_play(w->now_us + 3 * S);
    link_host_expect_disk(2);
}
