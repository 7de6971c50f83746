#include "base/sha256.h"

#include <errno.h>
#include <string.h>

#include <openssl/evp.h>

int sha256(const void *bytes, size_t n, uint8_t ret[static SHA256_BYTES])
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned digest_len = 0;

    if (EVP_Digest(bytes, n, digest, &digest_len, EVP_sha256(), NULL) != 1 ||
        digest_len != SHA256_BYTES)
        return -ENOMEM;
    memcpy(ret, digest, SHA256_BYTES);
    return 0;
}
