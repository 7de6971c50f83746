/* The camera and hosts that speak LINK. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "crc32c.h"
#include "fake_batch_port.h"

#define MS INT64_C(1000)
#define S INT64_C(1000000)

/* --- a host that keeps to the page ------------------------------------------------------------ */

struct disk_row {
    uint32_t boot, id;
    unsigned number;
};

/* A picture that is being received, or is on its way to the disk. */
struct slot {
    uint32_t boot, id, size, crc, have, had; /* had: as HAVE said last. id 0: free */
    uint8_t bytes[FAKE_MAX_PICTURE_BYTES];
    bool offered; /* on this link */
    bool gap_told;
    int64_t stored_us; /* when the disk will have it; 0: it is not whole yet */
};

/* Those of the start before may still be on their way to the disk. */
#define N_SLOTS (2 * BATCH_MAX_OFFERS)

/* What survives a lost link stands first. */
struct host {
    struct disk_row disk[512];
    unsigned n_disk;
    struct slot slots[N_SLOTS];
    struct batch_link_place place;

    bool greeted;
    int64_t progress_us;
    struct batch_link_info info;
    unsigned n_seen;

    uint16_t ahead;
    int64_t disk_us; /* what storing takes */
    uint32_t window_bytes;
    unsigned n_messages; /* of both sides */
    unsigned lose;       /* this message does not arrive; 0: all do */
    unsigned cut;        /* the link, or the power, goes at this one */
    bool is_cut;
    unsigned n_offers, n_asked_again;
};

static struct host *h;

static bool arrives(void)
{
    h->n_messages++;
    if (h->n_messages == h->cut)
        h->is_cut = true;
    return !h->is_cut && h->n_messages != h->lose;
}

static void say(const struct batch_link *m)
{
    uint8_t bytes[BATCH_LINK_MAX_BYTES];
    size_t n = batch_link_encode(m, bytes);

    if (arrives())
        fake_batch_write(BATCH_CHAR_LINK, bytes, n);
}

static void say_id(enum batch_link_type type, uint32_t id, uint32_t offset)
{
    say(&(struct batch_link){.type = type, .picture = {id, offset}});
}

static void say_hello(void)
{
    say(&(struct batch_link){.type = BATCH_LINK_HELLO,
        .hello = {BATCH_LINK_VERSION, h->window_bytes, INT64_C(1700000000000), h->ahead}});
}

static bool on_disk(uint32_t id)
{
    for (unsigned i = 0; i < h->n_disk; i++)
        if (h->disk[i].boot == h->info.boot && h->disk[i].id == id)
            return true;
    return false;
}

static void ask(struct slot *s)
{
    s->had = s->have;
    s->gap_told = true;
    h->progress_us = w->now_us;
    say_id(BATCH_LINK_GET, s->id, s->have);
}

/* The oldest one of this link that is not whole, below `id`. */
static struct slot *incomplete_below(uint32_t id)
{
    struct slot *oldest = NULL;

    for (unsigned i = 0; i < N_SLOTS; i++) {
        struct slot *s = &h->slots[i];
        if (s->offered && s->stored_us == 0 && s->id < id && (!oldest || s->id < oldest->id))
            oldest = s;
    }
    return oldest;
}

static struct slot *slot_find(uint32_t id)
{
    for (unsigned i = 0; i < N_SLOTS; i++)
        if (h->slots[i].id == id && h->slots[i].boot == h->info.boot)
            return &h->slots[i];
    return NULL;
}

/* Pictures of another start of the camera are of no use any more; nor are those it does not offer first. */
static struct slot *slot_new(void)
{
    for (unsigned i = 0; i < N_SLOTS; i++)
        if (!h->slots[i].offered && h->slots[i].stored_us == 0)
            return &h->slots[i];
    return NULL;
}

static void on_offer(const struct batch_link_offer *o)
{
    struct slot *s = slot_find(o->id), *before = incomplete_below(o->id);
    bool again = s && s->offered;

    h->n_offers++;
    if (on_disk(o->id)) {
        say_id(BATCH_LINK_STORED, o->id, 0);
        return;
    }
    if (before && !before->gap_told)
        ask(before); /* its end was lost */
    if (!s) {
        s = slot_new();
        cr_assert(s, "at most %u are offered", h->ahead + 1);
        *s = (struct slot){.boot = h->info.boot, .id = o->id, .size = o->size, .crc = o->crc};
    }
    s->offered = true;
    if (s->stored_us == 0 && (again || s->have > 0 || h->ahead == 0))
        ask(s);
    s->gap_told = false;
}

static void store(struct slot *s)
{
    static uint8_t jpeg[FAKE_MAX_PICTURE_BYTES];
    struct disk_row *row = &h->disk[h->n_disk++];

    *row = (struct disk_row){s->boot, s->id, 0};
    memcpy(&row->number, s->bytes + 2, sizeof row->number);
    fake_batch_jpeg(row->number, s->size, jpeg);
    cr_assert_eq(memcmp(jpeg, s->bytes, s->size), 0);
    if (s->offered)
        say_id(BATCH_LINK_STORED, s->id, 0);
    *s = (struct slot){0};
}

static void whole(struct slot *s)
{
    cr_assert_eq(crc32c(0, s->bytes, s->size), s->crc);
    if (h->ahead > 0)
        say_id(BATCH_LINK_HAVE, s->id, s->have);
    s->stored_us = w->now_us + h->disk_us;
}

static void on_data(const struct batch_link_data *d)
{
    struct slot *s = NULL, *before;

    for (unsigned i = 0; i < N_SLOTS; i++)
        if (h->slots[i].offered && d->id_low == (uint8_t)h->slots[i].id)
            s = &h->slots[i];
    if (!s || s->stored_us > 0 || d->offset + d->n > s->size)
        return;
    before = incomplete_below(s->id);
    if (before && !before->gap_told)
        ask(before);
    if (d->offset != s->have) {
        if (d->offset > s->have && !s->gap_told)
            ask(s);
        return;
    }
    memcpy(s->bytes + s->have, d->bytes, d->n);
    s->have += (uint32_t)d->n;
    h->progress_us = w->now_us;
    s->gap_told = false;
    if (s->have == s->size) {
        whole(s);
    } else if (s->have - s->had >= h->info.window_bytes / 4) {
        s->had = s->have;
        say_id(BATCH_LINK_HAVE, s->id, s->have);
    }
}

static void take(const struct fake_note *note)
{
    struct batch_link m;

    if (note->chr != BATCH_CHAR_LINK)
        return;
    cr_assert(batch_link_decode(note->bytes, note->n, &m));
    if (m.type == BATCH_LINK_INFO) {
        h->info = m.info;
        h->greeted = true;
    } else if (!h->greeted) {
        return; /* whose pictures these are, INFO says */
    } else if (m.type == BATCH_LINK_OFFER) {
        on_offer(&m.offer);
    } else if (m.type == BATCH_LINK_DATA) {
        on_data(&m.data);
    } else if (m.type == BATCH_LINK_PLACE) {
        h->place = m.place;
    }
}

static void mind_time(void)
{
    struct slot *s = incomplete_below(UINT32_MAX);

    for (unsigned i = 0; i < N_SLOTS; i++)
        if (h->slots[i].stored_us > 0 && h->slots[i].stored_us <= w->now_us)
            store(&h->slots[i]);
    if (w->now_us < h->progress_us + 1 * S)
        return;
    h->progress_us = w->now_us;
    if (!h->greeted) {
        say_hello();
    } else if (s) {
        h->n_asked_again++;
        ask(s);
        s->gap_told = false;
    }
}

/* A message is there 5 ms after it was sent. */
static void play(int64_t until_us)
{
    while (w->now_us < until_us && !h->is_cut) {
        unsigned end;

        fake_batch_until(w->now_us + 5 * MS);
        end = w->n_notes;
        for (; h->n_seen < end && !h->is_cut; h->n_seen++)
            if (arrives())
                take(&w->notes[h->n_seen]);
        if (!h->is_cut)
            mind_time();
    }
}

static uint32_t on_the_way(void)
{
    uint32_t n = 0;

    for (unsigned i = 0; i < w->camera.window.n_offers; i++)
        n += w->camera.window.offers[i].next - w->camera.window.offers[i].have;
    return n;
}

static void meet(unsigned mtu)
{
    w->n_notes = 0;
    h->n_seen = 0;
    h->is_cut = h->greeted = false;
    for (unsigned i = 0; i < N_SLOTS; i++)
        h->slots[i].offered = h->slots[i].gap_told = false;
    fake_batch_connect(mtu);
    h->progress_us = w->now_us;
    say_hello();
}

static void part(bool by_host)
{
    for (unsigned i = 0; i < N_SLOTS; i++)
        h->slots[i].offered = false;
    batch_camera_disconnected(&w->camera, w->now_us, by_host);
}

/* Nothing but a full memory makes a camera forget what no disk has. */
static void must_be_on_disk(struct fake_batch *f, unsigned number)
{
    for (unsigned i = 0; i < h->n_disk; i++)
        if (h->disk[i].number == number)
            return;
    cr_assert_fail(
        "picture %u was forgotten before it was stored (cut %u, lost %u)", number, h->cut, h->lose);
}

static void begin(void)
{
    fake_batch_begin();
    h = calloc(1, sizeof *h);
    h->window_bytes = 8192;
    w->on_forget = must_be_on_disk;
    w->picture_bytes = 5000;
    w->saved.frequency_s = 86400;
    fake_batch_reboot();
}

static void end(void)
{
    free(h);
    fake_batch_end();
}

TestSuite(batch_window, .init = begin, .fini = end);

static void fill(unsigned n)
{
    w->camera.settings.frequency_s = 1;
    w->camera.next_capture_us = w->now_us;
    fake_batch_fill(w->camera.pictures.n + n);
    w->camera.settings.frequency_s = 86400;
    w->camera.next_capture_us = w->now_us + 86400 * S;
}

static unsigned times_on_disk(unsigned number)
{
    unsigned n = 0;

    for (unsigned i = 0; i < h->n_disk; i++)
        n += h->disk[i].number == number;
    return n;
}

/* All of 1 … n, each once. */
static void expect_disk(unsigned n)
{
    cr_expect_eq(h->n_disk, n, "%u (cut %u, lost %u)", h->n_disk, h->cut, h->lose);
    for (unsigned i = 1; i <= n; i++)
        cr_expect_eq(times_on_disk(i), 1, "picture %u (cut %u, lost %u)", i, h->cut, h->lose);
    cr_expect_eq(w->camera.pictures.n, 0, "cut %u, lost %u", h->cut, h->lose);
    cr_expect_eq(w->camera.pictures.n_dropped, 0);
}

/* --- tests ------------------------------------------------------------------------------------ */

Test(batch_window, a_batch_goes_over_without_a_word_of_the_old_dialect)
{
    fill(20);
    meet(517);
    play(w->now_us + 3 * S);
    expect_disk(20);
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
        fill(1);
        meet(mtus[i]);
        play(w->now_us + 8 * S);
        part(true);
    }
    expect_disk(n);
}

Test(batch_window, works_with_every_window_and_is_never_above_it)
{
    static const uint32_t windows[] = {0, 1, 507, 508, 1000, 1500, 4096, 65535, 65536, UINT32_MAX};
    unsigned n = sizeof windows / sizeof *windows;

    w->picture_bytes = FAKE_MAX_PICTURE_BYTES;
    for (unsigned i = 0; i < n; i++) {
        uint32_t window = windows[i] < 507 ? 507 : windows[i] > 65535 ? 65535 : windows[i];

        h->window_bytes = windows[i];
        fill(1);
        meet(517);
        while (w->camera.pictures.n > 0) {
            play(w->now_us + 5 * MS);
            cr_assert_leq(on_the_way(), window);
        }
        cr_expect_eq(h->info.window_bytes, window);
        cr_expect_eq(h->n_asked_again, 0, "window %u", windows[i]);
        part(true);
    }
    expect_disk(n);
}

/* How the host takes pictures: one after the other, or ahead of its disk. */
static const struct {
    uint16_t ahead;
    int64_t disk_us;
} manners[] = {{0, 0}, {0, 40 * MS}, {1, 0}, {1, 40 * MS}, {3, 40 * MS}, {UINT16_MAX, 3 * S}};
#define N_MANNERS (sizeof manners / sizeof *manners)

static unsigned messages_of_a_batch(unsigned manner)
{
    end();
    begin();
    h->ahead = manners[manner].ahead;
    h->disk_us = manners[manner].disk_us;
    fill(4);
    meet(517);
    play(w->now_us + 15 * S);
    expect_disk(4);
    return h->n_messages;
}

static void anew(unsigned manner, unsigned lose, unsigned cut)
{
    end();
    begin();
    h->ahead = manners[manner].ahead;
    h->disk_us = manners[manner].disk_us;
    h->lose = lose;
    h->cut = cut;
    fill(4);
}

Test(batch_window, any_message_may_be_lost)
{
    for (unsigned k = 0; k < N_MANNERS; k++) {
        unsigned n = messages_of_a_batch(k);

        cr_expect_gt(n, 4 * 12);
        for (unsigned i = 1; i <= n; i++) {
            anew(k, i, 0);
            meet(517);
            play(w->now_us + 25 * S);
            expect_disk(4);
        }
    }
}

Test(batch_window, every_second_or_third_message_may_be_lost)
{
    for (unsigned seed = 1; seed < 60; seed++) {
        uint32_t r = seed;

        anew(seed % N_MANNERS, 0, 0);
        meet(517);
        for (unsigned i = 0; i < 40000 && w->camera.pictures.n > 0; i++) {
            r = r * 1664525u + 1013904223u;
            h->lose = (r >> 16) % (2 + seed % 4) == 0 ? h->n_messages + 1 : 0;
            play(w->now_us + 5 * MS);
        }
        expect_disk(4);
    }
}

Test(batch_window, the_link_may_be_lost_at_any_message)
{
    for (unsigned k = 0; k < N_MANNERS; k++) {
        unsigned n = messages_of_a_batch(k);

        for (unsigned i = 1; i <= n; i++) {
            anew(k, 0, i);
            meet(517);
            play(w->now_us + 15 * S);
            cr_expect(h->is_cut);
            part(i % 2);
            cr_expect(w->advertising);
            fake_batch_pass(1 * S);
            meet(517);
            play(w->now_us + 25 * S);
            expect_disk(4);
        }
    }
}

Test(batch_window, goes_on_at_the_last_good_byte)
{
    w->picture_bytes = FAKE_MAX_PICTURE_BYTES;
    h->window_bytes = 2048;
    fill(1);
    h->cut = 30;
    meet(517);
    play(w->now_us + 8 * S);
    part(false);
    cr_expect_gt(h->slots[0].have, 5000);
    {
        unsigned before = h->slots[0].have, first;

        meet(517);
        first = h->n_seen;
        play(w->now_us + 8 * S);
        for (unsigned i = first; i < w->n_notes; i++)
            if (w->notes[i].bytes[0] == BATCH_LINK_DATA) {
                struct batch_link m;
                batch_link_decode(w->notes[i].bytes, w->notes[i].n, &m);
                cr_expect_geq(m.data.offset, before);
            }
    }
    expect_disk(1);
}

/* The pictures in memory go with the power; what the host had whole stays, and nothing of two boots is mixed. */
static void power_goes(unsigned manner, unsigned at)
{
    unsigned n_whole = 0;

    anew(manner, 0, at);
    meet(517);
    play(w->now_us + 15 * S);
    fake_batch_reboot();
    for (unsigned i = 0; i < N_SLOTS; i++) {
        h->slots[i].offered = false;
        n_whole += h->slots[i].stored_us > 0;
    }
    n_whole += h->n_disk;
    fill(3);
    cr_expect_eq(w->camera.pictures.rows[0].id, 1, "ids begin again, the boot is another");
    meet(517);
    play(w->now_us + 25 * S);
    cr_expect_eq(h->n_disk, n_whole + 3);
    cr_expect_eq(w->camera.pictures.n, 0);
    for (unsigned k = 5; k < 8; k++)
        cr_expect_eq(times_on_disk(k), 1);
}

Test(batch_window, the_power_may_go_at_any_message)
{
    for (unsigned k = 0; k < N_MANNERS; k++) {
        unsigned n = messages_of_a_batch(k);

        for (unsigned i = 1; i <= n; i++)
            power_goes(k, i);
    }
}

Test(batch_window, to_a_host_that_takes_several_the_next_goes_out_before_the_last_is_stored)
{
    anew(2, 0, 0);
    h->disk_us = 10 * S;
    meet(517);
    play(w->now_us + 5 * S);
    cr_expect_eq(w->camera.window.n_offers, 2);
    cr_expect_eq(w->camera.window.offers[1].have, 5000);
    cr_expect_eq(h->n_disk, 0);
    cr_expect_eq(w->camera.pictures.n, 4);
    play(w->now_us + 25 * S);
    expect_disk(4);
}

Test(batch_window, a_stack_that_is_full_now_and_then_only_delays)
{
    fill(4);
    w->room = 1;
    meet(517);
    for (unsigned i = 0; i < 3000 && w->camera.pictures.n > 0; i++) {
        w->room = i % 3;
        if (i % 2)
            batch_camera_room(&w->camera, w->now_us);
        play(w->now_us + 5 * MS);
    }
    expect_disk(4);
}

Test(batch_window, ids_are_not_used_again)
{
    uint32_t last = 0;

    for (unsigned i = 0; i < 30; i++) {
        fill(2);
        cr_expect_gt(w->camera.pictures.rows[0].id, last);
        last = w->camera.pictures.rows[1].id;
        meet(517);
        play(w->now_us + 1 * S);
        part(true);
    }
    expect_disk(60);
}

Test(batch_window, a_full_memory_forgets_the_oldest_but_the_one_that_is_sent)
{
    w->on_forget = NULL;
    w->memory_bytes = 5000 * 3;
    fake_batch_reboot();
    fill(3);
    h->window_bytes = 1;
    meet(517);
    play(w->now_us + 20 * MS);
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
    play(w->now_us + 5 * S);
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
    fill(1);
    fake_batch_connect(517);
    tell_id(BATCH_LINK_GET, 1, 0);
    tell_id(BATCH_LINK_HAVE, 1, 0);
    w->on_forget = must_be_on_disk;
    tell_id(BATCH_LINK_STORED, 1, 0);
    fake_batch_pass(3 * S);
    cr_expect_str_eq(fake_batch_heard(), "");
    cr_expect_eq(w->camera.pictures.n, 1);
}

Test(batch_window, a_skipped_picture_comes_again_in_the_next_connection)
{
    fill(2);
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
    part(true);
    fake_batch_connect(517);
    tell_hello();
    cr_expect_eq(last_note().offer.id, 1);
}

Test(batch_window, get_moves_the_camera_there_at_once)
{
    fill(1);
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
    fill(1);
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
    fill(1);
    cr_expect_str_eq(fake_batch_heard(), "[01] [02] ");
    fake_batch_pass(61 * S);
    cr_expect_geq(last_note().offer.age_ms, 60000);
    tell(&(struct batch_link){.type = BATCH_LINK_LEAVE});
    fake_batch_heard();
    fill(1);
    cr_expect_str_eq(fake_batch_heard(), "[01] ", "nothing is offered to who wants no more");
}

Test(batch_window, a_place_goes_before_its_offer)
{
    const struct batch_place place = {true, 524000000, -131000000};

    batch_camera_place(&w->camera, &place);
    fill(1);
    batch_camera_place(&w->camera, NULL);
    fill(1);
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
    fill(2);
    fake_batch_connect(517);
    fake_batch_pass(600 * MS);
    fake_batch_command('A');
    fake_batch_pass(60 * MS);
    fake_batch_command('A');
    cr_expect_str_eq(fake_batch_heard(), "COUNT:2 IMAGE:5000 512 ");
    h->window_bytes = 65535;
    h->progress_us = w->now_us;
    h->n_seen = w->n_notes;
    say_hello();
    play(w->now_us + 3 * S);
    expect_disk(2);
}
