/* pi_part.h - the head of one picture in the camera's MJPEG stream.
 *
 *     --frame\r\n
 *     Content-Type: image/jpeg\r\n
 *     Content-Length: 48213\r\n
 *     X-Frame-Id: 4711\r\n               a counter of the camera's process, from 0
 *     X-Timestamp: 1767225600.123\r\n    the camera's wall clock, seconds
 *     X-Dark-Score: 131.4\r\n            mean brightness 0.0 … 255.0
 *     X-Night: 0\r\n                     1: taken in night mode
 *     \r\n
 *     …48213 bytes…                      then \r\n; the first service of this kind leaves that out
 */
#ifndef PI_PART_H
#define PI_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PI_PART_CONTENT_TYPE "multipart/x-mixed-replace; boundary=frame"
#define PI_PART_TAIL "\r\n"
/* Room for any head pi_part_format() writes. */
#define PI_PART_HEAD_MAX 256

enum {
    PI_PART_LENGTH = 1,
    PI_PART_FRAME_ID = 2,
    PI_PART_TIME = 4,
    PI_PART_DARK_SCORE = 8,
    PI_PART_NIGHT = 16
};

struct pi_part {
    unsigned have; /* PI_PART_…: what was said, when read; ignored when written */
    uint64_t length, frame_id;
    int64_t time_us;
    double dark_score;
    bool night;
};

/* The head with its empty line, and a NUL that does not count. Its length, or -ENOBUFS. */
int pi_part_format(const struct pi_part *p, char *out, size_t cap);
/* Takes one header line of a part, given as name (any case) and value. Values that make no sense
 * are passed over. True: it was one of ours. */
bool pi_part_header(struct pi_part *p, const char *name, const char *value);

/* The same facts inside of the picture, where `shortstream <n> times` asks for them: a comment
 * right behind the SOI, holding the X- lines of the head.
 *
 *     FF D8 | FF FE LL LL "X-Frame-Id: 4711\r\nX-Timestamp: …\r\n…" | the rest of the JPEG
 */
#define PI_PART_COMMENT_MAX 160
/* The segment without the SOI. Its length, or -ENOBUFS. */
int pi_part_comment_format(const struct pi_part *p, uint8_t *out, size_t cap);
/* The comment of a picture as jpeg_scan() finds it. False: it is not one of these; *p is as
 * before. */
bool pi_part_comment_parse(struct pi_part *p, const uint8_t *comment, size_t n);

#endif
