#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sha1.h"
#include "websocket.h"

#define SPAN(text) ((struct span){(text), strlen(text)})

static const char *digest(const char *text)
{
    static char hex[2 * SHA1_BYTES + 1];
    uint8_t out[SHA1_BYTES];

    sha1(text, strlen(text), out);
    for (unsigned i = 0; i < SHA1_BYTES; i++)
        sprintf(hex + 2 * i, "%02x", out[i]);
    return hex;
}

Test(sha1, of_the_texts_of_its_description)
{
    cr_expect_str_eq(digest("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
    cr_expect_str_eq(digest(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    cr_expect_str_eq(digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
        "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
}

Test(websocket, the_key_of_its_description_is_answered)
{
    char answer[WEBSOCKET_ANSWER_BYTES];

    cr_assert(websocket_answer(SPAN("dGhlIHNhbXBsZSBub25jZQ=="), answer));
    cr_expect_str_eq(answer, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    cr_expect_not(websocket_answer(SPAN("short"), answer));
    cr_expect_not(websocket_answer(SPAN("dGhlIHNhbXBsZSBub25j ZQ="), answer));
}

Test(websocket, heads_have_two_bytes_or_four)
{
    uint8_t out[WEBSOCKET_HEAD_MAX];

    cr_expect_eq(websocket_head(WEBSOCKET_TEXT, 125, out), 2);
    cr_expect_eq(out[0], 0x81);
    cr_expect_eq(out[1], 125);
    cr_expect_eq(websocket_head(WEBSOCKET_TEXT, 126, out), 4);
    cr_expect_eq(memcmp(out, "\x81\x7e\x00\x7e", 4), 0);
    cr_expect_eq(websocket_head(WEBSOCKET_PONG, 0, out), 2);
    cr_expect_eq(memcmp(out, "\x8a\x00", 2), 0);
}

Test(websocket, the_masked_hello_of_its_description)
{
    uint8_t bytes[] = {0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58};
    struct websocket_frame f;

    for (size_t n = 0; n < 6; n++)
        cr_expect_eq(websocket_read(bytes, n, &f), 0);
    cr_assert_eq(websocket_read(bytes, sizeof bytes, &f), 6);
    cr_expect_eq(f.opcode, WEBSOCKET_TEXT);
    cr_expect_eq(f.n, 5);
    websocket_unmask(&f, 0, bytes + 6, 2);
    websocket_unmask(&f, 2, bytes + 8, 3);
    cr_expect_eq(memcmp(bytes + 6, "Hello", 5), 0);
}

Test(websocket, long_frames_tell_their_length_behind)
{
    static const uint8_t two[] = {0x82, 0xfe, 0x01, 0x00, 1, 2, 3, 4};
    static const uint8_t eight[] = {0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4};
    struct websocket_frame f;

    cr_expect_eq(websocket_read(two, sizeof two, &f), 8);
    cr_expect_eq(f.n, 256);
    cr_expect_eq(websocket_read(eight, sizeof eight, &f), 14);
    cr_expect_eq(f.n, 65536);
    cr_expect_eq(f.mask[3], 4);
}

Test(websocket, what_the_rules_forbid_is_refused)
{
    static const uint8_t bad[][14] = {
        {0x81, 0x05},                                        /* not masked */
        {0xc1, 0x80},                                        /* a reserved bit */
        {0x83, 0x80},                                        /* no such opcode */
        {0x8b, 0x80},                                        /* nor that */
        {0x09, 0x80},                                        /* a ping in pieces */
        {0x89, 0xfe, 0x00, 0x7e},                            /* a ping that is too long */
        {0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4}, /* more than there can be */
    };
    struct websocket_frame f;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_eq(websocket_read(bad[i], sizeof bad[i], &f), -EBADMSG, "%zu", i);
}
