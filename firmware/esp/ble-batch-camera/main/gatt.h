/* gatt.h - the camera's service with its five characteristics, in the order of enum batch_characteristic. */
#ifndef GATT_H
#define GATT_H

#include "inbox.h"
#include "service.h"

/* The only one that there is at a time. */
#define GATT_HOST 0

/* Brings the radio up under that name. What hosts do goes to the inbox. Neither may move. False: the log says why. */
bool gatt_start(struct service *s, const char *name, struct inbox *inbox);

#endif
