/* sha256.h - the SHA-256 of bytes. libcrypto's, which libwebsockets brings along anyway: well kept,
 * and uses the processor's own instructions. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES 32

/* Safe from any thread. -ENOMEM: libcrypto refused (it has no memory, or its default provider is
 * not there). */
int sha256(const void *bytes, size_t n, uint8_t ret[static SHA256_BYTES]);
