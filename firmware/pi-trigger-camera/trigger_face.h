/* trigger_face.h - the TCP side of the trigger protocol: one command per connection, many
 * connections at a time.
 *
 * A command ends with its line, with the peer's end of sending, or, as old clients send no line
 * end, with a moment of silence. Who is silent from the beginning, sends too much or takes nothing
 * is let go, with a sentence where he can read one; nobody waits for him.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct loop;
struct trigger_face;

/* Connections at a time. */
#define TRIGGER_MAX_CLIENTS 64
/* For the first byte of a command; after the last one without a line end; for a peer to take
 * something. */
#define TRIGGER_COMMAND_US INT64_C(10000000)
#define TRIGGER_QUIET_US INT64_C(1000000)
#define TRIGGER_SEND_US INT64_C(10000000)

/* A peer is named from its command until finish() or gone(). */
struct trigger_events {
    void (*command)(void *ctx, void *peer, const char *text, size_t n);
    /* What came is no command; answer with this. */
    void (*refused)(void *ctx, void *peer, const char *why);
    void (*drained)(void *ctx, void *peer);
    void (*gone)(void *ctx, void *peer);
};

int trigger_face_new(struct loop *l, const char *address, uint16_t port,
    const struct trigger_events *events, void *ctx, struct trigger_face **ret, struct error *e);
uint16_t trigger_face_port(const struct trigger_face *f);
/* Peers are closed without further calls. Returns NULL. */
struct trigger_face *trigger_face_free(struct trigger_face *f);

/* All or nothing: -EAGAIN while something else is on its way (drained() comes); -ENOMEM,
 * -EMSGSIZE. `head` may be NULL. */
int trigger_face_send(void *peer, const void *head, size_t n_head, const void *body, size_t n_body);
/* Closes after what was sent. */
void trigger_face_finish(void *peer);
