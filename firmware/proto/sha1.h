/* sha1.h - SHA-1, which the opening of a WebSocket is made of (RFC 6455, 4.2.2). It keeps nobody out. */
#ifndef SHA1_H
#define SHA1_H

#include <stddef.h>
#include <stdint.h>

#define SHA1_BYTES 20

/* Of at most SHA1_TEXT_MAX bytes, as one piece; more are not looked at. */
#define SHA1_TEXT_MAX 119
void sha1(const void *text, size_t n, uint8_t ret[SHA1_BYTES]);

#endif
