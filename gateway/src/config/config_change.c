/* config_change.c - what differs between two configurations. */
#include "config/config.h"
#include "config/config_value.h"

void config_each_change(const struct config *old, const struct config *now,
    void (*fn)(void *ctx, const char *key, bool live), void *ctx)
{
    size_t n;
    const struct config_option *options = config_options(&n);

    for (size_t i = 0; i < n; i++) {
        if (!config_value_equal(&options[i], old, now))
            fn(ctx, options[i].path, options[i].live);
    }
}
