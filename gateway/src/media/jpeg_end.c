#include "media/jpeg_end.h"

#include <string.h>

#include "base/util.h"

enum state {
    FIRST,
    SECOND,
    MARKER_FF,
    MARKER,
    LENGTH_HIGH,
    LENGTH_LOW,
    SEGMENT,
    SCAN,
    SCAN_FF,
    END,
    NO_JPEG
};

enum { TEM = 0x01, RST0 = 0xD0, RST7 = 0xD7, SOI = 0xD8, EOI = 0xD9, SOS = 0xDA, FILL = 0xFF };

static enum state at_marker(struct jpeg_end *j, uint8_t c)
{
    if (c == EOI)
        return END;
    if (c == FILL)
        return MARKER;
    if (c <= TEM || (c >= RST0 && c <= SOI))
        return NO_JPEG;
    j->before_scan = c == SOS;
    return LENGTH_HIGH;
}

static enum state at_scan_ff(struct jpeg_end *j, uint8_t c)
{
    if (c == 0x00 || (c >= RST0 && c <= RST7))
        return SCAN;
    return c == FILL ? SCAN_FF : at_marker(j, c);
}

/* The length counts its own two bytes. */
static enum state at_length(struct jpeg_end *j, uint8_t c)
{
    j->left |= c;
    if (j->left < 2)
        return NO_JPEG;
    j->left -= 2;
    return j->left > 0 ? SEGMENT : j->before_scan ? SCAN : MARKER_FF;
}

static enum state at_byte(struct jpeg_end *j, uint8_t c)
{
    switch ((enum state)j->state) {
    case FIRST:
        return c == 0xFF ? SECOND : NO_JPEG;
    case SECOND:
        return c == SOI ? MARKER_FF : NO_JPEG;
    case MARKER_FF:
        return c == 0xFF ? MARKER : NO_JPEG;
    case MARKER:
        return at_marker(j, c);
    case LENGTH_HIGH:
        j->left = (uint16_t)(c << 8);
        return LENGTH_LOW;
    case LENGTH_LOW:
        return at_length(j, c);
    case SCAN_FF:
        return at_scan_ff(j, c);
    case SEGMENT:
    case SCAN:
    case END:
    case NO_JPEG:
        break;
    }
    return NO_JPEG;
}

/* Passes over what needs no look at each byte; returns how much. */
static size_t skip_run(struct jpeg_end *j, const uint8_t *p, size_t n)
{
    const uint8_t *ff;
    size_t k;

    if (j->state == SEGMENT) {
        k = MIN(n, (size_t)j->left);
        j->left -= (uint16_t)k;
        if (j->left == 0)
            j->state = j->before_scan ? SCAN : MARKER_FF;
        return k;
    }
    if (j->state == SCAN) {
        ff = memchr(p, 0xFF, n);
        if (ff)
            j->state = SCAN_FF;
        return ff ? (size_t)(ff - p) + 1 : n;
    }
    return 0;
}

size_t jpeg_end_feed(struct jpeg_end *j, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n && j->state < END;) {
        size_t k = skip_run(j, bytes + i, n - i);

        if (k == 0) {
            j->state = at_byte(j, bytes[i]);
            k = 1;
        }
        i += k;
        if (j->state == END)
            return i;
    }
    return 0;
}
