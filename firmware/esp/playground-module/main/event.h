/* event.h - what happens to the module, as it goes through the inbox: 10 KB. */
#ifndef EVENT_H
#define EVENT_H

#include "espnow.h"
#include "inbox.h"

/* A crowd's answers to a hub come within 100 ms, and each is done within one. */
#define EVENT_PLACES 40
/* Of those, not for what others say: for ends of messages, and the button, of which one at a time can wait. */
#define EVENT_HEARD_KEPT_PLACES 4
#define EVENT_SENT_KEPT_PLACES 1

struct event {
    enum {
        EVENT_HEARD,
        EVENT_SENT, /* the next one may go */
        EVENT_BUTTON,
    } type;
    struct espnow_message heard;
};

#endif
