/* pi_part.c - see pi_part.h. */
#include "pi_part.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "pi_text.h"

int pi_part_format(const struct pi_part *p, char *out, size_t cap)
{
    char time[PI_NUMBER_TEXT];
    int n = snprintf(out, cap,
        "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %" PRIu64 "\r\nX-Frame-Id: %" PRIu64
        "\r\nX-Timestamp: %s\r\nX-Dark-Score: %.1f\r\nX-Night: %d\r\n\r\n",
        p->length, p->frame_id, pi_seconds_text(p->time_us, 3, time), p->dark_score,
        p->night ? 1 : 0);
    return n >= 0 && (size_t)n < cap ? n : -ENOBUFS;
}

#define COMMENT_HEAD_BYTES 4

int pi_part_comment_format(const struct pi_part *p, uint8_t *out, size_t cap)
{
    char time[PI_NUMBER_TEXT];
    int n;

    if (cap < COMMENT_HEAD_BYTES)
        return -ENOBUFS;
    n = snprintf((char *)out + COMMENT_HEAD_BYTES, cap - COMMENT_HEAD_BYTES,
        "X-Frame-Id: %" PRIu64 "\r\nX-Timestamp: %s\r\nX-Dark-Score: %.1f\r\nX-Night: %d\r\n",
        p->frame_id, pi_seconds_text(p->time_us, 3, time), p->dark_score, p->night ? 1 : 0);
    if (n < 0 || (size_t)n >= cap - COMMENT_HEAD_BYTES)
        return -ENOBUFS;
    out[0] = 0xFF;
    out[1] = 0xFE;
    out[2] = (uint8_t)((n + 2) >> 8);
    out[3] = (uint8_t)(n + 2);
    return n + COMMENT_HEAD_BYTES;
}

static bool same_name(const char *a, const char *lower)
{
    for (; *a && *lower; a++, lower++)
        if ((*a >= 'A' && *a <= 'Z' ? *a + ('a' - 'A') : *a) != *lower)
            return false;
    return *a == *lower;
}

static bool read_count(struct span s, uint64_t *ret)
{
    int64_t v;
    if (span_int(s, &v) < 0 || v < 0)
        return false;
    *ret = (uint64_t)v;
    return true;
}

static unsigned read_length(struct span s, struct pi_part *p)
{
    return read_count(s, &p->length) ? PI_PART_LENGTH : 0;
}

static unsigned read_frame_id(struct span s, struct pi_part *p)
{
    return read_count(s, &p->frame_id) ? PI_PART_FRAME_ID : 0;
}

static unsigned read_time(struct span s, struct pi_part *p)
{
    int64_t v;
    if (!pi_take_micro(&s, &v) || s.n > 0)
        return 0;
    p->time_us = v;
    return PI_PART_TIME;
}

static unsigned read_dark_score(struct span s, struct pi_part *p)
{
    double v;
    if (!pi_take_double(&s, &v) || s.n > 0 || v < 0 || v > 255)
        return 0;
    p->dark_score = v;
    return PI_PART_DARK_SCORE;
}

static unsigned read_night(struct span s, struct pi_part *p)
{
    if (!span_is(s, "0") && !span_is(s, "1"))
        return 0;
    p->night = s.at[0] == '1';
    return PI_PART_NIGHT;
}

static const struct {
    const char *name;
    unsigned (*read)(struct span value, struct pi_part *p);
} headers[] = {
    {"content-length", read_length},
    {"x-frame-id", read_frame_id},
    {"x-timestamp", read_time},
    {"x-dark-score", read_dark_score},
    {"x-night", read_night},
};

static bool take_header(struct pi_part *p, const char *name, struct span value)
{
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        if (!same_name(name, headers[i].name))
            continue;
        p->have |= headers[i].read(span_strip(value), p);
        return true;
    }
    return false;
}

bool pi_part_header(struct pi_part *p, const char *name, const char *value)
{
    return take_header(p, name, (struct span){value, strlen(value)});
}

/* "X-Frame-Id: 4711" */
static bool take_line(struct pi_part *p, const char *line, size_t n)
{
    const char *colon = memchr(line, ':', n);
    char name[32];
    size_t n_name = colon ? (size_t)(colon - line) : 0;

    if (n_name == 0 || n_name >= sizeof name)
        return false;
    memcpy(name, line, n_name);
    name[n_name] = '\0';
    return take_header(p, name, (struct span){colon + 1, n - n_name - 1});
}

bool pi_part_comment_parse(struct pi_part *p, const uint8_t *comment, size_t n)
{
    static const char begins[] = "X-Frame-Id: ";
    const char *at = (const char *)comment, *end = at + n;

    if (n < sizeof begins - 1 || memcmp(at, begins, sizeof begins - 1) != 0)
        return false;
    while (at < end) {
        const char *lf = memchr(at, '\n', (size_t)(end - at)), *stop = lf ? lf : end;
        take_line(p, at, (size_t)(stop - at));
        at = lf ? lf + 1 : end;
    }
    return true;
}
