/* wifi_orders.c - what a host writes: configure, enable, disable, status, set; and the two characteristics by themselves. See
 * wifi_camera_private.h. */
#include "wifi_camera_private.h"

#include <errno.h>
#include <string.h>

static const char NOT_ENCRYPTED[] =
    "a password is only taken over an encrypted link: pair, then write it again";

static int refuse(struct wifi_camera *c, int error, const char *why)
{
    wifi_tell(c, why);
    return error;
}

static bool is_same(const struct wifi_camera_kept *a, const struct wifi_camera_kept *b)
{
    return a->enabled == b->enabled && strcmp(a->ssid, b->ssid) == 0 &&
        strcmp(a->pass, b->pass) == 0 && wifi_settings_differ(&a->settings, &b->settings) == 0;
}

/* What could not be saved is tried again with the next order that wants something kept. */
const char *wifi_keep(struct wifi_camera *c)
{
    if (is_same(&c->kept, &c->saved))
        return NULL;
    if (c->port.save(c->port.ctx, &c->kept) < 0)
        return "it could not be saved, and holds until the power goes";
    c->saved = c->kept;
    return NULL;
}

/* --- credentials ------------------------------------------------------------------------------ */

static void show_ssid(struct wifi_camera *c)
{
    c->port.set_value(c->port.ctx, WIFI_CAMERA_SSID, c->kept.ssid, strlen(c->kept.ssid));
}

static void set_network(struct wifi_camera *c, struct span ssid, struct span pass)
{
    span_copy(ssid, c->kept.ssid, sizeof c->kept.ssid);
    span_copy(pass, c->kept.pass, sizeof c->kept.pass);
    c->changed = true;
    show_ssid(c);
}

static int configure(struct wifi_camera *c, bool encrypted, const struct wifi_control *order)
{
    struct span ssid = {order->ssid, strlen(order->ssid)};
    struct span pass = {order->pass, strlen(order->pass)};

    if (!order->has_ssid)
        return refuse(c, -EINVAL, "there is no ssid");
    if (pass.n > 0 && !encrypted)
        return refuse(c, -EACCES, NOT_ENCRYPTED);
    set_network(c, ssid, pass);
    wifi_tell(c, wifi_keep(c));
    if (c->kept.enabled)
        wifi_net_begin(c);
    return 0;
}

/* A password belongs to its network: that of another one is not tried with this. Takes effect with enable. */
int wifi_orders_ssid(struct wifi_camera *c, struct span ssid)
{
    const char *fault = wifi_ssid_fault(ssid);

    if (fault || !span_is_utf8(ssid) || memchr(ssid.at, 0, ssid.n))
        return refuse(c, -EINVAL, fault ? fault : "the network's name is no text");
    if (!span_is(ssid, c->kept.ssid))
        set_network(c, ssid, (struct span){"", 0});
    wifi_tell(c, wifi_keep(c));
    return 0;
}

/* Nothing is how hosts find out whether the link is encrypted, and have it encrypted: it changes nothing. That a network is open
 * configure says, or another SSID. */
int wifi_orders_password(struct wifi_camera *c, bool encrypted, struct span pass)
{
    const char *fault = wifi_pass_fault(pass);

    if (!encrypted)
        return refuse(c, -EACCES, NOT_ENCRYPTED);
    if (fault || !span_is_utf8(pass) || (pass.n > 0 && memchr(pass.at, 0, pass.n)))
        return refuse(c, -EINVAL, fault ? fault : "the password is no text");
    if (pass.n == 0)
        return 0;
    if (!span_is(pass, c->kept.pass)) {
        span_copy(pass, c->kept.pass, sizeof c->kept.pass);
        c->changed = true;
    }
    wifi_tell(c, wifi_keep(c));
    return 0;
}

/* --- on and off ------------------------------------------------------------------------------- */

static int enable(struct wifi_camera *c)
{
    const char *refusal = c->kept.enabled ? NULL : wifi_watch_refusal(c);
    bool goes_on = c->kept.enabled && !c->changed && c->net.state != WIFI_STATE_FAILED;

    if (!c->kept.ssid[0])
        return refuse(c, -EINVAL, "no network is configured");
    if (refusal)
        return refuse(c, -EINVAL, refusal);
    c->kept.enabled = true;
    wifi_tell(c, wifi_keep(c));
    if (!goes_on)
        wifi_net_begin(c);
    return 0;
}

static int disable(struct wifi_camera *c)
{
    c->kept.enabled = false;
    wifi_net_end(c);
    wifi_tell(c, wifi_keep(c));
    return 0;
}

/* --- settings --------------------------------------------------------------------------------- */

const char *wifi_orders_set(struct wifi_camera *c, const struct wifi_settings *settings)
{
    struct wifi_settings before = c->kept.settings;
    const struct wifi_settings *now = &c->kept.settings;

    wifi_settings_apply(&c->kept.settings, settings);
    wifi_watch_begin(c);
    if (c->lens.state != WIFI_LENS_CLOSED && now->frame_size != before.frame_size)
        wifi_lens_open(c);
    wifi_tell(c, NULL);
    return wifi_keep(c);
}

static int set(struct wifi_camera *c, const struct wifi_settings *settings)
{
    wifi_tell(c, wifi_orders_set(c, settings));
    return 0;
}

int wifi_orders_control(struct wifi_camera *c, bool encrypted, struct span json)
{
    struct wifi_control order;
    const char *why;

    if (wifi_control_read(json, &order, &why) < 0)
        return refuse(c, -EINVAL, why);
    switch (order.command) {
    case WIFI_CONFIGURE:
        return configure(c, encrypted, &order);
    case WIFI_ENABLE:
        return enable(c);
    case WIFI_DISABLE:
        return disable(c);
    case WIFI_SET:
        return set(c, &order.settings);
    case WIFI_TELL_STATUS:
        break;
    }
    wifi_tell(c, NULL);
    return 0;
}
