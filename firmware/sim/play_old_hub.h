/* play_old_hub.h - the hub that is out there, with its faults: MicroPython, one loop that looks at one thing after the other and
 * sleeps between, on a clock of whole seconds.
 *
 *     writes     20 bytes of each are taken, a line's end behind them is lost; 1024 bytes without an end are forgotten; ten
 *                lines wait, the oldest is dropped
 *     answers    none for a line that cannot be read; an error for a command that is not known; an ack for the others; all at
 *                once, piece by piece with 20 ms of sleep, lost where nobody is connected, and in a scan
 *     PING       none in a scan. Advertising ends, 100 ms of sleep; a message that waits then is to be cleared, which dies:
 *                no scan, no answer, no advertising. Else pingCall when the clock says 0, 1, 2 s, and the end when it says more
 *                than 5 s, which is 5 … 6 s later; advertising again, 100 ms of sleep, the list
 *     messages   50 wait, the oldest is dropped; those are left alone that are not louder than their own RSSI, which for an
 *                answer to a scan is its module's threshold; in the list is who is as loud as PING's threshold
 *     seen again when the clock has gone on by more than 5 s since it looked last, and nobody is connected
 *
 * Time is the caller's; it counts from the hub's start. See play_hub.h for how its functions are used.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub_frame.h"
#include "play_old_json.h"

#define OLD_HUB_WRITE_BYTES 20
#define OLD_HUB_LINES 10
#define OLD_HUB_MESSAGES 50
#define OLD_HUB_PIECE_BYTES 100
#define OLD_HUB_PIECE_US INT64_C(20000)
#define OLD_HUB_RADIO_US INT64_C(100000)
/* The light, at each message for modules. */
#define OLD_HUB_FLASH_US INT64_C(50000)
#define OLD_HUB_PASS_US INT64_C(10000)
#define OLD_HUB_SCAN_S 5
#define OLD_HUB_PINGS 3
#define OLD_HUB_LOOK_S 5

struct old_hub_port {
    void *ctx;
    /* To all modules. Negative: it could not. */
    int (*air)(void *ctx, const char *bytes, size_t n);
    void (*notify)(void *ctx, const void *bytes, size_t n);
    void (*advertise)(void *ctx, bool on);
};

struct old_hub_line {
    size_t n;
    char text[HUB_LINE_MAX_BYTES];
};

struct old_hub_message {
    uint8_t mac[HUB_MAC_RAW_BYTES];
    int rssi_dbm;
    size_t n;
    char bytes[AIR_MAX_BYTES];
};

struct old_hub {
    struct old_hub_port port;
    int64_t now_us, start_us;
    int64_t wake_us; /* it sleeps until then */
    enum { OLD_HUB_LOOKS, OLD_HUB_ANSWERS, OLD_HUB_BEGINS_SCAN, OLD_HUB_ENDS_SCAN } next;
    bool connected;
    int64_t looked_s; /* whether it is to be seen again */

    struct hub_lines received;
    struct old_hub_line lines[OLD_HUB_LINES]; /* oldest first */
    unsigned n_lines;
    struct old_hub_message messages[OLD_HUB_MESSAGES]; /* a ring */
    unsigned first_message, n_messages;

    bool scanning;
    int64_t scan_s;
    unsigned n_pings;
    int threshold_dbm;
    struct old_hub_row rows[OLD_HUB_ROWS_MAX];
    unsigned n_rows;

    bool header_sent;
    size_t n_answer, at;
    char answer[OLD_HUB_ANSWER_MAX];
    uint64_t n_died; /* PINGs; never reset */
};

void old_hub_init(struct old_hub *h, const struct old_hub_port *port);
void old_hub_start(struct old_hub *h, int64_t now_us);
void old_hub_step(struct old_hub *h, int64_t now_us);
int64_t old_hub_next_us(const struct old_hub *h);
void old_hub_connected(struct old_hub *h, int64_t now_us, bool on);
void old_hub_written(struct old_hub *h, int64_t now_us, const void *bytes, size_t n);
void old_hub_received(struct old_hub *h, int64_t now_us, const uint8_t mac[HUB_MAC_RAW_BYTES],
    int rssi_dbm, const void *bytes, size_t n);
