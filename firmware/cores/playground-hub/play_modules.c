/* play_modules.c - the modules that were heard of: from scans, and from what they say about their batteries. */
#include "play_hub_private.h"

#include <stdio.h>
#include <string.h>

bool play_modules_is_fresh(const struct play_hub *h, const struct play_hub_module *m)
{
    return h->now_us < m->seen_us + PLAY_HUB_STALE_US;
}

static struct play_hub_module *find(struct play_hub_modules *l, const uint8_t *mac)
{
    for (unsigned i = 0; i < l->n; i++) {
        if (memcmp(l->rows[i].mac, mac, HUB_MAC_RAW_BYTES) == 0)
            return &l->rows[i];
    }
    return NULL;
}

/* Of a full table the one that was silent longest goes, but none that answered this scan. NULL: all did. */
static struct play_hub_module *make_room(struct play_hub *h)
{
    struct play_hub_modules *l = &h->modules;
    struct play_hub_module *oldest = NULL;

    if (l->n < PLAY_HUB_MAX_MODULES)
        return &l->rows[l->n++];
    for (unsigned i = 0; i < l->n; i++) {
        struct play_hub_module *m = &l->rows[i];

        if ((!oldest || m->seen_us < oldest->seen_us) && !(h->scan.on && m->answered))
            oldest = m;
    }
    h->n_forgotten++;
    return oldest;
}

static struct play_hub_module *add(struct play_hub *h, const uint8_t *mac)
{
    struct play_hub_module *m = make_room(h);

    if (!m)
        return NULL;
    *m = (struct play_hub_module){.battery_percent = HUB_BATTERY_UNKNOWN, .type = HUB_TYPE_UNKNOWN};
    memcpy(m->mac, mac, sizeof m->mac);
    /* The first bytes are the maker's, the same in all. */
    snprintf(m->id, sizeof m->id, "M-%02x%02x%02x", mac[3], mac[4], mac[5]);
    return m;
}

static void take(struct play_hub_module *m, const struct air_message *a)
{
    const char *name = a->topic == AIR_SCAN ? a->value.text : a->name;

    if (name[0])
        span_copy((struct span){name, strlen(name)}, m->id, sizeof m->id);
    if (a->type[0])
        span_copy((struct span){a->type, strlen(a->type)}, m->type, sizeof m->type);
    if (a->battery_percent != AIR_BATTERY_UNKNOWN)
        m->battery_percent = a->battery_percent;
}

static bool introduces(const struct air_message *a)
{
    return a->topic == AIR_SCAN || (a->topic == AIR_BATTERY && a->dialect == AIR_V2);
}

void play_modules_heard(struct play_hub *h, const uint8_t mac[HUB_MAC_RAW_BYTES], int rssi_dbm,
    const struct air_message *a)
{
    struct play_hub_module *m = find(&h->modules, mac);

    if (!m && (!introduces(a) || !(m = add(h, mac))))
        return;
    m->seen_us = h->now_us;
    if (rssi_dbm != 0 && (!(h->scan.on && m->answered) || rssi_dbm > m->rssi_dbm))
        m->rssi_dbm = rssi_dbm;
    if (introduces(a))
        take(m, a);
    if (a->topic == AIR_SCAN)
        m->answers = m->answered = true;
}

void play_modules_begin_scan(struct play_hub *h)
{
    for (unsigned i = 0; i < h->modules.n; i++)
        h->modules.rows[i].answered = false;
}

/* Modules of the second dialect do not answer: who was heard of lately is taken for present. */
static bool is_listed(const struct play_hub *h, const struct play_hub_module *m, int threshold_dbm)
{
    bool present = m->answered || (!m->answers && play_modules_is_fresh(h, m));

    return present && (m->rssi_dbm == 0 || m->rssi_dbm >= threshold_dbm);
}

void play_modules_list(struct play_hub *h, int threshold_dbm)
{
    h->n_listed = 0;
    for (unsigned i = 0; i < h->modules.n; i++) {
        const struct play_hub_module *m = &h->modules.rows[i];
        struct hub_module *l = &h->listed[h->n_listed];

        if (!is_listed(h, m, threshold_dbm))
            continue;
        *l = (struct hub_module){.rssi_dbm = m->rssi_dbm ? m->rssi_dbm : HUB_RSSI_UNKNOWN,
            .rssi_known = m->rssi_dbm != 0,
            .battery_percent = m->battery_percent};
        memcpy(l->id, m->id, sizeof l->id);
        memcpy(l->type, m->type, sizeof l->type);
        hub_mac_text(m->mac, l->mac);
        h->n_listed++;
    }
}

void play_modules_step(struct play_hub *h)
{
    struct play_hub_modules *l = &h->modules;

    for (unsigned i = 0; i < l->n;) {
        if (h->now_us >= l->rows[i].seen_us + PLAY_HUB_GONE_US)
            l->rows[i] = l->rows[--l->n];
        else
            i++;
    }
}

int64_t play_modules_next_us(const struct play_hub *h)
{
    int64_t t = PLAY_NEVER_US;

    for (unsigned i = 0; i < h->modules.n; i++) {
        int64_t gone_us = h->modules.rows[i].seen_us + PLAY_HUB_GONE_US;

        t = gone_us < t ? gone_us : t;
    }
    return t;
}
