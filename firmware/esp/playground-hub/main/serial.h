/* serial.h - lines to and from an app on a wire.
 *
 * A line that goes out is as long as a list of all modules; the wire takes it as fast as it can, piece by piece. Neither driver
 * can tell the inbox when something has come or gone, so they are looked at every 10 ms: a port of 115200 baud sends 115 bytes
 * in that time, and has 128 of its own.
 */
#ifndef SERIAL_H
#define SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SERIAL_STEP_US INT64_C(10000)
/* An app that took nothing for so long is not there: what it does not read is thrown away. */
#define SERIAL_PATIENCE_US INT64_C(1000000)

struct serial {
    bool there; /* such a wire */
    char *line; /* on its way, in room for the longest one that there was */
    size_t n, at, cap;
    bool torn;        /* the one before, maybe: the next one begins with a line end */
    int64_t moved_us; /* something was taken */
};

void serial_start(struct serial *s);
/* A line, with its end. Negative: the one before is on its way yet, or there is no memory now. */
int serial_say(struct serial *s, int64_t now_us, const char *line, size_t n);
/* Goes on with it. At least every SERIAL_STEP_US. */
void serial_step(struct serial *s, int64_t now_us);
/* What has come; 0: nothing. */
size_t serial_read(struct serial *s, void *out, size_t cap);

#endif
