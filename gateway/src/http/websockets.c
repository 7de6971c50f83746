/* websockets.c - libwebsockets' context: it begins, takes over connections, and ends.
 *
 * A connection comes here when its head has been read, checked and allowed. libwebsockets adopts the
 * socket together with a head of the plainest form, made here from nothing but the client's key, so that
 * its own parser never sees what a client wrote. It runs on our loop (libwebsockets-evlib-uv, loaded at run
 * time). Facts about version 4.1.6 that shaped this:
 *  - a write is cut at tx_packet_size, and the rest copied; so that is set beyond any message;
 *  - the context is destroyed in two steps, neither from within a callback of it: the first closes, and
 *    when its libuv handles have closed, the second frees.
 */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/util.h"
#include "http/websocket.h"

/* Beyond any message; libwebsockets adds a little to it in an int. */
#define TX_PACKET_BYTES (1u << 30)
/* Descriptors of libwebsockets' own beside the connections. */
#define EXTRA_FDS 16

static void websockets_claims(struct timer *t)
{
    struct websockets *all = container_of(t, struct websockets, claims);
    struct ws *w;

    list_for_each (w, &all->all, link)
        websocket_check_claim(w);
}

/* --- handing over ----------------------------------------------------------------------------- */

void websockets_adopt(struct websockets *all, int fd, const char *peer, const char *key,
    const uint8_t *early, size_t n_early)
{
    struct buf head = BUF_INIT(n_early + 512);
    int r = buf_printf(&head,
        "GET / HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n",
        key);

    if (r == 0)
        r = buf_append(&head, early, n_early);
    if (r < 0) {
        close(fd);
    } else {
        socket_limit_unsent(fd);
        all->adopting = peer;
        lws_adopt_socket_vhost_readbuf(all->vhost, fd, (const char *)buf_data(&head), head.len);
        all->adopting = NULL;
    }
    buf_fini(&head);
}

/* --- life ------------------------------------------------------------------------------------- */

/* Its own levels are no help: it says "err" to each adoption. What fails is said where it is noticed. */
static void on_lws_log(int level, const char *line)
{
    log_debug("libwebsockets", F_STR("says", line));
}

static const struct lws_protocols ws_protocols[] = {
    {.name = "ws",
        .callback = websocket_callback,
        .per_session_data_size = sizeof(struct ws),
        .tx_packet_size = TX_PACKET_BYTES},
    {0},
};

static int websockets_start(struct websockets *all, struct http_server *s)
{
    void *loops[1] = {loop_uv(s->loop)};
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN_SERVER,
        .protocols = ws_protocols,
        .gid = (gid_t)-1,
        .uid = (uid_t)-1,
        .options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_VALIDATE_UTF8 |
            LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
        .foreign_loops = loops,
        .fd_limit_per_thread = s->max_connections + EXTRA_FDS,
        .user = all,
        .pcontext = &all->context,
    };

    lws_set_log_level(LLL_ERR | LLL_WARN, on_lws_log);
    all->context = lws_create_context(&info);
    if (!all->context)
        return -ENOENT;
    all->vhost = lws_create_vhost(all->context, &info);
    return all->vhost ? 0 : -ENOMEM;
}

static void websockets_last(void *ctx)
{
    struct websockets *all = ctx;

    lws_context_destroy(all->context);
    free(all);
}

int websockets_new(struct http_server *s, struct websockets **ret, struct error *e)
{
    struct websockets *all = calloc(1, sizeof *all);
    int r;

    if (!all)
        return error_set(e, -ENOMEM, "no memory for WebSockets");
    all->server = s;
    all->loop = s->loop;
    all->max_message_bytes = s->max_message_bytes;
    list_init(&all->all);
    timer_init(&all->claims, s->loop, websockets_claims);
    r = websockets_start(all, s);
    if (r < 0) {
        websockets_free(all);
        return error_set(
            e, r, "libwebsockets does not start; is the package libwebsockets-evlib-uv installed?");
    }
    *ret = all;
    return 0;
}

struct websockets *websockets_free(struct websockets *all)
{
    struct ws *w;

    if (!all)
        return NULL;
    list_for_each (w, &all->all, link)
        websocket_say_going(w);
    lws_context_destroy(all->context);
    while (!list_empty(&all->all))
        websocket_gone(list_first(&all->all, struct ws, link));
    all->server = NULL;
    if (loop_after_closing(all->loop, websockets_last, all) < 0)
        log_warning("no memory to free WebSockets; some is lost");
    return NULL;
}
