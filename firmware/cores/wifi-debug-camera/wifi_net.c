/* wifi_net.c - in and out of a network; see wifi_camera_private.h.
 *
 *     OFF ──enable──▶ CONNECTING ──joined──▶ CONNECTED
 *      ▲                 │  ▲  ▲                │
 *      └─disable (any)   │  │  └──────lost──────┘
 *                 failed ▼  │ after a while, longer each time
 *                        FAILED
 */
#include "wifi_camera_private.h"

#include <stdio.h>
#include <string.h>

/* Twice as long after each failure. A wrong password does not become right by itself. */
#define RETRY_FIRST_US INT64_C(5000000)
#define RETRY_LAST_US INT64_C(60000000)

static void set_reason(struct wifi_camera *c, const char *why)
{
    span_copy((struct span){why, strlen(why)}, c->net.reason, sizeof c->net.reason);
}

static void join(struct wifi_camera *c)
{
    c->net.state = WIFI_STATE_CONNECTING;
    c->net.until_us = c->now_us + WIFI_CAMERA_JOIN_LIMIT_US;
    c->port.join(c->port.ctx, c->kept.ssid, c->kept.pass);
    wifi_tell(c, NULL);
}

/* A part of it by chance, so that a room full of cameras does not come back at once. */
static int64_t pause_us(const struct wifi_camera *c)
{
    unsigned doublings = c->net.n_failures < 5 ? c->net.n_failures - 1 : 4;
    int64_t us = RETRY_FIRST_US << doublings;

    us = us < RETRY_LAST_US ? us : RETRY_LAST_US;
    return us + c->port.random(c->port.ctx) % (uint32_t)(us / 4);
}

static void fail(struct wifi_camera *c, const char *why)
{
    c->port.leave(c->port.ctx);
    c->net.state = WIFI_STATE_FAILED;
    c->net.n_failures++;
    c->net.until_us = c->now_us + pause_us(c);
    set_reason(c, why);
    c->port.log(c->port.ctx, why);
    wifi_tell(c, NULL);
}

void wifi_net_begin(struct wifi_camera *c)
{
    c->net.n_failures = 0;
    c->net.ip[0] = '\0';
    c->changed = false;
    set_reason(c, "");
    join(c);
}

void wifi_net_end(struct wifi_camera *c)
{
    c->port.leave(c->port.ctx);
    c->net = (struct wifi_net){.state = WIFI_STATE_OFF};
}

void wifi_net_joined(struct wifi_camera *c, const char *ip)
{
    if (c->net.state != WIFI_STATE_CONNECTING && c->net.state != WIFI_STATE_CONNECTED)
        return;
    c->net.state = WIFI_STATE_CONNECTED;
    c->net.n_failures = 0;
    set_reason(c, "");
    span_copy((struct span){ip, strlen(ip)}, c->net.ip, sizeof c->net.ip);
    wifi_tell(c, NULL);
}

void wifi_net_not_joined(struct wifi_camera *c, enum wifi_camera_failure why)
{
    static const char *const reasons[] = {
        [WIFI_CAMERA_NO_NETWORK] = "no network of that name is in reach",
        [WIFI_CAMERA_WRONG_PASSWORD] = "the password is wrong",
        [WIFI_CAMERA_NO_ADDRESS] = "the network gave no address",
        [WIFI_CAMERA_REFUSED] = "the network refused",
    };

    if (c->net.state != WIFI_STATE_CONNECTING)
        return;
    fail(c, reasons[why]);
    if (why == WIFI_CAMERA_WRONG_PASSWORD)
        c->net.until_us = c->now_us + RETRY_LAST_US;
}

void wifi_net_lost(struct wifi_camera *c)
{
    if (c->net.state != WIFI_STATE_CONNECTED)
        return;
    c->net.ip[0] = '\0';
    set_reason(c, "the network was lost");
    join(c);
}

void wifi_net_step(struct wifi_camera *c)
{
    if (c->now_us < wifi_net_next_us(c))
        return;
    if (c->net.state == WIFI_STATE_CONNECTING)
        fail(c, "the network did not answer for 15 s");
    else
        join(c);
}

int64_t wifi_net_next_us(const struct wifi_camera *c)
{
    bool timed = c->net.state == WIFI_STATE_CONNECTING || c->net.state == WIFI_STATE_FAILED;

    return timed ? c->net.until_us : WIFI_NEVER_US;
}
