/* playground.h - a playground hub, played by the tests of its driver. */
#pragma once

#include "hub_line.h"
#include "hub_message.h"
#include "plugin.h"

/* A host with the driver, not started. */
struct fake_host *playground_new(void);
/* The newest link is opened, and offers what a hub does. */
void playground_open(struct fake_host *h);
/* Started and online: PING was written, and the hub has not answered. */
struct fake_host *playground_asked(void);
/* … and answered with a list without modules, and the pause after it is over. */
struct fake_host *playground_ready(void);

/* An answer as a hub sends it: a header with the right length, then pieces of 100 bytes. */
void playground_say(struct fake_host *h, const char *json);
/* One notification, as it is. */
void playground_notify(struct fake_host *h, const char *text);
/* {"type":"devices", …} of what stands between the brackets. */
void playground_list(struct fake_host *h, const char *devices);
void playground_ack(struct fake_host *h, const char *command, const char *threshold);

/* All that was written on the newest link, one write after the other; and the number of writes. */
const char *playground_written(struct fake_host *h);
unsigned playground_n_writes(struct fake_host *h);
/* The newest line that was written whole, with its end; "": none. */
const char *playground_line(struct fake_host *h);
