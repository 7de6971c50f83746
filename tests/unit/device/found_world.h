/* found_world.h - the devices' world with drivers in a folder, what is seen, and REST on top. */
#pragma once

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "device/drivers.h"
#include "device/found.h"
#include "files.h"
#include "world.h"

#define UUID_LANTERN "0000fe0f-0000-1000-8000-00805f9b34fb"

extern struct found_world {
    char folder[64]; /* of the drivers */
    struct drivers *drivers;
    struct found *found;
} here;

/* `lamp` (name "Lamp-*"), `lantern` (a service) and `picky` (probe) are in the folder; `buoy` (found in two ways) is not. */
void found_open(void);
void found_close(void);
/* The same in a world that is open, and out of it again; the devices end with it. */
void found_join(void);
void found_part(void);
/* The gateway ends and starts again, with the same data and drivers. */
void found_restart(void);
void found_put_driver(const char *name);
void found_remove_driver(const char *name);

/* An advertisement; `service` "" and `rssi` "": without. */
int found_see(const char *address, const char *name, const char *service, const char *rssi);
/* A record in the network, of a thing with that port. */
int found_announce(const char *address, const char *type, const char *port);
/* What is kept; NULL: nothing of that address. Valid until the next call. */
const struct found_item *found_at(const char *address);
const char *found_prop(const struct found_item *i, const char *key);
size_t found_count(void);
