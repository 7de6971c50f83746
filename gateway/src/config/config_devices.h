/* config_devices.h - the section `devices:`. Private to config/. */
#pragma once

#include "config/config.h"
#include "config/yaml_tree.h"

/* The keys of one device beside its two maps `options` and `settings`. */
extern const struct wr_param CONFIG_DEVICE_ROWS[];

/* Fills c->devices; what is wrong goes to `problems`. `section` may be NULL. */
void config_devices_read(
    struct config *c, const struct yaml_tree *section, struct config_problems *problems);
void config_device_fini(struct config_device *d);
