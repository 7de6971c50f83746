/* hub_frame.h - how a playground hub's answers are cut: a header that tells the bytes of what follows, then that many bytes of
 * JSON, in as many notifications of TX as it takes.
 *
 *     "MSG:60|"   "{\"type\":\"ack\",\"command\":\"Play\",\"status\":\"sent\",\"rssi\":\"all\"}"
 *
 * Hubs in use send the header in a notification of its own. The reader needs no such thing: it takes bytes as they come.
 *
 * A header can be wrong and a notification lost, so the reader also looks at the JSON, of which each answer is one value:
 *  - when its brackets are closed the answer is whole, whatever the header said;
 *  - when the header's bytes are over and they are not, it goes on, until they are, or a header comes;
 *  - a header at the begin of a notification ends what came before, which lacks something;
 *  - so does HUB_FRAME_SILENCE_US without a byte (hub_frame_end).
 * What is not whole is given as well: hub_message_repair() may make something of it.
 */
#ifndef HUB_FRAME_H
#define HUB_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "span.h"

/* "MSG:1048576|" and a NUL. */
#define HUB_FRAME_HEADER_MAX 13
/* Longer answers are none: 10000 modules need less. */
#define HUB_FRAME_MAX_BYTES (1u << 20)
/* After so long without a byte nothing of an answer comes any more: what apps in use wait. */
#define HUB_FRAME_SILENCE_US 2000000
/* Of JSON, in one notification; and between two of them: so hubs in use send. */
#define HUB_FRAME_PIECE_BYTES 100
#define HUB_FRAME_PAUSE_US 20000

/* Returns its length, without a NUL. n is at most HUB_FRAME_MAX_BYTES. */
size_t hub_frame_header(size_t n, char out[HUB_FRAME_HEADER_MAX]);

struct hub_frame {
    struct span payload; /* valid until the reader is used again */
    bool whole;          /* its brackets are closed */
    size_t announced;    /* bytes, by the header */
};

struct hub_frame_reader {
    char *room; /* the caller's, for one answer */
    size_t cap, n;
    size_t announced; /* 0: between answers */
    /* Of a header that may be coming: bytes of "MSG:" or digits that were seen, and their number. */
    unsigned n_head;
    size_t head_value;
    /* Of the JSON. */
    unsigned depth;
    bool in_string, escaped;
    /* Counted, never reset. */
    uint64_t n_skipped_bytes; /* that belong to no answer */
    uint64_t n_too_long;      /* answers beyond the room, which are skipped */
};

void hub_frame_reader_init(struct hub_frame_reader *r, char *room, size_t cap);

/* A notification came: before its bytes are read. Returns whether an answer lies there that its header ends; it is in *ret. */
bool hub_frame_begin(struct hub_frame_reader *r, struct span notification, struct hub_frame *ret);
/* Takes bytes off the front of *s until one answer is there (true) or none are left (false). To be called until it is false. */
bool hub_frame_read(struct hub_frame_reader *r, struct span *s, struct hub_frame *ret);
/* Nothing more comes of the answer that has begun: it is given, not whole. False: none has. */
bool hub_frame_end(struct hub_frame_reader *r, struct hub_frame *ret);
/* An answer has begun and lacks something. */
bool hub_frame_is_open(const struct hub_frame_reader *r);

#endif
