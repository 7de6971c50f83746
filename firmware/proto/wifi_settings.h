/* wifi_settings.h - of wifi_control.c and wifi_status.c: settings inside of what they read. */
#ifndef WIFI_SETTINGS_H
#define WIFI_SETTINGS_H

#include "json_pull.h"
#include "wifi_text.h"

/* Takes one member over; false: it is no setting. *ret_why is NULL, or what is wrong with its value. */
bool wifi_settings_take(const char *name, const struct json_pull_value *v, struct wifi_settings *s,
    const char **ret_why);

#endif
