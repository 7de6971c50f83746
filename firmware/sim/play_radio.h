/* play_radio.h - the one antenna of a hub's board (ESP32-C3), which Bluetooth and ESP-NOW share by turns: when it is with
 * Bluetooth, and hears no module.
 *
 *     connected     every 48.75 ms for 1.5 ms, and for each notification that waits as long as its bytes take at 1 Mbit/s
 *     advertising   every 100 ms and up to 10 ms by chance for 2.5 ms, on three channels
 *
 * What ends in such a time is not heard. What the hub itself sends is late by it at most, and is taken to go out.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct play_radio {
    bool connected, advertising;
    int64_t connected_us, advertising_us; /* since */
    int64_t busy_until_us;                /* with notifications */
};

void play_radio_connected(struct play_radio *r, int64_t now_us, bool on);
void play_radio_advertising(struct play_radio *r, int64_t now_us, bool on);
/* A notification of n bytes was given to Bluetooth, which sends it in its next turn. */
void play_radio_notified(struct play_radio *r, int64_t now_us, size_t n);
bool play_radio_is_deaf(const struct play_radio *r, int64_t now_us);
