/* announce.h - the camera's name on the network, by mDNS: http://NAME.local, and what it is for who looks for cameras. */
#ifndef ANNOUNCE_H
#define ANNOUNCE_H

#include <stdint.h>

/* `id`: of the camera, and must stay. port 0: not any more. */
void announce(const char *name, const char *id, uint16_t port);

#endif
