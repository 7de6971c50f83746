#include "play_app.h"

#include <string.h>

void play_app_init(struct play_app *a)
{
    memset(a, 0, sizeof *a);
    a->in_step = true;
    hub_frame_reader_init(&a->reader, a->room, sizeof a->room);
}

static void take(struct play_app *a, const struct hub_frame *f)
{
    a->n_answers++;
    a->in_step &= f->whole && f->payload.n == f->announced;
    a->n_text = f->payload.n;
    memcpy(a->text, f->payload.at, f->payload.n);
    a->text[a->n_text] = '\0';
    a->in_step &= hub_message_read(f->payload, &a->answer) == 0;
}

void play_app_notified(struct play_app *a, const void *bytes, size_t n)
{
    struct span s = {bytes, n};
    struct hub_frame f;

    a->n_notifications++;
    a->most_bytes = n > a->most_bytes ? n : a->most_bytes;
    if (hub_frame_begin(&a->reader, s, &f))
        a->in_step = false;
    while (hub_frame_read(&a->reader, &s, &f))
        take(a, &f);
}

unsigned play_app_n_listed(const struct play_app *a)
{
    struct hub_modules list;
    struct hub_module m;
    unsigned n = 0;

    hub_modules_begin(&list, (struct span){a->text, a->n_text});
    while (hub_modules_next(&list, &m))
        n++;
    return n;
}

const struct hub_module *play_app_listed(const struct play_app *a, const char *mac)
{
    static struct hub_module m;
    struct hub_modules list;

    hub_modules_begin(&list, (struct span){a->text, a->n_text});
    while (hub_modules_next(&list, &m))
        if (strcmp(m.mac, mac) == 0)
            return &m;
    return NULL;
}
