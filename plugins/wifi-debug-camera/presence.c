/* presence.c - what is to be told of the whole: is the camera there, by one way or the other, and what does it do? */
#include "camera.h"

#include <stdio.h>
#include <string.h>

static bool is_here(const struct camera *c)
{
    return web_up(&c->web) || c->ble.state == BLE_READY;
}

/* --- link, why -------------------------------------------------------------------------------- */

static const char *job_link(const struct job *j)
{
    if (j->step <= JOB_WAITING)
        return NULL;
    if (j->control.command == WIFI_CONFIGURE)
        return "provisioning";
    return j->control.command == WIFI_ENABLE ? "joining" : NULL;
}

static const char *ble_link(const struct status *s)
{
    switch (s->known ? status_state(&s->is) : WIFI_STATE_OFF) {
    case WIFI_STATE_CONNECTED:
        return "connecting";
    case WIFI_STATE_CONNECTING:
        return "joining";
    default:
        return "no_wifi";
    }
}

static const char *link_of(const struct camera *c)
{
    const char *job = job_link(&c->job);

    if (job)
        return job;
    if (web_up(&c->web))
        return stream_live(&c->stream) ? "streaming" : "idle";
    if (c->ble.state == BLE_READY)
        return ble_link(&c->status);
    return c->web.state == WEB_TRYING || c->ble.state == BLE_SETTING_UP ||
            c->ble.seek.state == WR_SEEK_CONNECTING
        ? "connecting"
        : "looking";
}

/* Who looks for the camera, or connects to it, has said so. */
static void tell_why(struct wr_dev *dev)
{
    const struct camera *c = camera_of(dev);
    char why[WHY_MAX] = "";

    if (c->ble.seek.state == WR_SEEK_LOOKING || c->ble.seek.state == WR_SEEK_CONNECTING)
        return;
    if (web_up(&c->web)) {
        if (c->presence.trouble[TROUBLE_PICTURES][0])
            snprintf(why, sizeof why, "%s", c->presence.trouble[TROUBLE_PICTURES]);
        else if (c->stream.stills)
            snprintf(why, sizeof why,
                "Stills, two in a second: the camera ends its stream after each picture");
    } else if (c->status.known) {
        status_why(&c->status.is, why);
    }
    dev->host->status(dev, *why ? why : NULL);
}

/* --- trouble ---------------------------------------------------------------------------------- */

void presence_trouble(struct wr_dev *dev, enum trouble which, const char *why)
{
    struct presence *p = &camera_of(dev)->presence;
    char text[N_TROUBLES * (WHY_MAX + 2)] = "";
    size_t n = 0;

    if (strcmp(p->trouble[which], why) == 0)
        return;
    snprintf(p->trouble[which], sizeof p->trouble[which], "%s", why);
    if (*why)
        dev->host->log(dev, WR_LOG_WARNING, "%s", why);
    for (size_t i = 0; i < N_TROUBLES; i++)
        if (p->trouble[i][0])
            n += (size_t)snprintf(
                text + n, sizeof text - n, "%s%s", n > 0 ? "; " : "", p->trouble[i]);
    wr_report_text(dev, "trouble", text);
    if (p->online)
        tell_why(dev);
}

/* The camera is in a network, and cannot be reached there. */
static void tell_address(struct wr_dev *dev)
{
    const struct camera *c = camera_of(dev);
    const struct wifi_status *s = &c->status.is;
    char why[WHY_MAX] = "";

    if (c->ble.state == BLE_READY && c->status.known && s->connected && c->web.state == WEB_DOWN) {
        if ((s->settings.has & WIFI_HAS_WEB_ENABLED) && !s->settings.web_enabled)
            snprintf(why, sizeof why, "The camera's HTTP server is off: the setting web_enabled");
        else
            snprintf(why, sizeof why,
                "The camera says that it is at %.80s, but does not answer there: is the gateway in "
                "the same "
                "network?",
                c->web.host);
    }
    if (*why || c->web.state == WEB_UP)
        presence_trouble(dev, TROUBLE_ADDRESS, why);
}

/* --- the whole ------------------------------------------------------------------------------- */

void presence_update(struct wr_dev *dev)
{
    struct camera *c = camera_of(dev);
    struct presence *p = &c->presence;
    const char *link = link_of(c);

    if (p->gone)
        return;
    if (!p->link || strcmp(p->link, link) != 0)
        wr_report_text(dev, "link", link);
    p->link = link;
    tell_address(dev);
    if (!is_here(c))
        return;
    if (!p->online)
        dev->host->online(dev, true, NULL);
    p->online = true;
    tell_why(dev);
}

void presence_away(struct wr_dev *dev, const char *why)
{
    struct camera *c = camera_of(dev);
    struct presence *p = &c->presence;

    if (p->gone || is_here(c))
        return;
    p->online = false;
    if (c->ble.usable || c->web.state == WEB_NONE) {
        dev->host->away(dev, why);
        return;
    }
    p->gone = true; /* there is one way to it, and the host knows when to try that again */
    dev->host->online(dev, false, why);
}
