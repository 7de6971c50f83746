/* The program of the ESP32 WiFi debug camera, all of it: on a pretended board, with a host that comes by over Bluetooth, a network
 * that takes it in or does not, and browsers on this machine. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "esp_fake.h"
#include "wifi_text.h"

void app_main(void);

TestSuite(esp_wifi, .init = esp_fake_begin, .fini = esp_fake_end, .timeout = 60);

/* --- the host --------------------------------------------------------------------------------- */

static int say(const char *uuid, const char *text)
{
    int r = esp_host_write(uuid, text, strlen(text));

    esp_pass_ms(50);
    return r;
}

static struct wifi_status status(void)
{
    const char *text = esp_host_read(WIFI_STATUS_UUID);
    struct wifi_status s;

    cr_assert_eq(wifi_status_read((struct span){text, strlen(text)}, &s), 0, "%s", text);
    return s;
}

static void switch_on(void)
{
    esp_switch_on(app_main);
    esp_pass_ms(300);
    cr_assert(esp->advertising);
}

static void host_comes(void)
{
    esp->is_encrypted = true;
    esp_host_connect(517);
    esp_host_subscribe(WIFI_STATUS_UUID, true);
    esp_pass_ms(20);
}

/* A port of this machine that nobody has. */
static uint16_t free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    cr_assert_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    cr_assert_eq(getsockname(fd, (struct sockaddr *)&at, &n), 0);
    close(fd);
    return ntohs(at.sin_port);
}

/* On, told a network, and taken in; the port that it serves at. */
static uint16_t online(void)
{
    uint16_t port = free_port();
    char set[64];

    switch_on();
    host_comes();
    (void)snprintf(set, sizeof set, "{\"cmd\":\"set\",\"web_port\":%u}", port);
    cr_assert_eq(say(WIFI_CONTROL_UUID, set), 0);
    cr_assert_eq(
        say(WIFI_CONTROL_UUID, "{\"cmd\":\"configure\",\"ssid\":\"Home\",\"pass\":\"secret77\"}"),
        0);
    cr_assert_eq(say(WIFI_CONTROL_UUID, "{\"cmd\":\"enable\"}"), 0);
    esp_network_takes();
    esp_network_gives("127.0.0.1");
    esp_pass_ms(100);
    return port;
}

/* --- a browser -------------------------------------------------------------------------------- */

static char answer[256 * 1024];
static size_t n_answer;

static int browse(uint16_t port, const char *request)
{
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    cr_assert_eq(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    cr_assert_eq(send(fd, request, strlen(request), 0), (ssize_t)strlen(request));
    cr_assert_geq(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    n_answer = 0;
    return fd;
}

static bool holds(const char *text)
{
    for (size_t i = 0; i + strlen(text) <= n_answer; i++)
        if (memcmp(answer + i, text, strlen(text)) == 0)
            return true;
    return false;
}

/* Until that has come, for half a minute of the board's time at most. */
static void hear(int fd, const char *text)
{
    for (unsigned i = 0; i < 3000 && !holds(text); i++) {
        ssize_t n = recv(fd, answer + n_answer, sizeof answer - n_answer, 0);

        if (n > 0)
            n_answer += (size_t)n;
        else
            esp_pass_ms(10);
    }
    cr_assert(holds(text), "%s in %.*s", text, (int)(n_answer < 500 ? n_answer : 500), answer);
}

static void get(uint16_t port, const char *path, const char *text)
{
    char request[200];
    int fd;

    (void)snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nConnection: close\r\n\r\n", path);
    fd = browse(port, request);
    hear(fd, text);
    close(fd);
}

/* --- being there ------------------------------------------------------------------------------ */

Test(esp_wifi, comes_up_and_is_found_with_wifi_off)
{
    switch_on();
    cr_expect_str_eq(esp->name, "LedSaber-Camera");
    cr_expect(esp->keeps_bonds);
    cr_expect_not(esp->wifi_is_on);
    cr_expect_eq(status().state, WIFI_STATE_OFF);
    cr_expect_str_eq(status().mac, "a0b1c2d3e4f5");
    cr_expect_str_eq(status().fw, "1.0.0");
    cr_expect_eq(esp->psram_used, 0);
    esp_pass_ms(60000);
    cr_expect_lt(esp->wdt_longest_us, 2000000);
}

Test(esp_wifi, is_told_a_network_joins_it_and_serves)
{
    uint16_t port = online();
    char url[64];

    cr_expect_str_eq(esp->network, "Home");
    cr_expect_str_eq(esp->password, "secret77");
    cr_expect(status().connected);
    cr_expect_eq(status().rssi_dbm, -44);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u", port);
    cr_expect_str_eq(status().url, url);
    cr_expect_eq(esp->announced, port);
    cr_expect_str_eq(esp->announced_name, "LedSaber-Camera");
    cr_expect_str_eq(esp->announced_id, "a0b1c2d3e4f5");
    cr_expect_gt(esp->n_heard, 0);
    get(port, "/", "</html>");
    get(port, "/snapshot", "\xff\xd9");
    cr_expect(holds("Content-Length: 244\r\n"));
    esp_pass_ms(2000);
    get(port, "/overlay", "\"frameId\":");
    get(port, "/metrics", "\"cpuPercent\":0,\"streamFps\":10}");
    get(port, "/wifi/status", "\"connected\":true");
    cr_expect_lt(esp->wdt_longest_us, 2000000);
}

Test(esp_wifi, streams_to_several_at_once)
{
    uint16_t port = online();
    int one = browse(port, "GET /stream HTTP/1.1\r\n\r\n");
    int two = browse(port, "GET /overlay HTTP/1.1\r\nAccept: text/event-stream\r\n\r\n");

    hear(two, "id: 20\n");
    n_answer = 0;
    hear(one, "X-Frame-Id: 20\r\n");
    cr_expect(holds("X-Frame-Id: 19\r\n"));
    close(one);
    close(two);
    esp_pass_ms(500);
    get(port, "/metrics", "\"heapFree\":153600");
}

Test(esp_wifi, gives_all_back_when_it_is_switched_off)
{
    uint16_t port = online();
    int fd = browse(port, "GET /stream HTTP/1.1\r\n\r\n");

    hear(fd, "X-Frame-Id: 10\r\n");
    cr_expect_gt(esp->psram_used, 200000);
    say(WIFI_CONTROL_UUID, "{\"cmd\":\"disable\"}");
    esp_pass_ms(1000);
    cr_expect_eq(esp->psram_used, 0);
    cr_expect_not(esp->wifi_is_on);
    cr_expect_eq(esp->announced, 0);
    close(fd);
}

Test(esp_wifi, after_a_loss_of_power_it_joins_by_itself)
{
    uint16_t port = online();

    esp->n_joins = 0;
    switch_on();
    cr_expect_eq(esp->n_joins, 1);
    cr_expect_str_eq(esp->network, "Home");
    cr_expect_str_eq(esp->password, "secret77");
    esp_network_takes();
    esp_network_gives("127.0.0.1");
    esp_pass_ms(100);
    get(port, "/wifi/status", "\"ssid\":\"Home\"");
}

/* --- what may go wrong ------------------------------------------------------------------------ */

Test(esp_wifi, a_password_needs_an_encrypted_link)
{
    switch_on();
    host_comes();
    esp->is_encrypted = false;
    cr_expect_eq(say(WIFI_PASSWORD_UUID, ""), BLE_ATT_ERR_INSUFFICIENT_ENC);
    cr_expect_eq(
        say(WIFI_CONTROL_UUID, "{\"cmd\":\"configure\",\"ssid\":\"Home\",\"pass\":\"secret77\"}"),
        0);
    cr_expect(strstr(status().error, "encrypted"));
    esp->is_encrypted = true;
    cr_expect_eq(say(WIFI_SSID_UUID, "Home"), 0);
    cr_expect_eq(say(WIFI_PASSWORD_UUID, "secret77"), 0);
    say(WIFI_CONTROL_UUID, "{\"cmd\":\"enable\"}");
    cr_expect_str_eq(esp->password, "secret77");
    cr_expect_str_eq(esp_host_read(WIFI_SSID_UUID), "Home");
}

static void expect_reason(uint8_t reason, const char *text)
{
    esp_network_drops(reason);
    esp_pass_ms(50);
    cr_expect_eq(status().state, WIFI_STATE_FAILED);
    cr_expect_str_eq(status().reason, text);
    cr_expect_not(esp->wifi_is_on);
    say(WIFI_CONTROL_UUID, "{\"cmd\":\"enable\"}");
    cr_expect_eq(status().state, WIFI_STATE_CONNECTING);
}

Test(esp_wifi, joins_that_fail_have_reasons)
{
    switch_on();
    host_comes();
    say(WIFI_CONTROL_UUID, "{\"ssid\":\"Cafe\"}");
    say(WIFI_CONTROL_UUID, "{\"cmd\":\"enable\"}");
    expect_reason(WIFI_REASON_NO_AP_FOUND, "no network of that name is in reach");
    expect_reason(WIFI_REASON_4WAY_HANDSHAKE_TIMEOUT, "the password is wrong");
    expect_reason(77, "the network refused");
    esp_network_takes();
    esp_pass_ms(11000);
    cr_expect_str_eq(status().reason, "the network gave no address");
}

Test(esp_wifi, what_becomes_of_an_older_attempt_is_not_taken_for_this_one)
{
    switch_on();
    host_comes();
    say(WIFI_CONTROL_UUID, "{\"ssid\":\"Cafe\"}");
    say(WIFI_CONTROL_UUID, "{\"cmd\":\"enable\"}");
    cr_assert_eq(esp_host_write(WIFI_CONTROL_UUID, "{\"ssid\":\"Home\"}", 15), 0);
    esp_network_drops(WIFI_REASON_NO_AP_FOUND);
    esp_pass_ms(50);
    cr_expect_str_eq(esp->network, "Home");
    cr_expect_eq(status().state, WIFI_STATE_CONNECTING);
}

/* That its station leaves is what an access point says, too, when it sends one away. */
Test(esp_wifi, a_network_that_is_lost_is_joined_again)
{
    static const uint8_t reasons[] = {WIFI_REASON_BEACON_TIMEOUT, WIFI_REASON_ASSOC_LEAVE};
    uint16_t port = online();

    for (size_t i = 0; i < sizeof reasons; i++) {
        esp->n_joins = 0;
        esp_network_drops(reasons[i]);
        esp_pass_ms(100);
        cr_expect_eq(esp->n_joins, 1);
        cr_expect_str_eq(status().reason, "the network was lost");
        esp_network_takes();
        esp_network_gives("127.0.0.1");
        esp_pass_ms(100);
        get(port, "/overlay", "HTTP/1.1 200 OK\r\n");
    }
}

Test(esp_wifi, a_port_that_another_has_is_told)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_ANY)};
    uint16_t port = free_port();
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    char set[64];

    at.sin_port = htons(port);
    cr_assert_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    cr_assert_eq(listen(fd, 1), 0);
    online();
    (void)snprintf(set, sizeof set, "{\"cmd\":\"set\",\"web_port\":%u}", port);
    say(WIFI_CONTROL_UUID, set);
    cr_expect_str_eq(status().reason, "the HTTP server could not begin; it is tried again");
    close(fd);
    esp_pass_ms(6000);
    cr_expect_str_eq(status().reason, "");
    get(port, "/", "</html>");
}

Test(esp_wifi, a_sensor_that_hangs_is_set_up_anew)
{
    uint16_t port = online();
    unsigned n_inits = esp->n_inits;

    esp->n_no_pictures = 1;
    esp_pass_ms(6000);
    cr_expect_gt(esp->n_inits, n_inits);
    get(port, "/snapshot", "\xff\xd9");
    cr_expect_lt(esp->wdt_longest_us, 2000000);
}

Test(esp_wifi, small_pictures_when_told_so)
{
    uint16_t port = online();

    say(WIFI_CONTROL_UUID, "{\"cmd\":\"set\",\"frame_size\":\"QQVGA\"}");
    esp_pass_ms(1000);
    get(port, "/overlay", "\"frameWidth\":160");
    get(port, "/snapshot", "Content-Length: 124\r\n");
}

Test(esp_wifi, a_host_that_forgot_its_bond_may_pair_again)
{
    switch_on();
    host_comes();
    esp_host_pairs_again();
    cr_expect_eq(esp->n_bonds_deleted, 1);
}

Test(esp_wifi, without_psram_it_starts_anew)
{
    esp->no_psram = true;
    esp_switch_on(app_main);
    esp_pass_ms(11000);
    cr_expect(esp->restarted);
}

Test(esp_wifi, without_bluetooth_it_starts_anew)
{
    esp->no_bluetooth = true;
    esp_switch_on(app_main);
    esp_pass_ms(6000);
    cr_expect(strstr(esp->logged, "No Bluetooth"));
    esp_pass_ms(10000);
    cr_expect(esp->restarted);
}
