/* tell.c - what people are told: sentences, events. */
#include "hub.h"

#include <stdio.h>
#include <time.h>

/* As commands are called here; what is none of them, as the hub said it. */
static const char *command_name(const char *text, char *clean, size_t cap)
{
    enum hub_command c;

    if (hub_command_find((struct span){text, strlen(text)}, &c) == 0)
        return warren_driver.kinds[0].commands[c].name;
    wr_text_clean(text, strlen(text), clean, cap);
    return clean;
}

/* --- the link --------------------------------------------------------------------------------- */

static void tell_ready(struct wr_dev *dev)
{
    const struct hub *h = hub_of(dev);
    size_t n = modules_n_present(dev);

    if (h->scan.state == SCAN_LISTENING)
        wr_status(dev, "Scanning: the list of modules comes in some 5 s");
    else if (n > 0)
        wr_status(dev, "Ready: %zu module%s", n, n == 1 ? "" : "s");
    else if (h->scan.listed)
        wr_status(dev, "Ready: no module was heard");
    else
        wr_status(dev, "Ready");
}

void tell_link(struct wr_dev *dev)
{
    const struct hub *h = hub_of(dev);
    const char *link = "looking";

    if (h->link.state == LINK_READY)
        link = h->scan.state == SCAN_LISTENING ? "scanning" : "ready";
    else if (h->link.state == LINK_SETTING_UP)
        link = "setting_up";
    else if (h->link.seek.state == WR_SEEK_CONNECTING)
        link = "connecting";
    wr_report_text(dev, "link", link);
    if (h->link.state == LINK_READY)
        tell_ready(dev);
}

void tell_trouble(struct wr_dev *dev, const char *why)
{
    struct hub *h = hub_of(dev);

    if (strcmp(h->trouble, why) == 0)
        return;
    snprintf(h->trouble, sizeof h->trouble, "%s", why);
    wr_report_text(dev, "trouble", why);
    if (why[0])
        dev->host->log(dev, WR_LOG_WARNING, "%s", why);
}

/* --- events ----------------------------------------------------------------------------------- */

void tell_ack(struct wr_dev *dev, const struct hub_message *m)
{
    char text[EVENT_MAX], clean[HUB_TEXT_BYTES];
    struct wr_json j = wr_json_into(text, sizeof text);

    wr_json_object(&j);
    wr_json_key(&j, "command");
    wr_json_string(&j, command_name(m->command, clean, sizeof clean));
    wr_json_key(&j, "status");
    wr_json_string(&j, m->sent ? "sent" : "failed");
    wr_json_key(&j, "threshold");
    wr_text_clean(m->threshold, strlen(m->threshold), clean, sizeof clean);
    wr_json_string(&j, clean);
    wr_json_key(&j, "threshold_dbm");
    wr_json_int(&j, hub_threshold_parse((struct span){m->threshold, strlen(m->threshold)}));
    wr_json_end(&j);
    dev->host->publish(dev, "hub.ack", wr_json_text(&j));
}

void tell_error(struct wr_dev *dev, const char *message, struct span json)
{
    char text[EVENT_MAX], name[HUB_ID_BYTES];
    struct wr_json j = wr_json_into(text, sizeof text);
    struct json_pull available;
    unsigned n = 0;
    struct span s;

    wr_json_object(&j);
    wr_json_key(&j, "message");
    wr_json_string(&j, message);
    wr_json_key(&j, "available_commands");
    wr_json_array(&j);
    hub_available_begin(&available, json);
    while (n++ < AVAILABLE_MAX && hub_available_next(&available, &s)) {
        wr_text_clean(s.at, s.n, name, sizeof name);
        wr_json_string(&j, name);
    }
    wr_json_end(&j);
    wr_json_end(&j);
    dev->host->publish(dev, "hub.error", wr_json_text(&j));
}

void tell_scan_started(struct wr_dev *dev)
{
    const struct scan *s = &hub_of(dev)->scan;
    char text[128];

    snprintf(text, sizeof text, "{\"threshold_dbm\":%d,\"by\":\"%s\"}", s->threshold_dbm,
        s->by_person ? "person" : "itself");
    dev->host->publish(dev, "hub.scan.started", text);
}

static void tell_scanned_at(struct wr_dev *dev)
{
    time_t now = (time_t)(dev->host->wall_us(dev) / US_PER_S);
    struct tm tm;
    char text[32];

    if (gmtime_r(&now, &tm) && strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm) > 0)
        wr_report_text(dev, "scanned_at", text);
}

void tell_scan_failed(struct wr_dev *dev, const char *why)
{
    char text[WHY_MAX * 6 + 64];
    struct wr_json j = wr_json_into(text, sizeof text);

    wr_json_object(&j);
    wr_json_key(&j, "ok");
    wr_json_bool(&j, false);
    wr_json_key(&j, "why");
    wr_json_string(&j, why);
    wr_json_end(&j);
    dev->host->publish(dev, "hub.scan.finished", wr_json_text(&j));
}

static const char *write_list(
    const struct wr_dev *dev, size_t n_modules, bool with_list, char text[LIST_EVENT_MAX])
{
    struct wr_json j = wr_json_into(text, LIST_EVENT_MAX);

    wr_json_object(&j);
    wr_json_key(&j, "ok");
    wr_json_bool(&j, true);
    wr_json_key(&j, "modules");
    wr_json_int(&j, (int64_t)n_modules);
    wr_json_key(&j, "seconds");
    wr_json_float(&j, scan_seconds(&hub_of(dev)->scan));
    if (with_list) {
        wr_json_key(&j, "list");
        modules_write_list(dev, &j);
    }
    wr_json_end(&j);
    return wr_json_text(&j);
}

void tell_scan_finished(struct wr_dev *dev, size_t n_modules)
{
    char text[LIST_EVENT_MAX];

    tell_scanned_at(dev);
    if (!write_list(dev, n_modules, true, text))
        write_list(dev, n_modules, false, text);
    dev->host->publish(dev, "hub.scan.finished", text);
}
