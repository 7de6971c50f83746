/* esp_fake.h - the test's side of esp_idf.h: a board is switched on, time passes, a host comes and goes. */
#pragma once

#include "esp_idf.h"

#define ESP_DISPLAY_COLUMNS 128
#define ESP_DISPLAY_PAGES 8
#define ESP_MAX_HEARD 4096
/* At a time; one more than any board takes. */
#define ESP_MAX_HOSTS 4

struct esp_heard {
    unsigned host;
    uint16_t handle;
    int64_t at_us;
    uint16_t n;
    uint8_t bytes[520];
};

struct esp_nvs_row {
    char key[16];
    size_t n; /* 0: there is none */
    uint8_t bytes[32];
};

/* Zero is a board on which all works. What the test may set beforehand stands first; esp_switch_on() leaves it, and the flash. */
struct esp_fake {
    bool no_psram, no_display, no_sensor;
    size_t psram_bytes;
    unsigned n_buffers;     /* of the radio's stack */
    unsigned most_hosts;    /* that its stack takes at a time */
    int64_t air_us;         /* what a notification takes */
    unsigned n_no_pictures; /* times that the sensor's driver waits in vain from now on */
    struct esp_nvs_row nvs[4];

    int64_t now_us;
    bool restarted;
    int64_t wdt_us, wdt_longest_us; /* between two resets */
    size_t psram_used, internal_used;
    uint32_t n_random;
    int64_t clock_us; /* as it was set last */

    uint8_t display[ESP_DISPLAY_PAGES][ESP_DISPLAY_COLUMNS];
    unsigned page;
    int display_sda, display_scl;

    unsigned n_frames, n_inits; /* that the sensor gave; that it was set up */
    bool frame_is_out;

    struct esp_heard heard[ESP_MAX_HEARD];
    unsigned n_heard, n_on_air, least_free;
    bool advertising, connected[ESP_MAX_HOSTS], asked_to_leave;
    unsigned n_untold; /* events that tasks had not taken when it was last let be found */
    size_t n_advert, n_response;
    char name[32];
};

extern struct esp_fake *esp;

/* TestSuite(…, .init = esp_fake_begin, .fini = esp_fake_end). */
void esp_fake_begin(void);
void esp_fake_end(void);
/* The power goes, and comes back. */
void esp_switch_on(void (*app_main)(void));
/* Everybody else lives so long. */
void esp_pass_ms(unsigned ms);

/* --- the sensor ------------------------------------------------------------------------------- */

/* The picture that it took as number n (1 …). */
size_t esp_fake_jpeg(unsigned n, uint8_t out[2048]);

/* --- hosts ------------------------------------------------------------------------------------ */

/* Who does what follows: number 0 when the board is switched on. */
void esp_host_is(unsigned host);
void esp_host_connect(unsigned mtu);
void esp_host_leave(int reason);
/* The characteristic of that UUID. */
uint16_t esp_host_handle(const char *uuid);
void esp_host_subscribe(const char *uuid, bool on);
/* 0, or what ATT answers. */
int esp_host_write(const char *uuid, const void *bytes, size_t n);
/* With a NUL behind it, valid until the next. */
const char *esp_host_read(const char *uuid);

/* --- between the fake's files ----------------------------------------------------------------- */

void esp_tasks_begin(void (*app_main)(void));
void esp_tasks_end(void);
void esp_task_sleep_us(int64_t us);
unsigned esp_tasks_n_queued(void);
void esp_radio_forget(void);
void esp_sensor_forget(void);
void esp_board_forget(void);
