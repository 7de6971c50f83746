#include "device/clock_map.h"

#include "base/clock.h"
#include "base/util.h"

/* 2000-01-01T00:00:00Z: a Raspberry Pi without network begins in 1970, an ESP32 as well. */
#define EARLIEST_US (INT64_C(946684800) * US_PER_S)
#define AHEAD_MAX_US (INT64_C(86400) * US_PER_S)
/* What a device tells may come a little out of order. A clock that goes back further was begun anew. */
#define LATE_MAX_US (5 * US_PER_S)
/* Nothing that comes by itself is on its way for so long: then our clock was set ahead. */
#define WAY_MAX_US (60 * US_PER_S)

void clock_map_init(struct clock_map *m, enum wr_clock clock)
{
    *m = (struct clock_map){.clock = clock};
}

static void learn(struct clock_map *m, int64_t difference, int64_t received_us)
{
    if (!m->known) {
        m->known = true;
        m->began_us = received_us;
        m->older_us = m->newer_us = difference;
        return;
    }
    if (received_us - m->began_us >= CLOCK_MAP_WINDOW_US || received_us < m->began_us) {
        m->began_us = received_us;
        m->older_us = m->newer_us;
        m->newer_us = difference;
        return;
    }
    m->newer_us = MIN(m->newer_us, difference);
}

static bool was_set(const struct clock_map *m, int64_t device_us, int64_t received_us)
{
    int64_t offset;

    return clock_map_offset(m, &offset) &&
        (device_us < m->latest_us - LATE_MAX_US || received_us - device_us > offset + WAY_MAX_US);
}

static int64_t map_monotonic(struct clock_map *m, int64_t device_us, int64_t received_us)
{
    int64_t offset;

    if (was_set(m, device_us, received_us))
        clock_map_init(m, WR_CLOCK_MONOTONIC);
    m->latest_us = MAX(m->latest_us, device_us);
    learn(m, received_us - device_us, received_us);
    clock_map_offset(m, &offset);
    return device_us + offset;
}

int64_t clock_map_utc(struct clock_map *m, int64_t device_us, int64_t received_us)
{
    if (m->clock == WR_CLOCK_NONE || device_us <= 0 || device_us > INT64_MAX / 2)
        return 0;
    if (m->clock == WR_CLOCK_UTC) {
        if (device_us < EARLIEST_US || device_us > received_us + AHEAD_MAX_US)
            return 0;
        learn(m, received_us - device_us, received_us);
        return device_us;
    }
    return map_monotonic(m, device_us, received_us);
}

bool clock_map_offset(const struct clock_map *m, int64_t *ret_us)
{
    if (m->known)
        *ret_us = MIN(m->older_us, m->newer_us);
    return m->known;
}
