/* esp_hub.c - see esp_hub.h. */
#include "esp_hub.h"

#include <criterion/criterion.h>
#include <string.h>

#include "hub_frame.h"
#include "hub_line.h"

void app_main(void);

static struct {
    unsigned n_read; /* of esp->heard */
    struct hub_frame_reader reader;
    char room[65536];
} apps[ESP_MAX_HOSTS];

void hub_switch_on(void)
{
    esp->most_hosts = 3;
    esp_switch_on(app_main);
    esp_pass_ms(300);
    cr_assert(esp->advertising);
}

void hub_app_comes(unsigned app, unsigned mtu)
{
    hub_frame_reader_init(&apps[app].reader, apps[app].room, sizeof apps[app].room);
    apps[app].n_read = esp->n_heard;
    esp_host_is(app);
    esp_host_connect(mtu);
    esp_host_subscribe(HUB_TX_UUID, true);
    esp_pass_ms(20);
}

void hub_app_leaves(unsigned app)
{
    esp_host_is(app);
    esp_host_leave(BLE_ERR_REM_USER_CONN_TERM);
}

int hub_app_writes(unsigned app, const char *text)
{
    esp_host_is(app);
    return esp_host_write(HUB_RX_UUID, text, strlen(text));
}

static size_t read_one(unsigned app, const struct esp_heard *h, char *out)
{
    struct span s = {(const char *)h->bytes, h->n};
    struct hub_frame f;
    size_t n = 0;

    cr_expect_not(hub_frame_begin(&apps[app].reader, s, &f), "an answer lacks something");
    while (hub_frame_read(&apps[app].reader, &s, &f)) {
        cr_expect(f.whole);
        cr_expect_eq(f.announced, f.payload.n);
        memcpy(out + n, f.payload.at, f.payload.n);
        n += f.payload.n;
        out[n++] = '\n';
    }
    return n;
}

const char *hub_got(unsigned app)
{
    static char text[65536];
    size_t n = 0;

    for (; apps[app].n_read < esp->n_heard; apps[app].n_read++)
        if (esp->heard[apps[app].n_read].host == app)
            n += read_one(app, &esp->heard[apps[app].n_read], text + n);
    text[n] = '\0';
    return text;
}

void hub_hears(unsigned n, int rssi_dbm, const char *text)
{
    const uint8_t mac[6] = {2, 0, 0, 0, (uint8_t)(n >> 8), (uint8_t)n};

    esp_air_say(mac, rssi_dbm, text, strlen(text));
}

void hub_hears_battery(unsigned n, int rssi_dbm)
{
    char text[64];

    snprintf(text, sizeof text, "{\"topic\":\"/battery/m%u\",\"value\":85}", n);
    hub_hears(n, rssi_dbm, text);
    esp_pass_ms(2);
}

unsigned hub_count(const char *text, const char *what)
{
    unsigned n = 0;

    for (; (text = strstr(text, what)); text++)
        n++;
    return n;
}
