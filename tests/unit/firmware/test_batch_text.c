#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "batch_text.h"

/* Of exactly its length on the heap, so that a sanitizer sees a byte read too far. */
static bool parse(const char *text, size_t n, struct batch_status *ret)
{
    char *copy = malloc(n > 0 ? n : 1);
    bool ok;

    memcpy(copy, text, n);
    ok = batch_status_parse(copy, n, ret);
    free(copy);
    return ok;
}

static struct batch_status good(const char *text)
{
    struct batch_status s;

    memset(&s, 0xaa, sizeof s);
    cr_assert(parse(text, strlen(text), &s), "%s", text);
    return s;
}

static void expect_none(const char *text)
{
    struct batch_status s, before;

    memset(&s, 0xaa, sizeof s);
    before = s;
    cr_expect_not(parse(text, strlen(text), &s), "%s", text);
    cr_expect_eq(memcmp(&s, &before, sizeof s), 0, "untouched: %s", text);
}

static void expect_written(const struct batch_status *s, const char *text)
{
    char out[BATCH_STATUS_MAX_BYTES + 1];

    memset(out, '#', sizeof out);
    cr_expect_eq(batch_status_write(s, out), strlen(text));
    cr_expect_arr_eq(out, text, strlen(text));
    cr_expect_eq(out[strlen(text)], '#', "nothing behind it");
}

Test(batch_text, reads_the_lines_of_cameras_in_use)
{
    struct batch_status s = good("PSRAM: 12.3% | Imgs: 4");

    cr_expect_eq(s.kind, BATCH_STATUS_MEMORY);
    cr_expect(s.used_known && s.count_known);
    cr_expect_eq(s.used_permille, 123);
    cr_expect_eq(s.count, 4);
    cr_expect_eq(good("PSRAM: 5.0% | Imgs: 1").used_permille, 50);

    s = good("COUNT:7");
    cr_expect_eq(s.kind, BATCH_STATUS_COUNT);
    cr_expect_eq(s.count, 7);
    s = good("IMAGE:9902");
    cr_expect_eq(s.kind, BATCH_STATUS_IMAGE);
    cr_expect_eq(s.image_bytes, 9902);
    s = good("9902:160044");
    cr_expect_eq(s.kind, BATCH_STATUS_SIZES);
    cr_expect_eq(s.image_bytes, 9902);
    cr_expect_eq(s.sound_bytes, 160044);
    s = good("0:0");
    cr_expect(s.kind == BATCH_STATUS_SIZES && s.image_bytes == 0 && s.sound_bytes == 0);
}

Test(batch_text, white_space_and_nuls_around_words_count_for_nothing)
{
    static const char with_nul[] = " COUNT:3\r\n";
    struct batch_status s = good("  PSRAM:12.3 %|Imgs:4  ");

    cr_expect(s.used_permille == 123 && s.count == 4);
    s = good("PSRAM:   +7%   |   Imgs:    19\n");
    cr_expect(s.used_permille == 70 && s.count == 19);
    cr_assert(parse(with_nul, sizeof with_nul, &s), "its NUL was sent, too");
    cr_expect_eq(s.count, 3);
    cr_expect_eq(good("IMAGE: 512 ").image_bytes, 512);
    cr_expect_eq(good(" 17 : 4 ").sound_bytes, 4);
}

Test(batch_text, percents_are_rounded_and_held_within)
{
    cr_expect_eq(good("PSRAM: 12.34% | Imgs: 4").used_permille, 123);
    cr_expect_eq(good("PSRAM: 12.35% | Imgs: 4").used_permille, 124);
    cr_expect_eq(good("PSRAM: 99.99% | Imgs: 4").used_permille, 1000);
    cr_expect_eq(good("PSRAM: .5% | Imgs: 4").used_permille, 5);
    cr_expect_eq(good("PSRAM: -3.2% | Imgs: 0").used_permille, 0);
    cr_expect_eq(good("PSRAM: 99999999999999999999999999.9% | Imgs: 0").used_permille, 1000);
    cr_expect_eq(good("PSRAM: -99999999999999999999999999% | Imgs: 0").used_permille, 0);
}

Test(batch_text, a_memory_line_without_a_number_is_one_still)
{
    struct batch_status s = good("PSRAM: nan% | Imgs: 2");

    cr_expect_not(s.used_known);
    cr_expect(s.count_known && s.count == 2);
    cr_expect_not(good("PSRAM: -nan% | Imgs: 0").used_known, "without PSRAM");
    cr_expect_not(good("PSRAM: 1.2.3% | Imgs: 0").used_known);
    cr_expect_not(good("PSRAM: % | Imgs: 0").used_known);
    cr_expect_not(good("PSRAM: .% | Imgs: 0").used_known);
    s = good("PSRAM: 5.0%");
    cr_expect(s.used_known && !s.count_known);
    cr_expect_not(good("PSRAM: 5.0% | Imgs: -1").count_known);
    s = good("PSRAM: 5.0% | Imgs: 99999999999");
    cr_expect(!s.count_known && s.count == 0);
    cr_expect_not(good("PSRAM: 5.0% | Imgs: 4 and more").count_known);
}

Test(batch_text, what_is_no_line_is_none)
{
    static const char *const none[] = {"", " ", "COUNT", "COUNT:", "COUNT:-1", "COUNT:x",
        "COUNT:1x", "COUNT:4294967296", "COUNT 7", "count:7", "IMAGE:", "IMAGE:-5",
        "IMAGE:99999999999999999999", "PSRAM", "PSRAM:", "PSRAM: 12", "7", ":", "7:", ":7", "-1:0",
        "1:2:3", "0x10:0", "{\"mode\":\"rainbow\"}", "HELLO",
        "COUNT:0000000000000000000000000000000000000000000000000000000000000000000000007"};

    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        expect_none(none[i]);
    cr_expect_eq(good("COUNT:0").count, 0, "0 is a number, what it means is for others to say");
    cr_expect_eq(good("COUNT:4294967295").count, UINT32_MAX);
}

Test(batch_text, every_truncation_is_read_or_none)
{
    static const char *const lines[] = {
        "PSRAM: 12.3% | Imgs: 4", "COUNT:17", "IMAGE:9902", "9902:160044"};

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        for (size_t n = 0; n < strlen(lines[i]); n++) {
            struct batch_status whole = good(lines[i]), s;

            if (!parse(lines[i], n, &s))
                continue;
            cr_expect_eq(s.kind, whole.kind);
            cr_expect_leq(s.count, whole.count);
            cr_expect_leq(s.image_bytes, whole.image_bytes);
            cr_expect_leq(s.sound_bytes, whole.sound_bytes);
        }
}

Test(batch_text, writes_lines_as_cameras_in_use_do)
{
    expect_written(
        &(struct batch_status){.kind = BATCH_STATUS_MEMORY, .used_permille = 123, .count = 4},
        "PSRAM: 12.3% | Imgs: 4");
    expect_written(
        &(struct batch_status){.kind = BATCH_STATUS_MEMORY, .used_permille = 50, .count = 1},
        "PSRAM: 5.0% | Imgs: 1");
    expect_written(
        &(struct batch_status){
            .kind = BATCH_STATUS_MEMORY, .used_permille = UINT16_MAX, .count = UINT32_MAX},
        "PSRAM: 100.0% | Imgs: 4294967295");
    expect_written(&(struct batch_status){.kind = BATCH_STATUS_COUNT, .count = 7}, "COUNT:7");
    expect_written(
        &(struct batch_status){.kind = BATCH_STATUS_IMAGE, .image_bytes = 9902}, "IMAGE:9902");
    expect_written(
        &(struct batch_status){
            .kind = BATCH_STATUS_SIZES, .image_bytes = UINT32_MAX, .sound_bytes = UINT32_MAX},
        "4294967295:4294967295");
    expect_written(&(struct batch_status){.kind = BATCH_STATUS_SIZES}, "0:0");
}

/* --- CONFIG ----------------------------------------------------------------------------------- */

static struct batch_config read_config(const char *text)
{
    size_t n = strlen(text);
    char *copy = malloc(n > 0 ? n : 1);
    struct batch_config c;

    memcpy(copy, text, n);
    batch_config_parse(copy, n, &c);
    free(copy);
    return c;
}

static void expect_config(const char *text, uint32_t f, unsigned t, bool refused)
{
    struct batch_config c = read_config(text);

    cr_expect_eq(c.frequency_known ? c.frequency_s : 0, f, "%s: F %u", text, c.frequency_s);
    cr_expect_eq(
        c.threshold_known ? c.threshold_permille : 0, t, "%s: T %u", text, c.threshold_permille);
    cr_expect_eq(c.refused, refused, "%s", text);
}

Test(batch_config, is_read_in_any_order_and_form)
{
    expect_config("F:30,T:80", 30, 800, false);
    expect_config("T:80,F:30", 30, 800, false);
    expect_config("F:30", 30, 0, false);
    expect_config("T:12.5", 0, 125, false);
    expect_config(" f = 30 , t = 12.5 ", 30, 125, false);
    expect_config("F=30,T=5,", 30, 50, false);
    expect_config("F:30.0,T:80.00", 30, 800, false);
    expect_config("F:1,F:2", 2, 0, false);
    expect_config("", 0, 0, false);
}

Test(batch_config, what_is_outside_or_no_setting_is_refused_and_the_rest_taken)
{
    expect_config("F:0,T:80", 0, 800, true);
    expect_config("F:86400,T:1.9", 86400, 0, true);
    expect_config("F:86401,T:2", 0, 20, true);
    expect_config("F:-5,T:95", 0, 950, true);
    expect_config("F:2147484,T:95.1", 0, 0, true);
    expect_config("F:99999999999999999999999,T:10", 0, 100, true);
    expect_config("F:1.5", 0, 0, true);
    expect_config("F30,T:80", 0, 800, true);
    expect_config("Q:1,T:80", 0, 800, true);
    expect_config("F:30x,T:80%", 0, 0, true);
    expect_config("F:,T:", 0, 0, true);
    expect_config("F:30;T:80", 0, 0, true);
    expect_config("F:30,T:80,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,", 0, 0, true);
}

Test(batch_config, every_truncation_is_bounded)
{
    static const char text[] = "F:86400,T:95.0";

    for (size_t n = 0; n < sizeof text - 1; n++) {
        struct batch_config c;
        char *copy = malloc(n > 0 ? n : 1);

        memcpy(copy, text, n);
        batch_config_parse(copy, n, &c);
        cr_expect(!c.frequency_known || c.frequency_s <= BATCH_FREQUENCY_MAX_S);
        cr_expect(!c.threshold_known || c.threshold_permille <= BATCH_THRESHOLD_MAX_PERMILLE);
        free(copy);
    }
}

static void expect_config_text(const struct batch_config *c, const char *text)
{
    char out[BATCH_CONFIG_MAX_BYTES + 1];

    memset(out, '#', sizeof out);
    cr_expect_eq(batch_config_write(c, out), strlen(text));
    cr_expect_arr_eq(out, text, strlen(text), "%s", text);
    cr_expect_eq(out[strlen(text)], '#');
}

Test(batch_config, is_written_as_every_generation_reads_it)
{
    struct batch_config c = {true, true, 30, 800, false};

    expect_config_text(&c, "F:30,T:80");
    c.threshold_permille = 125;
    expect_config_text(&c, "F:30,T:12.5");
    c = (struct batch_config){true, true, 999999, 9999, false};
    expect_config_text(&c, "F:86400,T:95");
    c = (struct batch_config){true, true, 0, 0, false};
    expect_config_text(&c, "F:1,T:2");
    c = (struct batch_config){.frequency_known = true, .frequency_s = 86400};
    expect_config_text(&c, "F:86400");
    c = (struct batch_config){.threshold_known = true, .threshold_permille = 50};
    expect_config_text(&c, "T:5");
    expect_config_text(&(struct batch_config){0}, "");
}

Test(batch_config, comes_back_as_it_was_written)
{
    for (uint32_t f = 1; f <= BATCH_FREQUENCY_MAX_S; f += 977)
        for (uint16_t t = BATCH_THRESHOLD_MIN_PERMILLE; t <= BATCH_THRESHOLD_MAX_PERMILLE; t += 3) {
            struct batch_config c = {true, true, f, t, false}, again;
            char out[BATCH_CONFIG_MAX_BYTES];

            batch_config_parse(out, batch_config_write(&c, out), &again);
            cr_assert(again.frequency_s == f && again.threshold_permille == t && !again.refused);
        }
}
