/* said.c - texts of the camera on their way to people: into sentences, answers, attributes. What a
 * camera sends may be of any length, no UTF-8, and hold what moves a terminal's cursor. */
#include "camera.h"

#include <string.h>

#define CUT "…"

/* Bytes of the character at `s` that may be shown; 0: its first byte may not. C1 controls (U+0080 to
 * U+009F) are two bytes of UTF-8, and terminals obey them, too. */
static size_t showable(const char *s, size_t n)
{
    const unsigned char *p = (const unsigned char *)s;
    size_t k = wr_utf8_len_(p, n);

    if ((k == 1 && (p[0] < 0x20 || p[0] == 0x7F)) || (k == 2 && p[0] == 0xC2 && p[1] < 0xA0))
        return 0;
    return k;
}

bool said_clean(struct pi_span raw, char *out, size_t cap)
{
    size_t at = 0, n = 0, room = cap - sizeof CUT; /* for the mark and the NUL */
    bool same = true;

    while (at < raw.n) {
        size_t k = showable(raw.at + at, raw.n - at);

        if (n + (k ? k : 1) > room) {
            memcpy(out + n, CUT, sizeof CUT);
            return false;
        }
        if (k > 0)
            memcpy(out + n, raw.at + at, k);
        else
            out[n] = '?';
        same = same && k > 0;
        n += k ? k : 1;
        at += k ? k : 1;
    }
    out[n] = '\0';
    return same;
}

const char *said(struct pi_span raw, char out[SAID_BYTES])
{
    said_clean(raw, out, SAID_BYTES);
    return *out ? out : "(nothing)";
}
