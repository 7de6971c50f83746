/* crc32c.h - the checksum of a picture on the BLE link: CRC-32C (Castagnoli, as in iSCSI and ext4), reflected, initial
 * value and final inversion all ones. One table of 1 KiB, for it must also fit a small computer without such instructions.
 */
#ifndef CRC32C_H
#define CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Begins with crc 0; what it returns is the checksum of all bytes so far, and continues it. `bytes` may be NULL when n is 0. */
uint32_t crc32c(uint32_t crc, const void *bytes, size_t n);

#endif
