/* http_face.c - see http_face.h. */
#include "http_face.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/list.h"
#include "base/util.h"
#include "http/server.h"
#include "loop/loop.h"
#include "pi_part.h"
#include "pi_shortstream.h"

/* One picture in the form in which every viewer gets it. */
struct part {
    unsigned n_refs;
    size_t n;
    uint8_t bytes[];
};

struct viewer {
    struct list link;
    struct http_face *face;
    struct http_stream *stream;
    struct part *sending, *next; /* references */
};

struct http_face {
    struct loop *loop;
    struct http_server *server;
    struct http_face_config config;
    const struct http_face_events *events;
    void *ctx;
    struct list viewers;
    int64_t due_us; /* of the picture last sent */
    struct http_face_stats stats;
};

static const struct http_reply_header no_store[] = {
    {"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}};
static const struct http_reply_header try_later[] = {
    {"Cache-Control", "no-store"}, {"Retry-After", "2"}};

/* --- parts ------------------------------------------------------------------------------------ */

static struct part *part_unref(struct part *p)
{
    if (p && --p->n_refs == 0)
        free(p);
    return NULL;
}

static struct part *part_new(const struct pi_frame_meta *meta, const uint8_t *jpeg, size_t n)
{
    struct pi_part head = {.length = n,
        .frame_id = meta->id,
        .time_us = meta->time_us,
        .dark_score = meta->dark_score,
        .night = meta->night};
    char text[PI_PART_HEAD_MAX];
    int n_head = pi_part_format(&head, text, sizeof text);
    struct part *p =
        n_head > 0 ? malloc(sizeof *p + (size_t)n_head + n + strlen(PI_PART_TAIL)) : NULL;

    if (!p)
        return NULL;
    p->n_refs = 1;
    p->n = (size_t)n_head + n + strlen(PI_PART_TAIL);
    memcpy(p->bytes, text, (size_t)n_head);
    memcpy(p->bytes + n_head, jpeg, n);
    memcpy(p->bytes + n_head + n, PI_PART_TAIL, strlen(PI_PART_TAIL));
    return p;
}

/* --- viewers ---------------------------------------------------------------------------------- */

static void viewer_give(struct viewer *v, struct part *p)
{
    part_unref(v->next);
    p->n_refs++;
    v->next = p;
    http_stream_want(v->stream);
}

static void viewer_writable(void *ctx, struct http_stream *s)
{
    struct viewer *v = ctx;

    v->sending = part_unref(v->sending);
    if (!v->next || http_stream_write(s, v->next->bytes, v->next->n) < 0)
        return;
    v->sending = steal(v->next);
    v->face->stats.n_sent++;
}

static void viewer_closed(void *ctx, struct http_stream *s)
{
    struct viewer *v = ctx;

    v->face->stats.n_viewers--;
    list_remove(&v->link);
    part_unref(v->sending);
    part_unref(v->next);
    free(v);
}

static const struct http_stream_events stream_events = {
    .writable = viewer_writable, .closed = viewer_closed};

static void answer_stream(
    struct http_face *f, struct http_request *q, const struct pi_ring_frame *newest)
{
    struct viewer *v = calloc(1, sizeof *v);
    struct part *p;

    if (!v) {
        http_reply(q, 503, "text/plain", "no memory\n", 10, try_later, N_ELEMENTS(try_later));
        return;
    }
    v->face = f;
    v->stream = http_stream_begin(
        q, 200, PI_PART_CONTENT_TYPE, no_store, N_ELEMENTS(no_store), &stream_events, v);
    if (!v->stream) { /* HEAD */
        free(v);
        return;
    }
    list_append(&f->viewers, &v->link);
    f->stats.n_viewers++;
    p = part_new(&newest->meta, newest->jpeg, newest->n);
    if (p) {
        f->stats.n_parts++;
        viewer_give(v, p); /* the picture that is there, at once */
        part_unref(p);
    }
}

/* The grid of the viewers' pictures, a little early being in time. */
static bool is_due(struct http_face *f)
{
    int64_t now = loop_now_us(f->loop), interval = 1000000 / MAX(f->events->fps(f->ctx), 1u);

    if (now + interval / 4 < f->due_us + interval)
        return false;
    f->due_us = f->due_us + 2 * interval < now ? now : f->due_us + interval;
    return true;
}

void http_face_publish(
    struct http_face *f, const struct pi_frame_meta *meta, const uint8_t *jpeg, size_t n)
{
    struct viewer *v, *next;
    struct part *p;

    if (list_empty(&f->viewers) || !is_due(f) || !(p = part_new(meta, jpeg, n)))
        return;
    f->stats.n_parts++;
    list_for_each_safe (v, next, &f->viewers, link) {
        if (http_stream_blocked_us(v->stream) > HTTP_FACE_BLOCKED_US)
            http_stream_end(v->stream);
        else
            viewer_give(v, p);
    }
    part_unref(p);
}

void http_face_stop_streams(struct http_face *f)
{
    struct viewer *v, *next;

    list_for_each_safe (v, next, &f->viewers, link)
        http_stream_end(v->stream);
}

/* --- pictures --------------------------------------------------------------------------------- */

static void answer_snapshot(struct http_request *q, const struct pi_ring_frame *newest)
{
    char id[24], time[32], score[16];
    struct http_reply_header headers[] = {no_store[0], no_store[1], {"X-Frame-Id", id},
        {"X-Timestamp", time}, {"X-Dark-Score", score},
        {"X-Night", newest->meta.night ? "1" : "0"}};

    snprintf(id, sizeof id, "%llu", (unsigned long long)newest->meta.id);
    snprintf(time, sizeof time, "%.3f", (double)newest->meta.time_us / 1e6);
    snprintf(score, sizeof score, "%.1f", newest->meta.dark_score);
    http_reply(q, 200, "image/jpeg", newest->jpeg, newest->n, headers, N_ELEMENTS(headers));
}

static const char *content_type(const char *name)
{
    const char *dot = strrchr(name, '.');

    if (dot && strcmp(dot, ".jpg") == 0)
        return "image/jpeg";
    if (dot && strcmp(dot, ".png") == 0)
        return "image/png";
    return dot && strcmp(dot, ".npy") == 0 ? "application/octet-stream" : NULL;
}

/* A name in the folder and nothing else: no hidden files, no paths, no links. */
static int open_capture(const char *folder, const char *name, struct stat *ret)
{
    int fd, dir;

    if (name[0] == '.' || strchr(name, '/') || !content_type(name))
        return -ENOENT;
    dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return -errno;
    fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    close(dir);
    if (fd < 0)
        return -errno;
    if (fstat(fd, ret) < 0 || !S_ISREG(ret->st_mode)) {
        close(fd);
        return -ENOENT;
    }
    return fd;
}

static void not_found(struct http_request *q)
{
    static const char text[] = "there is /stream, /snapshot and /captures/<name>\n";

    http_reply(
        q, 404, "text/plain; charset=utf-8", text, sizeof text - 1, no_store, N_ELEMENTS(no_store));
}

static void answer_capture(struct http_face *f, struct http_request *q, const char *name)
{
    static const struct http_reply_header headers[] = {
        {"Cache-Control", "private, max-age=31536000, immutable"},
        {"X-Content-Type-Options", "nosniff"}};
    struct stat st;
    char etag[64];
    int fd = open_capture(f->config.captures, name, &st);

    if (fd < 0) {
        not_found(q);
        return;
    }
    snprintf(etag, sizeof etag, "\"%llx-%llx\"", (unsigned long long)st.st_size,
        (unsigned long long)(st.st_mtim.tv_sec * 1000000000ll + st.st_mtim.tv_nsec));
    http_reply_file(
        q, content_type(name), fd, (uint64_t)st.st_size, etag, headers, N_ELEMENTS(headers));
}

static void answer_page(struct http_request *q)
{
    static const char page[] =
        "<!doctype html><meta charset=utf-8><meta name=viewport "
        "content=\"width=device-width\"><title>Camera</title>"
        "<body style=\"margin:0;background:#111;display:grid;place-items:center;min-height:100vh\">"
        "<img src=/stream alt=\"live picture\" style=\"max-width:100%;max-height:100vh\">\n";

    http_reply(
        q, 200, "text/html; charset=utf-8", page, sizeof page - 1, no_store, N_ELEMENTS(no_store));
}

/* --- requests --------------------------------------------------------------------------------- */

static void answer_live(struct http_face *f, struct http_request *q, bool stream)
{
    static const char text[] = "no picture: the camera's source is stalled, paused or starting\n";
    struct pi_ring_frame newest;

    if (!f->events->newest(f->ctx, &newest))
        http_reply(q, 503, "text/plain; charset=utf-8", text, sizeof text - 1, try_later,
            N_ELEMENTS(try_later));
    else if (stream)
        answer_stream(f, q, &newest);
    else
        answer_snapshot(q, &newest);
}

static void on_request(void *ctx, struct http_request *q)
{
    static const struct http_reply_header allow[] = {{"Allow", "GET, HEAD"}};
    struct http_face *f = ctx;
    const char *path = http_path(q);

    if (http_method(q) != HTTP_GET && http_method(q) != HTTP_HEAD)
        http_reply(q, 405, "text/plain", "GET or HEAD\n", 12, allow, 1);
    else if (strcmp(path, "/stream") == 0)
        answer_live(f, q, true);
    else if (strcmp(path, "/snapshot") == 0)
        answer_live(f, q, false);
    else if (strncmp(path, "/captures/", 10) == 0)
        answer_capture(f, q, path + 10);
    else if (strcmp(path, "/") == 0)
        answer_page(q);
    else
        not_found(q);
}

static const struct http_server_events server_events = {.request = on_request};

/* --- life ------------------------------------------------------------------------------------- */

int http_face_new(struct loop *l, const struct http_face_config *config,
    const struct http_face_events *events, void *ctx, struct http_face **ret, struct error *e)
{
    struct http_face *f = calloc(1, sizeof *f);
    struct http_server_config server = {.address = config->address,
        .port = config->port,
        .max_connections = HTTP_FACE_MAX_CLIENTS,
        .max_message_bytes = PI_SHORT_MAX_FRAME_BYTES + PI_PART_HEAD_MAX};
    int r;

    if (!f)
        return error_set(e, -ENOMEM, "no memory");
    *f = (struct http_face){.loop = l, .config = *config, .events = events, .ctx = ctx};
    list_init(&f->viewers);
    r = http_server_new(l, &server, &server_events, f, &f->server, e);
    if (r < 0) {
        free(f);
        return r;
    }
    *ret = f;
    return 0;
}

uint16_t http_face_port(const struct http_face *f)
{
    return http_server_port(f->server);
}

struct http_face *http_face_free(struct http_face *f)
{
    if (f) {
        http_server_free(f->server);
        free(f);
    }
    return NULL;
}

const struct http_face_stats *http_face_stats(const struct http_face *f)
{
    return &f->stats;
}
