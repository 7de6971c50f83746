/* battery.c - see battery.h. */
#include "battery.h"

#include "esp_adc/adc_cali_scheme.h"
#include "esp_check.h"
#include "esp_log.h"
#include "sdkconfig.h"

static const char tag[] = "battery";

/* A sample is some 10 mV off; the radio sends in between. */
#define SAMPLES 16
#define UNKNOWN (-1)

/* A cell that gives a tenth of its charge per hour, at 20 °C; a straight line from one to the next. */
static const struct {
    int mv, percent;
} curve[] = {{3000, 0}, {3450, 5}, {3680, 10}, {3740, 20}, {3770, 30}, {3790, 40}, {3820, 50},
    {3870, 60}, {3920, 70}, {3980, 80}, {4060, 90}, {4180, 100}};
#define N_CURVE (sizeof curve / sizeof *curve)

int battery_percent_of(int mv)
{
    unsigned i = 1;

    if (mv < BATTERY_MIN_MV)
        return UNKNOWN;
    if (mv <= curve[0].mv)
        return 0;
    while (i < N_CURVE && mv > curve[i].mv)
        i++;
    if (i == N_CURVE)
        return 100;
    return curve[i - 1].percent +
        (mv - curve[i - 1].mv) * (curve[i].percent - curve[i - 1].percent) /
        (curve[i].mv - curve[i - 1].mv);
}

/* Up to 3 V at the pin. Without the maker's calibration a reading says nothing, so there must be one. */
static esp_err_t set_up(struct battery *b, int pin)
{
    const adc_oneshot_chan_cfg_t how = {.atten = ADC_ATTEN_DB_12, .bitwidth = ADC_BITWIDTH_DEFAULT};
    adc_oneshot_unit_init_cfg_t unit = {0};
    adc_cali_curve_fitting_config_t calibration = {.atten = how.atten, .bitwidth = how.bitwidth};

    ESP_RETURN_ON_ERROR(
        adc_oneshot_io_to_channel(pin, &unit.unit_id, &b->channel), tag, "no such pin");
    ESP_RETURN_ON_ERROR(adc_oneshot_new_unit(&unit, &b->unit), tag, "no converter");
    ESP_RETURN_ON_ERROR(adc_oneshot_config_channel(b->unit, b->channel, &how), tag, "no channel");
    calibration.unit_id = unit.unit_id;
    calibration.chan = b->channel;
    return adc_cali_create_scheme_curve_fitting(&calibration, &b->calibration);
}

void battery_start(struct battery *b, int pin)
{
    esp_err_t e;

    *b = (struct battery){0};
    if (pin < 0)
        return;
    e = set_up(b, pin);
    b->there = e == ESP_OK;
    if (!b->there)
        ESP_LOGE(tag, "not measured at pin %d: %s", pin, esp_err_to_name(e));
}

int battery_percent(struct battery *b)
{
    int sum = 0;

    if (!b->there)
        return UNKNOWN;
    for (unsigned i = 0; i < SAMPLES; i++) {
        int mv;

        if (adc_oneshot_get_calibrated_result(b->unit, b->calibration, b->channel, &mv) != ESP_OK)
            return UNKNOWN;
        sum += mv;
    }
    return battery_percent_of(sum / SAMPLES * CONFIG_WARREN_MODULE_BATTERY_DIVIDER / 100);
}
