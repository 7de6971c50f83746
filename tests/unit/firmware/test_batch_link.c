#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "batch_link.h"

struct vector {
    const char *name;
    struct batch_link m;
    uint8_t bytes[BATCH_LINK_MAX_BYTES];
    size_t n;
};

/* The page's tables, written out by hand. */
static const struct vector vectors[] = {
    {"HELLO", {BATCH_LINK_HELLO, .hello = {1, 65536, INT64_C(1700000000123), 0x0302}},
        {0x81, 1, 2, 3, 0, 0, 1, 0, 0x7b, 0x68, 0xe5, 0xcf, 0x8b, 0x01, 0, 0}, 16},
    {"HELLO without a clock, before 1970", {BATCH_LINK_HELLO, .hello = {1, 4096, -2}},
        {0x81, 1, 0, 0, 0, 0x10, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 16},
    {"GET", {BATCH_LINK_GET, .picture = {7, 0x01020304}}, {0x82, 0, 0, 0, 7, 0, 0, 0, 4, 3, 2, 1},
        12},
    {"HAVE", {BATCH_LINK_HAVE, .picture = {0xfffffffe, 4072}},
        {0x83, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0xe8, 0x0f, 0, 0}, 12},
    {"STORED", {BATCH_LINK_STORED, .picture = {7, 0}}, {0x84, 0, 0, 0, 7, 0, 0, 0}, 8},
    {"SKIP", {BATCH_LINK_SKIP, .picture = {8, 0}}, {0x85, 0, 0, 0, 8, 0, 0, 0}, 8},
    {"LEAVE", {BATCH_LINK_LEAVE, .picture = {0, 0}}, {0x86}, 1},
    {"INFO", {BATCH_LINK_INFO, .info = {1, 0x8001, 0xdeadbeef, 8192, 3, 65535, 20, 1000}},
        {0x01, 1, 1, 0x80, 0xef, 0xbe, 0xad, 0xde, 0, 0x20, 0, 0, 3, 0, 0xff, 0xff, 20, 0, 0xe8, 3},
        20},
    {"OFFER", {BATCH_LINK_OFFER, .offer = {2, 7, 9902, 0xe3069283, 60000}},
        {0x02, 2, 0, 0, 7, 0, 0, 0, 0xae, 0x26, 0, 0, 0x83, 0x92, 0x06, 0xe3, 0x60, 0xea, 0, 0},
        20},
    {"GONE", {BATCH_LINK_GONE, .picture = {9, 0}}, {0x04, 0, 0, 0, 9, 0, 0, 0}, 8},
    {"PLACE", {BATCH_LINK_PLACE, .place = {7, 524000000, -131000000}},
        {0x05, 0, 0, 0, 7, 0, 0, 0, 0x00, 0x9b, 0x3b, 0x1f, 0x40, 0x19, 0x31, 0xf8}, 16},
};
#define N_VECTORS (sizeof vectors / sizeof *vectors)

/* Of exactly its length on the heap, so that a sanitizer sees a byte read too far. */
static bool decode(const uint8_t *bytes, size_t n, struct batch_link *ret)
{
    uint8_t *copy = malloc(n > 0 ? n : 1);
    bool ok;

    memcpy(copy, bytes, n);
    ok = batch_link_decode(copy, n, ret);
    free(copy);
    return ok;
}

static bool same(const struct batch_link *a, const struct batch_link *b)
{
    uint8_t x[BATCH_LINK_MAX_BYTES], y[BATCH_LINK_MAX_BYTES];
    size_t n = batch_link_encode(a, x);

    return a->type == b->type && n > 0 && batch_link_encode(b, y) == n && memcmp(x, y, n) == 0;
}

Test(batch_link, messages_are_the_bytes_of_the_page)
{
    for (size_t i = 0; i < N_VECTORS; i++) {
        const struct vector *v = &vectors[i];
        uint8_t out[BATCH_LINK_MAX_BYTES];
        size_t n;

        memset(out, 0xaa, sizeof out);
        n = batch_link_encode(&v->m, out);
        cr_assert_eq(n, v->n, "%s: %zu bytes", v->name, n);
        cr_expect_arr_eq(out, v->bytes, v->n, "%s", v->name);
    }
}

Test(batch_link, messages_are_read_as_they_were_written)
{
    for (size_t i = 0; i < N_VECTORS; i++) {
        const struct vector *v = &vectors[i];
        struct batch_link m;

        cr_assert(decode(v->bytes, v->n, &m), "%s", v->name);
        cr_expect(same(&m, &v->m), "%s", v->name);
    }
}

Test(batch_link, fields_arrive_in_their_places)
{
    struct batch_link m;

    cr_assert(decode(vectors[7].bytes, 20, &m));
    cr_expect_eq(m.info.version, 1);
    cr_expect_eq(m.info.flags, 0x8001);
    cr_expect_eq(m.info.boot, 0xdeadbeef);
    cr_expect_eq(m.info.window_bytes, 8192);
    cr_expect_eq(m.info.n_failed, 3);
    cr_expect_eq(m.info.n_dropped, 65535);
    cr_expect_eq(m.info.n_waiting, 20);
    cr_expect_eq(m.info.used_permille, 1000);
    cr_assert(decode(vectors[1].bytes, 16, &m));
    cr_expect_eq(m.hello.clock_ms, -2);
    cr_assert(decode(vectors[10].bytes, 16, &m));
    cr_expect_eq(m.place.latitude_e7, 524000000);
    cr_expect_eq(m.place.longitude_e7, -131000000);
}

Test(batch_link, a_shorter_message_is_none_and_a_longer_one_is_read_as_far_as_its_table)
{
    for (size_t i = 0; i < N_VECTORS; i++) {
        const struct vector *v = &vectors[i];
        uint8_t longer[BATCH_LINK_MAX_BYTES + 9];
        struct batch_link m, before;

        memset(&before, 0xaa, sizeof before);
        m = before;
        for (size_t n = 0; n < v->n; n++)
            cr_expect_not(decode(v->bytes, n, &m), "%s cut at %zu", v->name, n);
        cr_expect_eq(memcmp(&m, &before, sizeof m), 0, "untouched");
        memset(longer, 0xff, sizeof longer);
        memcpy(longer, v->bytes, v->n);
        cr_assert(decode(longer, v->n + 9, &m), "%s", v->name);
        cr_expect(same(&m, &v->m), "%s with more behind it", v->name);
    }
}

Test(batch_link, reserved_bytes_are_not_looked_at)
{
    const uint8_t get[] = {0x82, 1, 2, 3, 7, 0, 0, 0, 5, 0, 0, 0};
    struct batch_link m;

    cr_assert(decode(get, sizeof get, &m));
    cr_expect(m.picture.id == 7 && m.picture.offset == 5);
}

Test(batch_link, unknown_types_are_none)
{
    uint8_t bytes[64] = {0}, out[BATCH_LINK_MAX_BYTES];
    struct batch_link m;
    unsigned n_known = 0;

    for (unsigned type = 0; type < 256; type++) {
        struct batch_link w = {.type = (enum batch_link_type)type};

        bytes[0] = (uint8_t)type;
        n_known += decode(bytes, sizeof bytes, &m);
        if (type != BATCH_LINK_DATA)
            cr_expect_eq(batch_link_encode(&w, out) > 0, decode(bytes, sizeof bytes, &m));
    }
    cr_expect_eq(n_known, 11);
    cr_expect_eq(batch_link_encode(&(struct batch_link){.type = BATCH_LINK_DATA}, out), 0);
}

Test(batch_link, data_carries_the_low_byte_of_its_id_and_an_offset)
{
    uint8_t bytes[BATCH_LINK_DATA_HEADER_BYTES + 3];
    struct batch_link m;

    batch_link_data_header(0x12345678, 0xfedcba, bytes);
    cr_expect_arr_eq(bytes, ((uint8_t[]){3, 0x78, 0xba, 0xdc, 0xfe}), 5);
    memcpy(bytes + BATCH_LINK_DATA_HEADER_BYTES, "xyz", 3);
    cr_assert(batch_link_decode(bytes, sizeof bytes, &m));
    cr_expect_eq(m.type, BATCH_LINK_DATA);
    cr_expect_eq(m.data.id_low, 0x78);
    cr_expect_eq(m.data.offset, 0xfedcba);
    cr_expect_eq(m.data.n, 3);
    cr_expect_eq(m.data.bytes, bytes + 5);
    for (size_t n = 0; n <= BATCH_LINK_DATA_HEADER_BYTES; n++)
        cr_expect_not(decode(bytes, n, &m), "%zu bytes are no piece", n);
    batch_link_data_header(0x100, BATCH_LINK_MAX_PICTURE_BYTES - 1, bytes);
    cr_expect_arr_eq(bytes, ((uint8_t[]){3, 0, 0xff, 0xff, 0xff}), 5);
}
