/* The HTTP server: there, gone, moved, or somebody else's. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "wifi.h"

Test(wifi_web, works_with_an_address_alone)
{
    struct fake_host *h = wifi_on_web(NULL);
    struct wr_dev *d = fake_dev(h);

    cr_expect_eq(fake_n_ble(h), 0);
    cr_expect_str_eq(fake_http(h, 0)->url, "http://10.0.0.9:80/metrics");
    cr_expect_str_eq(fake_value(d, "link"), "idle");
    cr_expect_str_eq(fake_value(d, "brightness"), "104");
    cr_expect_str_eq(fake_value(d, "compute_ms"), "41");
    fake_host_free(h);
}

/* Else a camera of ours would not answer to a name that anybody may have. */
Test(wifi_web, every_request_says_that_no_page_is_behind_it)
{
    struct fake_host *h = wifi_on_web(WIFI_STATUS_OURS(
        "true", ",\"connected\":true,\"settings\":{\"stream_fps\":10,\"frame_size\":\"QVGA\"}"));

    fake_host_watch(h, true);
    fake_desire(fake_dev(h), "stream_fps", "5");
    fake_run(fake_dev(h), "snapshot", NULL);
    fake_host_advance(h, FAKE_MS);
    cr_assert(fake_http_for(h, "/stream") && fake_http_for(h, "/settings") &&
        fake_http_for(h, "/snapshot") && fake_http_for(h, "/overlay"));
    for (size_t i = 0; i < fake_n_http(h); i++) {
        const char *site = fake_http_header(fake_http(h, i), "Sec-Fetch-Site");

        cr_expect(site && strcmp(site, "none") == 0, "%s", fake_http(h, i)->url);
    }
    fake_host_free(h);
}

Test(wifi_web, ours_tells_its_network_there_too)
{
    struct fake_host *h = wifi_on_web(WIFI_STATUS_OURS(
        "true", ",\"connected\":true,\"state\":\"connected\",\"ip\":\"10.0.0.9\",\"rssi\":-51"));
    struct wr_dev *d = fake_dev(h);

    cr_expect_str_eq(fake_value(d, "wifi_rssi_dbm"), "-51");
    cr_expect_str_eq(fake_identity(d), "a4cf12000001");
    for (int i = 0; i < 3; i++) {
        fake_host_advance(h, 5 * FAKE_S);
        wifi_answer(h, "/metrics", 200, "application/json",
            "{\"totalFrames\":1,\"heapFree\":90000,\"cpuPercent\":55}");
    }
    cr_expect_str_eq(fake_value(d, "heap_free_bytes"), "90000");
    cr_expect_str_eq(fake_value(d, "cpu_percent"), "55");
    cr_expect(!fake_http_for(h, "/wifi/status")->over, "it is asked again now and then");
    fake_host_free(h);
}

Test(wifi_web, ours_is_asked_for_its_network_there)
{
    struct fake_host *h = wifi_on_web(WIFI_STATUS_OURS("true", ",\"state\":\"connected\""));
    const struct fake_call *call = fake_run(fake_dev(h), "wifi_status", NULL);

    fake_host_turn(h);
    wifi_answer(h, "/wifi/status", 200, "application/json",
        WIFI_STATUS_OURS("true", ",\"state\":\"connected\",\"connected\":true,\"rssi\":-70"));
    cr_expect_eq(call->result, 0);
    cr_expect_not_null(strstr(call->json, "\"rssi_dbm\":-70"), "%s", call->json);
    call = fake_run(fake_dev(h), "wifi_status", NULL);
    fake_host_turn(h);
    wifi_answer(h, "/wifi/status", 500, "text/plain", "no");
    cr_expect_eq(call->result, -EIO);
    cr_expect(fake_online(fake_dev(h)));
    fake_host_free(h);
}

Test(wifi_web, ours_that_was_too_busy_to_tell_is_asked_again)
{
    struct fake_host *h = wifi_new();

    fake_host_option(h, "address", "10.0.0.9");
    fake_host_start(h);
    fake_host_advance(h, FAKE_MS);
    wifi_answer(h, "/metrics", 200, "application/json", WIFI_METRICS);
    fake_http_close(fake_http_for(h, "/wifi/status"), -ETIMEDOUT);
    fake_host_turn(h);
    cr_expect(fake_online(fake_dev(h)));
    fake_host_advance(h, 5 * FAKE_S);
    wifi_answer(h, "/metrics", 200, "application/json", WIFI_METRICS);
    wifi_answer(h, "/wifi/status", 200, "application/json",
        WIFI_STATUS_OURS("true", ",\"state\":\"connected\""));
    cr_expect_str_eq(fake_value(fake_dev(h), "firmware"), "1.0");
    fake_host_free(h);
}

/* Two cameras switched off, and on in the other order: the first has the address of the second. */
Test(wifi_web, another_camera_at_its_last_address_is_not_taken_for_it)
{
    struct fake_host *h = wifi_on_ble(WIFI_STATUS_JOINED);

    wifi_found_on_web(h, WIFI_STATUS_OURS("true", ",\"state\":\"connected\""));
    fake_host_stop(h);
    fake_host_start(h);
    fake_host_advance(h, FAKE_MS);
    wifi_answer(h, "/metrics", 200, "application/json", WIFI_METRICS);
    wifi_answer(h, "/wifi/status", 200, "application/json",
        "{\"enabled\":true,\"connected\":true,\"state\":\"connected\",\"mac\":\"a4cf12999999\"}");
    cr_expect_not(fake_online(fake_dev(h)));
    cr_expect_not_null(
        strstr(fake_why(fake_dev(h)), "Another camera"), "%s", fake_why(fake_dev(h)));
    fake_host_advance(h, FAKE_MS);
    cr_assert_eq(fake_n_ble(h), 2, "Bluetooth knows where it is");
    wifi_open(h);
    wifi_read(h, WIFI_STATUS_JOINED);
    cr_expect(fake_online(fake_dev(h)));
    fake_host_free(h);
}

Test(wifi_web, mdns_says_where_it_is_when_nobody_else_does)
{
    struct fake_host *h = wifi_new();

    fake_host_start(h);
    fake_host_advance(h, FAKE_MS);
    fake_seen(h, "ble", "AA:BB:CC:DD:EE:FF", "LedSaber", "port", "81", NULL);
    fake_seen(h, "mdns", "10.0.0.7", "LedSaber", "port", "70000", NULL);
    cr_expect_eq(fake_n_http(h), 0);
    fake_seen(
        h, "mdns", "10.0.0.9", "LedSaber", "txt.kind", "wifi-debug-camera", "port", "81", NULL);
    fake_host_turn(h);
    cr_expect_str_eq(fake_http(h, 0)->url, "http://10.0.0.9:81/metrics");
    wifi_found_on_web(h, NULL);

    fake_seen(h, "mdns", "fe80::9", "LedSaber", "port", "81", NULL);
    fake_host_advance(h, FAKE_MS);
    cr_expect_str_eq(fake_http_for(h, "/metrics")->url, "http://10.0.0.9:81/metrics",
        "it has several, and this one answers");
    cr_expect(fake_online(fake_dev(h)));
    fake_host_free(h);
}

Test(wifi_web, mdns_says_where_it_is_now_when_it_is_gone_from_there)
{
    struct fake_host *h = wifi_on_ble(WIFI_STATUS_JOINED);

    fake_http_close(fake_http_for(h, "/metrics"), -EHOSTUNREACH);
    fake_host_advance(h, FAKE_MS);
    fake_seen(h, "mdns", "192.168.1.101", "LedSaber", "port", "80", NULL);
    fake_host_advance(h, FAKE_MS);
    cr_expect_str_eq(fake_http_for(h, "/metrics")->url, "http://192.168.1.101:80/metrics");
    wifi_found_on_web(h, NULL);
    cr_expect_str_eq(fake_value(fake_dev(h), "trouble"), "");
    fake_host_free(h);
}

Test(wifi_web, an_address_where_nothing_answers_is_tried_again_by_the_gateway)
{
    struct fake_host *h = wifi_new();

    fake_host_option(h, "address", "10.0.0.9");
    fake_host_start(h);
    fake_host_advance(h, FAKE_MS);
    fake_http_close(fake_http_last(h), -ECONNREFUSED);
    fake_host_turn(h);
    cr_expect_not(fake_online(fake_dev(h)));
    cr_expect_not_null(strstr(fake_why(fake_dev(h)), "10.0.0.9"));
    fake_host_advance(h, FAKE_RETRY_FIRST_US + FAKE_MS);
    cr_expect_eq(fake_n_starts(h), 2);
    wifi_found_on_web(h, NULL);
    fake_host_free(h);
}

Test(wifi_web, who_is_no_debug_camera_is_told)
{
    static const char *const others[] = {
        "# HELP up\nup 1\n", "{\"frames\":1}", "[]", "", "{\"totalFrames\":\"x\"}"};

    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct fake_host *h = wifi_new();

        fake_host_option(h, "address", "10.0.0.9");
        fake_host_option(h, "port", "8080");
        fake_host_start(h);
        fake_host_advance(h, FAKE_MS);
        wifi_answer(h, "/metrics", 200, "text/plain", others[i]);
        cr_expect_not(fake_online(fake_dev(h)));
        cr_expect_not_null(
            strstr(fake_why(fake_dev(h)), "no debug camera"), "%s", fake_why(fake_dev(h)));
        fake_host_free(h);
    }
}

/* A small camera that sends pictures may leave a question unanswered. */
Test(wifi_web, one_question_without_an_answer_is_not_the_end)
{
    struct fake_host *h = wifi_on_web(NULL);

    fake_host_advance(h, 5 * FAKE_S);
    fake_http_close(fake_http_for(h, "/metrics"), -ETIMEDOUT);
    fake_host_advance(h, FAKE_MS);
    cr_expect(fake_online(fake_dev(h)));
    fake_host_advance(h, 5 * FAKE_S);
    wifi_answer(h, "/metrics", 200, "application/json", WIFI_METRICS);
    cr_expect(fake_online(fake_dev(h)));
    fake_host_free(h);
}

Test(wifi_web, a_camera_that_is_gone_is_offline_with_a_sentence)
{
    struct fake_host *h = wifi_on_web(NULL);

    wifi_answer(h, "/overlay", 200, "application/json", "{}");
    fake_http_close(fake_http_for(h, "/overlay"), -EHOSTUNREACH);
    for (int i = 0; i < 4 && fake_online(fake_dev(h)); i++) {
        fake_host_advance(h, 5 * FAKE_S);
        if (!fake_http_for(h, "/metrics")->over)
            fake_http_close(fake_http_for(h, "/metrics"), -EHOSTUNREACH);
        fake_host_turn(h);
    }
    cr_expect_not(fake_online(fake_dev(h)));
    cr_expect_not_null(strstr(fake_why(fake_dev(h)), "does not answer"));
    fake_host_free(h);
}

Test(wifi_web, ipv6_and_names_are_addresses)
{
    static const char *const rows[][2] = {{"fe80::1", "http://[fe80::1]:80/metrics"},
        {"ledsaber.local", "http://ledsaber.local:80/metrics"}};

    for (size_t i = 0; i < 2; i++) {
        struct fake_host *h = wifi_new();

        fake_host_option(h, "address", rows[i][0]);
        fake_host_start(h);
        fake_host_advance(h, FAKE_MS);
        cr_expect_str_eq(fake_http(h, 0)->url, rows[i][1]);
        fake_host_free(h);
    }
}

Test(wifi_web, snapshot_is_a_capture)
{
    static const char jpeg[] = "\xFF\xD8\xFF\xD9";
    struct fake_host *h = wifi_on_web(NULL);
    const struct fake_call *call = fake_run(fake_dev(h), "snapshot", NULL);

    fake_host_captures_take(h, FAKE_MS);
    fake_host_turn(h);
    cr_expect(fake_http_for(h, "/snapshot")->into_frame);
    wifi_answer(h, "/snapshot", 200, "image/jpeg", jpeg);
    fake_host_advance(h, 2 * FAKE_MS);
    cr_expect_str_eq(call->json, "{\"capture\":1}");
    cr_expect_str_eq(fake_capture(h, 0)->source, "snapshot");

    call = fake_run(fake_dev(h), "snapshot", NULL);
    fake_host_turn(h);
    wifi_answer(h, "/snapshot", 503, "text/plain", "Camera capture failed");
    cr_expect_eq(call->result, -EIO);
    cr_expect_not_null(strstr(call->json, "Camera capture failed"));
    fake_host_free(h);
}

Test(wifi_web, a_snapshot_that_is_not_kept_says_whose_fault_that_is)
{
    static const struct {
        int stored, told;
        const char *says;
    } rows[] = {
        {-EINVAL, -EIO, "The camera's picture is not a whole JPEG"},
        {-EIO, -EROFS, "The gateway could not keep the picture"},
        {-ENOSPC, -ENOSPC, "The gateway could not keep the picture"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fake_host *h = wifi_on_web(NULL);
        const struct fake_call *call = fake_run(fake_dev(h), "snapshot", NULL);

        fake_host_turn(h);
        wifi_answer(h, "/snapshot", 200, "image/jpeg", "\xFF\xD8\xFF\xD9");
        fake_capture_done(fake_capture(h, 0), rows[i].stored, 0);
        fake_host_turn(h);
        cr_expect_eq(call->result, rows[i].told);
        cr_expect_not_null(strstr(call->json, rows[i].says), "%s", call->json);
        fake_host_free(h);
    }
}
