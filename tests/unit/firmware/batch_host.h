/* batch_host.h - a host of BLE batch cameras for tests: it stands in for the radio (struct
 * gatt_stack), notes what is notified, and writes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/sim/gatt_app.h"

enum { HOST_STATUS, HOST_DATA, HOST_COMMAND, HOST_CONFIG, HOST_LINK };

struct batch_host {
    struct gatt_app *app;
    bool advertised, subscribed[GATT_CHARS_MAX];
    unsigned mtu; /* 0: not connected */
    unsigned n_disconnects;
    bool full;       /* the radio's queue */
    char status[64]; /* last line; "" when taken */
    unsigned n_status;
    uint8_t data[400000]; /* all of DATA since host_clear() */
    size_t n_data;
    unsigned n_pieces;
    uint8_t link[64]; /* last message but DATA */
    size_t n_link;
};

void host_init(struct batch_host *h, struct gatt_app *app);
void host_connect(struct batch_host *h, unsigned mtu);
void host_leave(struct batch_host *h);
void host_subscribe(struct batch_host *h, unsigned chr);
void host_command(struct batch_host *h, char command);
int host_write(struct batch_host *h, unsigned chr, const void *bytes, size_t n);
/* The line, once; "" when none came. */
const char *host_status(struct batch_host *h);
