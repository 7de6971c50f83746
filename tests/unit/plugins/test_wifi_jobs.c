/* What is done over Bluetooth: a network told, joined, left; settings; and the password that nobody sees. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "wifi.h"

#define SECRET "correct horse battery"
#define CONFIGURE_TEXT "{\"cmd\":\"configure\",\"ssid\":\"Home\",\"pass\":\"" SECRET "\"}"

static const char ours_idle[] = WIFI_STATUS_OURS("false", ",\"state\":\"off\"");
static const char ours_connecting[] = WIFI_STATUS_OURS("true", ",\"state\":\"connecting\"");
static const char ours_failed[] =
    WIFI_STATUS_OURS("true", ",\"state\":\"failed\",\"reason\":\"wrong password\"");

static const struct fake_call *configure(struct fake_host *h, const char *pass, const char *allow)
{
    const struct fake_call *call = fake_run(fake_dev(h), "wifi_configure", "ssid", "Home",
        "password", pass, "allow_unencrypted", allow, NULL);

    fake_host_advance(h, FAKE_MS);
    return call;
}

static const struct fake_call *run(struct fake_host *h, const char *name)
{
    const struct fake_call *call = fake_run(fake_dev(h), name, NULL);

    fake_host_advance(h, FAKE_MS);
    return call;
}

/* --- the password ------------------------------------------------------------------------------ */

Test(wifi_jobs, a_password_is_not_sent_over_an_open_link_by_itself)
{
    struct fake_host *h = wifi_on_ble(WIFI_STATUS_IDLE);
    const struct fake_call *call = configure(h, SECRET, "false");

    cr_expect_eq(call->result, -EDOM);
    cr_expect_not_null(strstr(call->json, "With allow_unencrypted it"), "%s", call->json);
    cr_expect_eq(wifi_n_written(h, WIFI_CONTROL_UUID), 0);
    cr_expect_eq(wifi_n_written(h, WIFI_PASSWORD_UUID), 0);
    wifi_kept_secret(h, call, SECRET);
    fake_host_free(h);
}

/* A form shows a sentence at the field whose name it begins with. */
Test(wifi_jobs, what_no_network_has_for_a_password_is_said_of_the_password)
{
    struct fake_host *h = wifi_on_ble(ours_idle);
    const struct fake_call *call = configure(h, "2short", "false");

    cr_assert(call->over);
    cr_expect_eq(call->result, -EDOM);
    cr_expect_eq(strncmp(call->json, "password: ", 10), 0, "%s", call->json);
    cr_expect_eq(wifi_n_written(h, WIFI_CONTROL_UUID), 0);
    fake_host_free(h);
}

Test(wifi_jobs, an_open_network_has_no_secret)
{
    struct fake_host *h = wifi_on_ble(WIFI_STATUS_IDLE);
    const struct fake_call *call = configure(h, "", "false");

    cr_expect_eq(wifi_n_written(h, WIFI_CONTROL_UUID), 2, "%s", call->over ? call->json : "");
    wifi_notify(h, WIFI_STATUS_IDLE);
    cr_expect_eq(call->result, 0);
    fake_host_free(h);
}

/* The first cameras: no answer to the first configure, so a status is asked for. */
Test(wifi_jobs, an_older_camera_is_configured_if_people_allow_it)
{
    struct fake_host *h = wifi_on_ble(WIFI_STATUS_IDLE);
    const struct fake_call *call;

    fake_ble_hold(fake_ble_last(h), true);
    call = configure(h, SECRET, "true");
    cr_expect_str_eq(wifi_control(h), CONFIGURE_TEXT);
    cr_expect_eq(wifi_n_written(h, WIFI_PASSWORD_UUID), 0);
    wifi_notify(h, WIFI_STATUS_IDLE); /* of before */
    cr_expect_not(call->over);
    fake_ble_answer(fake_ble_op_last(fake_ble_last(h)), 0, NULL, 0);
    fake_host_advance(h, FAKE_MS);
    cr_expect_str_eq(wifi_control(h), "{\"cmd\":\"status\"}");
    wifi_notify(h, WIFI_STATUS_IDLE);
    cr_expect(call->over);
    cr_expect_str_eq(call->json,
        "{\"enabled\":false,\"connected\":false,\"state\":\"off\",\"reason\":\"\",\"ssid\":\"\","
        "\"ip\":\"\","
        "\"url\":\"\",\"rssi_dbm\":null}");
    wifi_kept_secret(h, call, SECRET);
    fake_host_free(h);
}

Test(wifi_jobs, ours_is_told_the_password_when_the_link_is_encrypted_and_not_before)
{
    struct fake_host *h = wifi_on_ble(ours_idle);
    const struct fake_call *call;
    const struct fake_ble_op *op;

    fake_ble_hold(fake_ble_last(h), true);
    call = configure(h, SECRET, "false");
    op = fake_ble_op_last(fake_ble_last(h));
    cr_assert_str_eq(op->uuid, WIFI_PASSWORD_UUID);
    cr_expect_eq(op->n, 0, "the write that has the link encrypted holds nothing");
    cr_expect_eq(wifi_n_written(h, WIFI_CONTROL_UUID), 0);
    cr_expect_str_eq(fake_value(fake_dev(h), "link"), "provisioning");
    fake_ble_answer((struct fake_ble_op *)op, 0, NULL, 0);
    fake_host_advance(h, FAKE_MS);
    cr_expect_str_eq(wifi_control(h), CONFIGURE_TEXT);
    fake_ble_answer(fake_ble_op_last(fake_ble_last(h)), 0, NULL, 0);
    fake_host_advance(h, FAKE_MS);
    wifi_notify(h, ours_idle);
    cr_expect_eq(call->result, 0);
    wifi_kept_secret(h, call, SECRET);
    fake_host_free(h);
}

Test(wifi_jobs, what_cannot_be_encrypted_does_not_get_it)
{
    struct fake_host *h = wifi_on_ble(ours_idle);
    const struct fake_call *call;

    fake_ble_hold(fake_ble_last(h), true);
    call = configure(h, SECRET, "true");
    fake_ble_answer(fake_ble_op_last(fake_ble_last(h)), -EACCES, NULL, 0);
    fake_host_advance(h, FAKE_MS);
    cr_expect_eq(call->result, -EIO);
    cr_expect_not_null(strstr(call->json, "not sent"), "%s", call->json);
    cr_expect_eq(wifi_n_written(h, WIFI_CONTROL_UUID), 0);
    fake_host_free(h);
}

/* The next link may lead to another camera of that name, or to this one with older firmware, whose STATUS is empty at first. */
Test(wifi_jobs, what_was_said_of_encryption_holds_for_its_link_only)
{
    struct fake_host *h = wifi_on_ble(ours_idle);
    const struct fake_call *call;

    fake_ble_close(fake_ble_last(h), -ECONNRESET, "gone");
    fake_host_advance(h, 2 * FAKE_S);
    wifi_open(h);
    wifi_read(h, "");
    call = configure(h, SECRET, "false");
    cr_assert(call->over);
    cr_expect_eq(call->result, -EDOM);
    cr_expect_eq(wifi_n_written(h, WIFI_PASSWORD_UUID), 0);
    cr_expect_str_eq(wifi_control(h), "{\"cmd\":\"status\"}");
    fake_host_free(h);
}

Test(wifi_jobs, what_was_said_of_encryption_over_http_does_not_hold_for_a_link)
{
    struct fake_host *h = wifi_new();
    const struct fake_call *call;

    fake_host_option(h, "address", "10.0.0.9");
    fake_host_option(h, "ble_address", "AA:BB:CC:DD:EE:FF");
    fake_host_start(h);
    fake_host_advance(h, FAKE_MS);
    wifi_found_on_web(h, ours_idle);
    call = configure(h, SECRET, "false");
    wifi_open(h);
    wifi_read(h, "");
    cr_assert(call->over);
    cr_expect_eq(call->result, -EDOM);
    cr_expect_eq(wifi_n_written(h, WIFI_PASSWORD_UUID), 0);
    fake_host_free(h);
}

Test(wifi_jobs, what_cannot_be_a_network_is_refused_before_anything_is_sent)
{
    struct fake_host *h = wifi_on_ble(WIFI_STATUS_IDLE);
    const struct fake_call *call = configure(h, "tiny", "true");

    cr_expect_eq(call->result, -EDOM);
    cr_expect_null(strstr(call->json, "tiny"), "%s", call->json);
    cr_expect_eq(wifi_n_written(h, WIFI_CONTROL_UUID), 0);
    fake_host_free(h);
}

/* --- joining ----------------------------------------------------------------------------------- */

Test(wifi_jobs, enable_is_answered_when_it_has_joined)
{
    struct fake_host *h = wifi_on_ble(ours_idle);
    const struct fake_call *call = run(h, "wifi_enable");

    cr_expect_str_eq(wifi_control(h), "{\"cmd\":\"enable\"}");
    cr_expect_str_eq(fake_value(fake_dev(h), "link"), "joining");
    wifi_notify(h, ours_connecting);
    fake_host_advance(h, 8 * FAKE_S);
    cr_expect_not(call->over);
    wifi_notify(h, WIFI_STATUS_JOINED);
    cr_assert(call->over);
    cr_expect_eq(call->result, 0);
    cr_expect_not_null(strstr(call->json, "\"ip\":\"192.168.1.100\""));
    fake_host_free(h);
}

Test(wifi_jobs, enable_is_answered_with_the_reason_when_it_could_not_join)
{
    struct fake_host *h = wifi_on_ble(ours_idle);
    const struct fake_call *call = run(h, "wifi_enable");

    wifi_notify(h, ours_failed);
    cr_assert(call->over);
    cr_expect_eq(call->result, 0);
    cr_expect_not_null(strstr(call->json, "\"state\":\"failed\",\"reason\":\"wrong password\""));
    cr_expect_not_null(strstr(fake_why(fake_dev(h)), "wrong password"));
    fake_host_free(h);
}

/* Busy for 15 s: the answer to the write comes no sooner, and a status of meanwhile says nothing. */
Test(wifi_jobs, an_older_camera_has_time_to_join)
{
    struct fake_host *h = wifi_on_ble("{\"enabled\":false,\"connected\":false,\"ssid\":\"Home\","
                                      "\"ip\":\"\",\"rssi\":0,\"url\":\"\"}");
    const char *trying = "{\"enabled\":true,\"connected\":false,\"ssid\":\"Home\",\"ip\":\"\","
                         "\"rssi\":0,\"url\":\"\"}";
    const struct fake_call *call;

    fake_ble_hold(fake_ble_last(h), true);
    call = run(h, "wifi_enable");
    fake_host_advance(h, 5 * FAKE_S);
    wifi_notify(h, trying);
    cr_expect_not(call->over);
    fake_host_advance(h, 10 * FAKE_S);
    fake_ble_answer(fake_ble_op_last(fake_ble_last(h)), 0, NULL, 0);
    wifi_notify(h, trying);
    cr_assert(call->over);
    cr_expect_not_null(strstr(call->json, "\"state\":\"failed\""));
    cr_expect_not_null(strstr(fake_why(fake_dev(h)), "2.4 GHz"));
    fake_host_free(h);
}

Test(wifi_jobs, a_join_that_costs_the_link_is_asked_about_on_the_next_one)
{
    struct fake_host *h = wifi_on_ble(ours_idle);
    const struct fake_call *call = run(h, "wifi_enable");

    fake_ble_close(fake_ble_last(h), -ECONNRESET, "gone");
    fake_host_advance(h, 2 * FAKE_S);
    wifi_open(h);
    wifi_read(h, ours_connecting);
    cr_expect_eq(wifi_n_written(h, WIFI_CONTROL_UUID), 0, "it was told already");
    wifi_read(h, WIFI_STATUS_JOINED);
    cr_assert(call->over);
    cr_expect_eq(call->result, 0);
    fake_host_free(h);
}

Test(wifi_jobs, without_a_network_there_is_nothing_to_join)
{
    struct fake_host *h = wifi_on_ble(WIFI_STATUS_IDLE);
    const struct fake_call *call = run(h, "wifi_enable");

    wifi_notify(h, WIFI_STATUS_IDLE);
    cr_expect_not(call->over, "it may have said so before");
    wifi_read(h, WIFI_STATUS_IDLE);
    cr_assert(call->over);
    cr_expect_eq(call->result, -EIO);
    cr_expect_not_null(strstr(call->json, "wifi_configure"), "%s", call->json);
    fake_host_free(h);
}

/* As of the configure before it, on a link that is slow. */
Test(wifi_jobs, a_status_of_before_is_no_answer_to_enable)
{
    struct fake_host *h = wifi_on_ble(ours_idle);
    const struct fake_call *call;

    fake_ble_hold(fake_ble_last(h), true);
    call = run(h, "wifi_enable");
    wifi_notify(h, ours_idle);
    cr_expect_not(call->over);
    fake_ble_answer(fake_ble_op_last(fake_ble_last(h)), 0, NULL, 0);
    fake_host_advance(h, FAKE_MS);
    wifi_notify(h, ours_idle);
    cr_assert_not(call->over, "%s", call->json);
    wifi_read(h, ours_connecting);
    cr_expect_not(call->over);
    wifi_notify(h, WIFI_STATUS_JOINED);
    cr_assert(call->over);
    cr_expect_eq(call->result, 0, "%s", call->json);
    fake_host_free(h);
}

Test(wifi_jobs, a_camera_that_never_answers_has_its_own_time_limit)
{
    struct fake_host *h = wifi_on_ble(ours_idle);
    const struct fake_call *call = run(h, "wifi_enable");

    wifi_notify(h, ours_connecting);
    fake_host_advance(h, 24 * FAKE_S);
    cr_expect_not(call->over);
    fake_host_advance(h, 2 * FAKE_S);
    cr_assert(call->over);
    cr_expect_eq(call->result, -ETIMEDOUT);
    cr_expect_not_null(strstr(call->json, "25 s"));
    fake_host_free(h);
}

Test(wifi_jobs, what_the_camera_refuses_is_told_in_its_words)
{
    struct fake_host *h = wifi_on_ble(ours_idle);
    const struct fake_call *call = run(h, "wifi_enable");

    wifi_notify(
        h, WIFI_STATUS_OURS("false", ",\"state\":\"off\",\"error\":\"not enough\\u001b memory\""));
    cr_assert(call->over);
    cr_expect_str_eq(call->json, "The camera says: not enough? memory");
    fake_host_free(h);
}

/* Ours answers the write itself with an error, which says nothing, and says why in STATUS. */
Test(wifi_jobs, why_a_write_was_refused_is_read)
{
    static const char why[] =
        WIFI_STATUS_OURS("false", ",\"state\":\"off\",\"error\":\"no network is configured\"");
    static const char *const says[] = {why, ours_idle};
    static const char *const told[] = {"The camera says: no network is configured",
        "The camera refuses what was written: Input/output error"};

    for (int i = 0; i < 2; i++) {
        struct fake_host *h = wifi_on_ble(ours_idle);
        const struct fake_call *call;

        fake_ble_hold(fake_ble_last(h), true);
        call = run(h, "wifi_enable");
        fake_ble_answer(fake_ble_op_last(fake_ble_last(h)), -EIO, NULL, 0);
        fake_host_advance(h, FAKE_MS);
        cr_expect_not(call->over);
        wifi_read(h, says[i]);
        cr_assert(call->over);
        cr_expect_eq(call->result, -EIO);
        cr_expect_str_eq(call->json, told[i]);
        fake_host_free(h);
    }
}

Test(wifi_jobs, disable_and_status)
{
    struct fake_host *h = wifi_on_ble(ours_connecting);
    const struct fake_call *call = run(h, "wifi_disable"), *second;

    cr_expect_str_eq(wifi_control(h), "{\"cmd\":\"disable\"}");
    wifi_notify(h, ours_connecting);
    cr_expect_not(call->over);
    second = run(h, "wifi_status");
    cr_expect_eq(second->result, -EBUSY);
    wifi_notify(h, ours_idle);
    cr_expect_eq(call->result, 0);
    call = run(h, "wifi_status");
    fake_host_advance(h, 4 * FAKE_S); /* the notification was lost */
    wifi_read(h, ours_idle);
    cr_expect(call->over);
    cr_expect_not_null(strstr(call->json, "\"state\":\"off\""));
    fake_host_free(h);
}

/* --- the link for it --------------------------------------------------------------------------- */

Test(wifi_jobs, the_link_is_made_for_a_command_and_let_go_after_it)
{
    struct fake_host *h = wifi_on_ble(WIFI_STATUS_JOINED);
    const struct fake_call *call;

    wifi_found_on_web(h, NULL);
    fake_host_advance(h, 4 * FAKE_S);
    cr_assert(fake_ble_last(h)->over);
    call = run(h, "wifi_status");
    cr_assert_eq(fake_n_ble(h), 2);
    wifi_open(h);
    wifi_read(h, WIFI_STATUS_JOINED);
    wifi_notify(h, WIFI_STATUS_JOINED);
    cr_expect(call->over);
    cr_expect(fake_online(fake_dev(h)));
    fake_host_advance(h, 4 * FAKE_S);
    cr_expect(fake_ble_last(h)->over);
    fake_host_free(h);
}

Test(wifi_jobs, a_camera_that_is_not_heard_is_told_and_stays_online_by_http)
{
    struct fake_host *h = wifi_on_ble(WIFI_STATUS_JOINED);
    const struct fake_call *call;

    wifi_found_on_web(h, NULL);
    fake_host_advance(h, 4 * FAKE_S);
    call = run(h, "wifi_disable");
    for (int i = 0; i < 8; i++) {
        fake_host_advance(h, 4 * FAKE_S);
        if (!fake_http_for(h, "/metrics")->over)
            wifi_answer(h, "/metrics", 200, "application/json", WIFI_METRICS);
    }
    cr_expect_eq(call->result, -ETIMEDOUT);
    cr_expect_not_null(strstr(call->json, "switched on and near"), "%s", call->json);
    cr_expect(fake_online(fake_dev(h)));
    fake_host_free(h);
}

Test(wifi_jobs, a_link_that_is_lost_ends_a_command_and_not_the_next)
{
    struct fake_host *h = wifi_on_ble(ours_idle);
    const struct fake_call *call = run(h, "wifi_disable");

    fake_ble_close(fake_ble_last(h), -ECONNRESET, "gone");
    fake_host_advance(h, FAKE_MS);
    cr_expect_eq(call->result, -ECONNRESET);
    cr_expect_not(fake_online(fake_dev(h)));
    fake_host_advance(h, 2 * FAKE_S);
    wifi_open(h);
    wifi_read(h, ours_idle);
    cr_expect_eq(wifi_n_written(h, WIFI_CONTROL_UUID), 0);
    cr_expect(fake_online(fake_dev(h)));
    fake_host_free(h);
}

Test(wifi_jobs, with_a_network_address_alone_another_camera_is_not_taken_for_it)
{
    struct fake_host *h = wifi_on_web(NULL);
    const struct fake_call *call = run(h, "wifi_status");

    cr_expect_eq(call->result, -EOPNOTSUPP);
    cr_expect_not_null(strstr(call->json, "ble_address"));
    cr_expect_eq(fake_n_ble(h), 0);
    fake_host_free(h);
}

/* --- settings ---------------------------------------------------------------------------------- */

static const char with_settings[] = WIFI_STATUS_OURS("false",
    ",\"state\":\"off\",\"settings\":{\"web_enabled\":true,\"web_port\":80,\"stream_fps\":10,"
    "\"frame_size\":\"QVGA\"}");

Test(wifi_jobs, settings_that_differ_are_written_all_at_once)
{
    struct fake_host *h = wifi_new();
    struct wr_dev *d = fake_dev(h);

    fake_desire(d, "stream_fps", "5");
    fake_desire(d, "frame_size", "QQVGA");
    fake_desire(d, "web_port", "80");
    fake_host_start(h);
    fake_host_advance(h, FAKE_MS);
    wifi_open(h);
    wifi_read(h, with_settings);
    cr_expect_str_eq(fake_value(d, "stream_fps"), "10");
    cr_expect_eq(fake_applied(d, "web_port"), 0, "it is so already");
    cr_expect_str_eq(
        wifi_control(h), "{\"cmd\":\"set\",\"stream_fps\":5,\"frame_size\":\"QQVGA\"}");
    wifi_notify(h, with_settings);
    cr_expect_eq(fake_applied(d, "stream_fps"), FAKE_PENDING, "that was on its way before");
    wifi_notify(h,
        WIFI_STATUS_OURS("false",
            ",\"state\":\"off\",\"settings\":{\"web_enabled\":true,\"web_port\":80,\"stream_fps\":"
            "5,"
            "\"frame_size\":\"QQVGA\"}"));
    cr_expect_eq(fake_applied(d, "stream_fps"), 0);
    cr_expect_eq(fake_applied(d, "frame_size"), 0);
    cr_expect_str_eq(fake_value(d, "frame_size"), "QQVGA");
    fake_host_free(h);
}

Test(wifi_jobs, what_the_pictures_are_is_told_over_http_while_it_is_there)
{
    struct fake_host *h = wifi_on_web(WIFI_STATUS_OURS("true",
        ",\"connected\":true,\"ip\":\"10.0.0.9\",\"state\":\"connected\",\"settings\":{\"web_"
        "port\":80,"
        "\"stream_fps\":10,\"frame_size\":\"QVGA\"}"));
    struct wr_dev *d = fake_dev(h);
    const struct fake_http *q;

    fake_desire(d, "stream_fps", "5");
    fake_desire(d, "web_port", "81");
    fake_host_advance(h, FAKE_MS);
    cr_expect_eq(fake_applied(d, "web_port"), -EOPNOTSUPP, "that is for Bluetooth");
    q = fake_http_for(h, "/settings");
    cr_assert_str_eq(q->method, "PATCH");
    cr_assert_eq(q->n_body, strlen("{\"stream_fps\":5}"));
    cr_expect_arr_eq(q->body, "{\"stream_fps\":5}", q->n_body);
    wifi_answer(h, "/settings", 200, "application/json",
        WIFI_STATUS_OURS(
            "true", ",\"connected\":true,\"state\":\"connected\",\"settings\":{\"stream_fps\":5}"));
    cr_expect_eq(fake_applied(d, "stream_fps"), 0);
    cr_expect_str_eq(fake_value(d, "stream_fps"), "5");
    fake_desire(d, "stream_fps", "7");
    fake_host_advance(h, FAKE_MS);
    wifi_answer(h, "/settings", 500, "text/plain", "no room");
    cr_expect_eq(fake_applied(d, "stream_fps"), -EIO);
    cr_expect_not_null(strstr(fake_log(h), "no room"));
    fake_host_free(h);
}

Test(wifi_jobs, older_firmware_has_no_settings)
{
    struct fake_host *h = wifi_on_ble(WIFI_STATUS_IDLE);

    fake_desire(fake_dev(h), "stream_fps", "5");
    fake_host_advance(h, FAKE_MS);
    cr_expect_eq(fake_applied(fake_dev(h), "stream_fps"), -EOPNOTSUPP);
    cr_expect_eq(wifi_n_written(h, WIFI_CONTROL_UUID), 0);
    fake_host_free(h);
}
