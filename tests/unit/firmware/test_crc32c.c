#include <criterion/criterion.h>
#include <string.h>

#include "crc32c.h"

/* Bit by bit, as the polynomial is defined. */
static uint32_t slow_crc32c(const uint8_t *b, size_t n)
{
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < n; i++) {
        crc ^= b[i];
        for (int k = 0; k < 8; k++)
            crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
    }
    return ~crc;
}

/* RFC 3720, B.4, and the check value of the catalogues. */
Test(crc32c, is_that_of_the_standards)
{
    uint8_t zeros[32] = {0}, ones[32], rising[32], falling[32];

    memset(ones, 0xff, sizeof ones);
    for (unsigned i = 0; i < 32; i++) {
        rising[i] = (uint8_t)i;
        falling[i] = (uint8_t)(31 - i);
    }
    cr_expect_eq(crc32c(0, "123456789", 9), 0xe3069283);
    cr_expect_eq(crc32c(0, zeros, 32), 0x8a9136aa);
    cr_expect_eq(crc32c(0, ones, 32), 0x62a8ab43);
    cr_expect_eq(crc32c(0, rising, 32), 0x46dd794e);
    cr_expect_eq(crc32c(0, falling, 32), 0x113fdb5c);
    cr_expect_eq(crc32c(0, NULL, 0), 0);
}

Test(crc32c, every_row_of_the_table_is_the_polynomials)
{
    for (unsigned i = 0; i < 256; i++) {
        uint8_t b = (uint8_t)i;
        cr_expect_eq(crc32c(0, &b, 1), slow_crc32c(&b, 1), "byte %u", i);
    }
}

Test(crc32c, goes_on_wherever_the_bytes_are_cut)
{
    uint8_t bytes[97];

    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 37 + 11);
    for (size_t cut = 0; cut <= sizeof bytes; cut++)
        cr_expect_eq(crc32c(crc32c(0, bytes, cut), bytes + cut, sizeof bytes - cut),
            slow_crc32c(bytes, sizeof bytes), "cut at %zu", cut);
}
