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

static bool take_header(struct pi_part *p, struct span name, struct span value)
{
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        if (!span_is_word(name, headers[i].name))
            continue;
        p->have |= headers[i].read(span_strip(value), p);
        return true;
    }
    return false;
}

bool pi_part_header(struct pi_part *p, const char *name, const char *value)
{
    return take_header(p, (struct span){name, strlen(name)}, (struct span){value, strlen(value)});
}

/* "X-Frame-Id: 4711" */
static void take_line(struct pi_part *p, struct span line)
{
    struct span name = span_take_until(&line, ':');

    (void)take_header(p, name, line);
}

bool pi_part_comment_parse(struct pi_part *p, const uint8_t *comment, size_t n)
{
    struct span rest = {(const char *)comment, n}, begins = rest;

    if (!span_take(&begins, "X-Frame-Id: "))
        return false;
    while (rest.n > 0)
        take_line(p, span_take_until(&rest, '\n'));
    return true;
}
