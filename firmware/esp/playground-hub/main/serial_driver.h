/* serial_driver.h - the wire to an app: the chip's own USB, or a serial port, as the options say. */
#ifndef SERIAL_DRIVER_H
#define SERIAL_DRIVER_H

#include <stdbool.h>
#include <stddef.h>

/* What may come between two looks. */
#define SERIAL_DRIVER_BYTES 1024

/* False: there is no such wire, or it does not work, of which the log tells. */
bool serial_driver_start(void);
/* What has come; 0: nothing. Does not wait. */
size_t serial_driver_read(void *out, size_t cap);
/* Takes as much as it has room for. Does not wait. */
size_t serial_driver_write(const void *bytes, size_t n);

#endif
