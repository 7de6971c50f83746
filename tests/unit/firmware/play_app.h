/* play_app.h - an app, for tests of a virtual playground's hub: what it is told, put together, and when. */
#pragma once

#include "hub_frame.h"
#include "hub_message.h"

#define PLAY_APP_ROOM 65536

struct play_app {
    struct hub_frame_reader reader;
    unsigned n_notifications, n_answers;
    size_t most_bytes;         /* of a notification */
    bool in_step;              /* each answer was whole, and as long as its header said */
    struct hub_message answer; /* the last one */
    size_t n_text;
    char room[PLAY_APP_ROOM], text[PLAY_APP_ROOM];
};

void play_app_init(struct play_app *a);
void play_app_notified(struct play_app *a, const void *bytes, size_t n);
/* Of the last answer, a list. */
unsigned play_app_n_listed(const struct play_app *a);
/* NULL: it is not in there. Valid until the next call. */
const struct hub_module *play_app_listed(const struct play_app *a, const char *mac);
