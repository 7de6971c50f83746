/* give_up.c - see give_up.h. */
#include "give_up.h"

#include "esp_log.h"
#include "esp_system.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

_Noreturn void give_up(const char *why)
{
    ESP_LOGE("board", "%s; starting anew in %d s", why, GIVE_UP_MS / 1000);
    vTaskDelay(pdMS_TO_TICKS(GIVE_UP_MS));
    esp_restart();
}
