#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "loop/tcp_private.h"

/* Connections that wait in the kernel while we do something else. */
#define BACKLOG 128
/* More in one turn would keep the others waiting. */
#define ACCEPTS_PER_TURN 16
/* Out of descriptors: the waiting connection stays readable, and asking again at once would spin.
 */
#define ACCEPT_PAUSE_US US_PER_S

struct tcp_listener {
    struct loop *loop;
    int fd;
    struct watch_fd *watch;
    struct timer pause;
    struct tcp_limits limits;
    unsigned n_clients, max_clients;
    struct list clients;
    void (*accepted)(void *ctx, struct tcp *t);
    void *ctx;
    struct sockaddr_storage address;
    bool busy,
        gone; /* freed while it hands over a connection: the memory stays until that returns */
};

static void listener_resume(struct timer *timer)
{
    struct tcp_listener *s = container_of(timer, struct tcp_listener, pause);

    watch_fd_set(s->watch, FD_READABLE);
}

static void listener_pause(struct tcp_listener *s, int error)
{
    char text[ADDRESS_TEXT_BYTES];

    log_warning("cannot accept connections for now",
        F_STR("address", address_text(&s->address, text)), F_ERRNO(error));
    watch_fd_set(s->watch, 0);
    timer_once(&s->pause, ACCEPT_PAUSE_US);
}

static void listener_hand_over(struct tcp_listener *s, int fd, const struct sockaddr_storage *peer)
{
    struct tcp *t = tcp_new(s->loop, &s->limits);
    char text[ADDRESS_TEXT_BYTES];

    if (!t) {
        close(fd);
        return;
    }
    if (tcp_take_fd(t, fd) < 0) {
        tcp_gone(t);
        return;
    }
    memcpy(t->peer, address_text(peer, text), sizeof text);
    list_append(&s->clients, &t->of_listener);
    t->n_of_listener = &s->n_clients;
    s->n_clients++;
    tcp_enter(t);
    s->accepted(s->ctx, t);
    if (t->state == TCP_OPEN && !t->events.closed)
        tcp_close(t);
    if (!tcp_leave(t) || t->state != TCP_OPEN)
        return;
    tcp_arm_idle(t);
    tcp_update_watch(t);
}

/* False: no more for now. */
static bool listener_accept(struct tcp_listener *s)
{
    struct sockaddr_storage peer = {0};
    socklen_t n = sizeof peer;
    int fd = accept4(s->fd, (struct sockaddr *)&peer, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd >= 0 && s->n_clients >= s->max_clients)
        close(fd);
    else if (fd >= 0)
        listener_hand_over(s, fd, &peer);
    else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        listener_pause(s, -errno);
    /* Anything else is the trouble of that one connection (accept(2), "Error handling"). */
    return fd >= 0;
}

static void listener_ready(void *ctx, unsigned events)
{
    struct tcp_listener *s = ctx;

    s->busy = true;
    for (int i = 0; i < ACCEPTS_PER_TURN && !s->gone; i++)
        if (!listener_accept(s))
            break;
    s->busy = false;
    if (s->gone)
        free(s);
}

/* "::" serves both families whatever the system's default is. */
static int listener_open(struct tcp_listener *s)
{
    socklen_t n = sizeof s->address;
    int fd = socket(s->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -errno;
    s->fd = fd;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (s->address.ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){0}, sizeof(int));
    if (bind(fd, (struct sockaddr *)&s->address, address_len(&s->address)) < 0 ||
        listen(fd, BACKLOG) < 0 || getsockname(fd, (struct sockaddr *)&s->address, &n) < 0)
        return -errno;
    return watch_fd_new(s->loop, fd, listener_ready, s, &s->watch);
}

int tcp_listen(struct loop *l, const char *address, uint16_t port, unsigned max_clients,
    const struct tcp_limits *limits, void (*accepted)(void *ctx, struct tcp *t), void *ctx,
    struct tcp_listener **ret, struct error *e)
{
    struct tcp_listener *s;
    struct sockaddr_storage where;
    char text[ADDRESS_TEXT_BYTES];
    int r;

    if (address_parse(address, port, &where) < 0)
        return error_set(e, -EINVAL, "cannot listen on \"%s\": not an IP address", address);
    s = calloc(1, sizeof *s);
    if (!s)
        return error_set(e, -ENOMEM, "cannot listen: out of memory");
    *s = (struct tcp_listener){.loop = l, .fd = -1, .address = where, .max_clients = max_clients};
    s->limits = limits ? *limits : (struct tcp_limits){0};
    s->accepted = accepted;
    s->ctx = ctx;
    timer_init(&s->pause, l, listener_resume);
    list_init(&s->clients);
    r = listener_open(s);
    if (r == 0)
        r = watch_fd_set(s->watch, FD_READABLE);
    if (r < 0) {
        tcp_listener_free(s);
        return error_set(
            e, r, "cannot listen on %s: %s", address_text(&where, text), error_name(r));
    }
    *ret = s;
    return 0;
}

uint16_t tcp_listener_port(const struct tcp_listener *s)
{
    return address_port(&s->address);
}

struct tcp_listener *tcp_listener_free(struct tcp_listener *s)
{
    if (!s)
        return NULL;
    while (!list_empty(&s->clients)) {
        struct tcp *t = list_first(&s->clients, struct tcp, of_listener);

        list_remove(&t->of_listener);
        t->n_of_listener = NULL;
    }
    timer_stop(&s->pause);
    watch_fd_free(s->watch);
    if (s->fd >= 0)
        close(s->fd);
    s->gone = true;
    if (!s->busy)
        free(s);
    return NULL;
}
