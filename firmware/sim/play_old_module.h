/* play_old_module.h - the module that is out there: MicroPython, a loop that looks at one message every 100 ms.
 *
 *     messages   50 wait, the oldest is dropped; those that are not louder than their RSSI are left alone; v2 is not known
 *     pingCall   "app": deviceScan with its own threshold as RSSI, its name, and nothing else; anything else: pongCall
 *     games      a light goes round once and is dark again; only Color Game shows friends
 *     rounds     two who press at once both wait for the other's end, which never comes
 *
 * A crowd's answers reach each of the crowd, too, which is then busy with them for seconds, and answers the next question late.
 * It lives in the same world as ours (play_module.h), of which it uses less.
 */
#pragma once

#include "play_module.h"

#define OLD_MODULE_MESSAGES 50
#define OLD_MODULE_PASS_US INT64_C(100000)

struct old_module_message {
    uint8_t mac[HUB_MAC_RAW_BYTES];
    int rssi_dbm;
    size_t n;
    char bytes[AIR_MAX_BYTES];
};

struct old_module {
    struct play_module_port port;
    struct play_module_settings settings;
    int64_t now_us, pass_us;                                 /* the next pass */
    struct old_module_message messages[OLD_MODULE_MESSAGES]; /* a ring */
    unsigned first, n;

    enum { OLD_LIGHT_SOLID, OLD_LIGHT_ROUND, OLD_LIGHT_RAINBOW } light;
    struct play_color color;
    unsigned n_lit, phase;
    int64_t dark_us; /* INT64_MAX: it stays */

    bool asleep; /* or soon */
    int64_t sleep_us;
    bool leading, waiting;
    int64_t leading_us, waiting_us, pressed_us;
    uint8_t friends[PLAY_MODULE_MAX_FRIENDS][HUB_MAC_RAW_BYTES];
    unsigned n_friends;
};

void old_module_init(struct old_module *m, const struct play_module_port *port);
void old_module_start(struct old_module *m, int64_t now_us);
void old_module_step(struct old_module *m, int64_t now_us);
int64_t old_module_next_us(const struct old_module *m);
void old_module_received(struct old_module *m, int64_t now_us, const uint8_t mac[HUB_MAC_RAW_BYTES],
    int rssi_dbm, const void *bytes, size_t n);
void old_module_button(struct old_module *m, int64_t now_us);
