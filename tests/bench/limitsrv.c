/* limitsrv.c - the limit: the least that a server on one thread can do, as the measure for others.
 *
 * One port takes the frames of fanfeed, one serves them: to `GET` as MJPEG, to `Upgrade` as WebSocket. One
 * sendmsg() per viewer and frame from one shared buffer, tried at once; a viewer who has not taken the last
 * frame misses the next. No HTTP beyond that, no checks: the only WebSocket key it knows is the one in
 * RFC 6455, which fanclient sends.
 *
 *     limitsrv FEED_PORT PORT
 */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/list.h"

struct shared {
    unsigned n_refs;
    size_t n;
    uint8_t bytes[];
};

struct viewer {
    struct list link;
    int fd;
    enum { ASKING, MJPEG, WEBSOCKET } kind;
    char request[4096];
    size_t n_request;
    struct shared *frame; /* not yet taken as a whole */
    uint8_t head[160];
    size_t n_head, sent;
};

static struct {
    int epoll, feed_listener, listener, feed;
    struct list viewers;
    uint8_t length[4];
    size_t n_length, got;
    struct shared *filling;
} l;

static void shared_unref(struct shared *s)
{
    if (s && --s->n_refs == 0)
        free(s);
}

static void watch(int op, int fd, uint32_t events, void *what)
{
    struct epoll_event e = {.events = events, .data.ptr = what};

    epoll_ctl(l.epoll, op, fd, &e);
}

static void viewer_drop(struct viewer *v)
{
    list_remove(&v->link);
    close(v->fd);
    shared_unref(v->frame);
    free(v);
}

/* 1: all of the frame is sent; 0: the socket is full; -1: gone. */
static int viewer_push(struct viewer *v)
{
    while (v->sent < v->n_head + v->frame->n) {
        size_t in_head = v->sent < v->n_head ? v->n_head - v->sent : 0;
        size_t at = v->sent > v->n_head ? v->sent - v->n_head : 0;
        struct iovec pieces[2] = {
            {v->head + v->sent, in_head}, {v->frame->bytes + at, v->frame->n - at}};
        struct msghdr m = {.msg_iov = in_head ? pieces : pieces + 1, .msg_iovlen = in_head ? 2 : 1};
        ssize_t n = sendmsg(v->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0)
            return errno == EAGAIN ? 0 : -1;
        v->sent += (size_t)n;
    }
    shared_unref(v->frame);
    v->frame = NULL;
    return 1;
}

static void viewer_head(struct viewer *v, size_t n)
{
    uint64_t length = htobe64(n);

    if (v->kind == MJPEG) {
        v->n_head = (size_t)sprintf((char *)v->head,
            "\r\n--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %zu\r\n\r\n", n);
        return;
    }
    v->head[0] = 0x82;
    v->head[1] = n < 65536 ? 126 : 127;
    v->n_head = n < 65536 ? 4 : 10;
    memcpy(v->head + 2, (uint8_t *)&length + (n < 65536 ? 6 : 0), v->n_head - 2);
}

static void give(struct shared *frame)
{
    struct viewer *v, *next;

    list_for_each_safe (v, next, &l.viewers, link) {
        int r;

        if (v->kind == ASKING || v->frame)
            continue;
        viewer_head(v, frame->n);
        v->frame = frame;
        frame->n_refs++;
        v->sent = 0;
        r = viewer_push(v);
        if (r <
            0) { /* dropped when epoll says so: that may be in the batch that is worked on now */
            shared_unref(v->frame);
            v->frame = NULL;
        } else if (r == 0) {
            watch(EPOLL_CTL_MOD, v->fd, EPOLLIN | EPOLLOUT, v);
        }
    }
}

/* --- the feed --------------------------------------------------------------------------------- */

static ssize_t feed_length(void)
{
    ssize_t n = recv(l.feed, l.length + l.n_length, 4 - l.n_length, 0);
    uint32_t length;

    if (n <= 0 || (l.n_length += (size_t)n) < 4)
        return n;
    memcpy(&length, l.length, 4);
    length = le32toh(length);
    l.filling = malloc(sizeof *l.filling + length);
    *l.filling = (struct shared){.n_refs = 1, .n = length};
    l.got = 0;
    return n;
}

static ssize_t feed_frame(void)
{
    ssize_t n = recv(l.feed, l.filling->bytes + l.got, l.filling->n - l.got, 0);

    if (n <= 0 || (l.got += (size_t)n) < l.filling->n)
        return n;
    give(l.filling);
    shared_unref(l.filling);
    l.filling = NULL;
    l.n_length = 0;
    return n;
}

static void feed_read(void)
{
    ssize_t n;

    do
        n = l.filling ? feed_frame() : feed_length();
    while (n > 0);
    if (n == 0) {
        close(l.feed);
        l.feed = -1;
    }
}

static void feed_accept(void)
{
    int fd = accept4(l.feed_listener, NULL, NULL, SOCK_NONBLOCK);

    if (fd < 0)
        return;
    if (l.feed >= 0)
        close(l.feed);
    shared_unref(l.filling);
    l.filling = NULL;
    l.n_length = 0;
    l.feed = fd;
    watch(EPOLL_CTL_ADD, fd, EPOLLIN, &l.feed);
}

/* --- viewers ---------------------------------------------------------------------------------- */

static void viewer_accept(void)
{
    int fd, on = 1;

    while ((fd = accept4(l.listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        struct viewer *v = calloc(1, sizeof *v);

        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        v->fd = fd;
        list_append(&l.viewers, &v->link);
        watch(EPOLL_CTL_ADD, fd, EPOLLIN, v);
    }
}

static bool viewer_answer(struct viewer *v)
{
    static const char upgraded[] =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    static const char stream[] =
        "HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n";
    bool websocket = strcasestr(v->request, "sec-websocket-key:");
    const char *answer = websocket ? upgraded : stream;

    v->kind = websocket ? WEBSOCKET : MJPEG;
    return send(v->fd, answer, strlen(answer), MSG_NOSIGNAL) > 0;
}

/* What comes after the request is of no interest. */
static bool viewer_read(struct viewer *v)
{
    size_t used = v->kind == ASKING ? v->n_request : 0;
    ssize_t n = recv(v->fd, v->request + used, sizeof v->request - 1 - used, 0);

    if (n <= 0)
        return n < 0 && errno == EAGAIN;
    if (v->kind != ASKING)
        return true;
    v->n_request += (size_t)n;
    v->request[v->n_request] = '\0';
    return !strstr(v->request, "\r\n\r\n") || viewer_answer(v);
}

static void viewer_ready(struct viewer *v, uint32_t events)
{
    bool alive = !(events & (EPOLLIN | EPOLLHUP)) || viewer_read(v);

    if (alive && events & EPOLLOUT && v->frame) {
        int r = viewer_push(v);

        alive = r >= 0;
        if (r == 1)
            watch(EPOLL_CTL_MOD, v->fd, EPOLLIN, v);
    }
    if (!alive)
        viewer_drop(v);
}

static int listen_on(const char *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
        .sin_port = htons((uint16_t)atoi(port)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&a, sizeof a) < 0 || listen(fd, 512) < 0) {
        perror(port);
        exit(1);
    }
    return fd;
}

int main(int argc, char **argv)
{
    struct rlimit files;
    struct epoll_event events[64];

    if (argc != 3)
        return 2;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    list_init(&l.viewers);
    l.epoll = epoll_create1(0);
    l.feed = -1;
    l.feed_listener = listen_on(argv[1]);
    l.listener = listen_on(argv[2]);
    watch(EPOLL_CTL_ADD, l.feed_listener, EPOLLIN, &l.feed_listener);
    watch(EPOLL_CTL_ADD, l.listener, EPOLLIN, &l.listener);
    for (;;) {
        int n = epoll_wait(l.epoll, events, 64, -1);

        for (int i = 0; i < n; i++) {
            void *what = events[i].data.ptr;

            if (what == &l.feed_listener)
                feed_accept();
            else if (what == &l.listener)
                viewer_accept();
            else if (what == &l.feed)
                feed_read();
            else
                viewer_ready(what, events[i].events);
        }
    }
}
