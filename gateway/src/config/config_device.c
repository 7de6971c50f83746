/* config_device.c - one device as the file has it: copied, compared, freed. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "config/config_devices.h"

static void pairs_free(struct config_pair *pairs, size_t n)
{
    for (size_t i = 0; pairs && i < n; i++) {
        free(pairs[i].key);
        memory_wipe_free_text(pairs[i].text);
    }
    free(pairs);
}

static bool pairs_copy(const struct config_pair *from, size_t n, struct config_pair **ret)
{
    *ret = calloc(n > 0 ? n : 1, sizeof **ret);
    for (size_t i = 0; *ret && i < n; i++) {
        (*ret)[i] = (struct config_pair){.key = strdup(from[i].key),
            .text = strdup(from[i].text),
            .list = from[i].list,
            .line = from[i].line,
            .column = from[i].column};
        if (!(*ret)[i].key || !(*ret)[i].text)
            return false;
    }
    return *ret;
}

struct config_device *config_device_copy(const struct config_device *d)
{
    struct config_device *c = calloc(1, sizeof *c);

    if (!c)
        return NULL;
    *c = (struct config_device){.id = strdup(d->id),
        .driver = strdup(d->driver),
        .name = strdup(d->name),
        .enabled = d->enabled,
        .gives_name = d->gives_name,
        .flow = d->flow,
        .gives_enabled = d->gives_enabled,
        .flow_line = d->flow_line,
        .line = d->line,
        .n_options = d->n_options,
        .n_settings = d->n_settings};
    if (c->id && c->driver && c->name && pairs_copy(d->options, d->n_options, &c->options) &&
        pairs_copy(d->settings, d->n_settings, &c->settings))
        return c;
    config_device_free(c);
    return NULL;
}

void config_device_fini(struct config_device *d)
{
    free(d->id);
    free(d->driver);
    free(d->name);
    pairs_free(d->options, d->n_options);
    pairs_free(d->settings, d->n_settings);
    *d = (struct config_device){0};
}

void config_device_free(struct config_device *d)
{
    if (d)
        config_device_fini(d);
    free(d);
}

static const struct config_pair *find_pair(
    const struct config_pair *pairs, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(pairs[i].key, key) == 0)
            return &pairs[i];
    }
    return NULL;
}

/* Neither order nor line make a difference. Keys are unique. */
static bool pairs_equal(
    const struct config_pair *a, size_t n_a, const struct config_pair *b, size_t n_b)
{
    if (n_a != n_b)
        return false;
    for (size_t i = 0; i < n_a; i++) {
        const struct config_pair *other = find_pair(b, n_b, a[i].key);

        if (!other || other->list != a[i].list || strcmp(other->text, a[i].text) != 0)
            return false;
    }
    return true;
}

bool config_device_equal(const struct config_device *a, const struct config_device *b)
{
    return strcmp(a->id, b->id) == 0 && strcmp(a->driver, b->driver) == 0 &&
        strcmp(a->name, b->name) == 0 && a->enabled == b->enabled && a->flow == b->flow &&
        a->gives_name == b->gives_name && a->gives_enabled == b->gives_enabled &&
        (a->flow_line > 0) == (b->flow_line > 0) &&
        pairs_equal(a->options, a->n_options, b->options, b->n_options) &&
        pairs_equal(a->settings, a->n_settings, b->settings, b->n_settings);
}
