/* ble.h - the BLE batch camera of all generations, played by the tests of its driver. */
#pragma once

#include "batch_link.h"
#include "batch_text.h"
#include "plugin.h"

#define STR(s) ((char *)(s))

enum ble_generation { BLE_V0, BLE_BATCH, BLE_LOW_POWER, BLE_WARREN };

/* A host with the driver, not started. Captures are durable at once. */
struct fake_host *ble_new(void);
/* Started, and the link has been opened with what that generation offers. */
struct fake_host *ble_open(enum ble_generation g);
/* … and set up: the host says that it is online. STATUS read as `status` (NULL: nothing of use). */
struct fake_host *ble_ready(enum ble_generation g, const char *status);
/* … of one that sleeps, which waits for R: R was said. */
struct fake_host *ble_ready_asleep(void);
/* The newest link, opened and set up like that. */
struct fake_ble *ble_connect(struct fake_host *h, enum ble_generation g, const char *status);
/* So long R is held back. */
#define BLE_HOLD_US (1500 * FAKE_MS)
/* The characteristics of a generation; returns how many. */
size_t ble_chars(enum ble_generation g, struct wr_ble_char out[8]);

/* A picture of n bytes, each number another one. Static memory of 64 KiB. */
const uint8_t *ble_picture(size_t n, unsigned number);

/* A line of STATUS; the driver has heard it. */
void ble_say(struct fake_host *h, const char *line);
void ble_data(struct fake_host *h, const void *bytes, size_t n);
/* The letters written to COMMAND on the newest link so far. */
const char *ble_commands(struct fake_host *h);
unsigned ble_count(struct fake_host *h, char command);
/* A picture as a real camera sends it: IMAGE, and each piece for one N. False: the driver stopped
 * asking. */
bool ble_send(struct fake_host *h, const uint8_t *bytes, size_t n);
/* CONFIG as it was written last; NULL. */
const char *ble_config(struct fake_host *h);

/* LINK: what the camera says, and the newest that the driver wrote of a type (type 0: none was). */
void ble_link(struct fake_host *h, const struct batch_link *m);
void ble_info(struct fake_host *h, uint32_t boot, unsigned n_waiting);
void ble_offer(struct fake_host *h, uint32_t id, const uint8_t *bytes, size_t n, uint32_t age_ms);
/* DATA from offset to end in pieces of `step`. */
void ble_bytes(
    struct fake_host *h, uint32_t id, const uint8_t *bytes, size_t from, size_t to, size_t step);
struct batch_link ble_said(struct fake_host *h, enum batch_link_type type);
unsigned ble_n_said(struct fake_host *h, enum batch_link_type type);
