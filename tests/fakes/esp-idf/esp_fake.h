/* esp_fake.h - the test's side of esp_idf.h: a board is switched on, time passes, a host comes and goes. */
#pragma once

#include "esp_idf.h"

#define ESP_DISPLAY_COLUMNS 128
#define ESP_DISPLAY_PAGES 8
#define ESP_MAX_HEARD 4096
#define ESP_MAX_SAID 512
#define ESP_NVS_ROWS 6
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
    uint8_t bytes[128];
};

/* By ESP-NOW. */
struct esp_said {
    uint8_t mac[6];
    int64_t at_us;
    size_t n;
    char text[ESP_NOW_MAX_DATA_LEN + 1];
};

/* Zero is a board on which all works. What the test may set beforehand stands first; esp_switch_on() leaves it, and the flash. */
struct esp_fake {
    bool no_psram, no_display, no_sensor;
    size_t psram_bytes, internal_free;
    unsigned n_buffers;     /* of the radio's stack */
    unsigned n_no_memory;   /* of the next notifications: it has no room for them after all */
    unsigned most_hosts;    /* that its stack takes at a time */
    int64_t air_us;         /* what a notification takes */
    int64_t page_us;        /* what a transfer to the display takes */
    unsigned n_no_pictures; /* times that the sensor's driver waits in vain from now on */
    struct esp_nvs_row nvs[ESP_NVS_ROWS];
    bool nvs_refuses;
    bool no_bluetooth, no_wifi, no_leds, no_wire, no_calibration;
    /* What a message takes by ESP-NOW; 0: its end is told before esp_now_send() returns. */
    int64_t message_us;
    unsigned n_refusals; /* of the next messages: */
    esp_err_t refusal;
    unsigned ends_untold; /* of the next messages: Wi-Fi does not tell their end */
    bool nobody_hears;
    int pin_mv;       /* of the battery's pin; negative: it cannot be read */
    size_t wire_room; /* bytes that whoever listens takes */

    int64_t now_us;
    bool restarted;
    char logged[200];               /* the last line */
    int64_t wdt_us, wdt_longest_us; /* between two resets */
    size_t psram_used, internal_used;
    uint32_t n_random;
    unsigned n_saves;
    int64_t clock_us; /* as it was set last */

    uint8_t display[ESP_DISPLAY_PAGES][ESP_DISPLAY_COLUMNS];
    unsigned page;
    int display_sda, display_scl;

    unsigned n_frames, n_inits; /* that the sensor gave; that it was set up */
    bool frame_is_out;

    struct esp_heard heard[ESP_MAX_HEARD];
    unsigned n_heard, n_on_air, least_free;
    bool keeps_bonds, is_encrypted; /* every link */
    unsigned n_bonds_deleted;
    bool advertising, connected[ESP_MAX_HOSTS], asked_to_leave;
    unsigned n_untold; /* events that tasks had not taken when it was last let be found */
    size_t n_advert, n_response;
    char name[32];

    char network[33], password[65]; /* that it tries to join, or is in */
    unsigned n_joins;
    uint16_t announced; /* port, by mDNS */
    char announced_name[64], announced_id[16];
    bool wifi_is_on;
    unsigned channel;
    int ps; /* as it was set; negative: it was not */
    uint8_t peers[ESP_NOW_MAX_TOTAL_PEER_NUM + 1][6];
    unsigned n_peers;
    struct esp_said said[ESP_MAX_SAID];
    unsigned n_said;

    uint8_t pins[32]; /* high */
    bool asleep;
    uint64_t wake_pins;
    int leds_pin;
    uint8_t leds[3 * 12]; /* as they are lit: green, red, blue */
    const uint8_t *leds_sent;
    size_t n_leds_sent; /* that wait for the pause behind them */
    unsigned n_pictures;
    bool wire_is_open;
    char wire_in[2048], wire_out[65536];
    size_t n_wire_in, n_wire_out;
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
/* As one does that has lost its bond. */
void esp_host_pairs_again(void);
/* With a NUL behind it, valid until the next. */
const char *esp_host_read(const char *uuid);

/* --- modules, and a hub ----------------------------------------------------------------------- */

/* By ESP-NOW, in Wi-Fi's task. */
void esp_air_say(const uint8_t mac[6], int rssi_dbm, const void *bytes, size_t n);
/* What was said to that one has gone out, in this moment. */
void esp_air_end(const uint8_t mac[6]);

/* --- a network -------------------------------------------------------------------------------- */

/* It takes the board in, without an address yet; gives it one; sends it away, or does not take it in. */
void esp_network_takes(void);
void esp_network_gives(const char *ip);
void esp_network_drops(uint8_t reason);

/* --- pins and wires --------------------------------------------------------------------------- */

/* With an interrupt, if it falls. */
void esp_pin_set(int pin, bool high);
void esp_wire_say(const char *text);

/* --- between the fake's files ----------------------------------------------------------------- */

void esp_tasks_begin(void (*app_main)(void));
void esp_tasks_end(void);
void esp_task_sleep_us(int64_t us);
unsigned esp_tasks_n_queued(void);
/* The one of app_main(), which alone may touch what a core touches. */
bool esp_is_app_task(void);
_Noreturn void esp_task_leave(void);
void esp_air_forget(void);
void esp_pins_forget(void);
void esp_radio_forget(void);
void esp_sensor_forget(void);
void esp_sockets_forget(void);
void esp_station_forget(void);
void esp_board_forget(void);
