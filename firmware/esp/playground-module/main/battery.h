/* battery.h - how full a cell of lithium is, by its voltage, which a divider of resistors brings into the reach of a pin. */
#ifndef BATTERY_H
#define BATTERY_H

#include <stdbool.h>

#include "esp_adc/adc_cali.h"
#include "esp_adc/adc_oneshot.h"

/* Below that no cell works: the pin is open, or the board lives on USB. */
#define BATTERY_MIN_MV 2500

struct battery {
    adc_oneshot_unit_handle_t unit;
    adc_channel_t channel;
    adc_cali_handle_t calibration;
    bool there;
};

/* pin < 0: it is not measured. What does not work is said in the log. */
void battery_start(struct battery *b, int pin);
/* 0 … 100; negative: not known. */
int battery_percent(struct battery *b);
/* The same of so many mV. */
int battery_percent_of(int mv);

#endif
