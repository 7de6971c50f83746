#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "base/sha256.h"
#include "base/text.h"
#include "base/util.h"

static void expect(const char *text, size_t n, const char *hex)
{
    uint8_t digest[SHA256_BYTES];
    char got[2 * SHA256_BYTES + 1];

    cr_assert_eq(sha256(text, n, digest), 0);
    text_hex(digest, sizeof digest, got);
    cr_expect_str_eq(got, hex);
}

/* The examples of FIPS 180-4 (csrc.nist.gov, "SHA-256 test vectors"). */
Test(sha256, gives_the_digests_of_the_standard)
{
    const char *two_blocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

    expect("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(two_blocks, strlen(two_blocks),
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

Test(sha256, takes_a_million_bytes)
{
    _cleanup_(freep) char *a = malloc(1000000);

    cr_assert_not_null(a);
    memset(a, 'a', 1000000);
    expect(a, 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}
