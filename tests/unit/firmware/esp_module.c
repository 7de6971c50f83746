/* esp_module.c - see esp_module.h. */
#include "esp_module.h"

#include <criterion/criterion.h>
#include <string.h>

void app_main(void);

void module_switch_on(void)
{
    esp_switch_on(app_main);
    esp_pass_ms(2500);
    cr_assert_eq(esp->n_said, 1);
    esp->n_said = 0;
}

void module_hears(unsigned n, int rssi_dbm, const char *text)
{
    const uint8_t mac[6] = {2, 0, 0, 0, 0, (uint8_t)n};

    esp_air_say(mac, rssi_dbm, text, strlen(text));
}

void module_press(void)
{
    esp_pin_set(MODULE_BUTTON, false);
    esp_pass_ms(5);
}

const char *module_said(unsigned i)
{
    cr_assert_lt(i, esp->n_said);
    return esp->said[i].text;
}

bool module_is_lit(unsigned led, struct play_color c)
{
    const uint8_t *grb = esp->leds + (size_t)3 * led;

    return grb[0] == c.green && grb[1] == c.red && grb[2] == c.blue;
}

unsigned module_n_lit(struct play_color c)
{
    unsigned n = 0;

    for (unsigned i = 0; i < PLAY_MODULE_LEDS; i++)
        n += module_is_lit(i, c);
    return n;
}
