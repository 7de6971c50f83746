/* ble_config.c - a configuration of one's own. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ble/ble_private.h"

void ble_strings_free(char **strings, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(strings[i]);
    free(strings);
}

int ble_strings_copy(const char *const *from, size_t n, char ***ret)
{
    char **to = calloc(n + 1, sizeof *to);

    if (!to)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        to[i] = strdup(from[i]);
        if (!to[i]) {
            ble_strings_free(to, i);
            return -ENOMEM;
        }
    }
    *ret = to;
    return 0;
}

static size_t strings_count(const char *const *s)
{
    size_t n = 0;

    while (s && s[n])
        n++;
    return n;
}

void ble_config_fini(struct ble_config *c)
{
    free((char *)c->bus);
    if (c->adapters)
        ble_strings_free((char **)c->adapters, strings_count(c->adapters));
}

static void fill_times(struct ble_times *t)
{
    static const struct ble_times defaults = {.call_us = 10000000,
        .write_us = 32000000,
        .acquire_us = 3000000,
        .connect_us = 25000000,
        .disconnect_us = 6000000,
        .settle_us = 1000000,
        .quiet_us = 100000,
        .reopen_us = 1000000,
        .pause_us = 2000000};
    int64_t *to = (int64_t *)t;
    const int64_t *from = (const int64_t *)&defaults;

    for (size_t i = 0; i < sizeof defaults / sizeof(int64_t); i++)
        to[i] = to[i] > 0 ? to[i] : from[i];
}

int ble_config_copy(const struct ble_config *c, struct ble_config *ret)
{
    struct ble_config copy = *c;
    char **adapters = NULL;

    copy.bus = strdup(c->bus);
    if (!copy.bus || ble_strings_copy(c->adapters, strings_count(c->adapters), &adapters) < 0) {
        free((char *)copy.bus);
        return -ENOMEM;
    }
    copy.adapters = (const char *const *)adapters;
    fill_times(&copy.times);
    *ret = copy;
    return 0;
}
