/* esp_idf.h - what the ports in firmware/esp use of ESP-IDF, for running them here: the headers beside this one, which have
 * ESP-IDF's names, all lead to it.
 *
 * That a port calls the real ones rightly, `make check-firmware` tells. What it does then is tested with these: tasks that take
 * turns on a virtual clock (esp_tasks.c), radios (esp_radio.c, esp_pairing.c, esp_air.c), a network (esp_station.c,
 * esp_sockets.c), flash, display and memory (esp_board.c), a camera's sensor (esp_sensor.c), pins, LEDs, battery and wires
 * (esp_pins.c). esp_fake.h is the test's side.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* --- errors, log ------------------------------------------------------------------------------ */

typedef int esp_err_t;

enum {
    ESP_FAIL = -1,
    ESP_OK = 0,
    ESP_ERR_NO_MEM = 0x101,
    ESP_ERR_NVS_NOT_FOUND = 0x1102,
    ESP_ERR_NVS_NOT_ENOUGH_SPACE = 0x1105,
    ESP_ERR_NVS_INVALID_LENGTH = 0x110c,
    ESP_ERR_NVS_NO_FREE_PAGES = 0x110d,
    ESP_ERR_NVS_NEW_VERSION_FOUND = 0x1110
};

const char *esp_err_to_name(esp_err_t e);
#define ESP_ERROR_CHECK(e) ((void)(e))
#define ESP_RETURN_ON_ERROR(e, tag, ...)                                                           \
    do {                                                                                           \
        esp_err_t error = (e);                                                                     \
        if (error != ESP_OK) {                                                                     \
            ESP_LOGE(tag, __VA_ARGS__);                                                            \
            return error;                                                                          \
        }                                                                                          \
    } while (0)

void esp_log(const char *tag, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define ESP_LOGE esp_log
#define ESP_LOGW esp_log
#define ESP_LOGI esp_log
#define ESP_LOGD(...)                                                                              \
    do {                                                                                           \
        if (0)                                                                                     \
            esp_log(__VA_ARGS__);                                                                  \
    } while (0)

/* --- memory, time, chance, watchdog ----------------------------------------------------------- */

#define MALLOC_CAP_8BIT (1 << 2)
#define MALLOC_CAP_SPIRAM (1 << 10)
#define MALLOC_CAP_INTERNAL (1 << 11)

void *heap_caps_malloc(size_t n, uint32_t caps);
void *heap_caps_calloc(size_t n, size_t size, uint32_t caps);
void heap_caps_free(void *p);
size_t heap_caps_get_free_size(uint32_t caps);
bool esp_psram_is_initialized(void);
typedef enum { ESP_MAC_WIFI_STA } esp_mac_type_t;
esp_err_t esp_read_mac(uint8_t mac[6], esp_mac_type_t type);
typedef struct {
    char version[32];
} esp_app_desc_t;
const esp_app_desc_t *esp_app_get_description(void);
int64_t esp_timer_get_time(void);
uint32_t esp_random(void);
_Noreturn void esp_restart(void);
esp_err_t esp_task_wdt_add(void *task);
esp_err_t esp_task_wdt_reset(void);

/* --- FreeRTOS, at 1000 ticks a second --------------------------------------------------------- */

typedef uint32_t TickType_t;
typedef int BaseType_t;
typedef unsigned UBaseType_t;
typedef struct esp_queue *QueueHandle_t, *SemaphoreHandle_t;
typedef struct esp_task *TaskHandle_t;

#define pdTRUE 1
#define pdFALSE 0
#define pdPASS 1
#define portMAX_DELAY UINT32_MAX
#define pdMS_TO_TICKS(ms) ((TickType_t)(ms))
#define APP_CPU_NUM 1
#define tskNO_AFFINITY 0x7FFFFFFF
#define portYIELD_FROM_ISR(woken) ((void)(woken))

QueueHandle_t xQueueCreate(UBaseType_t n, UBaseType_t size);
BaseType_t xQueueSend(QueueHandle_t q, const void *item, TickType_t ticks);
BaseType_t xQueueSendFromISR(QueueHandle_t q, const void *item, BaseType_t *woken);
BaseType_t xQueueReceive(QueueHandle_t q, void *ret, TickType_t ticks);
UBaseType_t uxQueueSpacesAvailable(QueueHandle_t q);
SemaphoreHandle_t xSemaphoreCreateMutex(void);
BaseType_t xSemaphoreTake(SemaphoreHandle_t s, TickType_t ticks);
BaseType_t xSemaphoreGive(SemaphoreHandle_t s);
BaseType_t xTaskCreatePinnedToCore(void (*run)(void *), const char *name, uint32_t stack_bytes,
    void *arg, UBaseType_t priority, TaskHandle_t *ret, BaseType_t core);
BaseType_t xTaskNotifyGive(TaskHandle_t t);
uint32_t ulTaskNotifyTake(BaseType_t clear, TickType_t ticks);
void vTaskDelay(TickType_t ticks);
#define portNUM_PROCESSORS 2
typedef enum { eReady } eTaskState;
typedef struct {
    uint32_t ulRunTimeCounter;
} TaskStatus_t;
TaskHandle_t xTaskGetIdleTaskHandleForCore(BaseType_t processor);
void vTaskGetInfo(TaskHandle_t t, TaskStatus_t *ret, BaseType_t stack, eTaskState state);

/* --- flash ------------------------------------------------------------------------------------ */

typedef uint32_t nvs_handle_t;
typedef enum { NVS_READONLY, NVS_READWRITE } nvs_open_mode_t;

esp_err_t nvs_flash_init(void);
esp_err_t nvs_flash_erase(void);
esp_err_t nvs_open(const char *space, nvs_open_mode_t mode, nvs_handle_t *ret);
void nvs_close(nvs_handle_t h);
esp_err_t nvs_commit(nvs_handle_t h);
esp_err_t nvs_get_i32(nvs_handle_t h, const char *key, int32_t *ret);
esp_err_t nvs_set_i32(nvs_handle_t h, const char *key, int32_t v);
esp_err_t nvs_get_str(nvs_handle_t h, const char *key, char *out, size_t *n);
esp_err_t nvs_set_str(nvs_handle_t h, const char *key, const char *text);
esp_err_t nvs_get_blob(nvs_handle_t h, const char *key, void *out, size_t *n);
esp_err_t nvs_set_blob(nvs_handle_t h, const char *key, const void *bytes, size_t n);

/* --- I2C -------------------------------------------------------------------------------------- */

typedef int i2c_port_t;
#define I2C_NUM_0 0
#define I2C_MODE_MASTER 1

typedef struct {
    int mode, sda_io_num, scl_io_num;
    bool sda_pullup_en, scl_pullup_en;
    struct {
        uint32_t clk_speed;
    } master;
} i2c_config_t;

esp_err_t i2c_param_config(i2c_port_t port, const i2c_config_t *c);
esp_err_t i2c_driver_install(i2c_port_t port, int mode, size_t rx, size_t tx, int flags);
esp_err_t i2c_master_write_to_device(
    i2c_port_t port, uint8_t address, const uint8_t *bytes, size_t n, TickType_t ticks);

/* --- the camera's driver ---------------------------------------------------------------------- */

typedef struct {
    uint8_t *buf;
    size_t len;
} camera_fb_t;

typedef struct {
    int pin_pwdn, pin_reset, pin_xclk, pin_sccb_sda, pin_sccb_scl;
    int pin_d7, pin_d6, pin_d5, pin_d4, pin_d3, pin_d2, pin_d1, pin_d0;
    int pin_vsync, pin_href, pin_pclk, xclk_freq_hz, ledc_timer, ledc_channel;
    int pixel_format, frame_size, jpeg_quality;
    size_t fb_count;
    int fb_location, grab_mode;
} camera_config_t;

enum {
    LEDC_TIMER_0,
    LEDC_CHANNEL_0,
    PIXFORMAT_JPEG,
    PIXFORMAT_GRAYSCALE,
    FRAMESIZE_QQVGA,
    FRAMESIZE_QVGA,
    FRAMESIZE_VGA,
    CAMERA_FB_IN_PSRAM,
    CAMERA_GRAB_WHEN_EMPTY,
    CAMERA_GRAB_LATEST,
    GAINCEILING_2X
};

typedef struct sensor sensor_t;
struct sensor {
    int (*set_exposure_ctrl)(sensor_t *s, int v);
    int (*set_ae_level)(sensor_t *s, int v);
    int (*set_aec_value)(sensor_t *s, int v);
    int (*set_gain_ctrl)(sensor_t *s, int v);
    int (*set_gainceiling)(sensor_t *s, int v);
    int (*set_whitebal)(sensor_t *s, int v);
    int (*set_lenc)(sensor_t *s, int v);
    int (*set_contrast)(sensor_t *s, int v);
};
sensor_t *esp_camera_sensor_get(void);

typedef size_t (*jpg_out_cb)(void *arg, size_t index, const void *bytes, size_t n);
bool fmt2jpg_cb(uint8_t *pixels, size_t n, uint16_t width, uint16_t height, int format,
    uint8_t quality, jpg_out_cb out, void *arg);

esp_err_t esp_camera_init(const camera_config_t *c);
esp_err_t esp_camera_deinit(void);
camera_fb_t *esp_camera_fb_get(void);
void esp_camera_fb_return(camera_fb_t *fb);

#include "esp_espnow.h"
#include "esp_nimble.h"
#include "esp_pins.h"
#include "esp_station.h"
