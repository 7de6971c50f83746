#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "wifi_text.h"

#define SPAN(text) ((struct span){(text), strlen(text)})

static char text[WIFI_TEXT_MAX + 1];

static const char *control(const struct wifi_control *c)
{
    text[wifi_control_write(c, text, WIFI_TEXT_MAX)] = '\0';
    return text;
}

static const char *status(const struct wifi_status *s)
{
    text[wifi_status_write(s, text, WIFI_TEXT_MAX)] = '\0';
    return text;
}

static struct wifi_control must_control(const char *json)
{
    struct wifi_control c;
    const char *why = "";

    memset(&c, 0xAA, sizeof c);
    cr_assert_eq(wifi_control_read(SPAN(json), &c, &why), 0, "%s: %s", json, why);
    return c;
}

static const char *refused(const char *json)
{
    struct wifi_control c;
    const char *why = "it was taken";

    cr_expect_eq(wifi_control_read(SPAN(json), &c, &why), -EINVAL, "%s", json);
    return why;
}

static struct wifi_status must_status(const char *json)
{
    struct wifi_status s;

    memset(&s, 0xAA, sizeof s);
    cr_assert_eq(wifi_status_read(SPAN(json), &s), 0, "%s", json);
    return s;
}

/* --- CONTROL ---------------------------------------------------------------------------------- */

Test(wifi_text, commands_are_said_as_apps_in_use_say_them)
{
    struct wifi_control configure = {.command = WIFI_CONFIGURE, .ssid = "Home"};

    cr_expect_str_eq(
        control(&(struct wifi_control){.command = WIFI_ENABLE}), "{\"cmd\":\"enable\"}");
    cr_expect_str_eq(
        control(&(struct wifi_control){.command = WIFI_DISABLE}), "{\"cmd\":\"disable\"}");
    cr_expect_str_eq(
        control(&(struct wifi_control){.command = WIFI_TELL_STATUS}), "{\"cmd\":\"status\"}");
    cr_expect_str_eq(
        control(&configure), "{\"cmd\":\"configure\",\"ssid\":\"Home\",\"pass\":\"\"}");
    strcpy(configure.pass, "say \"hi\"");
    cr_expect_str_eq(control(&configure),
        "{\"cmd\":\"configure\",\"ssid\":\"Home\",\"pass\":\"say \\\"hi\\\"\"}");
    cr_expect_str_eq(
        control(&(struct wifi_control){.command = WIFI_SET,
            .settings = {.has = WIFI_HAS_FPS | WIFI_HAS_SIZE, .stream_fps = 5, .frame_size = 1}}),
        "{\"cmd\":\"set\",\"stream_fps\":5,\"frame_size\":\"QQVGA\"}");
}

Test(wifi_text, the_longest_command_fits_a_value)
{
    struct wifi_control c = {.command = WIFI_CONFIGURE};

    memset(c.ssid, '"', WIFI_SSID_BYTES - 1);
    memset(c.pass, '\\', WIFI_PASS_BYTES - 1);
    cr_expect_gt(wifi_control_write(&c, text, WIFI_TEXT_MAX), 0);
}

Test(wifi_text, commands_are_read)
{
    struct wifi_control c =
        must_control("{\"pass\":\"secret77\",\"cmd\":\"configure\",\"ssid\":\"H\\u00f6hle\"}");

    cr_expect_eq(c.command, WIFI_CONFIGURE);
    cr_expect(c.has_ssid && c.has_pass);
    cr_expect_str_eq(c.ssid, "H\xC3\xB6hle");
    cr_expect_str_eq(c.pass, "secret77");
    cr_expect_eq(must_control("{\"cmd\":\"enable\"}").command, WIFI_ENABLE);
    cr_expect_eq(must_control("{\"cmd\":\"disable\",\"later\":[1]}").command, WIFI_DISABLE);
    cr_expect_eq(must_control("{\"cmd\":\"status\"}").command, WIFI_TELL_STATUS);
    c = must_control("{\"cmd\":\"set\",\"web_enabled\":false,\"web_port\":8080}");
    cr_expect_eq(c.command, WIFI_SET);
    cr_expect_eq(c.settings.has, WIFI_HAS_WEB_ENABLED | WIFI_HAS_WEB_PORT);
    cr_expect_eq(c.settings.web_port, 8080);
}

Test(wifi_text, an_ssid_without_a_command_configures)
{
    struct wifi_control c = must_control("{\"ssid\":\"MyWiFi\",\"pass\":\"password\"}");

    cr_expect_eq(c.command, WIFI_CONFIGURE);
    cr_expect_str_eq(c.ssid, "MyWiFi");
}

Test(wifi_text, what_is_missing_or_null_is_told_apart_from_empty)
{
    struct wifi_control c = must_control("{\"cmd\":\"configure\",\"ssid\":null}");

    cr_expect_not(c.has_ssid);
    cr_expect_not(c.has_pass);
    c = must_control("{\"ssid\":\"open\",\"pass\":\"\"}");
    cr_expect(c.has_pass);
    cr_expect_str_eq(c.pass, "");
}

Test(wifi_text, refusals_say_why_and_no_secret)
{
    cr_expect_str_eq(refused(""), "this is no JSON");
    cr_expect_str_eq(refused("[]"), "there is no cmd");
    cr_expect_str_eq(refused("{\"pass\":\"longenough\"}"), "there is no cmd");
    cr_expect_str_eq(
        refused("{\"cmd\":\"jump\"}"), "cmd is configure, enable, disable, status or set");
    cr_expect_str_eq(refused("{\"ssid\":5}"), "ssid and pass are texts");
    cr_expect_str_eq(refused("{\"ssid\":\"\"}"), "the network's name is empty");
    cr_expect_str_eq(refused("{\"ssid\":\"123456789012345678901234567890123\"}"),
        "the network's name is longer than 32 bytes");
    cr_expect_str_eq(refused("{\"ssid\":\"a\",\"pass\":\"1234567\"}"),
        "the password is shorter than 8 characters");
    cr_expect_str_eq(refused("{\"cmd\":\"set\"}"), "there is no setting to set");
    cr_expect_str_eq(refused("{\"cmd\":\"set\",\"web_port\":0}"), "web_port is 1 to 65535");
    cr_expect_str_eq(refused("{\"cmd\":\"set\",\"stream_fps\":26}"), "stream_fps is 1 to 25");
    cr_expect_str_eq(
        refused("{\"cmd\":\"set\",\"frame_size\":\"VGA\"}"), "frame_size is QVGA or QQVGA");
    cr_expect_str_eq(
        refused("{\"cmd\":\"set\",\"web_enabled\":1}"), "web_enabled is true or false");
    cr_expect_str_eq(refused("{\"cmd\":\"set\",\"web_port\":[80]}"), "a setting is one value");
}

Test(wifi_text, a_password_has_8_to_63_characters_or_is_a_key)
{
    char pass[80];

    cr_expect_null(wifi_pass_fault(SPAN("")));
    cr_expect_null(wifi_pass_fault(SPAN("12345678")));
    memset(pass, 'z', sizeof pass);
    cr_expect_null(wifi_pass_fault((struct span){pass, 63}));
    cr_expect_not_null(wifi_pass_fault((struct span){pass, 64}));
    memset(pass, 'f', sizeof pass);
    cr_expect_null(wifi_pass_fault((struct span){pass, 64}));
    cr_expect_not_null(wifi_pass_fault((struct span){pass, 65}));
}

Test(wifi_text, settings_by_themselves)
{
    struct wifi_settings s, all = {.web_enabled = true, .web_port = 80, .stream_fps = 10};
    const char *why = NULL;

    cr_assert_eq(wifi_settings_read(SPAN("{\"stream_fps\":7}"), &s, &why), 0);
    wifi_settings_apply(&all, &s);
    cr_expect_eq(all.stream_fps, 7);
    cr_expect_eq(all.web_port, 80);
    cr_expect_eq(wifi_settings_read(SPAN("{\"colour\":7}"), &s, &why), -EINVAL);
    cr_expect_str_eq(why, "there is no such setting");
    cr_expect_eq(wifi_settings_read(SPAN("{}"), &s, &why), -EINVAL);
}

/* --- STATUS ----------------------------------------------------------------------------------- */

Test(wifi_text, the_idle_status_of_the_first_cameras_is_71_bytes)
{
    cr_expect_str_eq(status(&(struct wifi_status){0}),
        "{\"enabled\":false,\"connected\":false,\"ssid\":\"\",\"ip\":\"\",\"rssi\":0,\"url\":"
        "\"\"}");
    cr_expect_eq(strlen(text), 71);
}

static struct wifi_status home(void)
{
    return (struct wifi_status){.enabled = true,
        .connected = true,
        .ssid = "MyHomeWiFi",
        .ip = "192.168.1.100",
        .rssi_dbm = -45,
        .url = "http://192.168.1.100"};
}

static const char SEED[] =
    "{\"enabled\":true,\"connected\":true,\"ssid\":\"MyHomeWiFi\","
    "\"ip\":\"192.168.1.100\",\"rssi\":-45,\"url\":\"http://192.168.1.100\"}";

Test(wifi_text, the_connected_status_of_the_first_cameras)
{
    struct wifi_status s = home();

    cr_expect_str_eq(status(&s), SEED);
    cr_expect_eq(strlen(SEED), 114);
}

Test(wifi_text, ours_says_more_and_is_read_as_the_same)
{
    struct wifi_status s = home(), again;
    char first[sizeof text];

    s.state = WIFI_STATE_CONNECTED;
    s.secure = true;
    strcpy(s.fw, "0.5.0");
    strcpy(s.mac, "a0b1c2d3e4f5");
    strcpy(s.reason, "because");
    strcpy(s.error, "no");
    s.settings =
        (struct wifi_settings){.has = 15, .web_enabled = true, .web_port = 80, .stream_fps = 10};
    again = must_status(status(&s));
    cr_expect(strstr(text,
        ",\"state\":\"connected\",\"reason\":\"because\",\"fw\":\"0.5.0\",\"mac\":\"a0b1c2d3e4f5\","
        "\"secure\":true,\"settings\":{\"web_enabled\":true,\"web_port\":80,\"stream_fps\":10,"
        "\"frame_size\":\"QVGA\"},\"error\":\"no\"}"));
    strcpy(first, text);
    cr_expect_str_eq(status(&again), first);
}

Test(wifi_text, the_longest_status_of_usual_letters_fits_a_value)
{
    struct wifi_status s = home();

    s.state = WIFI_STATE_CONNECTING;
    memset(s.ssid, 'w', sizeof s.ssid - 1);
    memset(s.reason, 'w', sizeof s.reason - 1);
    memset(s.error, 'w', sizeof s.error - 1);
    memset(s.fw, 'w', sizeof s.fw - 1);
    memset(s.mac, 'f', sizeof s.mac - 1);
    strcpy(s.ip, "255.255.255.255");
    strcpy(s.url, "http://255.255.255.255:65535");
    s.settings = (struct wifi_settings){
        .has = 15, .web_port = 65535, .stream_fps = 25, .frame_size = WIFI_QQVGA};
    cr_expect_gt(wifi_status_write(&s, text, WIFI_TEXT_MAX), 0);
}

Test(wifi_text, a_network_called_null_is_none_unless_connected_to)
{
    cr_expect_str_eq(must_status("{\"enabled\":true,\"ssid\":\"null\"}").ssid, "");
    cr_expect_str_eq(must_status("{\"connected\":true,\"ssid\":\"null\"}").ssid, "null");
    cr_expect_str_eq(must_status("{\"ssid\":null}").ssid, "");
}

Test(wifi_text, a_state_that_is_new_is_not_known_and_members_that_are_new_are_passed_over)
{
    struct wifi_status s = must_status("{\"state\":\"roaming\",\"channels\":[1,{\"ip\":5}]}");

    cr_expect_eq(s.state, WIFI_STATE_UNKNOWN);
    cr_expect_eq(must_status("{\"state\":\"failed\"}").state, WIFI_STATE_FAILED);
}

Test(wifi_text, a_long_sentence_is_cut_and_a_long_address_is_refused)
{
    char json[400];
    struct wifi_status s;

    memset(json, 'w', sizeof json);
    memcpy(json, "{\"error\":\"", 10);
    strcpy(json + 380, "\"}");
    cr_assert_eq(wifi_status_read(SPAN(json), &s), 0);
    cr_expect_eq(strlen(s.error), sizeof s.error - 1);
    cr_expect_eq(wifi_status_read(SPAN("{\"ip\":\"192.168.100.100.100\"}"), &s), -EBADMSG);
}

Test(wifi_text, a_status_that_is_cut_short_or_of_other_types_is_refused)
{
    static const char *const bad[] = {"", "[]", "7", "{\"enabled\":1}", "{\"ip\":7}",
        "{\"rssi\":\"-40\"}", "{\"rssi\":-1e9}", "{\"ssid\":[\"a\"]}", "{\"state\":1}",
        "{\"settings\":{\"web_port\":\"x\"}}"};
    struct wifi_status s;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_eq(wifi_status_read(SPAN(bad[i]), &s), -EBADMSG, "%s", bad[i]);
    for (size_t n = 0; n < strlen(SEED); n++)
        cr_expect_eq(wifi_status_read((struct span){SEED, n}, &s), -EBADMSG, "%zu", n);
}
