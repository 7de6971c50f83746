#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "device/device.h"

static const struct wr_kind *find_kind(const struct wr_driver *t, const char *name)
{
    for (const struct wr_kind *k = t->kinds + 1; k->name; k++) {
        if (strcmp(k->name, name) == 0)
            return k;
    }
    return NULL;
}

static struct device *find_child(struct device *parent, const char *key)
{
    struct device *c;

    list_for_each (c, &parent->children, sibling) {
        if (strcmp(c->child_key, key) == 0)
            return c;
    }
    return NULL;
}

/* <parent>-<key> where that is a free slug; else with a number made from the key (FNV-1a), which is
 * the same every time. */
static void child_id(const struct device *parent, const char *key, char *out, size_t cap)
{
    char text[WR_NAME_MAX * 2 + 2];
    uint32_t hash = 2166136261u;

    snprintf(text, sizeof text, "%s-%s", parent->id, key);
    text_slug(text, out, cap);
    if (strcmp(text, out) == 0 && !devices_find(parent->all, out))
        return;
    for (const char *p = key; *p; p++)
        hash = (hash ^ (uint8_t)*p) * 16777619u;
    snprintf(out, cap, "%.50s-%08x", parent->id, hash);
}

bool child_forget_one(struct devices *all, const struct device *parent)
{
    struct device *d, *longest = NULL;

    list_for_each (d, &all->list, link) {
        if (d->pub.parent && !d->running && (!parent || d->pub.parent == &parent->pub) &&
            (!longest || d->last_seen_us < longest->last_seen_us))
            longest = d;
    }
    if (!longest)
        return false;
    log_info("a device that is gone makes room for another", F_STR("device", longest->id));
    devices_remove_now(longest);
    return true;
}

static bool have_room(struct device *parent)
{
    struct device *each;
    size_t n = 0;

    list_for_each (each, &parent->children, sibling)
        n++;
    return n < DEVICE_MAX_CHILDREN || child_forget_one(parent->all, parent);
}

static struct device *make_child(struct device *parent, const char *key, const char *name)
{
    char id[WR_NAME_MAX + 1];
    struct device *c;

    if (!have_room(parent)) {
        log_warning(
            "too many things behind one device", F_STR("device", parent->id), F_STR("key", key));
        return NULL;
    }
    child_id(parent, key, id, sizeof id);
    if (devices_find(parent->all, id) ||
        device_new(parent->all, id, name, DEVICE_OF_PARENT, &c) < 0)
        return NULL;
    c->pub.parent = &parent->pub;
    snprintf(c->child_key, sizeof c->child_key, "%s", key);
    snprintf(c->driver_name, sizeof c->driver_name, "%s", parent->driver_name);
    list_append(&parent->children, &c->sibling);
    devices_load_changes(c);
    return c;
}

static void call_it(struct device *c, const char *name)
{
    if (!name || !*name || strncmp(c->name, name, sizeof c->name - 1) == 0 || device_is_named(c))
        return;
    snprintf(c->name, sizeof c->name, "%s", name);
    device_tell_changed(c);
}

struct wr_dev *child_add(
    struct device *parent, const char *kind_name, const char *key, const char *name)
{
    const struct wr_kind *kind = kind_name ? find_kind(parent->driver->table, kind_name) : NULL;
    struct device *c;
    bool fresh;

    if (!kind || !key || !*key || strlen(key) > WR_NAME_MAX || !parent->running)
        return NULL;
    c = find_child(parent, key);
    fresh = !c;
    if (fresh && !(c = make_child(parent, key, name)))
        return NULL;
    if (!c->running) {
        c->pub.state = calloc(1, MAX(kind->state_size, 1));
        if (!c->pub.state)
            return NULL;
        if (c->kind != kind) {
            device_unbind(c);
            device_bind(c, parent->driver, kind);
        }
        c->running = true;
        c->state = DEVICE_STARTING;
    }
    if (fresh)
        device_publish_added(c, "device.added");
    else
        call_it(c, name);
    return &c->pub;
}

void child_end(struct device *child, const char *why)
{
    if (!child->running)
        return;
    device_set_state(
        child, DEVICE_OFFLINE, why && *why ? why : "the device behind which it is went offline");
    device_halt(child, why);
}
