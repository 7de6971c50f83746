/* jpeg_scan.c - see jpeg_scan.h. */
#include "jpeg_scan.h"

#include <errno.h>
#include <string.h>

enum {
    SOF0 = 0xc0,
    DHT = 0xc4,
    JPG = 0xc8,
    DAC = 0xcc,
    SOF15 = 0xcf,
    RST0 = 0xd0,
    RST7 = 0xd7,
    SOI = 0xd8,
    EOI = 0xd9,
    SOS = 0xda,
    COM = 0xfe
};
enum { TEM = 0x01 };
/* A scan has at most four components. A larger length is the rest of a picture that was cut off. */
enum { SOS_MAX_LENGTH = 6 + 2 * 4 };

static bool is_frame_header(uint8_t marker)
{
    return marker >= SOF0 && marker <= SOF15 && marker != DHT && marker != JPG && marker != DAC;
}

static bool stands_alone(uint8_t marker)
{
    return marker == TEM || (marker >= RST0 && marker <= RST7) || marker == SOI;
}

/* LL LL PP HH HH WW WW NN */
static int read_frame_header(
    const uint8_t *segment, size_t n, uint8_t marker, struct jpeg_info *info)
{
    if (n < 8)
        return -EBADMSG;
    info->height = (uint16_t)(segment[3] << 8 | segment[4]);
    info->width = (uint16_t)(segment[5] << 8 | segment[6]);
    info->n_components = segment[7];
    info->progressive = marker != SOF0 && marker != SOF0 + 1;
    return info->width > 0 && info->height > 0 && info->n_components > 0 ? 0 : -EBADMSG;
}

static int read_segment(const uint8_t *segment, size_t n, uint8_t marker, struct jpeg_info *info)
{
    if (is_frame_header(marker))
        return info->width ? -EBADMSG : read_frame_header(segment, n, marker, info);
    if (marker == DHT)
        info->has_huffman_tables = true;
    if (marker == COM && !info->comment) {
        info->comment = segment + 2;
        info->n_comment = n - 2;
    }
    return 0;
}

/* The last EOI at or after `from`: entropy-coded data holds none, padding after it rarely does. 0:
 * there is none. */
static size_t find_end(const uint8_t *bytes, size_t from, size_t n)
{
    for (size_t i = n; i >= from + 2; i--)
        if (bytes[i - 2] == 0xff && bytes[i - 1] == EOI)
            return i;
    return 0;
}

/* The next marker's segment: *at is behind its FF and code when this returns its code; negative at
 * the end. */
static int next_marker(const uint8_t *bytes, size_t n, size_t *at)
{
    if (*at >= n)
        return -ENODATA;
    if (bytes[*at] != 0xff)
        return -EBADMSG;
    while (*at < n && bytes[*at] == 0xff) /* fill bytes are allowed */
        ++*at;
    return *at < n ? bytes[(*at)++] : -ENODATA;
}

static int scan_segments(
    const uint8_t *bytes, size_t n, struct jpeg_info *info, size_t *ret_scan_at)
{
    for (size_t at = 2;;) {
        int marker = next_marker(bytes, n, &at);
        if (marker < 0)
            return marker;
        if (marker == EOI || marker == SOI || marker == 0)
            return -EBADMSG;
        if (stands_alone((uint8_t)marker))
            continue;
        if (n - at < 2)
            return -ENODATA;
        size_t length = (size_t)(bytes[at] << 8 | bytes[at + 1]);
        if (length < 2)
            return -EBADMSG;
        if (length > n - at)
            return -ENODATA;
        int r = read_segment(bytes + at, length, (uint8_t)marker, info);
        if (r < 0)
            return r;
        at += length;
        if (marker == SOS) {
            *ret_scan_at = at;
            return 0;
        }
    }
}

int jpeg_scan(const uint8_t *bytes, size_t n, struct jpeg_info *ret)
{
    struct jpeg_info info = {0};
    size_t at;
    if (n < 4 || bytes[0] != 0xff || bytes[1] != SOI || bytes[2] != 0xff)
        return n > 0 && n < 4 && bytes[0] == 0xff ? -ENODATA : -EBADMSG;
    int r = scan_segments(bytes, n, &info, &at);
    if (r < 0)
        return r;
    if (info.width == 0)
        return -EBADMSG;
    info.length = find_end(bytes, at, n);
    if (info.length == 0)
        return -ENODATA;
    *ret = info;
    return 0;
}

/* --- one after the other in a stream ---------------------------------------------------------- */

static void seek_start(struct jpeg_split *s, const uint8_t *bytes, size_t n)
{
    while (s->at < n) {
        const uint8_t *p = memchr(bytes + s->at, 0xff, n - s->at);
        s->at = p ? (size_t)(p - bytes) : n;
        if (n - s->at < 3)
            break; /* FF D8 FF is what every JPEG begins with */
        if (p[1] == SOI && p[2] == 0xff) {
            s->start = s->at;
            s->at += 2;
            s->state = JPEG_SPLIT_SEGMENTS;
            return;
        }
        s->at++;
    }
    s->start = s->at;
}

/* 1: go on; 0: more bytes are needed; -1: this is no JPEG. */
static int step_segment(struct jpeg_split *s, const uint8_t *bytes, size_t n)
{
    size_t at = s->at;
    int marker = next_marker(bytes, n, &at);
    if (marker == -ENODATA)
        return 0;
    if (marker <= 0)
        return -1;
    if (marker == EOI) {
        s->at = at - 2; /* the other state takes it */
        s->state = JPEG_SPLIT_ENTROPY;
        return 1;
    }
    if (stands_alone((uint8_t)marker)) {
        s->at = at;
        if (marker == SOI) /* the one before was cut off */
            s->start = at - 2;
        return 1;
    }
    if (n - at < 2)
        return 0;
    size_t length = (size_t)(bytes[at] << 8 | bytes[at + 1]);
    if (length < 2 || (marker == SOS && length > SOS_MAX_LENGTH))
        return -1;
    if (length > n - at)
        return 0;
    s->at = at + length;
    if (marker == SOS)
        s->state = JPEG_SPLIT_ENTROPY;
    return 1;
}

/* 2: complete; 1: go on (another scan's segments); 0: more bytes. */
static int step_entropy(struct jpeg_split *s, const uint8_t *bytes, size_t n)
{
    while (s->at < n) {
        const uint8_t *p = memchr(bytes + s->at, 0xff, n - s->at);
        s->at = p ? (size_t)(p - bytes) : n;
        if (n - s->at < 2)
            return 0;
        if (p[1] == EOI) {
            s->at += 2;
            return 2;
        }
        if (p[1] == 0 || (p[1] >= RST0 && p[1] <= RST7)) {
            s->at += 2;
        } else if (p[1] == 0xff) {
            s->at += 1;
        } else {
            s->state = JPEG_SPLIT_SEGMENTS; /* tables between the scans of a progressive picture */
            return 1;
        }
    }
    return 0;
}

bool jpeg_split_feed(
    struct jpeg_split *s, const uint8_t *bytes, size_t n, size_t *ret_start, size_t *ret_end)
{
    for (;;) {
        int r = 1;
        if (s->state == JPEG_SPLIT_SEEK)
            seek_start(s, bytes, n);
        if (s->state == JPEG_SPLIT_SEGMENTS)
            r = step_segment(s, bytes, n);
        else if (s->state == JPEG_SPLIT_ENTROPY)
            r = step_entropy(s, bytes, n);
        *ret_start = s->start;
        if (r < 0) {
            s->state = JPEG_SPLIT_SEEK;
            s->at = s->start + 2;
            s->start = s->at;
            continue;
        }
        if (r == 2)
            return *ret_end = s->at, true;
        if (r == 0 || s->state == JPEG_SPLIT_SEEK)
            return false;
    }
}

void jpeg_split_dropped(struct jpeg_split *s, size_t n)
{
    s->at -= n;
    s->start -= n;
}
