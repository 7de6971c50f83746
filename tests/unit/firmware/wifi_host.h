/* wifi_host.h - a host of debug cameras for tests: it stands in for the radio (struct gatt_stack), keeps what STATUS says, and
 * writes. */
#pragma once

#include "firmware/sim/wifi_sim.h"
#include "wifi_text.h"

struct loop;

struct wifi_host {
    struct loop *loop;
    struct wifi_options options;
    char words[256]; /* that the options point into */
    struct gatt_app *app;
    unsigned mtu;
    char status[GATT_VALUE_MAX + 1]; /* the last notification */
    unsigned n_status;
};

/* A virtual loop, and the options of a command line: "--join 3". */
void wifi_host_init(struct wifi_host *h, const char *options);
void wifi_host_shows(struct wifi_host *h, struct gatt_app *app);
/* The status of the write. */
int wifi_host_write(struct wifi_host *h, const char *uuid, const char *text);
/* Valid until the next read. */
const char *wifi_host_read(struct wifi_host *h, const char *uuid);
/* What the last notification says; a failed assertion where it says nothing. */
struct wifi_status wifi_host_said(const struct wifi_host *h);
