/* play_hub.c - see play_hub.h: what modules say, time passing, and what the hub shows of itself. */
#include "play_hub_private.h"

#include <stdio.h>
#include <string.h>

/* --- what is to be seen ----------------------------------------------------------------------- */

static void show_line(struct play_hub *h, unsigned line, const char *text)
{
    if (strcmp(h->lines[line], text) == 0)
        return;
    strcpy(h->lines[line], text);
    h->port.display(h->port.ctx, line, text);
}

static void show(struct play_hub *h)
{
    bool connected = play_front_is_connected(h);
    int light = h->scan.on ? PLAY_HUB_SCANNING : connected ? PLAY_HUB_CONNECTED : PLAY_HUB_ALONE;
    char text[sizeof h->lines[0]];

    if (h->port.light && light != h->light)
        h->port.light(h->port.ctx, (enum play_hub_light)light);
    h->light = light;
    if (!h->port.display)
        return;
    show_line(h, PLAY_HUB_LINE_TITLE, "Hub Status");
    snprintf(text, sizeof text, "Buf:%u", play_front_waiting(h));
    show_line(h, PLAY_HUB_LINE_BUFFER, text);
    show_line(h, PLAY_HUB_LINE_BLE, connected ? "BLE:Y" : "BLE:N");
    show_line(h, PLAY_HUB_LINE_SCAN, h->scan.on ? "Scan:Y" : "Scan:N");
}

/* --- modules ---------------------------------------------------------------------------------- */

void play_hub_received(struct play_hub *h, int64_t now_us, const uint8_t mac[HUB_MAC_RAW_BYTES],
    int rssi_dbm, const void *bytes, size_t n)
{
    struct air_message a;

    h->now_us = now_us;
    h->n_messages++;
    if (n > AIR_MAX_BYTES || air_message_read((struct span){bytes, n}, &a) < 0)
        h->n_not_understood++;
    else
        play_modules_heard(h, mac, rssi_dbm, &a);
    play_hub_step(h, now_us);
}

/* --- life ------------------------------------------------------------------------------------- */

void play_hub_init(
    struct play_hub *h, const struct play_hub_port *port, const uint8_t mac[HUB_MAC_RAW_BYTES])
{
    memset(h, 0, sizeof *h);
    h->port = *port;
    memcpy(h->mac, mac, sizeof h->mac);
    h->light = -1;
}

void play_hub_start(struct play_hub *h, int64_t now_us)
{
    h->now_us = h->watch_us = now_us;
    h->port.advertise(h->port.ctx);
    play_serial_start(h);
    play_hub_step(h, now_us);
}

void play_hub_step(struct play_hub *h, int64_t now_us)
{
    h->now_us = now_us;
    if (h->port.watch && now_us >= h->watch_us) {
        h->watch_us = now_us + PLAY_HUB_WATCH_US;
        h->port.watch(h->port.ctx);
    }
    play_modules_step(h);
    play_front_step(h);
    play_scan_step(h);
    play_front_step(h);
    play_serial_step(h);
    show(h);
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t play_hub_next_us(const struct play_hub *h)
{
    int64_t t = sooner(play_scan_next_us(h), play_front_next_us(h));

    t = sooner(t, sooner(play_modules_next_us(h), play_serial_next_us(h)));
    return h->port.watch ? sooner(t, h->watch_us) : t;
}
