/* file.c - answers with a file: which part of it, and the reading, piece by piece on a worker thread. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "http/conn.h"
#include "http/range.h"
#include "loop/worker.h"

/* Read at once: large enough that a thread hop per piece does not matter, small enough for many clients at once. */
#define PIECE_BYTES (128u << 10)
/* All workers are busy: ask again. */
#define RETRY_US INT64_C(10000)

struct file_body {
    struct conn *conn; /* NULL: nobody waits any more */
    int fd;
    uint64_t at, end;
    struct work *work; /* reads into piece */
    struct timer retry;
    ssize_t result;  /* bytes read, or negative errno */
    uint8_t piece[]; /* PIECE_BYTES, or the whole when that is less */
};

static void file_body_read(void *ctx)
{
    struct file_body *f = ctx;
    size_t want = (size_t)MIN(f->end - f->at, (uint64_t)PIECE_BYTES), n = 0;

    while (n < want) {
        ssize_t got = pread(f->fd, f->piece + n, want - n, (off_t)(f->at + n));

        if (got == 0 || (got < 0 && errno != EINTR)) {
            f->result = got == 0 ? -ENODATA : -errno;
            return;
        }
        n += (size_t)MAX(got, 0);
    }
    f->result = (ssize_t)n;
}

static void file_body_destroy(struct file_body *f)
{
    timer_stop(&f->retry);
    close(f->fd);
    free(f);
}

/* A file that shrank cannot be made whole: the client sees the connection end too early, as it must. */
static void file_body_done(void *ctx, int result)
{
    struct file_body *f = ctx;
    struct conn *c = f->conn;

    f->work = NULL;
    if (!c) {
        file_body_destroy(f);
        return;
    }
    if (result < 0 || f->result < 0) {
        conn_break(c);
        return;
    }
    c->answer.ref = f->piece;
    c->answer.n_ref = (size_t)f->result;
    f->at += (uint64_t)f->result;
    conn_advance(c);
}

static void file_body_submit(struct file_body *f)
{
    int r = work_submit(f->conn->server->loop, file_body_read, file_body_done, f, &f->work);

    if (r == -EAGAIN)
        r = timer_once(&f->retry, RETRY_US);
    if (r < 0)
        conn_break(f->conn);
}

static void file_body_retry(struct timer *t)
{
    file_body_submit(container_of(t, struct file_body, retry));
}

bool file_body_more(struct conn *c)
{
    struct file_body *f = c->answer.file;

    if (f->at == f->end)
        return false;
    file_body_submit(f);
    return true;
}

struct file_body *file_body_free(struct file_body *f)
{
    if (f && f->work) {
        f->conn = NULL; /* the thread still reads; done() frees */
        work_cancel(f->work);
    } else if (f) {
        file_body_destroy(f);
    }
    return NULL;
}

static struct file_body *file_body_new(struct conn *c, int fd, uint64_t from, uint64_t end)
{
    struct file_body *f = malloc(sizeof *f + (size_t)MIN(end - from, (uint64_t)PIECE_BYTES));

    if (!f)
        return NULL;
    f->conn = c;
    f->fd = fd;
    f->at = from;
    f->end = end;
    f->work = NULL;
    timer_init(&f->retry, c->server->loop, file_body_retry);
    return f;
}

/* --- which part ----------------------------------------------------------------------------------- */

/* Room for ETag, Accept-Ranges and Content-Range beside the owner's. */
#define MAX_HEADERS 16

struct file_reply {
    int status;
    uint64_t from, end; /* [from, end) is sent */
    char range[80];     /* Content-Range; "": none */
    struct http_reply_header headers[MAX_HEADERS];
    size_t n_headers;
};

static void file_reply_add(struct file_reply *p, const char *name, const char *value)
{
    if (p->n_headers < MAX_HEADERS)
        p->headers[p->n_headers++] = (struct http_reply_header){name, value};
}

static void file_reply_range(
    struct file_reply *p, const struct http_head *h, uint64_t n, const char *etag)
{
    uint64_t first = 0, last = 0;
    const char *range =
        range_if(h->field[HTTP_FIELD_IF_RANGE], etag) ? h->field[HTTP_FIELD_RANGE] : NULL;

    switch (range_parse(range, n, &first, &last)) {
    case RANGE_WHOLE:
        break;
    case RANGE_PART:
        p->status = 206;
        p->from = first;
        p->end = last + 1;
        snprintf(
            p->range, sizeof p->range, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, first, last, n);
        break;
    case RANGE_UNSATISFIABLE:
        p->status = 416;
        p->end = 0;
        snprintf(p->range, sizeof p->range, "bytes */%" PRIu64, n);
        break;
    }
}

/* HTTP knows ranges for GET only. */
static void file_reply_decide(
    struct file_reply *p, const struct http_head *h, uint64_t n, const char *etag)
{
    p->status = 200;
    p->from = 0;
    p->end = n;
    p->range[0] = '\0';
    if (etag_among(h->field[HTTP_FIELD_IF_NONE_MATCH], etag)) {
        p->status = 304;
        p->end = 0;
    } else if (h->method == HTTP_GET) {
        file_reply_range(p, h, n, etag);
    }
    file_reply_add(p, "Accept-Ranges", "bytes");
    if (etag)
        file_reply_add(p, "ETag", etag);
    if (p->range[0])
        file_reply_add(p, "Content-Range", p->range);
}

/* Takes fd over. */
static int file_reply_begin(
    struct conn *c, const struct file_reply *p, const char *content_type, int fd, bool with_body)
{
    int64_t length = p->status == 304 ? -1 : (int64_t)(p->end - p->from);
    int r = answer_head(
        c, p->status, p->status == 416 ? NULL : content_type, length, p->headers, p->n_headers);

    if (r == 0 && with_body && length > 0) {
        c->answer.file = file_body_new(c, fd, p->from, p->end);
        r = c->answer.file ? 0 : -ENOMEM;
    }
    if (!c->answer.file)
        close(fd);
    return r;
}

void http_reply_file(struct http_request *q, const char *content_type, int fd, uint64_t n,
    const char *etag, const struct http_reply_header *headers, size_t n_headers)
{
    struct conn *c = reply_begin(q);
    struct file_reply p = {0};
    int r = 0;

    if (c) {
        file_reply_decide(&p, &q->head, n, etag);
        for (size_t i = 0; i < n_headers; i++)
            file_reply_add(&p, headers[i].name, headers[i].value);
        r = file_reply_begin(c, &p, content_type, fd, q->head.method != HTTP_HEAD);
    } else {
        close(fd);
    }
    reply_end(q, c, r);
}
