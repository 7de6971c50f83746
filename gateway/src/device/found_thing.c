/* found_thing.c - one thing that was seen: its id, its name, what is known of it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <warren/text.h>

#include "base/text.h"
#include "device/found_private.h"

void found_drop(struct found_thing *i)
{
    props_fini(&i->props);
    list_remove(&i->link);
    free(i);
}

struct found_thing *found_find(const struct found *f, const char *id)
{
    struct found_thing *i;

    list_for_each (i, &f->items, link) {
        if (strcmp(i->id, id) == 0)
            return i;
    }
    return NULL;
}

struct wr_found found_thing_seen(const struct found_thing *i)
{
    return (struct wr_found){.size = sizeof(struct wr_found),
        .bus = i->bus,
        .address = i->address,
        .name = i->name,
        .props = i->props.rows,
        .n_props = i->props.n};
}

/* "": none. */
static const char *port_of(const struct wr_found *seen)
{
    const char *port = props_find(seen->props, seen->n_props, "port");

    return port ? port : "";
}

/* Behind one address of a network there may be several, at ports of their own. */
struct found_thing *found_find_seen(const struct found *f, const struct wr_found *seen)
{
    struct found_thing *i;

    list_for_each (i, &f->items, link) {
        struct wr_found other = found_thing_seen(i);

        if (strcmp(i->bus, seen->bus) == 0 && strcasecmp(i->address, seen->address) == 0 &&
            strcmp(port_of(&other), port_of(seen)) == 0)
            return i;
    }
    return NULL;
}

static uint32_t fnv1a(const char *s)
{
    uint32_t h = 2166136261u;

    for (; *s; s++)
        h = (h ^ (uint8_t)*s) * 16777619u;
    return h;
}

/* False: too long, and cut. */
static bool short_id(const struct wr_found *seen, char id[WR_NAME_MAX + 1])
{
    char text[160];

    snprintf(text, sizeof text, "%s-%s", seen->bus, seen->address);
    text_slug(text, id, WR_NAME_MAX + 1);
    return strlen(text) <= WR_NAME_MAX;
}

/* A part of the short one, and the hash of all that tells it from others. */
static void long_id(const struct wr_found *seen, char id[WR_NAME_MAX + 1])
{
    char text[160], slug[WR_NAME_MAX - 8];

    snprintf(text, sizeof text, "%s-%s", seen->bus, seen->address);
    text_slug(text, slug, sizeof slug);
    snprintf(text, sizeof text, "%s-%s%s", seen->bus, seen->address, port_of(seen));
    snprintf(id, WR_NAME_MAX + 1, "%.54s-%08x", slug, fnv1a(text));
}

/* Of bus and address, where that does and is not another's already: the same thing gets the same id again. */
static void make_id(const struct found *f, const struct wr_found *seen, char id[WR_NAME_MAX + 1])
{
    if (!short_id(seen, id) || found_find(f, id))
        long_id(seen, id);
}

bool found_has_id(const struct wr_found *seen, const char *id)
{
    char made[WR_NAME_MAX + 1];

    if (short_id(seen, made) && strcmp(made, id) == 0)
        return true;
    long_id(seen, made);
    return strcmp(made, id) == 0;
}

static int copy_props(const struct wr_found *seen, struct props *ret)
{
    struct props props = {0};
    int r = 0;

    for (size_t k = 0; k < seen->n_props && r == 0; k++)
        r = props_add(&props, FOUND_MAX_PROPS, seen->props[k].key, seen->props[k].value);
    if (r < 0)
        props_fini(&props);
    else
        *ret = props;
    return r;
}

int found_take(struct found *f, struct found_thing *i, const struct wr_found *seen)
{
    struct props props;
    int r = copy_props(seen, &props);

    if (r < 0)
        return r;
    props_fini(&i->props);
    i->props = props;
    if (*seen->name)
        wr_text_clean(seen->name, strlen(seen->name), i->name, sizeof i->name);
    i->last_seen_us = loop_wall_us(f->loop);
    i->expires_us = loop_now_us(f->loop) + FOUND_TTL_US;
    return 0;
}

static size_t count_of_bus(const struct found *f, const char *bus)
{
    const struct found_thing *i;
    size_t n = 0;

    list_for_each (i, &f->items, link)
        n += strcmp(i->bus, bus) == 0;
    return n;
}

int found_add(struct found *f, const struct wr_found *seen, struct found_thing **ret)
{
    struct found_thing *i;
    int r;

    if (count_of_bus(f, seen->bus) >= FOUND_MAX_PER_BUS)
        return -ENOSPC;
    i = calloc(1, sizeof *i);
    if (!i)
        return -ENOMEM;
    make_id(f, seen, i->id);
    list_append(&f->items, &i->link);
    snprintf(i->bus, sizeof i->bus, "%s", seen->bus);
    snprintf(i->address, sizeof i->address, "%s", seen->address);
    i->first_seen_us = loop_wall_us(f->loop);
    r = found_take(f, i, seen);
    if (r < 0)
        found_drop(i);
    else
        *ret = i;
    return r;
}
