/* play_scan.c - asks three times who is there, and makes a list of who answered within 5 s. */
#include "play_hub_private.h"

bool play_scan_begin(struct play_hub *h, int asker, int threshold_dbm)
{
    if (h->scan.on && h->scan.asker != PLAY_HUB_NOBODY)
        return false;
    if (h->scan.on) { /* who asked has left; all modules are asked alike */
        h->scan.asker = asker;
        h->scan.threshold_dbm = threshold_dbm;
        return true;
    }
    play_modules_begin_scan(h);
    h->scan = (struct play_hub_scan){.on = true,
        .asker = asker,
        .threshold_dbm = threshold_dbm,
        .ping_us = h->now_us,
        .end_us = h->now_us + PLAY_HUB_SCAN_US};
    return true;
}

/* The second and third time are counted from the beginning, however late the first one was. */
static void ping(struct play_hub *h)
{
    struct play_hub_scan *s = &h->scan;

    if (play_air_ping(h) < 0) {
        s->ping_us = h->now_us + PLAY_HUB_RETRY_US;
        return;
    }
    s->n_pings++;
    s->ping_us = s->n_pings < PLAY_HUB_N_PINGS
        ? s->end_us - PLAY_HUB_SCAN_US + s->n_pings * PLAY_HUB_PING_US
        : PLAY_NEVER_US;
}

void play_scan_step(struct play_hub *h)
{
    struct play_hub_scan *s = &h->scan;

    if (!s->on)
        return;
    if (h->now_us >= s->end_us) {
        s->on = false;
        if (s->asker == PLAY_HUB_SERIAL)
            play_serial_list(h);
        if (s->asker < 0)
            return;
        play_modules_list(h, s->threshold_dbm);
        play_front_list(h, (unsigned)s->asker);
    } else if (h->now_us >= s->ping_us) {
        ping(h);
    }
}

int64_t play_scan_next_us(const struct play_hub *h)
{
    if (!h->scan.on)
        return PLAY_NEVER_US;
    return h->scan.ping_us < h->scan.end_us ? h->scan.ping_us : h->scan.end_us;
}
