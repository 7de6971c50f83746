/* nus.h - the Nordic UART service, by which apps speak to the hub: they write to RX, and are notified on TX. */
#ifndef NUS_H
#define NUS_H

#include "inbox.h"
#include "service.h"

enum nus_row { NUS_RX, NUS_TX };

/* Brings the Bluetooth radio up under that name, for so many apps at a time. What they do goes to the inbox. Neither may move.
 * False: the log says why. */
bool nus_start(struct service *s, const char *name, unsigned n_apps, struct inbox *inbox);

#endif
