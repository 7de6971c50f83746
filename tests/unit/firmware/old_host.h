/* old_host.h - a host the way those in use are: A to COUNT and IMAGE, N to each piece until the size is there. It knows nothing
 * of LINK, and cannot tell a picture that comes twice. */
#pragma once

#include "fake_batch_port.h"

#define OLD_HOST_MAX_PICTURES 64

struct old_host {
    unsigned n_seen;
    uint32_t size, have;
    unsigned n_pictures, number[OLD_HOST_MAX_PICTURES];
    unsigned n_messages, cut_at; /* what it hears; the link is lost at this one; 0: it holds */
    bool cut;
    unsigned n_commands, lose, repeat; /* what it says; this one does not arrive, arrives twice */
};

/* It listens until then, or the link is lost. 20 ms after it was sent each notification is there. */
void old_host_play(struct old_host *h, int64_t until_us);
/* How often it has that picture. */
unsigned old_host_times(const struct old_host *h, unsigned number);
/* on_forget of the camera: the last piece of that picture of 1200 bytes went out. */
void old_host_must_have_been_sent(struct fake_batch *f, unsigned number);
