/* play_hub_private.h - what the files of the hub's core share. Time is h->now_us. */
#ifndef PLAY_HUB_PRIVATE_H
#define PLAY_HUB_PRIVATE_H

#include "play_hub.h"

#define PLAY_NEVER_US INT64_MAX

/* --- play_modules.c: who is there ------------------------------------------------------------- */

/* A message came: who introduces itself gets a row, and whoever has one is alive. */
void play_modules_heard(struct play_hub *h, const uint8_t mac[HUB_MAC_RAW_BYTES], int rssi_dbm,
    const struct air_message *a);
/* What was heard before does not count as an answer any more. */
void play_modules_begin_scan(struct play_hub *h);
bool play_modules_is_fresh(const struct play_hub *h, const struct play_hub_module *m);
/* Those who answered and those who cannot, as loud as that, into h->listed. */
void play_modules_list(struct play_hub *h, int threshold_dbm);
/* Forgets who has been silent for long. */
void play_modules_step(struct play_hub *h);
int64_t play_modules_next_us(const struct play_hub *h);

/* --- play_air.c: what is said to modules ------------------------------------------------------ */

/* In both dialects. Negative: the radio refused. */
int play_air_command(struct play_hub *h, enum hub_command c, int threshold_dbm);
/* "Who is there?" Negative: the radio refused. */
int play_air_ping(struct play_hub *h);

/* To all (NULL), or to one: in the second dialect a game's number, unless that is PLAY_NO_GAME, in the first a command, unless
 * that is HUB_N_COMMANDS. Negative: the radio refused. */
#define PLAY_NO_GAME (-2)
int play_air_game(struct play_hub *h, const uint8_t *mac, int game, enum hub_command c);

/* --- play_scan.c ------------------------------------------------------------------------------ */

bool play_scan_begin(struct play_hub *h, int asker, int threshold_dbm);
void play_scan_step(struct play_hub *h);
int64_t play_scan_next_us(const struct play_hub *h);

/* --- play_serial.c: an app on USB ------------------------------------------------------------- */

void play_serial_start(struct play_hub *h);
/* The scan that it asked for is over. */
void play_serial_list(struct play_hub *h);
void play_serial_step(struct play_hub *h);
int64_t play_serial_next_us(const struct play_hub *h);

/* --- play_front.c: apps, their lines, and the answers ----------------------------------------- */

/* The list is there; it goes before what waits. */
void play_front_list(struct play_hub *h, unsigned central);
/* Nobody is being sent a list, nor waits for one. */
bool play_front_may_list(const struct play_hub *h);
unsigned play_front_waiting(const struct play_hub *h);
bool play_front_is_connected(const struct play_hub *h);
void play_front_step(struct play_hub *h);
int64_t play_front_next_us(const struct play_hub *h);

#endif
