#include <criterion/criterion.h>
#include <string.h>

#include "json_put.h"

static char room[256];

static const char *put_all(enum json_put_style style)
{
    struct json_put j = json_put_into(room, sizeof room - 1, style);
    size_t n;

    json_put_begin(&j, '{');
    json_put_key(&j, "a");
    json_put_int(&j, -9223372036854775807 - 1);
    json_put_key(&j, "b");
    json_put_begin(&j, '[');
    json_put_string(&j, "x\"\\\n\x01");
    json_put_begin(&j, '{');
    json_put_end(&j, '}');
    json_put_int(&j, 7);
    json_put_end(&j, ']');
    json_put_key(&j, "c");
    json_put_text(&j, "\xe2\x82\xac!", 3);
    json_put_end(&j, '}');
    n = json_put_length(&j);
    room[n] = '\0';
    return room;
}

Test(json_put, compact)
{
    cr_expect_str_eq(put_all(JSON_PUT_COMPACT),
        "{\"a\":-9223372036854775808,\"b\":[\"x\\\"\\\\\\n\\u0001\",{},7],\"c\":\"\\u20ac\"}");
}

Test(json_put, spaced)
{
    cr_expect_str_eq(put_all(JSON_PUT_SPACED),
        "{\"a\": -9223372036854775808, \"b\": [\"x\\\"\\\\\\n\\u0001\", {}, 7], \"c\": "
        "\"\\u20ac\"}");
}

static const char *decimal(int64_t v, unsigned digits)
{
    struct json_put j = json_put_into(room, sizeof room - 1, JSON_PUT_COMPACT);

    json_put_decimal(&j, v, digits);
    room[json_put_length(&j)] = '\0';
    return room;
}

Test(json_put, decimals_have_no_zeros_at_the_end)
{
    cr_expect_str_eq(decimal(150, 2), "1.5");
    cr_expect_str_eq(decimal(200, 2), "2");
    cr_expect_str_eq(decimal(-5, 2), "-0.05");
    cr_expect_str_eq(decimal(0, 2), "0");
    cr_expect_str_eq(decimal(1200, 0), "1200");
    cr_expect_str_eq(decimal(123456789, 9), "0.123456789");
    cr_expect_str_eq(decimal(INT64_MIN, 1), "-922337203685477580.8");
}

Test(json_put, bools_are_values)
{
    struct json_put j = json_put_into(room, sizeof room - 1, JSON_PUT_COMPACT);

    json_put_begin(&j, '[');
    json_put_bool(&j, true);
    json_put_bool(&j, false);
    json_put_end(&j, ']');
    room[json_put_length(&j)] = '\0';
    cr_expect_str_eq(room, "[true,false]");
}

Test(json_put, nothing_is_written_beyond_the_room)
{
    size_t n = strlen(put_all(JSON_PUT_COMPACT));

    for (size_t cap = 0; cap < n; cap++) {
        struct json_put j = json_put_into(room, cap, JSON_PUT_COMPACT);

        memset(room, '#', sizeof room);
        json_put_string(
            &j, "0123456789012345678901234567890123456789012345678901234567890123456789");
        cr_expect_eq(room[cap], '#');
        cr_expect_eq(json_put_length(&j), cap >= 72 ? 72 : 0);
    }
}
