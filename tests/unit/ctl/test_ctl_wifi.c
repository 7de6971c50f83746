/* `wifi …`: networks, passwords that nobody sees, and pages. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

#include "runner.h"

#define COMMAND(name) "\"" name "\":{\"timeout_ms\":25000,\"args\":[]}"
#define SABER                                                                                      \
    "{\"id\":\"saber\",\"attributes\":{\"url\":{\"value\":\"http://192.0.2.7/"                     \
    "\"}},\"commands\":{" COMMAND("wifi_configure") "," COMMAND("wifi_enable") "," COMMAND(        \
        "wifi_disable") "," COMMAND("wifi_status") "}}"
#define CONNECTED                                                                                  \
    "{\"enabled\":true,\"connected\":true,\"state\":\"connected\",\"reason\":\"\",\"ssid\":\"Home" \
    "\",\"ip\":\"192.0.2.7\",\"url\":\"http://192.0.2.7/\",\"rssi_dbm\":-52}"
#define FAILED                                                                                     \
    "{\"enabled\":true,\"connected\":false,\"state\":\"failed\",\"reason\":\"the password is "     \
    "wrong\",\"ssid\":\"Home\",\"ip\":\"\",\"url\":\"\",\"rssi_dbm\":null}"

static const struct fake_route JOINS[] = {
    {"GET /api/v1/devices/saber", 200, SABER},
    {"POST /api/v1/devices/saber/commands/wifi_configure", 200, "{\"result\":" FAILED "}"},
    {"POST /api/v1/devices/saber/commands/wifi_enable", 200, "{\"result\":" CONNECTED "}"},
    {"POST /api/v1/devices/saber/commands/wifi_disable", 200,
        "{\"result\":{\"connected\":false,\"state\":\"off\",\"url\":\"\"}}"},
    {"POST /api/v1/devices/saber/commands/wifi_status", 200, "{\"result\":" CONNECTED "}"},
};

/* "wifi enable saber Home --password-file <one with this in it> <more>" */
static const char *enable_with(const char *content, const char *more)
{
    static char line[256];
    char path[] = "/tmp/warren-password-XXXXXX";
    int fd = mkstemp(path);

    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, content, strlen(content)), (ssize_t)strlen(content));
    close(fd);
    snprintf(line, sizeof line, "wifi enable saber Home --password-file %s %s", path, more);
    return line;
}

static void run_with(
    const struct fake_route *routes, size_t n, const char *content, const char *more)
{
    const char *line = enable_with(content, more);
    char path[64];

    cr_assert_eq(sscanf(line, "wifi enable saber Home --password-file %63s", path), 1);
    run(routes, n, line);
    unlink(path);
}

Test(wifi, enable_tells_the_network_and_has_it_join)
{
    run_with(JOINS, N_ELEMENTS(JOINS), "secret pass\r\nanother line\n", "");
    expect(CTL_OK,
        "saber: is told the network\nsaber: joins it, which takes up to half a minute\n"
        "saber: connected to Home, http://192.0.2.7/\n",
        "");
    cr_expect_str_eq(did.asked,
        "GET /api/v1/devices/saber\n"
        "POST /api/v1/devices/saber/commands/wifi_configure "
        "{\"args\":{\"ssid\":\"Home\",\"password\":\"secret pass\",\"allow_unencrypted\":false}}\n"
        "POST /api/v1/devices/saber/commands/wifi_enable {\"args\":{}}\n");
}

Test(wifi, enable_is_for_programs_too)
{
    run_with(JOINS, N_ELEMENTS(JOINS), "secret pass", "--json --allow-unencrypted");
    cr_expect_eq(did.code, CTL_OK);
    cr_expect_eq(strncmp(did.out, "{\n", 2), 0, "%s", did.out);
    cr_expect(has(did.out, "\"rssi_dbm\": -52"), "%s", did.out);
    cr_expect(has(did.asked, "\"allow_unencrypted\":true"), "%s", did.asked);
}

Test(wifi, a_network_may_be_open)
{
    RUN(JOINS, "wifi enable saber Cafe --open");
    cr_expect_eq(did.code, CTL_OK, "%s", did.err);
    cr_expect(has(did.asked, "{\"ssid\":\"Cafe\",\"password\":\"\",\"allow_unencrypted\":false}"),
        "%s", did.asked);
}

Test(wifi, a_password_that_cannot_be_had_is_told_and_nothing_is_sent)
{
    RUN(JOINS, "wifi enable saber Home");
    expect(CTL_USAGE, "",
        "warrenctl: there is no terminal to ask for the password: expected --password-file FILE, "
        "or --open for a network without one\n");
    RUN(JOINS, "wifi enable saber Home --password-file /nonexistent/file");
    expect(
        CTL_USAGE, "", "warrenctl: /nonexistent/file cannot be read: No such file or directory\n");
    RUN(JOINS, "wifi enable saber Home --open --password-file /dev/null");
    expect(CTL_USAGE, "", "warrenctl: --open is for a network without a password\n");
    RUN(JOINS, "wifi enable saber Home --password-file /dev/null");
    expect(
        CTL_USAGE, "", "warrenctl: the password is empty: --open is for a network without one\n");
    cr_expect_not(has(did.asked, "POST"), "%s", did.asked);
}

Test(wifi, a_password_that_is_no_line_is_refused)
{
    char content[1000];

    memset(content, 'x', sizeof content);
    content[sizeof content - 1] = '\0';
    run_with(JOINS, N_ELEMENTS(JOINS), content, "");
    cr_expect_eq(did.code, CTL_USAGE);
    cr_expect(has(did.err, "is too long for a password"), "%s", did.err);
    cr_expect_not(has(did.asked, "POST"), "%s", did.asked);
}

Test(wifi, a_device_that_does_not_join_is_told_with_its_reason)
{
    static const struct fake_route routes[] = {
        {"GET /api/v1/devices/saber", 200, SABER},
        {"POST /api/v1/devices/saber/commands/wifi_configure", 200, "{\"result\":null}"},
        {"POST /api/v1/devices/saber/commands/wifi_enable", 200, "{\"result\":" FAILED "}"},
    };

    RUN(routes, "wifi enable saber Home --open");
    expect(CTL_REFUSED,
        "saber: is told the network\nsaber: joins it, which takes up to half a minute\n",
        "warrenctl: saber did not join the network: the password is wrong\n");
}

Test(wifi, what_the_device_refuses_ends_it)
{
    static const struct fake_route routes[] = {
        {"GET /api/v1/devices/saber", 200, SABER},
        {"POST /api/v1/devices/saber/commands/wifi_configure", 409,
            "{\"detail\":\"the link is not encrypted\"}", "application/problem+json"},
    };

    RUN(routes, "wifi enable saber Home --open");
    expect(CTL_REFUSED, "saber: is told the network\n", "warrenctl: the link is not encrypted\n");
    cr_expect_not(has(did.asked, "wifi_enable"), "%s", did.asked);
}

Test(wifi, a_device_without_it_is_told_so)
{
    static const struct fake_route routes[] = {{"GET /api/v1/devices/porch", 200, DEVICE}};

    RUN(routes, "wifi status porch");
    expect(CTL_REFUSED, "", "warrenctl: porch has no Wi-Fi that could be set\n");
}

Test(wifi, disable_and_status_show_how_it_is)
{
    RUN(JOINS, "wifi disable saber");
    expect(CTL_OK, "saber: off\n", "");
    RUN(JOINS, "wifi status saber");
    expect(CTL_OK,
        "STATE      NETWORK  ADDRESS    SIGNAL   PAGE               WHY\n"
        "connected  Home     192.0.2.7  -52 dBm  http://192.0.2.7/  -\n",
        "");
    RUN(JOINS, "wifi status saber --json");
    cr_expect(has(did.out, "\"ssid\": \"Home\""), "%s", did.out);
}

Test(wifi, open_tells_the_page)
{
    RUN(JOINS, "wifi open saber");
    expect(CTL_OK, "http://192.0.2.7/\n", "");
    RUN(JOINS, "wifi open saber --json");
    expect(CTL_OK, "{\n  \"url\": \"http://192.0.2.7/\"\n}\n", "");
}

static void expect_no_page(const char *url)
{
    char body[256];
    const struct fake_route routes[] = {{"GET /api/v1/devices/saber", 200, body}};

    snprintf(body, sizeof body, "{\"id\":\"saber\",\"attributes\":{\"url\":{\"value\":%s}}}", url);
    RUN(routes, "wifi open saber");
    expect(CTL_REFUSED, "", "warrenctl: saber has no page now: it is in no network\n");
}

Test(wifi, what_is_no_page_is_not_opened)
{
    expect_no_page("\"\"");
    expect_no_page("null");
    expect_no_page("\"file:///etc/passwd\"");
    expect_no_page("\"--help\"");
    expect_no_page("\"http://192.0.2.7/\\u001b[2J\"");
}
