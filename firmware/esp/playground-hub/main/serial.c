/* serial.c - see serial.h. */
#include "serial.h"

#include <string.h>

#include "esp_heap_caps.h"
#include "serial_driver.h"

void serial_start(struct serial *s)
{
    *s = (struct serial){.there = serial_driver_start()};
}

static bool is_idle(const struct serial *s)
{
    return s->at == s->n;
}

/* For a line of n bytes; what was in there is gone. */
static bool make_room(struct serial *s, size_t n)
{
    if (n <= s->cap)
        return true;
    heap_caps_free(s->line);
    s->line = heap_caps_malloc(n, MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT);
    s->cap = s->line ? n : 0;
    return s->line != NULL;
}

int serial_say(struct serial *s, int64_t now_us, const char *line, size_t n)
{
    serial_step(s, now_us);
    if (!s->there || !is_idle(s) || !make_room(s, 1 + n))
        return -1;
    s->line[0] = '\n';
    memcpy(s->line + 1, line, n);
    s->n = 1 + n;
    s->at = s->torn ? 0 : 1;
    s->torn = false;
    s->moved_us = now_us;
    serial_step(s, now_us);
    return 0;
}

void serial_step(struct serial *s, int64_t now_us)
{
    size_t n;

    while (!is_idle(s) && (n = serial_driver_write(s->line + s->at, s->n - s->at)) > 0) {
        s->at += n;
        s->moved_us = now_us;
    }
    if (!is_idle(s) && now_us >= s->moved_us + SERIAL_PATIENCE_US) {
        s->at = s->n;
        s->torn = true;
    }
}

size_t serial_read(struct serial *s, void *out, size_t cap)
{
    return s->there ? serial_driver_read(out, cap) : 0;
}
