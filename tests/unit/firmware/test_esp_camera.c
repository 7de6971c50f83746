/* The program of the ESP32 camera, all of it: on a pretended board, with a host that comes by. */
#include <criterion/criterion.h>
#include <string.h>

#include "batch_camera.h"
#include "esp_screen.h"

void app_main(void);

TestSuite(esp_camera, .init = esp_fake_begin, .fini = esp_fake_end, .timeout = 60);

/* --- what is seen and heard ------------------------------------------------------------------- */

static void save_settings(int32_t f, float t)
{
    nvs_set_i32(1, "sleep_sec", f);
    nvs_set_blob(1, "storage_pct", &t, sizeof t);
}

/* It is up, and takes a picture every so often from now on. */
static void switch_on(int32_t f, float t)
{
    save_settings(f, t);
    esp_switch_on(app_main);
    esp_pass_ms(300);
    cr_assert(esp->advertising);
}

static void host_comes(unsigned mtu)
{
    esp_host_connect(mtu);
    esp_host_subscribe(BATCH_STATUS_UUID, true);
    esp_host_subscribe(BATCH_DATA_UUID, true);
    esp_host_subscribe(BATCH_LINK_UUID, true);
    esp_pass_ms(20);
}

static void command(char c)
{
    cr_assert_eq(esp_host_write(BATCH_COMMAND_UUID, &c, 1), 0);
    esp_pass_ms(60);
}

static void link_say(const struct batch_link *m)
{
    uint8_t bytes[BATCH_LINK_MAX_BYTES];

    cr_assert_eq(esp_host_write(BATCH_LINK_UUID, bytes, batch_link_encode(m, bytes)), 0);
}

static void hello(void)
{
    link_say(&(struct batch_link){.type = BATCH_LINK_HELLO,
        .hello = {.version = 1, .window_bytes = 65535, .clock_ms = INT64_C(1700000000123)}});
    esp_pass_ms(20);
    cr_expect_eq(esp->clock_us, INT64_C(1700000000123000));
}

static const struct esp_heard *last_heard(void)
{
    cr_assert_gt(esp->n_heard, 0);
    return &esp->heard[esp->n_heard - 1];
}

/* The newest message of that type. */
static struct batch_link link_heard(enum batch_link_type type)
{
    struct batch_link m;

    for (unsigned i = esp->n_heard; i > 0; i--)
        if (esp->heard[i - 1].handle == esp_host_handle(BATCH_LINK_UUID) &&
            batch_link_decode(esp->heard[i - 1].bytes, esp->heard[i - 1].n, &m) && m.type == type)
            return m;
    cr_assert_fail("no message %02x", type);
    return m;
}

static void expect_picture(unsigned number, const uint8_t *bytes, size_t n)
{
    uint8_t jpeg[2048];

    cr_expect_eq(n, esp_fake_jpeg(number, jpeg));
    cr_expect_arr_eq(bytes, jpeg, n);
}

/* --- being there ------------------------------------------------------------------------------ */

Test(esp_camera, comes_up_is_found_and_says_so)
{
    switch_on(30, 80);
    expect_line(0, "System Ready");
    expect_line(1, "PSRAM: 0.0% | Imgs: 0");
    expect_line(3, "BLE Init OK");
    cr_expect_eq(esp->display_sda, 21);
    cr_expect_eq(esp->display_scl, 22);
    cr_expect_str_eq(esp->name, "T-Camera-BLE-Batch");
    cr_expect_eq(esp->n_advert, 3 + 18);
    cr_expect_eq(esp->n_response, 2 + 18);
    cr_expect_str_eq(esp_host_read(BATCH_CONFIG_UUID), "F:30,T:80");
    esp_pass_ms(120000);
    expect_line(1, "PSRAM: 0.1% | Imgs: 3");
    cr_expect_lt(esp->wdt_longest_us, 2000000);
}

Test(esp_camera, is_found_again_after_each_host_and_when_the_radio_forgot)
{
    switch_on(86400, 80);
    for (unsigned i = 0; i < 3; i++) {
        host_comes(185);
        expect_line(2, "Status: Connected");
        cr_expect_not(esp->advertising);
        esp_pass_ms(5000);
        cr_expect_not(esp->advertising, "somebody is there");
        esp_host_leave(i % 2 ? BLE_ERR_REM_USER_CONN_TERM : BLE_ERR_CONN_SPVN_TMO);
        esp_pass_ms(20);
        cr_expect(esp->advertising);
        expect_line(2, "Status: Disconnected");
    }
    esp->advertising = false;
    esp_pass_ms(1100);
    cr_expect(esp->advertising);
}

Test(esp_camera, a_host_that_says_nothing_is_asked_to_leave)
{
    switch_on(86400, 80);
    esp_host_connect(23);
    esp_pass_ms(59000);
    cr_expect_not(esp->asked_to_leave);
    esp_pass_ms(2000);
    cr_expect(esp->asked_to_leave);
}

/* --- pictures --------------------------------------------------------------------------------- */

Test(esp_camera, hands_a_picture_to_a_host_in_use)
{
    uint8_t bytes[2048];
    size_t n = 0;

    esp->psram_bytes = 160 << 10; /* so that one is 3 % */
    switch_on(5, 2);
    host_comes(517);
    esp_pass_ms(5800);
    cr_expect_str_eq(esp_host_read(BATCH_STATUS_UUID), "COUNT:1");
    command('A');
    cr_expect_str_eq((const char *)last_heard()->bytes, "IMAGE:2000");
    command('A');
    for (unsigned i = 0; i < 4; i++) {
        cr_assert_eq(last_heard()->handle, esp_host_handle(BATCH_DATA_UUID));
        memcpy(bytes + n, last_heard()->bytes, last_heard()->n);
        n += last_heard()->n;
        if (i < 3)
            command('N');
    }
    expect_picture(2, bytes, n);
    cr_expect_not(esp->frame_is_out);
    esp_pass_ms(700);
    expect_line(1, "PSRAM: 0.0% | Imgs: 0");
}

/* The sensor's driver has had a picture ready since the last one: that one is given back. */
Test(esp_camera, pictures_are_new_ones)
{
    uint8_t bytes[20000];
    struct batch_link m;

    switch_on(5, 80);
    host_comes(517);
    hello();
    esp_pass_ms(10200);
    m = link_heard(BATCH_LINK_OFFER);
    cr_expect_eq(m.offer.id, 1);
    link_say(&(struct batch_link){.type = BATCH_LINK_SKIP, .picture.id = 1});
    esp_pass_ms(20);
    m = link_heard(BATCH_LINK_OFFER);
    cr_expect_eq(m.offer.id, 2);
    link_say(&(struct batch_link){.type = BATCH_LINK_GET, .picture.id = 2});
    esp_pass_ms(100);
    for (unsigned i = 0; i < esp->n_heard; i++)
        if (batch_link_decode(esp->heard[i].bytes, esp->heard[i].n, &m) &&
            m.type == BATCH_LINK_DATA)
            memcpy(bytes + m.data.offset, m.data.bytes, m.data.n);
    expect_picture(4, bytes, 2000);
}

/* Four pictures at once take 36 buffers. */
Test(esp_camera, sends_as_fast_as_the_radio_takes_it_and_leaves_buffers_for_answers)
{
    unsigned n_stored = 0;

    esp->n_buffers = 24;
    switch_on(1, 95);
    esp_pass_ms(20500);
    host_comes(517);
    link_say(&(struct batch_link){
        .type = BATCH_LINK_HELLO, .hello = {.version = 1, .window_bytes = 65535, .ahead = 30}});
    esp_host_write(BATCH_CONFIG_UUID, "F:86400", 7);
    for (unsigned i = 0; i < esp->n_heard || i == 0; i++) {
        struct batch_link m;

        if (i + 1 >= esp->n_heard)
            esp_pass_ms(50);
        if (i >= esp->n_heard || !batch_link_decode(esp->heard[i].bytes, esp->heard[i].n, &m))
            continue;
        if (m.type == BATCH_LINK_DATA && m.data.offset + m.data.n == 2000) {
            link_say(&(struct batch_link){.type = BATCH_LINK_STORED, .picture.id = ++n_stored});
            esp_pass_ms(5);
        }
    }
    cr_expect_geq(n_stored, 20);
    cr_expect_geq(esp->least_free, 6, "%u", esp->least_free);
    cr_expect_lt(esp->least_free, 12, "it was full: %u", esp->least_free);
    expect_line(1, "PSRAM: 0.0% | Imgs: 0");
}

Test(esp_camera, a_sensor_that_gives_nothing_is_set_up_anew_and_counted)
{
    switch_on(30, 80);
    cr_expect_eq(esp->n_inits, 1);
    esp->n_no_pictures = 1;
    esp_pass_ms(35000);
    expect_line(0, "Failed 1 Lost 0");
    cr_expect_eq(esp->n_inits, 1, "not before it is needed");
    esp_pass_ms(30000);
    cr_expect_eq(esp->n_inits, 2);
    expect_line(1, "PSRAM: 0.0% | Imgs: 1");
    host_comes(517);
    hello();
    cr_expect_eq(link_heard(BATCH_LINK_INFO).info.n_failed, 1);
}

Test(esp_camera, without_a_sensor_it_is_there_and_says_so)
{
    esp->no_sensor = true;
    switch_on(10, 80);
    esp_pass_ms(21000);
    expect_line(0, "Failed 2 Lost 0");
    esp->no_sensor = false;
    esp_pass_ms(10000);
    expect_line(1, "PSRAM: 0.0% | Imgs: 1");
}

/* --- settings --------------------------------------------------------------------------------- */

Test(esp_camera, settings_outlive_a_loss_of_power)
{
    switch_on(30, 80);
    host_comes(517);
    cr_expect_eq(esp_host_write(BATCH_CONFIG_UUID, "F:7,T:12.5", 10), 0);
    esp_pass_ms(20);
    cr_expect_str_eq(esp_host_read(BATCH_CONFIG_UUID), "F:7,T:12.5");
    expect_line(4, "Settings Saved!");
    esp_pass_ms(2000);
    expect_line(4, "");
    esp_switch_on(app_main);
    esp_pass_ms(300);
    cr_expect_str_eq(esp_host_read(BATCH_CONFIG_UUID), "F:7,T:12.5");
}

Test(esp_camera, settings_of_the_cameras_in_use_are_kept)
{
    switch_on(10, 5);
    cr_expect_str_eq(esp_host_read(BATCH_CONFIG_UUID), "F:10,T:5");
}

Test(esp_camera, settings_that_are_none_are_not_taken)
{
    static const struct {
        int32_t f;
        float t;
        const char *holds;
    } rows[] = {{0, 80, "F:30,T:80"}, {-5, 20, "F:30,T:20"}, {86401, 20, "F:30,T:20"},
        {7, 1, "F:7,T:80"}, {7, 95.1f, "F:7,T:80"}, {7, -20, "F:7,T:80"}, {7, 1e30f, "F:7,T:80"},
        {7, __builtin_nanf(""), "F:7,T:80"}};

    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        switch_on(rows[i].f, rows[i].t);
        cr_expect_str_eq(esp_host_read(BATCH_CONFIG_UUID), rows[i].holds, "row %u", i);
    }
    nvs_flash_erase();
    esp_switch_on(app_main);
    esp_pass_ms(300);
    cr_expect_str_eq(esp_host_read(BATCH_CONFIG_UUID), "F:30,T:80", "nothing was ever saved");
    nvs_set_blob(1, "storage_pct", "12345678", 8);
    esp_switch_on(app_main);
    esp_pass_ms(300);
    cr_expect_str_eq(esp_host_read(BATCH_CONFIG_UUID), "F:30,T:80", "no float");
}

Test(esp_camera, a_config_that_is_too_long_is_not_taken)
{
    char text[200];

    memset(text, ' ', sizeof text);
    memcpy(text, "F:7", 3);
    switch_on(30, 80);
    host_comes(517);
    cr_expect_eq(esp_host_write(BATCH_CONFIG_UUID, text, sizeof text), 0);
    esp_pass_ms(20);
    cr_expect_str_eq(esp_host_read(BATCH_CONFIG_UUID), "F:30,T:80");
    expect_line(4, "Settings refused");
    cr_expect_eq(esp_host_write(BATCH_CONFIG_UUID, "", 0), 0);
    cr_expect_eq(esp_host_write(BATCH_COMMAND_UUID, "", 0), 0);
    cr_expect_eq(esp_host_write(BATCH_LINK_UUID, "", 0), 0);
    esp_pass_ms(20);
}

/* --- what can go wrong ------------------------------------------------------------------------ */

/* All before the core's task has its turn. */
Test(esp_camera, a_flood_of_writes_is_refused_and_the_end_of_the_link_is_not)
{
    unsigned n_taken = 0;

    switch_on(86400, 80);
    host_comes(517);
    for (unsigned i = 0; i < 100; i++)
        n_taken += esp_host_write(BATCH_COMMAND_UUID, "R", 1) == 0;
    cr_expect_geq(n_taken, 20);
    cr_expect_lt(n_taken, 40);
    esp_host_subscribe(BATCH_LINK_UUID, false);
    esp_host_leave(BLE_ERR_REM_USER_CONN_TERM);
    esp_pass_ms(50);
    expect_line(2, "Status: Disconnected");
    cr_expect(esp->advertising);
    cr_expect_eq(esp->n_untold, 0, "the next host hears nothing that was meant for this one");
    host_comes(517);
    cr_expect_eq(esp_host_write(BATCH_COMMAND_UUID, "R", 1), 0);
}

Test(esp_camera, without_a_display_all_else_works)
{
    esp->no_display = true;
    switch_on(1, 80);
    esp_pass_ms(1300);
    host_comes(517);
    hello();
    cr_expect_eq(link_heard(BATCH_LINK_INFO).info.n_waiting, 1);
}

Test(esp_camera, without_bluetooth_it_says_so_and_tries_again)
{
    esp->no_bluetooth = true;
    esp_switch_on(app_main);
    esp_pass_ms(6000);
    expect_line(0, "BLE Init failed");
    esp_pass_ms(10000);
    cr_expect(esp->restarted);
}

Test(esp_camera, without_psram_it_says_so_and_tries_again)
{
    esp->no_psram = true;
    esp_switch_on(app_main);
    esp_pass_ms(100);
    expect_line(0, "No PSRAM found");
    cr_expect_not(esp->restarted);
    esp_pass_ms(10000);
    cr_expect(esp->restarted);
    esp->no_psram = false;
    esp->psram_bytes = 64 << 10;
    esp_switch_on(app_main);
    esp_pass_ms(100);
    expect_line(0, "PSRAM too small");
}

Test(esp_camera, a_full_memory_forgets_the_oldest_and_counts)
{
    esp->psram_bytes = (96 << 10) + sizeof(struct batch_camera) + 7000;
    switch_on(1, 80);
    esp_pass_ms(5500);
    expect_line(0, "Failed 0 Lost 2");
    expect_line(2, "Batch full. Wait conn.");
    cr_expect_leq(esp->psram_used, esp->psram_bytes);
    host_comes(517);
    hello();
    cr_expect_eq(link_heard(BATCH_LINK_INFO).info.n_dropped, 2);
    cr_expect_eq(link_heard(BATCH_LINK_OFFER).offer.id, 3);
}
