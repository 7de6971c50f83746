/* esp_module.h - the program of an ESP32 module on a pretended board, and what is done to it. */
#pragma once

#include "esp_fake.h"
#include "play_module.h"
#include "sdkconfig.h"

#define MODULE_BUTTON CONFIG_WARREN_MODULE_BUTTON
#define MODULE_MOTOR CONFIG_WARREN_MODULE_MOTOR
/* A message of the first dialect, for who hears it louder than -90 dBm. */
#define V1(key, value) "{\"" key "\": {\"RSSI\": -90, \"value\": " value "}}"

/* On; it has said how full its battery is, and its first light is out. What it says is counted from here. */
void module_switch_on(void);
/* Board number n says that, in Wi-Fi's task. */
void module_hears(unsigned n, int rssi_dbm, const char *text);
/* And holds the button. */
void module_press(void);
const char *module_said(unsigned i);
bool module_is_lit(unsigned led, struct play_color c);
unsigned module_n_lit(struct play_color c);
