/* old_host.c - see old_host.h. */
#include "old_host.h"

#include <criterion/criterion.h>
#include <string.h>

#define MS INT64_C(1000)

static void say(struct old_host *h, char command)
{
    if (++h->n_commands == h->lose)
        return;
    fake_batch_command(command);
    if (h->n_commands == h->repeat)
        fake_batch_command(command);
}

static void take_piece(struct old_host *h, const struct fake_note *note)
{
    if (h->have == 0)
        memcpy(&h->number[h->n_pictures], note->bytes + 2, sizeof *h->number);
    h->have += (uint32_t)note->n;
    if (h->have < h->size) {
        say(h, 'N');
        return;
    }
    cr_assert_eq(h->have, h->size);
    h->n_pictures++;
    cr_assert_lt(h->n_pictures, OLD_HOST_MAX_PICTURES);
}

static void take_note(struct old_host *h, const struct fake_note *note)
{
    struct batch_status s;

    if (note->chr == BATCH_CHAR_DATA) {
        take_piece(h, note);
        return;
    }
    cr_assert(batch_status_parse(note->bytes, note->n, &s));
    if (s.kind == BATCH_STATUS_IMAGE) {
        h->size = s.image_bytes;
        h->have = 0;
    }
    if (s.kind != BATCH_STATUS_MEMORY)
        say(h, 'A');
}

void old_host_play(struct old_host *h, int64_t until_us)
{
    while (w->now_us < until_us && !h->cut && !w->dead) {
        fake_batch_until(w->now_us + 20 * MS);
        while (h->n_seen < w->n_notes && !h->cut) {
            if (h->cut_at > 0 && ++h->n_messages == h->cut_at)
                h->cut = true;
            else
                take_note(h, &w->notes[h->n_seen++]);
        }
    }
}

unsigned old_host_times(const struct old_host *h, unsigned number)
{
    unsigned n = 0;

    for (unsigned i = 0; i < h->n_pictures; i++)
        n += h->number[i] == number;
    return n;
}

void old_host_must_have_been_sent(struct fake_batch *f, unsigned number)
{
    static uint8_t jpeg[FAKE_MAX_PICTURE_BYTES];

    fake_batch_jpeg(number, 1200, jpeg);
    for (unsigned i = 0; i < f->n_notes; i++)
        if (f->notes[i].n == 176 && memcmp(f->notes[i].bytes, jpeg + 1024, 176) == 0)
            return;
    cr_assert_fail("picture %u was forgotten, and never sent", number);
}
