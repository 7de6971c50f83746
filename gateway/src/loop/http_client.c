/* http_client.c - libcurl's multi interface on the loop. libcurl says which sockets and when; the
 * loop answers with readiness and time. */
#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "loop/http_private.h"
#include "loop/watch_fd.h"

struct http_socket {
    struct http_client *client;
    struct watch_fd *watch;
    curl_socket_t fd;
};

/* What ended is only noted here: its owner is called by a deferred call, as it may free the
 * client. */
static void client_collect(struct http_client *c)
{
    CURLMsg *m;
    int n;

    while ((m = curl_multi_info_read(c->multi, &n))) {
        CURLcode code = m->data.result;
        struct http_fetch *f = NULL;

        if (m->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&f);
        http_fetch_ended(f, code);
    }
}

static void client_act(struct http_client *c, curl_socket_t fd, int events)
{
    int n_running;

    c->n_in_curl++;
    curl_multi_socket_action(c->multi, fd, events, &n_running);
    c->n_in_curl--;
    client_collect(c);
}

static void socket_ready(void *ctx, unsigned events)
{
    struct http_socket *s = ctx;
    int mask = 0;

    if (events & FD_READABLE)
        mask |= CURL_CSELECT_IN;
    if (events & FD_WRITABLE)
        mask |= CURL_CSELECT_OUT;
    client_act(s->client, s->fd, mask);
}

static struct http_socket *socket_new(struct http_client *c, curl_socket_t fd)
{
    struct http_socket *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->client = c;
    s->fd = fd;
    if (watch_fd_new(c->loop, fd, socket_ready, s, &s->watch) < 0) {
        free(s);
        return NULL;
    }
    curl_multi_assign(c->multi, fd, s);
    return s;
}

static void socket_free(struct http_client *c, curl_socket_t fd, struct http_socket *s)
{
    if (!s)
        return;
    curl_multi_assign(c->multi, fd, NULL);
    watch_fd_free(s->watch);
    free(s);
}

static int socket_wanted(CURL *easy, curl_socket_t fd, int what, void *ctx, void *socket)
{
    struct http_client *c = ctx;
    struct http_socket *s = socket;
    unsigned events = 0;

    if (what == CURL_POLL_REMOVE) {
        socket_free(c, fd, s);
        return 0;
    }
    if (!s)
        s = socket_new(c, fd);
    if (!s)
        return -1;
    if (what & CURL_POLL_IN)
        events |= FD_READABLE;
    if (what & CURL_POLL_OUT)
        events |= FD_WRITABLE;
    return watch_fd_set(s->watch, events) < 0 ? -1 : 0;
}

static void timer_fired(struct timer *t)
{
    client_act(container_of(t, struct http_client, timer), CURL_SOCKET_TIMEOUT, 0);
}

static int timer_wanted(CURLM *multi, long ms, void *ctx)
{
    struct http_client *c = ctx;

    if (ms < 0)
        timer_stop(&c->timer);
    else if (timer_once(&c->timer, ms * US_PER_MS) < 0)
        return -1;
    return 0;
}

int http_client_add(struct http_client *c, CURL *easy)
{
    CURLMcode code;

    c->n_in_curl++;
    code = curl_multi_add_handle(c->multi, easy);
    c->n_in_curl--;
    if (code == CURLM_OK)
        return 0;
    return code == CURLM_OUT_OF_MEMORY ? -ENOMEM : -EIO;
}

void http_client_remove(struct http_client *c, CURL *easy)
{
    c->n_in_curl++;
    curl_multi_remove_handle(c->multi, easy);
    c->n_in_curl--;
}

int http_client_new(struct loop *l, struct resolver *r, struct http_client **ret)
{
    struct http_client *c = calloc(1, sizeof *c);

    if (!c)
        return -ENOMEM;
    curl_global_init(CURL_GLOBAL_DEFAULT); /* counts its calls */
    c->multi = curl_multi_init();
    if (!c->multi) {
        curl_global_cleanup();
        free(c);
        return -ENOMEM;
    }
    c->loop = l;
    c->resolver = r;
    list_init(&c->fetches);
    timer_init(&c->timer, l, timer_fired);
    curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, socket_wanted);
    curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
    curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, timer_wanted);
    curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
    *ret = c;
    return 0;
}

struct http_client *http_client_free(struct http_client *c)
{
    struct http_fetch *f, *next;

    if (!c)
        return NULL;
    if (c->n_in_curl > 0) {
        log_error("the HTTP client is freed from within a call of its own");
        abort();
    }
    list_for_each_safe (f, next, &c->fetches, link) {
        if (!f->cancelled) {
            log_error("the HTTP client is freed with a fetch under way");
            abort();
        }
        http_fetch_free(f);
    }
    curl_multi_cleanup(c->multi);
    timer_stop(&c->timer);
    curl_global_cleanup();
    free(c);
    return NULL;
}
