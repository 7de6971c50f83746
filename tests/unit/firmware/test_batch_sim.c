/* The virtual BLE batch cameras, old and ours, against a host that stands in for the radio. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "batch_host.h"
#include "batch_link.h"
#include "crc32c.h"
#include "firmware/sim/batch_sim.h"
#include "loop/loop.h"

#define S US_PER_S
#define MS US_PER_MS
/* Three pieces: 512, 512, 176. */
#define JPEG_BYTES 1200

static struct loop *l;
static struct batch_options o;
static struct batch_old *old;
static struct batch_ours *ours;
static struct batch_host h;
static uint8_t jpeg[JPEG_BYTES];
static char file[64];

static void parse(const char *arguments)
{
    static char text[512];
    char *argv[32] = {(char *)"sim"};
    int argc = 1;
    struct error e = ERROR_NULL;

    snprintf(text, sizeof text, "--pictures %s %s", file, arguments);
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    cr_assert_eq(batch_options_parse(&o, argc, argv, &e), 0, "%s", e.text);
}

static void begin(const char *arguments)
{
    struct error e = ERROR_NULL;

    parse(arguments);
    if (o.dialect == BATCH_DIALECT_WARREN) {
        cr_assert_eq(batch_ours_new(l, &o, "T-Camera-BLE-Batch", 1, &ours, &e), 0, "%s", e.text);
        host_init(&h, batch_ours_app(ours));
        batch_ours_start(ours);
    } else {
        cr_assert_eq(batch_old_new(l, &o, "T-Camera-BLE-Batch", &old, &e), 0, "%s", e.text);
        host_init(&h, batch_old_app(old));
        batch_old_start(old);
    }
}

static void setup(void)
{
    cr_assert_eq(loop_new_virtual(1000 * S, 1767225600 * S, &l), 0);
    for (unsigned i = 0; i < JPEG_BYTES; i++)
        jpeg[i] = (uint8_t)(i * 7);
    memcpy(jpeg, "\xff\xd8", 2);
    memcpy(jpeg + JPEG_BYTES - 2, "\xff\xd9", 2);
    snprintf(file, sizeof file, "/tmp/warren-test-batch-%d.jpg", getpid());
    FILE *f = fopen(file, "w");
    cr_assert_eq(fwrite(jpeg, 1, sizeof jpeg, f), sizeof jpeg);
    fclose(f);
}

static void teardown(void)
{
    old = batch_old_free(old);
    ours = batch_ours_free(ours);
    unlink(file);
    cr_assert_null(loop_free(l));
}

TestSuite(batch_old, .init = setup, .fini = teardown, .timeout = 60);
TestSuite(batch_ours, .init = setup, .fini = teardown, .timeout = 60);

/* Pieces until there are so many bytes, each N late enough to be heard. */
static void receive(size_t total)
{
    loop_advance(l, 30 * MS);
    while (h.n_data < total) {
        unsigned pieces = h.n_pieces;
        host_command(&h, 'N');
        loop_advance(l, 40 * MS);
        cr_assert_eq(h.n_pieces, pieces + 1);
    }
}

/* Up to the moment at which the first piece comes. */
static void begin_picture(void)
{
    loop_advance(l, 700 * MS);
    cr_assert_str_eq(host_status(&h), "IMAGE:1200");
    host_command(&h, 'A');
    loop_advance(l, 60 * MS);
}

static void come(unsigned mtu)
{
    host_connect(&h, mtu);
    host_subscribe(&h, HOST_DATA);
    host_subscribe(&h, HOST_STATUS);
}

/* --- batch ------------------------------------------------------------------------------------ */

Test(batch_old, a_batch_is_handed_over_and_forgotten)
{
    begin("--dialect batch --count 2 --interval 1");
    cr_expect(h.advertised);
    come(517);
    loop_advance(l, 1100 * MS);
    cr_expect_str_eq(host_status(&h), "PSRAM: 0.0% | Imgs: 1");
    loop_advance(l, 1100 * MS);
    cr_expect_str_eq(host_status(&h), "PSRAM: 0.0% | Imgs: 2");
    loop_advance(l, 600 * MS);
    cr_assert_str_eq(host_status(&h), "COUNT:2");
    host_command(&h, 'A');
    for (unsigned i = 0; i < 2; i++) {
        begin_picture();
        receive((i + 1) * JPEG_BYTES);
        cr_assert_eq(h.n_data, (i + 1) * JPEG_BYTES);
        cr_expect_eq(memcmp(h.data + i * JPEG_BYTES, jpeg, JPEG_BYTES), 0);
    }
    loop_advance(l, 60 * S);
    cr_expect_str_eq(host_status(&h), "PSRAM: 0.0% | Imgs: 0", "nothing is left, none is taken");
}

Test(batch_old, twenty_pictures_are_a_batch)
{
    begin("--dialect batch --interval 1 --threshold 90");
    come(517);
    loop_advance(l, 20 * S + 900 * MS);
    cr_expect_str_eq(host_status(&h), "COUNT:20");
}

Test(batch_old, a_count_that_nobody_hears_can_be_read)
{
    uint8_t line[32];

    begin("--dialect batch --count 1 --interval 1");
    host_connect(&h, 517);
    loop_advance(l, 3 * S);
    come(517);
    cr_expect_str_eq(host_status(&h), "", "it is not said again");
    cr_assert_eq(h.app->calls->read(h.app->ctx, HOST_STATUS, line, sizeof line), 7);
    cr_expect_eq(memcmp(line, "COUNT:1", 7), 0);
    host_command(&h, 'A');
    begin_picture();
    receive(JPEG_BYTES);
}

Test(batch_old, an_n_that_comes_at_once_is_lost)
{
    begin("--dialect batch --count 1 --interval 1");
    come(517);
    loop_advance(l, 1700 * MS);
    host_command(&h, 'A');
    loop_advance(l, 70 * MS);
    cr_assert_str_eq(host_status(&h), "IMAGE:1200");
    while (h.n_pieces == 0) {
        host_command(&h, 'A');
        loop_advance(l, MS);
    }
    host_command(&h, 'N');
    loop_advance(l, 2 * S);
    cr_expect_eq(h.n_pieces, 1);
    host_command(&h, 'N');
    loop_advance(l, 50 * MS);
    cr_expect_eq(h.n_pieces, 2);
}

Test(batch_old, what_the_mtu_cuts_counts_as_sent)
{
    begin("--dialect batch --count 1 --interval 1");
    come(185);
    loop_advance(l, 1700 * MS);
    host_command(&h, 'A');
    begin_picture();
    for (int i = 0; i < 5; i++) {
        host_command(&h, 'N');
        loop_advance(l, 40 * MS);
    }
    cr_expect_eq(h.n_pieces, 3);
    cr_expect_eq(h.n_data, 182 + 182 + 176);
}

Test(batch_old, who_does_not_acknowledge_loses_the_batch)
{
    begin("--dialect batch --count 1 --interval 1");
    come(517);
    loop_advance(l, 1700 * MS);
    cr_assert_str_eq(host_status(&h), "COUNT:1");
    loop_advance(l, 12 * S);
    host_command(&h, 'A');
    loop_advance(l, 5 * S);
    cr_expect_eq(h.n_pieces, 0);
}

Test(batch_old, without_a_host_a_batch_is_forgotten_after_half_a_minute)
{
    begin("--dialect batch --count 1 --interval 1");
    loop_advance(l, 33 * S);
    come(517);
    loop_advance(l, 5 * S);
    cr_expect_eq(strncmp(host_status(&h), "PSRAM: 0.0% | Imgs: 0", 21), 0);
}

Test(batch_old, a_full_radio_is_waited_for)
{
    begin("--dialect batch --count 1 --interval 1");
    come(517);
    loop_advance(l, 1700 * MS);
    host_command(&h, 'A');
    loop_advance(l, 70 * MS);
    host_command(&h, 'A');
    h.full = true;
    loop_advance(l, S);
    cr_expect_eq(h.n_pieces, 0);
    h.full = false;
    receive(JPEG_BYTES);
    cr_expect_eq(memcmp(h.data, jpeg, JPEG_BYTES), 0);
}

Test(batch_old, settings_outside_are_ignored_in_silence)
{
    begin("--dialect batch --interval 1 --threshold 90");
    come(517);
    cr_expect_eq(host_write(&h, HOST_CONFIG, "F:2,T:5", 7), 0);
    loop_advance(l, 1100 * MS);
    (void)host_status(&h);
    loop_advance(l, 1500 * MS);
    cr_expect_str_eq(host_status(&h), "", "F holds …");
    loop_advance(l, 37 * S);
    cr_expect_str_eq(host_status(&h), "COUNT:20", "… and T does not");
}

Test(batch_old, may_not_be_found_a_second_time)
{
    begin("--dialect batch --one-connection");
    cr_expect(h.advertised);
    host_connect(&h, 517);
    host_leave(&h);
    loop_advance(l, 60 * S);
    cr_expect_not(h.advertised);
}

/* What a host can see of it is what low-power has, but for when COUNT comes. */
Test(batch_old, one_of_the_last_has_the_characteristics_of_low_power)
{
    begin("--dialect batch");
    cr_expect_eq(h.app->chars[HOST_CONFIG].props, GATT_WRITE);
    old = batch_old_free(old);
    begin("--dialect batch --late --count 1 --interval 1");
    cr_expect_eq(h.app->chars[HOST_CONFIG].props, GATT_WRITE | GATT_WRITE_COMMAND);
    come(517);
    loop_advance(l, 1600 * MS);
    cr_expect_str_eq(host_status(&h), "COUNT:1", "without R");
}

/* --- low-power -------------------------------------------------------------------------------- */

Test(batch_old, low_power_is_on_the_air_only_when_a_batch_is_due)
{
    begin("--dialect low-power --count 2 --interval 1");
    loop_advance(l, 1500 * MS);
    cr_expect_not(h.advertised);
    loop_advance(l, S);
    cr_expect(h.advertised);
    loop_advance(l, 31 * S);
    cr_expect_not(h.advertised, "nobody came");
}

Test(batch_old, low_power_waits_for_r_and_for_the_host_to_leave)
{
    begin("--dialect low-power --count 1 --interval 1");
    loop_advance(l, 1200 * MS);
    come(517);
    loop_advance(l, 5 * S);
    cr_expect_str_eq(host_status(&h), "");
    host_command(&h, 'R');
    loop_advance(l, 20 * MS);
    cr_expect_str_eq(host_status(&h), "COUNT:1");
    host_command(&h, 'A');
    begin_picture();
    receive(JPEG_BYTES);
    host_write(&h, HOST_CONFIG, "F:60", 4);
    loop_advance(l, 5 * S);
    cr_expect(h.advertised, "awake until the host goes");
    host_leave(&h);
    loop_advance(l, 200 * MS);
    cr_expect_not(h.advertised);
}

/* --- v0 --------------------------------------------------------------------------------------- */

Test(batch_old, v0_sends_picture_and_sound_when_asked)
{
    begin("--dialect v0 --sound 1");
    cr_expect_eq(h.app->n_chars, 3);
    come(517);
    loop_advance(l, 20 * S);
    cr_expect_str_eq(host_status(&h), "");
    host_command(&h, 'T');
    loop_advance(l, 50 * MS);
    cr_assert_str_eq(host_status(&h), "1200:16044");
    receive(JPEG_BYTES);
    cr_expect_eq(memcmp(h.data, jpeg, JPEG_BYTES), 0);
    loop_advance(l, 150 * MS);
    receive(JPEG_BYTES + 16044);
    cr_expect_eq(h.n_data, JPEG_BYTES + 16044);
    cr_expect_eq(memcmp(h.data + JPEG_BYTES, "RIFF", 4), 0);
    host_command(&h, 'C');
}

Test(batch_old, v0_says_when_there_is_no_picture)
{
    begin("--dialect v0 --count 1 --sound 0");
    come(517);
    host_command(&h, 'T');
    loop_advance(l, 50 * MS);
    cr_expect_str_eq(host_status(&h), "1200:0");
    receive(JPEG_BYTES);
    loop_advance(l, 20 * S);
    host_command(&h, 'T');
    loop_advance(l, 50 * MS);
    cr_expect_str_eq(host_status(&h), "0:0");
}

/* --- ours ------------------------------------------------------------------------------------- */

static uint32_t u32(size_t at)
{
    return (uint32_t)h.link[at] | (uint32_t)h.link[at + 1] << 8 | (uint32_t)h.link[at + 2] << 16 |
        (uint32_t)h.link[at + 3] << 24;
}

Test(batch_ours, hands_over_a_picture_in_a_window)
{
    static const uint8_t hello[16] = {0x81, 1, 0, 0, 0, 0, 1, 0};
    uint8_t get[12] = {0x82}, stored[8] = {0x84};

    begin("--interval 1 --count 1");
    cr_expect(h.advertised);
    come(247);
    host_subscribe(&h, HOST_LINK);
    cr_expect_eq(host_write(&h, HOST_LINK, hello, sizeof hello), 0);
    loop_advance(l, 1500 * MS);
    cr_assert_eq(h.link[0], 0x02, "an offer");
    cr_expect_eq(u32(8), JPEG_BYTES);
    cr_expect_eq(u32(12), crc32c(0, jpeg, JPEG_BYTES));
    memcpy(get + 4, h.link + 4, 4);
    memcpy(stored + 4, h.link + 4, 4);
    host_write(&h, HOST_LINK, get, sizeof get);
    loop_advance(l, 100 * MS);
    cr_assert_eq(h.n_data, JPEG_BYTES);
    cr_expect_eq(memcmp(h.data, jpeg, JPEG_BYTES), 0);
    host_write(&h, HOST_LINK, stored, sizeof stored);
    loop_advance(l, 100 * MS);
    cr_expect_eq(h.link[0], 0x01, "nothing more: INFO");
    cr_expect_eq(h.link[16] | h.link[17] << 8, 0, "waiting");
}

static char told[512];

static void keep_line(void *ctx, enum log_level level, const char *line)
{
    if (strstr(line, "sent_bytes"))
        snprintf(told, sizeof told, "%s", line);
}

Test(batch_ours, tells_from_where_a_picture_is_asked_for_and_what_went_out)
{
    static const uint8_t hello[16] = {0x81, 1, 0, 0, 0, 0, 1, 0};
    uint8_t get[12] = {0x82}, stored[8] = {0x84};

    log_set_sink(keep_line, NULL);
    begin("--verbose --interval 1 --count 1");
    come(247);
    host_subscribe(&h, HOST_LINK);
    host_write(&h, HOST_LINK, hello, sizeof hello);
    loop_advance(l, 1500 * MS);
    memcpy(get + 4, h.link + 4, 4);
    memcpy(stored + 4, h.link + 4, 4);
    get[8] = 200;
    host_write(&h, HOST_LINK, get, sizeof get);
    cr_expect_not_null(strstr(told, "from=200 sent_bytes=0"), "%s", told);
    loop_advance(l, 100 * MS);
    host_write(&h, HOST_LINK, stored, sizeof stored);
    cr_expect_not_null(strstr(told, "sent_bytes=1000"), "%s", told);
    log_set_sink(NULL, NULL);
}

Test(batch_ours, settings_are_read_and_written)
{
    uint8_t text[32] = {0};

    begin("--interval 30");
    host_connect(&h, 517);
    cr_assert_gt(h.app->calls->read(h.app->ctx, HOST_CONFIG, text, sizeof text), 0);
    cr_expect_str_eq((char *)text, "F:30,T:80");
    cr_expect_eq(host_write(&h, HOST_CONFIG, "F:60,T:50", 9), 0);
    loop_advance(l, 10 * S);
    memset(text, 0, sizeof text);
    h.app->calls->read(h.app->ctx, HOST_CONFIG, text, sizeof text);
    cr_expect_str_eq((char *)text, "F:60,T:50");
}

Test(batch_ours, speaks_the_batch_dialect_with_old_hosts)
{
    begin("--interval 1 --threshold 2 --memory 64KiB");
    come(517);
    for (int i = 0; i < 60 && strncmp(h.status, "COUNT:", 6) != 0; i++)
        loop_advance(l, 100 * MS);
    cr_expect_eq(strncmp(h.status, "COUNT:", 6), 0, "%s", h.status);
}

/* --- options ---------------------------------------------------------------------------------- */

static const char *refused(const char *a, const char *b)
{
    static struct error e;
    char *argv[] = {(char *)"sim", (char *)a, (char *)b};

    e = ERROR_NULL;
    cr_expect_eq(batch_options_parse(&o, b ? 3 : 2, argv, &e), -EINVAL, "%s", a);
    return e.text;
}

Test(batch_options, what_is_wrong_is_told)
{
    cr_expect(strstr(refused("--dialect", "klingon"), "low-power"));
    cr_expect(strstr(refused("--interval", "x"), "interval"));
    cr_expect(strstr(refused("--interval", "0.5"), "whole seconds"));
    cr_expect(strstr(refused("--size", "640"), "size"));
    cr_expect(strstr(refused("--cameras", "99"), "16"));
    cr_expect(strstr(refused("--faults", "mtu=9"), "mtu"));
    cr_expect(strstr(refused("--nonsense", NULL), "--nonsense"));
    cr_expect(strstr(refused("more", NULL), "more"));
    cr_expect(strstr(refused("--name", ""), "name"));
    cr_expect(strstr(refused("--late", NULL), "batch"));
}

Test(batch_options, names_are_numbered)
{
    char name[32];

    snprintf(file, sizeof file, "drawn");
    parse("--dialect v0 --cameras 3");
    batch_options_name(&o, 0, name, sizeof name);
    cr_expect_str_eq(name, "T-Camera-BLE");
    batch_options_name(&o, 2, name, sizeof name);
    cr_expect_str_eq(name, "T-Camera-BLE-3");
}
