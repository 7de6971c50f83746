/* esp_hub.h - the program of an ESP32 hub on a pretended board, and apps that read what it answers. */
#pragma once

#include "esp_fake.h"

/* Whole answers, each with a newline, that came to that app since this was last asked. Valid until the next call. */
const char *hub_got(unsigned app);
/* How often that is in there. */
unsigned hub_count(const char *text, const char *what);
/* On, found, and its radios up. */
void hub_switch_on(void);
/* Connects and wants to be notified. */
void hub_app_comes(unsigned app, unsigned mtu);
void hub_app_leaves(unsigned app);
/* 0, or what ATT answers. */
int hub_app_writes(unsigned app, const char *text);
/* Module number n says that, in Wi-Fi's task. */
void hub_hears(unsigned n, int rssi_dbm, const char *text);
/* The same, with time for it. */
void hub_hears_battery(unsigned n, int rssi_dbm);
