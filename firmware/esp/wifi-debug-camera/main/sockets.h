/* sockets.h - the core's connections, by lwIP's sockets that never wait. They are looked at every SOCKETS_TURN_US: that is often
 * enough for pictures, and costs less than a task that waits for them.
 */
#ifndef SOCKETS_H
#define SOCKETS_H

#include "wifi_camera.h"

#define SOCKETS_TURN_US INT64_C(10000)

struct sockets {
    int listening; /* negative: not */
    struct {
        int fd;    /* negative: the place is free */
        bool full; /* until it takes more */
    } rows[WIFI_CAMERA_CONNECTIONS];
};

void sockets_init(struct sockets *s);
int sockets_listen(struct sockets *s, uint16_t port);
void sockets_unlisten(struct sockets *s);
int sockets_send(struct sockets *s, unsigned connection, const void *bytes, size_t n);
void sockets_end(struct sockets *s, unsigned connection);
void sockets_close(struct sockets *s, unsigned connection);
/* There is something to look at. */
bool sockets_are_used(const struct sockets *s);
/* Tells the camera what happened on them. */
void sockets_step(struct sockets *s, struct wifi_camera *camera);

#endif
