#include <stdlib.h>
#include <string.h>

#include "config/config.h"

static void pairs_free(struct config_pair *pairs, size_t n)
{
    for (size_t i = 0; pairs && i < n; i++) {
        free(pairs[i].key);
        free(pairs[i].text);
    }
    free(pairs);
}

static bool pairs_copy(const struct config_pair *from, size_t n, struct config_pair **ret)
{
    *ret = calloc(n > 0 ? n : 1, sizeof **ret);
    for (size_t i = 0; *ret && i < n; i++) {
        (*ret)[i] = (struct config_pair){.key = strdup(from[i].key), .text = strdup(from[i].text), .line = from[i].line, .column = from[i].column};
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
        .line = d->line,
        .n_options = d->n_options,
        .n_settings = d->n_settings};
    if (c->id && c->driver && c->name && pairs_copy(d->options, d->n_options, &c->options) && pairs_copy(d->settings, d->n_settings, &c->settings))
        return c;
    config_device_free(c);
    return NULL;
}

void config_device_free(struct config_device *d)
{
    if (!d)
        return;
    free(d->id);
    free(d->driver);
    free(d->name);
    pairs_free(d->options, d->n_options);
    pairs_free(d->settings, d->n_settings);
    free(d);
}
