/* link_host.c - see link_host.h. */
#include "link_host.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "crc32c.h"

#define MS INT64_C(1000)
#define S INT64_C(1000000)

struct link_host *h;

const struct link_host_manner link_host_manners[LINK_HOST_MANNERS] = {
    {0, 0}, {0, 40 * MS}, {1, 0}, {1, 40 * MS}, {3, 40 * MS}, {UINT16_MAX, 3 * S}};

/* How often the message that is now on its way arrives. */
static unsigned n_arrivals(void)
{
    h->n_messages++;
    if (h->n_messages == h->cut)
        h->is_cut = true;
    if (h->is_cut || w->dead || h->n_messages == h->lose)
        return 0;
    return h->n_messages == h->repeat ? 2 : 1;
}

/* A third time, later. */
#define ECHO_AFTER 4

static void keep_echo(bool to_camera, const void *bytes, size_t n)
{
    if (h->n_messages != h->repeat)
        return;
    h->echo = (struct link_host_echo){.to_camera = to_camera,
        .at = h->n_messages + ECHO_AFTER,
        .note = {.chr = BATCH_CHAR_LINK, .n = n}};
    memcpy(h->echo.note.bytes, bytes, n);
}

static void say(const struct batch_link *m)
{
    uint8_t bytes[BATCH_LINK_MAX_BYTES];
    size_t n = batch_link_encode(m, bytes);
    unsigned k = n_arrivals();

    keep_echo(true, bytes, n);
    while (k-- > 0)
        fake_batch_write(BATCH_CHAR_LINK, bytes, n);
}

static void say_id(enum batch_link_type type, uint32_t id, uint32_t offset)
{
    say(&(struct batch_link){.type = type, .picture = {id, offset}});
}

void link_host_hello(void)
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

static void ask(struct link_host_slot *s)
{
    s->had = s->have;
    s->gap_told = true;
    h->progress_us = w->now_us;
    say_id(BATCH_LINK_GET, s->id, s->have);
}

/* The oldest one of this link that is not whole, below `id`. */
static struct link_host_slot *incomplete_below(uint32_t id)
{
    struct link_host_slot *oldest = NULL;

    for (unsigned i = 0; i < LINK_HOST_SLOTS; i++) {
        struct link_host_slot *s = &h->slots[i];
        if (s->offered && s->stored_us == 0 && s->id < id && (!oldest || s->id < oldest->id))
            oldest = s;
    }
    return oldest;
}

static struct link_host_slot *slot_find(uint32_t id)
{
    for (unsigned i = 0; i < LINK_HOST_SLOTS; i++)
        if (h->slots[i].id == id && h->slots[i].boot == h->info.boot)
            return &h->slots[i];
    return NULL;
}

/* Pictures of another start of the camera are of no use any more; nor are those it does not offer first. */
static struct link_host_slot *slot_new(void)
{
    for (unsigned i = 0; i < LINK_HOST_SLOTS; i++)
        if (!h->slots[i].offered && h->slots[i].stored_us == 0)
            return &h->slots[i];
    return NULL;
}

static void on_offer(const struct batch_link_offer *o)
{
    struct link_host_slot *s = slot_find(o->id), *before = incomplete_below(o->id);
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
        *s = (struct link_host_slot){
            .boot = h->info.boot, .id = o->id, .size = o->size, .crc = o->crc};
    }
    s->offered = true;
    if (s->stored_us == 0 && (again || s->have > 0 || h->ahead == 0))
        ask(s);
    s->gap_told = false;
}

static void store(struct link_host_slot *s)
{
    static uint8_t jpeg[FAKE_MAX_PICTURE_BYTES];
    struct link_host_row *row = &h->disk[h->n_disk++];

    *row = (struct link_host_row){s->boot, s->id, 0};
    memcpy(&row->number, s->bytes + 2, sizeof row->number);
    fake_batch_jpeg(row->number, s->size, jpeg);
    cr_assert_eq(memcmp(jpeg, s->bytes, s->size), 0);
    if (s->offered)
        say_id(BATCH_LINK_STORED, s->id, 0);
    *s = (struct link_host_slot){0};
}

static void whole(struct link_host_slot *s)
{
    cr_assert_eq(crc32c(0, s->bytes, s->size), s->crc);
    if (h->ahead > 0)
        say_id(BATCH_LINK_HAVE, s->id, s->have);
    s->stored_us = w->now_us + h->disk_us;
}

static void on_data(const struct batch_link_data *d)
{
    struct link_host_slot *s = NULL, *before;

    for (unsigned i = 0; i < LINK_HOST_SLOTS; i++)
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
    struct link_host_slot *s = incomplete_below(UINT32_MAX);

    for (unsigned i = 0; i < LINK_HOST_SLOTS; i++)
        if (h->slots[i].stored_us > 0 && h->slots[i].stored_us <= w->now_us)
            store(&h->slots[i]);
    if (w->now_us < h->progress_us + 1 * S)
        return;
    h->progress_us = w->now_us;
    if (!h->greeted) {
        link_host_hello();
    } else if (s) {
        h->n_asked_again++;
        ask(s);
        s->gap_told = false;
    }
}

static void hear_echo(void)
{
    struct link_host_echo e = h->echo;

    if (e.at == 0 || h->n_messages < e.at)
        return;
    h->echo.at = 0;
    if (e.to_camera)
        fake_batch_write(BATCH_CHAR_LINK, e.note.bytes, e.note.n);
    else
        take(&e.note);
}

static void hear(const struct fake_note *note)
{
    unsigned n = n_arrivals();

    keep_echo(false, note->bytes, note->n);
    while (n-- > 0)
        take(note);
}

/* A message is there 5 ms after it was sent. */
void link_host_play(int64_t until_us)
{
    while (w->now_us < until_us && !h->is_cut && !w->dead) {
        unsigned end;

        fake_batch_until(w->now_us + 5 * MS);
        end = w->n_notes;
        for (; h->n_seen < end && !h->is_cut && !w->dead; h->n_seen++)
            hear(&w->notes[h->n_seen]);
        hear_echo();
        if (!h->is_cut && !w->dead)
            mind_time();
    }
}

void link_host_meet(unsigned mtu)
{
    w->n_notes = 0;
    h->n_seen = 0;
    h->is_cut = h->greeted = false;
    for (unsigned i = 0; i < LINK_HOST_SLOTS; i++)
        h->slots[i].offered = h->slots[i].gap_told = false;
    fake_batch_connect(mtu);
    h->progress_us = w->now_us;
    link_host_hello();
}

void link_host_part(bool by_host)
{
    for (unsigned i = 0; i < LINK_HOST_SLOTS; i++)
        h->slots[i].offered = false;
    h->echo.at = 0;
    fake_batch_disconnect(by_host);
}

void link_host_crash(bool disk_was_done)
{
    for (unsigned i = 0; i < LINK_HOST_SLOTS; i++) {
        h->slots[i].offered = false;
        if (disk_was_done && h->slots[i].stored_us > 0)
            store(&h->slots[i]);
        h->slots[i] = (struct link_host_slot){0};
    }
}

/* Nothing but a full memory makes a camera forget what no disk has. */
void link_host_must_be_on_disk(struct fake_batch *f, unsigned number)
{
    for (unsigned i = 0; i < h->n_disk; i++)
        if (h->disk[i].number == number)
            return;
    cr_assert_fail("picture %u was forgotten before it was stored (cut %u, lost %u, twice %u)",
        number, h->cut, h->lose, h->repeat);
}

void link_host_begin(void)
{
    fake_batch_begin();
    h = calloc(1, sizeof *h);
    h->window_bytes = 8192;
    w->on_forget = link_host_must_be_on_disk;
    w->picture_bytes = 5000;
    w->saved.frequency_s = 86400;
    fake_batch_reboot();
}

void link_host_end(void)
{
    free(h);
    fake_batch_end();
}

void link_host_fill(unsigned n)
{
    w->camera.settings.frequency_s = 1;
    w->camera.next_capture_us = w->now_us;
    fake_batch_fill(w->camera.pictures.n + n);
    w->camera.settings.frequency_s = 86400;
    w->camera.next_capture_us = w->now_us + 86400 * S;
}

unsigned link_host_times_on_disk(unsigned number)
{
    unsigned n = 0;

    for (unsigned i = 0; i < h->n_disk; i++)
        n += h->disk[i].number == number;
    return n;
}

/* All of 1 … n, each once. */
void link_host_expect_disk(unsigned n)
{
    cr_expect_eq(
        h->n_disk, n, "%u (cut %u, lost %u, twice %u)", h->n_disk, h->cut, h->lose, h->repeat);
    for (unsigned i = 1; i <= n; i++)
        cr_expect_eq(link_host_times_on_disk(i), 1, "picture %u (cut %u, lost %u, twice %u)", i,
            h->cut, h->lose, h->repeat);
    cr_expect_eq(w->camera.pictures.n, 0, "cut %u, lost %u, twice %u", h->cut, h->lose, h->repeat);
    cr_expect_eq(w->camera.pictures.n_dropped, 0);
}
