/* Provisioning: what is written over Bluetooth, how networks are joined, what STATUS says. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "fake_wifi_port.h"

static struct fake_wifi f;

static void begin(void)
{
    fake_wifi_begin(&f);
}

static void end(void)
{
    fake_wifi_end(&f);
}

TestSuite(wifi_net, .init = begin, .fini = end);

static const char CONFIGURE[] = "{\"cmd\":\"configure\",\"ssid\":\"Home\",\"pass\":\"secret77\"}";
static const char ENABLE[] = "{\"cmd\":\"enable\"}";
static const char DISABLE[] = "{\"cmd\":\"disable\"}";

static void subscribe(unsigned mtu)
{
    wifi_camera_connected(f.camera, f.now_us);
    wifi_camera_mtu(f.camera, f.now_us, mtu);
    wifi_camera_subscribed(f.camera, f.now_us, true);
}

static void expect(enum wifi_state state, const char *reason, const char *error)
{
    struct wifi_status s = fake_wifi_status(&f);

    cr_expect_eq(s.state, state, "%s", f.status);
    cr_expect_str_eq(s.reason, reason);
    cr_expect_str_eq(s.error, error);
}

Test(wifi_net, begins_switched_off_and_says_so)
{
    struct wifi_status s = fake_wifi_status(&f);

    expect(WIFI_STATE_OFF, "", "");
    cr_expect_not(s.enabled);
    cr_expect(s.secure);
    cr_expect_str_eq(s.mac, "a0b1c2d3e4f5");
    cr_expect_eq(s.settings.web_port, 80);
    cr_expect_eq(s.settings.stream_fps, 10);
    cr_expect_eq(f.n_joins, 0);
    cr_expect_eq(f.n_memory, 0, "nothing is taken while WiFi is off");
}

Test(wifi_net, configure_and_enable_join_and_tell_the_address)
{
    cr_expect_eq(fake_wifi_control(&f, CONFIGURE), 0);
    cr_expect_eq(f.n_joins, 0);
    cr_expect_str_eq(f.ssid_value, "Home");
    cr_expect_eq(fake_wifi_control(&f, ENABLE), 0);
    cr_expect_eq(f.n_joins, 1);
    cr_expect_str_eq(f.ssid, "Home");
    cr_expect_str_eq(f.pass, "secret77");
    expect(WIFI_STATE_CONNECTING, "", "");
    wifi_camera_joined(f.camera, f.now_us, "10.0.0.7");
    struct wifi_status s = fake_wifi_status(&f);
    cr_expect(s.connected && s.enabled);
    cr_expect_str_eq(s.ip, "10.0.0.7");
    cr_expect_str_eq(s.url, "http://10.0.0.7");
    cr_expect_eq(s.rssi_dbm, -51);
    cr_expect_eq(f.announced, 80);
    cr_expect_null(strstr(f.status, "secret77"));
}

Test(wifi_net, open_networks_need_no_password_and_no_encryption)
{
    static const char open[] = "{\"ssid\":\"Cafe\"}";

    cr_expect_eq(wifi_camera_control_written(f.camera, f.now_us, false, open, strlen(open)), 0);
    fake_wifi_control(&f, ENABLE);
    cr_expect_str_eq(f.ssid, "Cafe");
    cr_expect_str_eq(f.pass, "");
}

Test(wifi_net, a_password_is_taken_over_an_encrypted_link_only)
{
    cr_expect_eq(
        wifi_camera_control_written(f.camera, f.now_us, false, CONFIGURE, strlen(CONFIGURE)),
        -EACCES);
    cr_expect(strstr(fake_wifi_status(&f).error, "encrypted"));
    cr_expect_eq(wifi_camera_password_written(f.camera, f.now_us, false, "secret77", 8), -EACCES);
    cr_expect_str_eq(fake_wifi_status(&f).ssid, "");
    cr_expect_eq(f.n_saves, 0);
}

Test(wifi_net, the_two_characteristics_work_and_take_effect_with_enable)
{
    cr_expect_eq(wifi_camera_ssid_written(f.camera, f.now_us, "Shed", 4), 0);
    cr_expect_eq(wifi_camera_password_written(f.camera, f.now_us, true, "password", 8), 0);
    cr_expect_eq(wifi_camera_password_written(f.camera, f.now_us, false, "", 0), -EACCES);
    cr_expect_eq(wifi_camera_password_written(f.camera, f.now_us, true, "", 0), 0);
    fake_wifi_control(&f, ENABLE);
    cr_expect_str_eq(f.ssid, "Shed");
    cr_expect_str_eq(f.pass, "password", "who writes nothing changes nothing");
    cr_expect_eq(wifi_camera_ssid_written(f.camera, f.now_us, "Barn", 4), 0);
    cr_expect_str_eq(f.ssid_value, "Barn");
    cr_expect_eq(f.n_joins, 1);
    fake_wifi_control(&f, ENABLE);
    cr_expect_eq(f.n_joins, 2);
    cr_expect_str_eq(f.ssid, "Barn");
    cr_expect_str_eq(f.pass, "", "the password of another network is not tried");
    cr_expect_eq(wifi_camera_ssid_written(f.camera, f.now_us, "", 0), -EINVAL);
    cr_expect_eq(wifi_camera_ssid_written(f.camera, f.now_us, "a\0b", 3), -EINVAL);
    cr_expect_eq(wifi_camera_password_written(f.camera, f.now_us, true, "short", 5), -EINVAL);
}

Test(wifi_net, what_is_refused_is_said_once)
{
    subscribe(517);
    fake_wifi_control(&f, ENABLE);
    expect(WIFI_STATE_OFF, "", "no network is configured");
    cr_expect(strstr(f.notified, "no network is configured"));
    fake_wifi_control(&f, "{\"cmd\":\"configure\"}");
    expect(WIFI_STATE_OFF, "", "there is no ssid");
    fake_wifi_control(&f, "{nonsense");
    expect(WIFI_STATE_OFF, "", "this is no JSON");
    fake_wifi_control(&f, "{\"cmd\":\"status\"}");
    expect(WIFI_STATE_OFF, "", "");
}

Test(wifi_net, a_join_that_fails_says_why_and_is_tried_again_later_each_time)
{
    fake_wifi_control(&f, CONFIGURE);
    fake_wifi_control(&f, ENABLE);
    wifi_camera_not_joined(f.camera, f.now_us, WIFI_CAMERA_NO_NETWORK);
    expect(WIFI_STATE_FAILED, "no network of that name is in reach", "");
    cr_expect(fake_wifi_status(&f).enabled);
    fake_wifi_pass(&f, 4900000);
    cr_expect_eq(f.n_joins, 1);
    fake_wifi_pass(&f, 200000);
    cr_expect_eq(f.n_joins, 2);
    expect(WIFI_STATE_CONNECTING, "no network of that name is in reach", "");
    wifi_camera_not_joined(f.camera, f.now_us, WIFI_CAMERA_NO_ADDRESS);
    expect(WIFI_STATE_FAILED, "the network gave no address", "");
    fake_wifi_pass(&f, 9000000);
    cr_expect_eq(f.n_joins, 2);
    fake_wifi_pass(&f, 1500000);
    cr_expect_eq(f.n_joins, 3);
}

Test(wifi_net, a_wrong_password_is_not_hammered)
{
    fake_wifi_control(&f, CONFIGURE);
    fake_wifi_control(&f, ENABLE);
    wifi_camera_not_joined(f.camera, f.now_us, WIFI_CAMERA_WRONG_PASSWORD);
    expect(WIFI_STATE_FAILED, "the password is wrong", "");
    fake_wifi_pass(&f, 59000000);
    cr_expect_eq(f.n_joins, 1);
    fake_wifi_control(&f, CONFIGURE);
    cr_expect_eq(f.n_joins, 2, "but at once with another one");
}

Test(wifi_net, a_join_takes_15_s_at_most)
{
    fake_wifi_control(&f, CONFIGURE);
    fake_wifi_control(&f, ENABLE);
    fake_wifi_pass(&f, 14900000);
    expect(WIFI_STATE_CONNECTING, "", "");
    fake_wifi_pass(&f, 200000);
    expect(WIFI_STATE_FAILED, "the network did not answer for 15 s", "");
    cr_expect_eq(f.n_leaves, 1);
    wifi_camera_joined(f.camera, f.now_us, "10.0.0.7");
    expect(WIFI_STATE_FAILED, "the network did not answer for 15 s", "");
}

Test(wifi_net, a_network_that_is_lost_is_joined_again_at_once)
{
    fake_wifi_online(&f);
    wifi_camera_lost(f.camera, f.now_us);
    expect(WIFI_STATE_CONNECTING, "the network was lost", "");
    cr_expect_eq(f.n_joins, 2);
    cr_expect_eq(f.listening, 0);
    cr_expect_str_eq(fake_wifi_status(&f).ip, "");
    wifi_camera_joined(f.camera, f.now_us, "10.0.0.8");
    cr_expect_str_eq(fake_wifi_status(&f).url, "http://10.0.0.8");
    cr_expect_eq(f.listening, 80);
}

Test(wifi_net, disable_ends_all_and_gives_the_memory_back)
{
    fake_wifi_online(&f);
    fake_wifi_pass(&f, 1000000);
    cr_expect_gt(f.n_memory, 0);
    fake_wifi_control(&f, DISABLE);
    fake_wifi_pass(&f, 1000000);
    expect(WIFI_STATE_OFF, "", "");
    cr_expect_eq(f.n_memory, 0);
    cr_expect_not(f.sensor_open);
    cr_expect_eq(f.listening, 0);
    cr_expect_eq(f.announced, 0);
    cr_expect_not(f.kept.enabled);
}

Test(wifi_net, after_a_loss_of_power_it_joins_by_itself)
{
    fake_wifi_online(&f);
    f.capture_to = NULL;
    wifi_camera_fini(f.camera);
    f.n_joins = 0;
    fake_wifi_boot(&f);
    cr_expect_eq(f.n_joins, 1);
    cr_expect_str_eq(f.pass, "secret77");
    cr_expect_str_eq(f.ssid_value, "Home");
}

Test(wifi_net, what_flash_says_is_not_trusted)
{
    f.has_kept = true;
    f.kept.enabled = true;
    memset(f.kept.ssid, 'x', sizeof f.kept.ssid);
    fake_wifi_boot(&f);
    expect(WIFI_STATE_OFF, "", "");
    cr_expect_eq(fake_wifi_status(&f).settings.web_port, 80);
}

Test(wifi_net, flash_that_fails_is_told)
{
    f.no_flash = true;
    fake_wifi_control(&f, CONFIGURE);
    expect(WIFI_STATE_OFF, "", "it could not be saved, and holds until the power goes");
    fake_wifi_control(&f, ENABLE);
    cr_expect_eq(f.n_joins, 1);
}

static unsigned saves_of(const char *json)
{
    unsigned before = f.n_saves;

    cr_expect_eq(fake_wifi_control(&f, json), 0, "%s", json);
    return f.n_saves - before;
}

Test(wifi_net, flash_is_written_when_something_has_changed_only)
{
    static const char *const orders[] = {CONFIGURE, ENABLE, "{\"cmd\":\"set\",\"stream_fps\":5}",
        "{\"cmd\":\"set\",\"web_port\":81,\"frame_size\":\"QQVGA\"}",
        "{\"cmd\":\"set\",\"web_enabled\":false}", "{\"cmd\":\"disable\"}"};

    cr_expect_eq(saves_of("{\"cmd\":\"set\",\"stream_fps\":10}"), 0, "as it is without flash");
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        cr_expect_eq(saves_of(orders[i]), 1, "%s", orders[i]);
        cr_expect_eq(saves_of(orders[i]), 0, "%s", orders[i]);
    }
    cr_expect_eq(wifi_camera_ssid_written(f.camera, f.now_us, "Home", 4), 0);
    cr_expect_eq(wifi_camera_password_written(f.camera, f.now_us, true, "secret77", 8), 0);
    fake_wifi_boot(&f);
    cr_expect_eq(saves_of("{\"cmd\":\"set\",\"stream_fps\":5}"), 0);
    cr_expect_eq(f.n_saves, sizeof orders / sizeof *orders);
}

Test(wifi_net, what_could_not_be_saved_is_tried_again)
{
    f.no_flash = true;
    fake_wifi_control(&f, CONFIGURE);
    fake_wifi_control(&f, ENABLE);
    f.no_flash = false;
    cr_expect_eq(saves_of(ENABLE), 1);
    cr_expect(f.kept.enabled);
    cr_expect_str_eq(f.kept.ssid, "Home");
    expect(WIFI_STATE_CONNECTING, "", "");
}

Test(wifi_net, switching_on_needs_100_kB)
{
    fake_wifi_control(&f, CONFIGURE);
    f.heap = 100 * 1024;
    fake_wifi_control(&f, ENABLE);
    expect(WIFI_STATE_OFF, "", "there is too little memory: less than 100 kB are free");
    cr_expect_eq(f.n_joins, 0);
    f.heap++;
    fake_wifi_control(&f, ENABLE);
    cr_expect_eq(f.n_joins, 1);
}

Test(wifi_net, status_is_notified_of_every_5_s_while_on)
{
    subscribe(517);
    fake_wifi_pass(&f, 20000000);
    cr_expect_eq(f.n_notified, 0);
    fake_wifi_online(&f);
    f.n_notified = 0;
    fake_wifi_pass(&f, 20500000);
    cr_expect_eq(f.n_notified, 4);
    cr_expect_str_eq(f.notified, f.status);
    wifi_camera_disconnected(f.camera, f.now_us);
    fake_wifi_pass(&f, 20000000);
    cr_expect_eq(f.n_notified, 4);
}

Test(wifi_net, a_notification_is_cut_to_what_the_link_carries_and_waits_for_room)
{
    subscribe(100);
    f.radio_full = true;
    fake_wifi_control(&f, "{\"cmd\":\"status\"}");
    fake_wifi_pass(&f, 200000);
    cr_expect_eq(f.n_notified, 0);
    f.radio_full = false;
    fake_wifi_pass(&f, 60000);
    cr_expect_eq(f.n_notified, 1);
    cr_expect_eq(strlen(f.notified), 97);
    cr_expect_eq(memcmp(f.notified, f.status, 97), 0);
}

Test(wifi_net, settings_are_kept_and_take_effect)
{
    fake_wifi_online(&f);
    fake_wifi_control(&f, "{\"cmd\":\"set\",\"web_port\":8080}");
    cr_expect_eq(f.listening, 8080);
    cr_expect_eq(f.announced, 8080);
    cr_expect_str_eq(fake_wifi_status(&f).url, "http://10.0.0.7:8080");
    fake_wifi_control(&f, "{\"cmd\":\"set\",\"web_enabled\":false}");
    cr_expect_eq(f.listening, 0);
    cr_expect_str_eq(fake_wifi_status(&f).url, "");
    cr_expect(fake_wifi_status(&f).connected);
    cr_expect_not(f.kept.settings.web_enabled);
    cr_expect_eq(f.kept.settings.web_port, 8080);
    fake_wifi_control(&f, "{\"cmd\":\"set\",\"stream_fps\":99}");
    cr_expect_str_eq(fake_wifi_status(&f).error, "stream_fps is 1 to 25");
}

Test(wifi_net, a_server_that_cannot_begin_is_told_and_tried_again)
{
    f.no_listen = true;
    fake_wifi_control(&f, CONFIGURE);
    fake_wifi_control(&f, ENABLE);
    wifi_camera_joined(f.camera, f.now_us, "10.0.0.7");
    expect(WIFI_STATE_CONNECTED, "the HTTP server could not begin; it is tried again", "");
    f.no_listen = false;
    fake_wifi_pass(&f, 5100000);
    cr_expect_eq(f.listening, 80);
    expect(WIFI_STATE_CONNECTED, "", "");
}
