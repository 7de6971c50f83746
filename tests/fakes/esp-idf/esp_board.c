/* esp_board.c - memory, flash and display of the pretended board. */
#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "esp_fake.h"

struct esp_fake *esp;

/* --- memory, time, watchdog, log -------------------------------------------------------------- */

/* What stands before a piece of memory. */
struct piece {
    _Alignas(16) size_t n;
    size_t *used;
    struct piece *next;
};

static struct piece *pieces;

/* What the power took. */
static void free_all(void)
{
    while (pieces)
        heap_caps_free(pieces + 1);
}

void *heap_caps_malloc(size_t n, uint32_t caps)
{
    size_t *used = caps & MALLOC_CAP_SPIRAM ? &esp->psram_used : &esp->internal_used;
    struct piece *p;

    if ((caps & MALLOC_CAP_SPIRAM) && esp->psram_used + n > esp->psram_bytes)
        return NULL;
    p = malloc(sizeof *p + n);
    *p = (struct piece){n, used, pieces};
    pieces = p;
    *used += n;
    return p + 1;
}

void *heap_caps_calloc(size_t n, size_t size, uint32_t caps)
{
    void *p = heap_caps_malloc(n * size, caps);

    return p ? memset(p, 0, n * size) : NULL;
}

void heap_caps_free(void *p)
{
    struct piece *piece = p, **at = &pieces;

    if (!p)
        return;
    piece--;
    while (*at != piece)
        at = &(*at)->next;
    *at = piece->next;
    *piece->used -= piece->n;
    free(piece);
}

size_t heap_caps_get_free_size(uint32_t caps)
{
    return caps & MALLOC_CAP_SPIRAM ? esp->psram_bytes - esp->psram_used : esp->internal_free;
}

bool esp_psram_is_initialized(void)
{
    return !esp->no_psram;
}

esp_err_t esp_read_mac(uint8_t mac[6], esp_mac_type_t type)
{
    memcpy(mac, "\xa0\xb1\xc2\xd3\xe4\xf5", 6);
    return ESP_OK;
}

const esp_app_desc_t *esp_app_get_description(void)
{
    static const esp_app_desc_t description = {"1.0.0"};

    return &description;
}

int64_t esp_timer_get_time(void)
{
    return esp->now_us;
}

/* Called esp_settimeofday here: this machine keeps its own time. */
int settimeofday(const struct timeval *t, const struct timezone *zone)
{
    esp->clock_us = t->tv_sec * INT64_C(1000000) + t->tv_usec;
    return 0;
}

uint32_t esp_random(void)
{
    return ++esp->n_random * 2654435761u;
}

esp_err_t esp_task_wdt_add(void *task)
{
    esp->wdt_us = esp->now_us;
    return ESP_OK;
}

esp_err_t esp_task_wdt_reset(void)
{
    if (esp->now_us - esp->wdt_us > esp->wdt_longest_us)
        esp->wdt_longest_us = esp->now_us - esp->wdt_us;
    esp->wdt_us = esp->now_us;
    return ESP_OK;
}

const char *esp_err_to_name(esp_err_t e)
{
    return e == ESP_OK ? "ESP_OK" : "an error";
}

void esp_log(const char *tag, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(esp->logged, sizeof esp->logged, format, args);
    va_end(args);
    fprintf(stderr, "%s: %s\n", tag, esp->logged);
}

/* --- flash: one namespace, each key written as a whole ---------------------------------------- */

esp_err_t nvs_flash_init(void)
{
    return ESP_OK;
}

esp_err_t nvs_flash_erase(void)
{
    memset(esp->nvs, 0, sizeof esp->nvs);
    return ESP_OK;
}

esp_err_t nvs_open(const char *space, nvs_open_mode_t mode, nvs_handle_t *ret)
{
    if (mode == NVS_READONLY && esp->nvs[0].n == 0)
        return ESP_ERR_NVS_NOT_FOUND;
    *ret = 1;
    return ESP_OK;
}

void nvs_close(nvs_handle_t h)
{
}

esp_err_t nvs_commit(nvs_handle_t h)
{
    return ESP_OK;
}

static struct esp_nvs_row *row(const char *key)
{
    struct esp_nvs_row *r = esp->nvs;

    while (r->n > 0 && strcmp(r->key, key) != 0)
        r++;
    return r;
}

esp_err_t nvs_get_blob(nvs_handle_t h, const char *key, void *out, size_t *n)
{
    const struct esp_nvs_row *r = row(key);

    if (r->n == 0)
        return ESP_ERR_NVS_NOT_FOUND;
    if (r->n > *n)
        return ESP_ERR_NVS_INVALID_LENGTH;
    *n = r->n;
    memcpy(out, r->bytes, r->n);
    return ESP_OK;
}

esp_err_t nvs_set_blob(nvs_handle_t h, const char *key, const void *bytes, size_t n)
{
    struct esp_nvs_row *r = row(key);

    if (esp->nvs_refuses)
        return ESP_ERR_NVS_NOT_ENOUGH_SPACE;
    assert(r < esp->nvs + ESP_NVS_ROWS && n <= sizeof r->bytes);
    snprintf(r->key, sizeof r->key, "%s", key);
    r->n = n;
    memcpy(r->bytes, bytes, n);
    esp->n_saves++;
    return ESP_OK;
}

esp_err_t nvs_get_str(nvs_handle_t h, const char *key, char *out, size_t *n)
{
    return nvs_get_blob(h, key, out, n);
}

esp_err_t nvs_set_str(nvs_handle_t h, const char *key, const char *text)
{
    return nvs_set_blob(h, key, text, strlen(text) + 1);
}

esp_err_t nvs_get_i32(nvs_handle_t h, const char *key, int32_t *ret)
{
    size_t n = sizeof *ret;

    return nvs_get_blob(h, key, ret, &n);
}

esp_err_t nvs_set_i32(nvs_handle_t h, const char *key, int32_t v)
{
    return nvs_set_blob(h, key, &v, sizeof v);
}

/* --- the display: what the chip would show ---------------------------------------------------- */

esp_err_t i2c_param_config(i2c_port_t port, const i2c_config_t *c)
{
    assert(port == I2C_NUM_0);
    esp->display_sda = c->sda_io_num;
    esp->display_scl = c->scl_io_num;
    return ESP_OK;
}

esp_err_t i2c_driver_install(i2c_port_t port, int mode, size_t rx, size_t tx, int flags)
{
    return ESP_OK;
}

esp_err_t i2c_master_write_to_device(
    i2c_port_t port, uint8_t address, const uint8_t *bytes, size_t n, TickType_t ticks)
{
    assert(address == 0x3c && esp_is_app_task());
    if (esp->no_display)
        return ESP_FAIL;
    if (esp->page_us > 0)
        esp_task_sleep_us(esp->page_us);
    if (bytes[0] == 0x40 && n == 1 + ESP_DISPLAY_COLUMNS)
        memcpy(esp->display[esp->page], bytes + 1, ESP_DISPLAY_COLUMNS);
    else if (bytes[0] == 0 && n == 4)
        esp->page = bytes[1] & 7;
    return ESP_OK;
}

/* --- life ------------------------------------------------------------------------------------- */

void esp_fake_begin(void)
{
    esp = calloc(1, sizeof *esp);
    esp->psram_bytes = 4 << 20;
    esp->internal_free = 150 << 10;
    esp->n_buffers = 48;
    esp->most_hosts = 1;
    esp->air_us = 1000;
    esp->message_us = 1500;
    esp->wire_room = SIZE_MAX;
}

void esp_fake_end(void)
{
    esp_tasks_end();
    esp_sockets_forget();
    free_all();
    free(esp);
    esp = NULL;
}

void esp_board_forget(void)
{
    free_all();
    esp->restarted = false;
    esp->now_us = esp->wdt_us = esp->wdt_longest_us = 0;
    esp->least_free = esp->n_buffers;
    esp->n_heard = 0;
    memset(esp->display, 0xa5, sizeof esp->display);
}

void esp_switch_on(void (*app_main)(void))
{
    esp_tasks_end();
    esp_board_forget();
    esp_radio_forget();
    esp_air_forget();
    esp_pins_forget();
    esp_sensor_forget();
    esp_sockets_forget();
    esp_station_forget();
    esp_tasks_begin(app_main);
}
