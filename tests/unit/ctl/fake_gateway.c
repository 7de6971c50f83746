#include "fake_gateway.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "loop/tcp.h"

struct fake_gateway {
    struct tcp_listener *listener;
    const struct fake_route *routes;
    unsigned used[64];
    size_t n_routes;
    char asked[8192];
};

static void note(
    struct fake_gateway *g, const char *before, const char *text, size_t n, const char *after)
{
    size_t at = strlen(g->asked);

    snprintf(g->asked + at, sizeof g->asked - at, "%s%.*s%s", before, (int)n, text, after);
}

/* The value of a header in what was received; NULL: not there. */
static const char *header(const char *head, const char *name, size_t *ret_n)
{
    for (const char *line = strstr(head, "\r\n"); line && line[2];
         line = strstr(line + 2, "\r\n")) {
        const char *at = line + 2;

        if (strncasecmp(at, name, strlen(name)) != 0 || at[strlen(name)] != ':')
            continue;
        at += strlen(name) + 1;
        at += strspn(at, " ");
        *ret_n = strcspn(at, "\r");
        return at;
    }
    return NULL;
}

static void answer(struct fake_gateway *g, struct tcp *t, const char *line, size_t n)
{
    static const struct fake_route none = {
        .status = 404, .body = "{\"detail\":\"no such route in the fake\"}"};
    const struct fake_route *r = &none;
    char head[256];
    size_t n_body;

    for (size_t i = 0; i < g->n_routes && r == &none; i++) {
        if (strlen(g->routes[i].request) != n || strncmp(g->routes[i].request, line, n) != 0)
            continue;
        if (g->routes[i].times == 0 || g->used[i]++ < g->routes[i].times)
            r = &g->routes[i];
    }
    n_body = strlen(r->body);
    snprintf(head, sizeof head,
        "HTTP/1.1 %d X\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
        r->status, r->type ? r->type : "application/json", n_body + (r->cut ? 100 : 0));
    cr_assert_eq(tcp_send(t, head, strlen(head)), 0);
    cr_assert_eq(tcp_send(t, r->body, n_body), 0);
    tcp_shutdown(t);
}

static size_t on_data(void *ctx, struct tcp *t, const uint8_t *bytes, size_t n)
{
    struct fake_gateway *g = ctx;
    char text[8192];
    const char *end, *value;
    size_t n_line, n_value, n_body = 0;

    cr_assert_lt(n, sizeof text);
    memcpy(text, bytes, n);
    text[n] = '\0';
    end = strstr(text, "\r\n\r\n");
    if (!end)
        return 0;
    if ((value = header(text, "Content-Length", &n_value)))
        n_body = (size_t)atoi(value);
    if (n < (size_t)(end + 4 - text) + n_body)
        return 0;
    n_line = (size_t)(strstr(text, " HTTP/1.1") - text);
    note(g, "", text, n_line, "");
    if (n_body > 0)
        note(g, " ", end + 4, n_body, "");
    if ((value = header(text, "Last-Event-ID", &n_value)))
        note(g, " [", value, n_value, "]");
    note(g, "\n", "", 0, "");
    answer(g, t, text, n_line);
    return n;
}

static void on_closed(void *ctx, struct tcp *t, int why, size_t left)
{
}

static void on_accepted(void *ctx, struct tcp *t)
{
    static const struct tcp_events events = {.data = on_data, .closed = on_closed};

    tcp_set_events(t, &events, ctx);
}

struct fake_gateway *fake_gateway_new(struct loop *l, const struct fake_route *routes, size_t n)
{
    struct fake_gateway *g = calloc(1, sizeof *g);
    struct error e = ERROR_NULL;

    cr_assert(g && n <= 64);
    g->routes = routes;
    g->n_routes = n;
    cr_assert_eq(
        tcp_listen(l, "127.0.0.1", 0, 8, NULL, on_accepted, g, &g->listener, &e), 0, "%s", e.text);
    return g;
}

uint16_t fake_gateway_port(const struct fake_gateway *g)
{
    return tcp_listener_port(g->listener);
}

const char *fake_gateway_asked(const struct fake_gateway *g)
{
    return g->asked;
}

struct fake_gateway *fake_gateway_free(struct fake_gateway *g)
{
    tcp_listener_free(g->listener);
    free(g);
    return NULL;
}
