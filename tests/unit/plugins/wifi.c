#include "wifi.h"

#include <criterion/criterion.h>
#include <string.h>

#define REQUEST (WR_BLE_READ | WR_BLE_WRITE)

static const struct wr_ble_char chars[] = {
    {WIFI_SERVICE_UUID, WIFI_CONTROL_UUID, WR_BLE_WRITE},
    {WIFI_SERVICE_UUID, WIFI_STATUS_UUID, WR_BLE_READ | WR_BLE_NOTIFY},
    {WIFI_SERVICE_UUID, WIFI_SSID_UUID, REQUEST},
    {WIFI_SERVICE_UUID, WIFI_PASSWORD_UUID, WR_BLE_WRITE},
};

struct fake_host *wifi_new(void)
{
    return fake_host_new(plugin("wifi-debug-camera"));
}

/* --- Bluetooth --------------------------------------------------------------------------------- */

void wifi_open(struct fake_host *h)
{
    struct fake_ble *b = fake_ble_last(h);

    cr_assert(!b->over, "no new link is asked for");
    fake_ble_open(b, chars, sizeof chars / sizeof *chars, 185);
    fake_host_turn(h);
    fake_host_turn(h);
}

void wifi_read(struct fake_host *h, const char *json)
{
    struct fake_ble *b = fake_ble_last(h);

    for (size_t i = fake_n_ble_ops(b); i-- > 0;) {
        struct fake_ble_op *op = fake_ble_op(b, i);

        if (op->kind != FAKE_BLE_READ || op->over)
            continue;
        cr_assert_str_eq(op->uuid, WIFI_STATUS_UUID);
        fake_ble_answer(op, 0, json, strlen(json));
        fake_host_advance(h, FAKE_MS);
        return;
    }
    cr_assert(false, "STATUS is not being read");
}

void wifi_notify(struct fake_host *h, const char *json)
{
    fake_ble_notify(fake_ble_last(h), WIFI_STATUS_UUID, json, strlen(json));
    fake_host_advance(h, FAKE_MS);
}

struct fake_host *wifi_on_ble(const char *status)
{
    struct fake_host *h = wifi_new();

    fake_host_start(h);
    fake_host_advance(h, FAKE_MS);
    wifi_open(h);
    wifi_read(h, status);
    cr_assert(fake_online(fake_dev(h)), "%s", fake_why(fake_dev(h)));
    return h;
}

static const struct fake_ble_op *last_write(struct fake_host *h, const char *uuid, unsigned *ret_n)
{
    const struct fake_ble_op *last = NULL;
    struct fake_ble *b = fake_ble_last(h);

    *ret_n = 0;
    for (size_t i = 0; i < fake_n_ble_ops(b); i++) {
        const struct fake_ble_op *op = fake_ble_op(b, i);

        if (op->kind != FAKE_BLE_WRITE || strcmp(op->uuid, uuid) != 0)
            continue;
        cr_assert_eq(op->how, WR_BLE_WRITE_WITH_RESPONSE);
        last = op;
        ++*ret_n;
    }
    return last;
}

const char *wifi_control(struct fake_host *h)
{
    static char text[WIFI_TEXT_MAX + 1];
    unsigned n;
    const struct fake_ble_op *op = last_write(h, WIFI_CONTROL_UUID, &n);

    snprintf(text, sizeof text, "%.*s", op ? (int)op->n : 0, op ? (const char *)op->bytes : "");
    return text;
}

unsigned wifi_n_written(struct fake_host *h, const char *uuid)
{
    unsigned n;

    last_write(h, uuid, &n);
    return n;
}

void wifi_kept_secret(struct fake_host *h, const struct fake_call *call, const char *secret)
{
    static const char *const texts[] = {"trouble", "wifi_ssid", "link", "url"};
    struct wr_dev *d = fake_dev(h);

    cr_expect_null(strstr(fake_log(h), secret));
    cr_expect_null(strstr(fake_why(d), secret));
    cr_expect(!call->json || !strstr(call->json, secret));
    cr_expect(!fake_event(d, "wifi.status") || !strstr(fake_event(d, "wifi.status"), secret));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        cr_expect(!fake_value(d, texts[i]) || !strstr(fake_value(d, texts[i]), secret));
}

/* --- HTTP -------------------------------------------------------------------------------------- */

void wifi_answer(
    struct fake_host *h, const char *path, int status, const char *type, const char *body)
{
    struct fake_http *q = fake_http_for(h, path);
    char headers[128];

    cr_assert(q && !q->over, "%s is not asked for", path);
    snprintf(headers, sizeof headers, "content-type: %s\n", type);
    if (q->kind == FAKE_HTTP_REQUEST) {
        fake_http_respond(q, status, headers, body, strlen(body));
    } else {
        fake_http_open(q, status, headers);
        fake_http_feed(q, body, strlen(body));
        fake_http_close(q, 0);
    }
    fake_host_advance(h, FAKE_MS);
}

void wifi_found_on_web(struct fake_host *h, const char *status)
{
    wifi_answer(h, "/metrics", 200, "application/json", WIFI_METRICS);
    wifi_answer(h, "/wifi/status", status ? 200 : 404, "application/json", status ? status : "");
    cr_assert(fake_online(fake_dev(h)), "%s", fake_why(fake_dev(h)));
}

struct fake_host *wifi_on_web(const char *status)
{
    struct fake_host *h = wifi_new();

    fake_host_option(h, "address", "10.0.0.9");
    fake_host_start(h);
    fake_host_advance(h, FAKE_MS);
    wifi_found_on_web(h, status);
    return h;
}
