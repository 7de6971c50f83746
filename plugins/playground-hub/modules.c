/* modules.c - modules: children that are there, grow stale, and are gone. Hubs tell of them in lists only, and a list has
 * whom the scan reached: who is not in it may be there all the same, and time decides.
 */
#include "hub.h"

#include <stdio.h>

/* Modules say something once a minute where the hub keeps them in mind; three times that, and five. */
#define STALE_US (180 * US_PER_S)
#define GONE_US (300 * US_PER_S)
#define AGE_EVERY_US (10 * US_PER_S)

static struct modules *modules_of(const struct wr_dev *dev)
{
    return &hub_of(dev)->modules;
}

size_t modules_n_present(const struct wr_dev *dev)
{
    const struct modules *m = modules_of(dev);
    size_t n = 0;

    for (size_t i = 0; i < m->n; i++)
        n += m->rows[i].present;
    return n;
}

static void tell_number(struct wr_dev *dev)
{
    wr_report_int(dev, "modules", (int64_t)modules_n_present(dev));
}

/* --- a list ----------------------------------------------------------------------------------- */

/* Hubs call those without a name by the first half of their address, which is the maker's and the same for all. */
static void name_of(const struct hub_module *h, char *out, size_t cap)
{
    if (h->id[0])
        wr_text_clean(h->id, strlen(h->id), out, cap);
    else
        snprintf(out, cap, "M-%s", h->mac + HUB_MAC_BYTES / 2);
}

static struct module *find(struct modules *m, const char *mac)
{
    for (size_t i = 0; i < m->n; i++)
        if (strcmp(m->rows[i].mac, mac) == 0)
            return &m->rows[i];
    return NULL;
}

static struct module *add(struct wr_dev *dev, const struct hub_module *h)
{
    struct modules *m = modules_of(dev);
    char name[HUB_ID_BYTES];
    struct wr_dev *child = NULL;

    name_of(h, name, sizeof name);
    if (m->n < MODULES_MAX)
        child = dev->host->child(dev, "playground-module", h->mac, name);
    if (!child) {
        if (!m->told_full)
            dev->host->log(
                dev, WR_LOG_WARNING, "more modules than there is room for: %zu are kept", m->n);
        m->told_full = true;
        return NULL;
    }
    m->rows[m->n] = (struct module){.dev = child};
    snprintf(m->rows[m->n].mac, sizeof m->rows[m->n].mac, "%s", h->mac);
    wr_report_text(child, "mac", h->mac);
    return &m->rows[m->n++];
}

static void note(struct module *m, const struct hub_module *h, unsigned n_lists)
{
    char name[HUB_ID_BYTES], type[HUB_TYPE_BYTES];

    if (m->n_lists == n_lists) { /* twice in one list: the louder one counts */
        if (h->rssi_known && (!m->rssi_known || h->rssi_dbm > m->rssi_dbm))
            m->rssi_dbm = h->rssi_dbm;
        m->rssi_known |= h->rssi_known;
        return;
    }
    m->n_lists = n_lists;
    m->rssi_known = h->rssi_known;
    m->rssi_dbm = h->rssi_dbm;
    m->battery_percent = h->battery_percent;
    name_of(h, name, sizeof name);
    if (strcmp(m->id, name) != 0 && m->id[0])
        m->dev->host->child(m->dev->parent, "playground-module", m->mac, name);
    snprintf(m->id, sizeof m->id, "%s", name);
    wr_report_text(m->dev, "id", m->id);
    wr_text_clean(h->type, strlen(h->type), type, sizeof type);
    wr_report_text(m->dev, "type", strcmp(type, HUB_TYPE_UNKNOWN) == 0 ? "" : type);
}

static void write_module(const struct module *m, struct wr_json *j)
{
    wr_json_object(j);
    wr_json_key(j, "id");
    wr_json_string(j, m->id);
    wr_json_key(j, "mac");
    wr_json_string(j, m->mac);
    if (m->rssi_known) {
        wr_json_key(j, "rssi_dbm");
        wr_json_int(j, m->rssi_dbm);
        wr_json_key(j, "signal_bars");
        wr_json_int(j, hub_signal_bars(m->rssi_dbm));
    }
    if (m->battery_percent != HUB_BATTERY_UNKNOWN) {
        wr_json_key(j, "battery_percent");
        wr_json_int(j, m->battery_percent);
    }
    wr_json_end(j);
}

void modules_write_list(const struct wr_dev *dev, struct wr_json *j)
{
    const struct modules *all = modules_of(dev);

    wr_json_array(j);
    for (size_t i = 0; i < all->n; i++)
        if (all->rows[i].n_lists == all->n_lists)
            write_module(&all->rows[i], j);
    wr_json_end(j);
}

static void tell_seen(const struct module *m)
{
    char text[HUB_ID_BYTES * 6 + 192];
    struct wr_json j = wr_json_into(text, sizeof text);

    write_module(m, &j);
    m->dev->host->publish(m->dev, "module.seen", wr_json_text(&j));
}

static void seen(struct module *m, int64_t now)
{
    const char *level = hub_battery_level(m->battery_percent);
    bool is_news = !m->present;

    m->seen_us = now;
    m->present = true;
    m->stale = false;
    wr_report_bool(m->dev, "stale", false);
    if (m->rssi_known) {
        wr_report_int(m->dev, "rssi_dbm", m->rssi_dbm);
        wr_report_int(m->dev, "signal_bars", hub_signal_bars(m->rssi_dbm));
    }
    if (level)
        wr_report_int(m->dev, "battery_percent", m->battery_percent);
    wr_report_text(m->dev, "battery_level", level ? level : "");
    m->dev->host->online(m->dev, true, NULL); /* each time: the host notes when */
    if (is_news)
        tell_seen(m);
}

size_t modules_list(struct wr_dev *dev, struct span json)
{
    struct modules *all = modules_of(dev);
    struct hub_modules list;
    struct hub_module h;
    size_t n = 0;

    all->n_lists++;
    hub_modules_begin(&list, json);
    while (hub_modules_next(&list, &h)) {
        struct module *m = h.mac[0] ? find(all, h.mac) : NULL;

        if (h.mac[0] && (m || (m = add(dev, &h))))
            note(m, &h, all->n_lists);
    }
    for (size_t i = 0; i < all->n; i++) {
        if (all->rows[i].n_lists == all->n_lists) {
            seen(&all->rows[i], dev->host->now_us(dev));
            n++;
        }
    }
    tell_number(dev);
    return n;
}

/* --- time passes ------------------------------------------------------------------------------ */

static void forget(struct modules *all, struct module *m, const char *why)
{
    struct wr_dev *child = m->dev;

    *m = all->rows[--all->n];
    child->host->child_gone(child, why);
}

void modules_sleep(struct wr_dev *dev, int threshold_dbm)
{
    struct modules *all = modules_of(dev);

    for (size_t i = all->n; i-- > 0;) {
        struct module *m = &all->rows[i];

        if (threshold_dbm <= HUB_THRESHOLD_ALL || (m->rssi_known && m->rssi_dbm > threshold_dbm))
            forget(all, m, "It was told to sleep, and does so until somebody presses its button");
    }
    tell_number(dev);
    tell_link(dev);
}

static void age(struct wr_dev *dev, void *ctx)
{
    struct modules *all = modules_of(dev);
    int64_t now = dev->host->now_us(dev);
    size_t n = all->n;

    for (size_t i = all->n; i-- > 0;) {
        struct module *m = &all->rows[i];

        if (now - m->seen_us >= GONE_US) {
            forget(all, m, "It was not heard for five minutes");
        } else if (now - m->seen_us >= STALE_US && !m->stale) {
            m->stale = true;
            wr_report_bool(m->dev, "stale", true);
        }
    }
    if (all->n == n)
        return;
    tell_number(dev);
    tell_link(dev);
}

void modules_start(struct wr_dev *dev)
{
    tell_number(dev);
    modules_of(dev)->age = dev->host->every(dev, AGE_EVERY_US, age, NULL);
}

void modules_lost(struct wr_dev *dev)
{
    struct modules *all = modules_of(dev);

    for (size_t i = 0; i < all->n; i++) {
        if (all->rows[i].present)
            dev->host->online(all->rows[i].dev, false, "There is no link to its hub");
        all->rows[i].present = false;
    }
    tell_number(dev);
}
