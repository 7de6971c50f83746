#include "play_radio.h"

/* Two empty packets and the way to the other channel and back, and the message of a module that was cut by it. */
#define EVENT_US 1500
/* What phones choose. No fraction of what modules do every 100 ms, so that none is deafened time after time. */
#define INTERVAL_US 48750
#define ADVERT_US 2500
#define ADVERT_INTERVAL_US 100000
/* The specification's advDelay, for the same reason. */
#define ADVERT_DELAY_US 10000
/* Of a packet with its answer: heads, gaps and the empty packet; then 8 µs for each byte. */
#define AROUND_US 540
#define US_PER_BYTE 8

/* Of advertising event k; chance that needs no memory. */
static int64_t advert_delay_us(int64_t k)
{
    return (int64_t)((uint64_t)(k + 1) * UINT64_C(0x9e3779b97f4a7c15) >> 40) % ADVERT_DELAY_US;
}

static bool is_advertised(const struct play_radio *r, int64_t now_us)
{
    int64_t since_us = now_us - r->advertising_us;
    int64_t in_us = since_us % ADVERT_INTERVAL_US - advert_delay_us(since_us / ADVERT_INTERVAL_US);

    return r->advertising && since_us >= 0 && in_us >= 0 && in_us < ADVERT_US;
}

static int64_t next_event_us(const struct play_radio *r, int64_t now_us)
{
    int64_t since_us = now_us - r->connected_us;

    return now_us + INTERVAL_US - since_us % INTERVAL_US;
}

void play_radio_connected(struct play_radio *r, int64_t now_us, bool on)
{
    r->connected = on;
    r->connected_us = r->busy_until_us = now_us;
}

void play_radio_advertising(struct play_radio *r, int64_t now_us, bool on)
{
    if (on && !r->advertising)
        r->advertising_us = now_us;
    r->advertising = on;
}

void play_radio_notified(struct play_radio *r, int64_t now_us, size_t n)
{
    int64_t begin_us = next_event_us(r, now_us);

    if (r->busy_until_us < begin_us)
        r->busy_until_us = begin_us + EVENT_US;
    r->busy_until_us += AROUND_US + (int64_t)n * US_PER_BYTE;
}

bool play_radio_is_deaf(const struct play_radio *r, int64_t now_us)
{
    /* The turn in which the notifications go, which is the last before they are out. */
    int64_t turn_us = r->busy_until_us - (r->busy_until_us - r->connected_us) % INTERVAL_US;

    if (r->connected && now_us >= r->connected_us &&
        ((now_us - r->connected_us) % INTERVAL_US < EVENT_US ||
            (now_us >= turn_us && now_us < r->busy_until_us)))
        return true;
    return is_advertised(r, now_us);
}
