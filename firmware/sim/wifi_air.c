#include "wifi_air.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "loop/tcp.h"

/* The address, or the n-th after it. */
static void write_address(const struct wifi_air *a, char *out, size_t cap)
{
    struct in_addr in;

    if (inet_pton(AF_INET, a->config->address, &in) != 1) {
        snprintf(out, cap, "%s", a->config->address);
        return;
    }
    in.s_addr = htonl(ntohl(in.s_addr) + a->n_moves);
    inet_ntop(AF_INET, &in, out, (socklen_t)cap);
}

/* How a join ends that nothing disturbs. */
static enum wifi_air_fault outcome(
    const struct wifi_air_config *c, const char *ssid, const char *password)
{
    if (c->fault != WIFI_AIR_FINE)
        return c->fault;
    if (c->ssid && strcmp(c->ssid, ssid) != 0)
        return WIFI_AIR_NOT_FOUND;
    return c->password && strcmp(c->password, password) != 0 ? WIFI_AIR_WRONG_PASSWORD
                                                             : WIFI_AIR_FINE;
}

static void on_time(struct timer *t)
{
    struct wifi_air *a = container_of(t, struct wifi_air, timer);

    if (a->state == WIFI_AIR_JOINING) {
        a->fault = a->ending;
        a->state = a->fault == WIFI_AIR_FINE ? WIFI_AIR_JOINED : WIFI_AIR_FAILED;
        if (a->state == WIFI_AIR_JOINED)
            write_address(a, a->address, sizeof a->address);
    }
    a->changed(a->ctx);
}

void wifi_air_init(struct wifi_air *a, struct loop *l, const struct wifi_air_config *c,
    void (*changed)(void *ctx), void *ctx)
{
    *a = (struct wifi_air){.config = c, .changed = changed, .ctx = ctx};
    timer_init(&a->timer, l, on_time);
}

void wifi_air_join(struct wifi_air *a, const char *ssid, const char *password)
{
    a->ending = outcome(a->config, ssid, password);
    a->state = WIFI_AIR_JOINING;
    a->fault = WIFI_AIR_FINE;
    a->address[0] = '\0';
    (void)timer_once(&a->timer, a->config->join_us);
}

void wifi_air_leave(struct wifi_air *a)
{
    timer_stop(&a->timer);
    a->state = WIFI_AIR_OFF;
    a->fault = WIFI_AIR_FINE;
    a->address[0] = '\0';
}

void wifi_air_strike(struct wifi_air *a)
{
    if (a->state != WIFI_AIR_JOINED)
        return;
    wifi_air_leave(a);
    a->n_moves += a->config->move;
    (void)timer_once(&a->timer, 0);
}

int wifi_air_port(
    struct loop *l, const struct wifi_air_config *c, uint16_t port, uint16_t *ret, struct error *e)
{
    struct tcp_listener *listener;
    int r = tcp_listen(l, c->address, port, 0, NULL, NULL, NULL, &listener, e);

    if (r < 0)
        return r;
    *ret = tcp_listener_port(listener);
    tcp_listener_free(listener);
    return 0;
}

int wifi_air_fault_of(const char *word, enum wifi_air_fault *ret)
{
    static const char *const words[] = {
        [WIFI_AIR_NOT_FOUND] = "not-found",
        [WIFI_AIR_WRONG_PASSWORD] = "wrong-password",
        [WIFI_AIR_REFUSED] = "refused",
        [WIFI_AIR_NO_ADDRESS] = "no-address",
    };

    for (size_t i = WIFI_AIR_NOT_FOUND; i < N_ELEMENTS(words); i++)
        if (strcmp(words[i], word) == 0) {
            *ret = (enum wifi_air_fault)i;
            return 0;
        }
    return -EINVAL;
}

void wifi_air_fini(struct wifi_air *a)
{
    timer_stop(&a->timer);
}
