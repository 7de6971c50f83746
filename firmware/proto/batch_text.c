/* batch_text.c - see batch_text.h. Numbers are read and written by hand: printf and strtod of a small computer's C library
 * bring kilobytes, and follow a locale on a large one. */
#include "batch_text.h"

#include <string.h>

struct text {
    const char *at, *end;
};

/* --- reading from left to right --------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0;
}

static void skip_blanks(struct text *t)
{
    while (t->at < t->end && is_blank(*t->at))
        t->at++;
}

static bool take_char(struct text *t, char c)
{
    skip_blanks(t);
    if (t->at == t->end || *t->at != c)
        return false;
    t->at++;
    return true;
}

static bool take_word(struct text *t, const char *word)
{
    size_t n = strlen(word);

    skip_blanks(t);
    if ((size_t)(t->end - t->at) < n || memcmp(t->at, word, n) != 0)
        return false;
    t->at += n;
    return true;
}

static bool is_digit(const struct text *t)
{
    return t->at < t->end && *t->at >= '0' && *t->at <= '9';
}

/* Digits; false: there is none, or more than fit. */
static bool take_u32(struct text *t, uint32_t *ret)
{
    uint64_t v = 0;

    skip_blanks(t);
    if (!is_digit(t))
        return false;
    for (; is_digit(t); t->at++) {
        v = v * 10 + (uint64_t)(*t->at - '0');
        if (v > UINT32_MAX)
            return false;
    }
    *ret = (uint32_t)v;
    return true;
}

/* A number of tenths and their rounded rest, as a thousandth of 100 %: "12.34" → 123. Stays at `INT32_MAX / 2` or its negative. */
static bool take_tenths(struct text *t, int32_t *ret)
{
    const int32_t ceiling = INT32_MAX / 2;
    bool negative = take_char(t, '-'), any = false;
    int64_t v = 0;

    if (!negative)
        take_char(t, '+');
    for (; is_digit(t); t->at++, any = true)
        v = v < ceiling ? v * 10 + (*t->at - '0') : ceiling;
    v *= 10;
    if (t->at < t->end && *t->at == '.') {
        t->at++;
        for (unsigned place = 0; is_digit(t); t->at++, place++, any = true)
            v += place == 0 ? *t->at - '0' : place == 1 && *t->at >= '5';
    }
    if (v > ceiling)
        v = ceiling;
    if (any)
        *ret = (int32_t)(negative ? -v : v);
    return any;
}

static bool at_end(struct text *t)
{
    skip_blanks(t);
    return t->at == t->end;
}

/* --- STATUS ----------------------------------------------------------------------------------- */

/* What stands before '%' may be no number; after it there may be nothing. */
static bool parse_memory(struct text *t, struct batch_status *s)
{
    const char *percent = memchr(t->at, '%', (size_t)(t->end - t->at));
    struct text number = {t->at, percent};
    int32_t tenths;

    if (!percent)
        return false;
    s->kind = BATCH_STATUS_MEMORY;
    if (take_tenths(&number, &tenths) && at_end(&number)) {
        s->used_known = true;
        s->used_permille = (uint16_t)(tenths < 0 ? 0 : tenths > 1000 ? 1000 : tenths);
    }
    t->at = percent + 1;
    take_char(t, '|');
    s->count_known =
        take_word(t, "Imgs") && take_char(t, ':') && take_u32(t, &s->count) && at_end(t);
    if (!s->count_known)
        s->count = 0;
    return true;
}

static bool parse_line(struct text *t, struct batch_status *s)
{
    if (take_word(t, "PSRAM"))
        return take_char(t, ':') && parse_memory(t, s);
    if (take_word(t, "COUNT")) {
        s->kind = BATCH_STATUS_COUNT;
        s->count_known = true;
        return take_char(t, ':') && take_u32(t, &s->count) && at_end(t);
    }
    if (take_word(t, "IMAGE")) {
        s->kind = BATCH_STATUS_IMAGE;
        return take_char(t, ':') && take_u32(t, &s->image_bytes) && at_end(t);
    }
    s->kind = BATCH_STATUS_SIZES;
    return take_u32(t, &s->image_bytes) && take_char(t, ':') && take_u32(t, &s->sound_bytes) &&
        at_end(t);
}

bool batch_status_parse(const void *text, size_t n, struct batch_status *ret)
{
    struct batch_status s = {0};
    struct text t;

    if (n == 0 || n > BATCH_STATUS_MAX_PARSED_BYTES)
        return false;
    t = (struct text){text, (const char *)text + n};
    if (!parse_line(&t, &s))
        return false;
    *ret = s;
    return true;
}

/* --- writing ---------------------------------------------------------------------------------- */

static char *put_word(char *at, const char *word)
{
    size_t n = strlen(word);

    memcpy(at, word, n);
    return at + n;
}

static char *put_u32(char *at, uint32_t v)
{
    char digits[10];
    unsigned n = 0;

    do
        digits[n++] = (char)('0' + v % 10);
    while ((v /= 10) > 0);
    while (n > 0)
        *at++ = digits[--n];
    return at;
}

/* "12.3" */
static char *put_tenths(char *at, uint32_t tenths)
{
    at = put_u32(at, tenths / 10);
    *at++ = '.';
    *at++ = (char)('0' + tenths % 10);
    return at;
}

size_t batch_status_write(const struct batch_status *s, char out[BATCH_STATUS_MAX_BYTES])
{
    char *at = out;

    switch (s->kind) {
    case BATCH_STATUS_MEMORY:
        at = put_word(at, "PSRAM: ");
        at = put_tenths(at, s->used_permille > 1000 ? 1000 : s->used_permille);
        at = put_word(at, "% | Imgs: ");
        return (size_t)(put_u32(at, s->count) - out);
    case BATCH_STATUS_COUNT:
        at = put_word(at, "COUNT:");
        return (size_t)(put_u32(at, s->count) - out);
    case BATCH_STATUS_IMAGE:
        at = put_word(at, "IMAGE:");
        return (size_t)(put_u32(at, s->image_bytes) - out);
    case BATCH_STATUS_SIZES:
        at = put_u32(at, s->image_bytes);
        *at++ = ':';
        return (size_t)(put_u32(at, s->sound_bytes) - out);
    }
    return 0;
}

/* --- CONFIG ----------------------------------------------------------------------------------- */

/* One "F:30" or "T:12.5". False: neither. */
static bool parse_setting(struct text *t, struct batch_config *c)
{
    bool frequency = take_char(t, 'F') || take_char(t, 'f');
    int32_t tenths;

    if (!frequency && !take_char(t, 'T') && !take_char(t, 't'))
        return false;
    if ((!take_char(t, ':') && !take_char(t, '=')) || !take_tenths(t, &tenths) || !at_end(t))
        return false;
    if (frequency && tenths % 10 == 0 && tenths / 10 >= BATCH_FREQUENCY_MIN_S &&
        tenths / 10 <= BATCH_FREQUENCY_MAX_S) {
        c->frequency_known = true;
        c->frequency_s = (uint32_t)tenths / 10;
        return true;
    }
    if (!frequency && tenths >= BATCH_THRESHOLD_MIN_PERMILLE &&
        tenths <= BATCH_THRESHOLD_MAX_PERMILLE) {
        c->threshold_known = true;
        c->threshold_permille = (uint16_t)tenths;
        return true;
    }
    return false;
}

void batch_config_parse(const void *text, size_t n, struct batch_config *ret)
{
    const char *at = text, *end = at + n;

    *ret = (struct batch_config){0};
    if (n > BATCH_CONFIG_MAX_PARSED_BYTES) {
        ret->refused = true;
        return;
    }
    while (at < end) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        struct text setting = {at, comma ? comma : end};

        if (!at_end(&setting) && !parse_setting(&setting, ret))
            ret->refused = true;
        at = comma ? comma + 1 : end;
    }
}

static uint32_t within(uint32_t v, uint32_t min, uint32_t max)
{
    return v < min ? min : v > max ? max : v;
}

size_t batch_config_write(const struct batch_config *c, char out[BATCH_CONFIG_MAX_BYTES])
{
    char *at = out;

    if (c->frequency_known) {
        at = put_word(at, "F:");
        at = put_u32(at, within(c->frequency_s, BATCH_FREQUENCY_MIN_S, BATCH_FREQUENCY_MAX_S));
    }
    if (c->threshold_known) {
        uint32_t tenths = within(
            c->threshold_permille, BATCH_THRESHOLD_MIN_PERMILLE, BATCH_THRESHOLD_MAX_PERMILLE);

        at = put_word(at, at > out ? ",T:" : "T:");
        at = tenths % 10 == 0 ? put_u32(at, tenths / 10) : put_tenths(at, tenths);
    }
    return (size_t)(at - out);
}
