/* sse_pull.h - server-sent events (HTML Standard, "event stream"), cut out of whatever pieces arrive, without memory of its own.
 *
 *     event: overlay\n
 *     id: 4711\n
 *     data: {"intensity":96}\n
 *     \n                          → type "overlay", id "4711", the data
 *
 * Lines end with LF, CR or CR LF; several lines of data are one, with LF between; what begins with a colon is a comment.
 */
#ifndef SSE_PULL_H
#define SSE_PULL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* With a NUL. A type that is longer is none, an id that is longer is not taken. */
#define SSE_TYPE_MAX 64
#define SSE_ID_MAX 64

struct sse_pull {
    /* The caller's: the data of an event and the line that is being read stand in it. */
    char *room;
    size_t cap;

    char type[SSE_TYPE_MAX]; /* of the event that is being told; "" for none */
    char id[SSE_ID_MAX];     /* of the newest event that was told */
    int64_t retry_ms;        /* what the server asks for; 0: nothing */

    size_t n_data, n_line;
    char next_id[SSE_ID_MAX];
    bool after_cr, has_data;
};

/* `data` has a NUL behind it. */
typedef void (*sse_event_fn)(void *ctx, const char *data, size_t n);

void sse_pull_init(struct sse_pull *s, char *room, size_t cap);
/* A new connection begins: what was half read is dropped, the id stays. */
void sse_pull_restart(struct sse_pull *s);
/* `event` is called for each event that has data, and must not call back. -EMSGSIZE: a line with the data before it is too long
 * for the room; the stream is of no more use until sse_pull_restart(). */
int sse_pull_feed(struct sse_pull *s, const void *bytes, size_t n, sse_event_fn event, void *ctx);

#endif
