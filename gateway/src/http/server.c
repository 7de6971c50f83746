#include "http/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/util.h"
#include "http/conn.h"
#include "loop/watch_fd.h"

#define DEFAULT_MAX_CONNECTIONS 512
/* A picture of WR_FRAME_MAX_BYTES with its header. */
#define DEFAULT_MAX_MESSAGE_BYTES ((16u << 20) + 4096)
/* Clients taken in before the connections that are there have their turn. */
#define ACCEPTS_PER_TURN 32
/* Waiting in the kernel: a page that opens all its connections at once, many times over. */
#define BACKLOG 512

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static int address_parse(const char *text, uint16_t port, union address *ret, socklen_t *ret_n)
{
    union address a = {0};

    if (inet_pton(AF_INET, text, &a.v4.sin_addr) == 1) {
        a.v4.sin_family = AF_INET;
        a.v4.sin_port = htons(port);
        *ret_n = sizeof a.v4;
    } else if (inet_pton(AF_INET6, text, &a.v6.sin6_addr) == 1) {
        a.v6.sin6_family = AF_INET6;
        a.v6.sin6_port = htons(port);
        *ret_n = sizeof a.v6;
    } else {
        return -EINVAL;
    }
    *ret = a;
    return 0;
}

/* "127.0.0.1" also for an IPv4 client of an IPv6 socket. */
static void address_text(const union address *a, char out[static INET6_ADDRSTRLEN])
{
    out[0] = '\0';
    if (a->any.sa_family == AF_INET)
        inet_ntop(AF_INET, &a->v4.sin_addr, out, INET6_ADDRSTRLEN);
    else if (IN6_IS_ADDR_V4MAPPED(&a->v6.sin6_addr))
        inet_ntop(AF_INET, a->v6.sin6_addr.s6_addr + 12, out, INET6_ADDRSTRLEN);
    else
        inet_ntop(AF_INET6, &a->v6.sin6_addr, out, INET6_ADDRSTRLEN);
}

/* --- accepting -------------------------------------------------------------------------------- */

static void server_take(struct http_server *s, int fd, const union address *from)
{
    char peer[INET6_ADDRSTRLEN];
    int on = 1;

    s->stats.n_accepted++;
    if (s->stats.n_connections >= s->max_connections && !server_make_room(s)) {
        s->stats.n_refused++;
        close(fd);
        return;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    address_text(from, peer);
    if (conn_new(s, fd, peer) < 0)
        s->stats.n_refused++;
}

static int server_accept(struct http_server *s, union address *ret_from)
{
    socklen_t n = sizeof *ret_from;
    int fd = accept4(s->fd, &ret_from->any, &n, SOCK_CLOEXEC | SOCK_NONBLOCK);

    return fd < 0 ? -errno : fd;
}

/* There are no descriptors: the client would wait, and the loop spin. Takes it in with the spare one, and it stays when another can go. */
static int server_accept_with_spare(struct http_server *s, union address *ret_from)
{
    int fd;

    close(s->spare);
    fd = server_accept(s, ret_from);
    if (fd >= 0 && !server_make_room(s)) {
        close(fd);
        s->stats.n_refused++;
        fd = -ECONNABORTED;
    }
    s->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return fd;
}

static void server_ready(void *ctx, unsigned events)
{
    struct http_server *s = ctx;

    /* Who came in in this turn is heard before it could have to make room. */
    for (unsigned i = 0; i < MIN(ACCEPTS_PER_TURN, 1 + s->max_connections / 4); i++) {
        union address from;
        int fd = server_accept(s, &from);

        if (fd == -EMFILE || fd == -ENFILE)
            fd = server_accept_with_spare(s, &from);
        if (fd >= 0)
            server_take(s, fd, &from);
        else if (fd != -ECONNABORTED && fd != -EINTR)
            return;
    }
}

/* --- listening -------------------------------------------------------------------------------- */

static int server_bind(struct http_server *s, const struct http_server_config *config)
{
    union address a;
    socklen_t n = 0;
    int on = 1, off = 0, r = address_parse(config->address, config->port, &a, &n);

    if (r < 0)
        return r;
    s->fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s->fd < 0)
        return -errno;
    (void)setsockopt(s->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (a.any.sa_family == AF_INET6)
        (void)setsockopt(s->fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(s->fd, &a.any, n) < 0 || listen(s->fd, BACKLOG) < 0 ||
        getsockname(s->fd, &a.any, &n) < 0)
        return -errno;
    s->port = ntohs(a.any.sa_family == AF_INET ? a.v4.sin_port : a.v6.sin6_port);
    return 0;
}

static int server_listen(
    struct http_server *s, const struct http_server_config *config, struct error *e)
{
    int r = server_bind(s, config);

    if (r == -EINVAL)
        return error_set(e, r, "'%s' is not an IP address to listen on", config->address);
    if (r == 0)
        r = watch_fd_new(s->loop, s->fd, server_ready, s, &s->watch);
    if (r == 0)
        r = watch_fd_set(s->watch, FD_READABLE);
    if (r < 0)
        return error_set(
            e, r, "cannot listen on %s port %u: %s", config->address, config->port, error_name(r));
    return 0;
}

/* --- life ------------------------------------------------------------------------------------- */

int http_server_new(struct loop *l, const struct http_server_config *config,
    const struct http_server_events *events, void *ctx, struct http_server **ret, struct error *e)
{
    struct http_server *s = calloc(1, sizeof *s);
    int r;

    if (!s)
        return error_set(e, -ENOMEM, "no memory for the HTTP server");
    s->loop = l;
    s->events = *events;
    s->ctx = ctx;
    s->fd = -1;
    s->max_connections =
        config->max_connections ? config->max_connections : DEFAULT_MAX_CONNECTIONS;
    s->max_message_bytes =
        config->max_message_bytes ? config->max_message_bytes : DEFAULT_MAX_MESSAGE_BYTES;
    s->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    for (enum conn_rank rank = 0; rank < RANK_COUNT; rank++)
        list_init(&s->conns[rank]);
    outlets_init(&s->outlets, l);
    r = server_listen(s, config, e);
    if (r == 0 && events->ws_check)
        r = websockets_new(s, &s->websockets, e);
    if (r < 0) {
        http_server_free(s);
        return r;
    }
    *ret = s;
    return 0;
}

uint16_t http_server_port(const struct http_server *s)
{
    return s->port;
}

const struct http_server_stats *http_server_stats(const struct http_server *s)
{
    return &s->stats;
}

struct http_server *http_server_free(struct http_server *s)
{
    if (!s)
        return NULL;
    s->watch = watch_fd_free(s->watch);
    if (s->fd >= 0)
        close(s->fd);
    for (enum conn_rank rank = 0; rank < RANK_COUNT; rank++)
        while (!list_empty(&s->conns[rank]))
            conn_free(list_first(&s->conns[rank], struct conn, link));
    s->websockets = websockets_free(s->websockets);
    outlets_fini(&s->outlets);
    if (s->spare >= 0)
        close(s->spare);
    free(s);
    return NULL;
}
