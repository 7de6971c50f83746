#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "base/util.h"
#include "wifi_news.h"
#include "wifi_ours_private.h"

/* A board's stack has room for four segments per connection, and sends nothing longer than one. */
#define SEGMENT_BYTES 1440u
#define QUEUE_BYTES (4 * SEGMENT_BYTES)
/* The kernel's least that is not slow; it takes twice as much. */
#define KERNEL_BYTES 8192
#define RECEIVE_BYTES 4096
/* Those that the core has let go of linger until their other side ends them, too, or some seconds are over. */
#define CLIENTS_MAX 64u

static unsigned number_of(const struct wifi_ours_connection *x)
{
    return (unsigned)(x - x->camera->connections);
}

/* --- what happens ------------------------------------------------------------------------------- */

static size_t on_data(void *ctx, struct tcp *tcp, const uint8_t *bytes, size_t n)
{
    struct wifi_ours_connection *x = ctx;
    struct wifi_ours *c = x->camera;

    wifi_camera_received(c->core, gatt_core_now_us(&c->ble), number_of(x), bytes, n);
    gatt_core_told(&c->ble);
    return n;
}

static void on_drained(void *ctx, struct tcp *tcp)
{
    struct wifi_ours_connection *x = ctx;
    struct wifi_ours *c = x->camera;

    if (!x->waits)
        return;
    x->waits = false;
    wifi_camera_room(c->core, gatt_core_now_us(&c->ble), number_of(x));
    gatt_core_told(&c->ble);
}

static void hung_up(struct wifi_ours_connection *x)
{
    struct wifi_ours *c = x->camera;

    x->tcp = NULL;
    wifi_camera_hung_up(c->core, gatt_core_now_us(&c->ble), number_of(x));
    gatt_core_told(&c->ble);
}

static void on_closed(void *ctx, struct tcp *tcp, int why, size_t left)
{
    hung_up(ctx);
}

static const struct tcp_events events = {
    .data = on_data, .drained = on_drained, .closed = on_closed};

static void on_accepted(void *ctx, struct tcp *tcp)
{
    struct wifi_ours *c = ctx;
    struct wifi_ours_connection *x = c->connections;

    while (x < c->connections + WIFI_CAMERA_CONNECTIONS && x->used)
        x++;
    if (x == c->connections + WIFI_CAMERA_CONNECTIONS) {
        tcp_abort(tcp);
        return;
    }
    *x = (struct wifi_ours_connection){.camera = c, .used = true, .tcp = tcp};
    tcp_set_events(tcp, &events, x);
    wifi_camera_accepted(c->core, gatt_core_now_us(&c->ble), number_of(x));
    gatt_core_told(&c->ble);
}

void wifi_ours_break_all(struct wifi_ours *c)
{
    for (unsigned i = 0; i < WIFI_CAMERA_CONNECTIONS; i++) {
        struct wifi_ours_connection *x = &c->connections[i];

        if (!x->tcp)
            continue;
        tcp_abort(x->tcp);
        hung_up(x);
    }
}

/* --- the port ----------------------------------------------------------------------------------- */

int wifi_ours_listen(void *ctx, uint16_t port)
{
    static const struct tcp_limits limits = {.recv_max_bytes = RECEIVE_BYTES,
        .send_max_bytes = QUEUE_BYTES,
        .kernel_send_bytes = KERNEL_BYTES};
    struct wifi_ours *c = ctx;
    struct error e = ERROR_NULL;
    char url[48];
    int r = tcp_listen(
        c->loop, c->air.address, port, CLIENTS_MAX, &limits, on_accepted, c, &c->listener, &e);

    if (r < 0) {
        log_error("the camera cannot be asked", F_STR("camera", c->options->name), F_ERROR(&e));
        return r;
    }
    snprintf(url, sizeof url, "http://%s:%u", c->air.address, port);
    wifi_news("joined", c->options->name, url);
    return 0;
}

void wifi_ours_unlisten(void *ctx)
{
    struct wifi_ours *c = ctx;

    if (!c->listener)
        return;
    c->listener = tcp_listener_free(c->listener);
    wifi_news("lost", c->options->name, NULL);
}

int wifi_ours_send(void *ctx, unsigned connection, const void *bytes, size_t n)
{
    struct wifi_ours_connection *x = &((struct wifi_ours *)ctx)->connections[connection];
    size_t sent = 0;

    if (!x->tcp)
        return -EPIPE;
    while (sent < n) {
        size_t piece = MIN(n - sent, (size_t)SEGMENT_BYTES);
        int r = tcp_send(x->tcp, (const uint8_t *)bytes + sent, piece);

        x->waits = r == -EAGAIN;
        if (r < 0)
            return x->waits ? (int)sent : -EPIPE;
        sent += piece;
    }
    return (int)sent;
}

void wifi_ours_end(void *ctx, unsigned connection)
{
    struct tcp *tcp = ((struct wifi_ours *)ctx)->connections[connection].tcp;

    if (tcp)
        tcp_shutdown(tcp);
}

void wifi_ours_close(void *ctx, unsigned connection)
{
    struct wifi_ours_connection *x = &((struct wifi_ours *)ctx)->connections[connection];

    if (x->tcp)
        tcp_close(x->tcp);
    *x = (struct wifi_ours_connection){0};
}
