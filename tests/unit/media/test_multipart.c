/* Every dialect is read whole, byte by byte, and cut in two at every place: what comes out must be
 * the same. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "media/multipart.h"

#define MAX_PART 4096

/* --- a sink that writes down what it was told ------------------------------------------------- */

struct record {
    char log[16384]; /* "begin(3) end(3: content-length=3) abc\n"; lengths of grown parts vary with
                        nothing */
    size_t n_log;
    uint8_t *part;
    size_t cap, first_cap, max_cap;
    bool refuse;     /* begin() says NULL */
    unsigned n_open; /* begun, neither ended nor abandoned */
};

static void note(struct record *r, const char *text, size_t n)
{
    cr_assert(r->n_log + n < sizeof r->log);
    memcpy(r->log + r->n_log, text, n);
    r->log[r->n_log += n] = '\0';
}

static uint8_t *sink_begin(void *ctx, size_t length, size_t *cap)
{
    struct record *r = ctx;

    cr_assert(eq(uint, r->n_open, 0), "a part begins inside another");
    if (r->refuse)
        return NULL;
    r->n_open++;
    *cap = r->cap = length > 0 ? length : r->first_cap;
    r->part = malloc(r->cap);
    return r->part;
}

static uint8_t *sink_grow(void *ctx, size_t used, size_t *cap)
{
    struct record *r = ctx;

    cr_assert(eq(sz, used, r->cap), "room is left");
    if (r->cap * 2 > r->max_cap)
        return NULL;
    *cap = r->cap *= 2;
    r->part = realloc(r->part, r->cap);
    return r->part;
}

static void sink_end(void *ctx, const struct multipart_header *headers, size_t n, size_t length)
{
    struct record *r = ctx;
    char text[256];

    for (size_t i = 0; i < n; i++)
        note(r, text,
            (size_t)snprintf(text, sizeof text, "%s=%s ", headers[i].name, headers[i].value));
    note(r, "[", 1);
    note(r, (char *)r->part, length);
    note(r, "]\n", 2);
    free(r->part);
    r->n_open--;
}

static void sink_abandon(void *ctx)
{
    struct record *r = ctx;

    free(r->part);
    r->n_open--;
}

static const struct multipart_sink sink = {sink_begin, sink_grow, sink_end, sink_abandon};

struct outcome {
    struct record record;
    struct multipart_stats stats;
    int result;
};

/* Feeds `first` bytes, then the rest in pieces of `step`. */
static void read_in_pieces(const char *content_type, const char *stream, size_t n, size_t first,
    size_t step, struct outcome *ret)
{
    struct multipart *m = NULL;
    struct error e = ERROR_NULL;

    cr_assert(eq(int, multipart_new(content_type, MAX_PART, &sink, &ret->record, &m, &e), 0), "%s",
        e.text);
    ret->result = 0;
    for (size_t at = 0, k = first; at < n && ret->result == 0; at += k, k = step) {
        /* A copy of its own, so that a sanitizer sees reads beyond the piece. */
        uint8_t *piece;

        if (k > n - at)
            k = n - at;
        piece = malloc(k + 1);
        memcpy(piece, stream + at, k);
        ret->result = multipart_feed(m, piece, k);
        free(piece);
    }
    ret->stats = *multipart_stats(m);
    multipart_free(m);
    cr_assert(eq(uint, ret->record.n_open, 0), "a part was neither ended nor abandoned");
}

static struct outcome fresh(void)
{
    return (struct outcome){.record = {.first_cap = 2, .max_cap = 2 * MAX_PART}};
}

static void assert_same(
    const struct outcome *a, const struct outcome *b, const char *how, size_t at)
{
    cr_assert(eq(str, (char *)a->record.log, (char *)b->record.log), "%s %zu", how, at);
    cr_assert(eq(int, a->result, b->result), "%s %zu", how, at);
    cr_assert(eq(u64, a->stats.n_parts, b->stats.n_parts), "%s %zu", how, at);
    cr_assert(eq(u64, a->stats.n_bad, b->stats.n_bad), "%s %zu", how, at);
    cr_assert(eq(u64, a->stats.n_skipped, b->stats.n_skipped), "%s %zu", how, at);
}

/* Reads it in all ways, starting from `start` each time, and returns what all of them gave. */
static struct outcome read_from(
    const struct outcome *start, const char *content_type, const char *stream, size_t n)
{
    struct outcome whole = *start, other;

    read_in_pieces(content_type, stream, n, n, n, &whole);
    other = *start;
    read_in_pieces(content_type, stream, n, 1, 1, &other);
    assert_same(&other, &whole, "in steps of", 1);
    for (size_t at = 1; at < n; at++) {
        other = *start;
        read_in_pieces(content_type, stream, n, at, n, &other);
        assert_same(&other, &whole, "cut at", at);
    }
    return whole;
}

static struct outcome read_all_ways(const char *content_type, const char *stream, size_t n)
{
    struct outcome start = fresh();

    return read_from(&start, content_type, stream, n);
}

#define READ(content_type, stream) read_all_ways((content_type), (stream), sizeof(stream) - 1)
#define REPLACE "multipart/x-mixed-replace;boundary=frame"

static void assert_parts(struct outcome o, const char *log, uint64_t n_parts, uint64_t n_bad)
{
    cr_assert(eq(str, o.record.log, (char *)log));
    cr_assert(eq(int, o.result, 0));
    cr_assert(eq(u64, o.stats.n_parts, n_parts));
    cr_assert(eq(u64, o.stats.n_bad, n_bad));
}

/* The smallest thing with the structure of a JPEG: an APP1 segment in which a thumbnail ends, a
 * scan with stuffing and a restart, EOI. */
#define JPEG                                                                                       \
    "\xFF\xD8\xFF\xE1\x00\x06T\xFF\xD9T\xFF\xDA\x00\x03S\x11\xFF\x00\xFF\xD0--"                    \
    "frame\x22\xFF\xFF\xD9"

/* --- dialects --------------------------------------------------------------------------------- */

Test(multipart, length_and_no_line_end_before_the_boundary)
{
    assert_parts(READ("multipart/x-mixed-replace; boundary=frame",
                     "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 3\r\nX-Frame-Id: "
                     "7\r\nX-Timestamp: 1700000000.125\r\n"
                     "X-Dark-Score: 81.5\r\nX-Night: 0\r\n\r\nabc--frame\r\nContent-Length: "
                     "5\r\n\r\nde-fg--frame\r\n"),
        "content-type=image/jpeg content-length=3 x-frame-id=7 x-timestamp=1700000000.125 "
        "x-dark-score=81.5 x-night=0 [abc]\n"
        "content-length=5 [de-fg]\n",
        2, 0);
}

Test(multipart, length_and_line_end_before_the_boundary)
{
    assert_parts(READ(REPLACE,
                     "--frame\r\nContent-Length: 3\r\n\r\nabc\r\n--frame\r\nContent-Length: "
                     "2\r\n\r\n\r\n\r\n--frame\r\n"),
        "content-length=3 [abc]\ncontent-length=2 [\r\n]\n", 2, 0);
}

Test(multipart, no_length_and_line_end_before_every_boundary)
{
    assert_parts(
        READ(REPLACE,
            "\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\nabc\r\n--frame\r\nContent-Type: "
            "image/jpeg\r\n\r\nde\r\n--frame\r\n"),
        "content-type=image/jpeg [abc]\ncontent-type=image/jpeg [de]\n", 2, 0);
}

Test(multipart, no_length_and_no_line_end)
{
    assert_parts(
        READ(REPLACE, "--frame\r\n\r\nabc--frame\r\n\r\nde--frame\r\n"), "[abc]\n[de]\n", 2, 0);
}

Test(multipart, bare_line_feeds)
{
    assert_parts(READ(REPLACE, "--frame\nA: b\n\nabc\n--frame\nContent-Length: 2\n\nde\n--frame\n"),
        "a=b [abc]\ncontent-length=2 [de]\n", 2, 0);
}

Test(multipart, quoted_boundary_among_other_parameters)
{
    assert_parts(READ("Multipart/Mixed ; charset=x; Boundary=\"a b;\\\"c\"; q=1",
                     "--a b;\"c\r\n\r\nx\r\n--a b;\"c\r\n"),
        "[x]\n", 1, 0);
}

Test(multipart, dashes_announced_as_part_of_the_boundary)
{
    assert_parts(
        READ("multipart/x-mixed-replace; boundary=--frame", "--frame\r\n\r\nabc\r\n--frame\r\n"),
        "[abc]\n", 1, 0);
    assert_parts(READ("multipart/x-mixed-replace; boundary=--frame",
                     "----frame\r\n\r\nabc\r\n----frame\r\n"),
        "[abc]\n", 1, 0);
    assert_parts(READ("multipart/x-mixed-replace; boundary=--frame",
                     "----frame\r\nContent-Length: 2\r\n\r\nab----frame\r\n\r\nc----frame\r\n"),
        "content-length=2 [ab]\n[c]\n", 2, 0);
}

Test(multipart, last_delimiter_and_a_new_beginning)
{
    assert_parts(
        READ(REPLACE, "--frame\r\n\r\nabc\r\n--frame--\r\nend\r\n--frame\r\n\r\nde\r\n--frame--"),
        "[abc]\n[de]\n", 2, 0);
}

Test(multipart, blanks_after_the_boundary)
{
    assert_parts(READ(REPLACE, "--frame \t\r\n\r\nabc\r\n--frame  \r\n"), "[abc]\n", 1, 0);
}

Test(multipart, preamble_is_passed_over)
{
    assert_parts(READ(REPLACE, "this is - a\r\n--fra me\r\n--frame\r\n\r\nabc\r\n--frame\r\n"),
        "[abc]\n", 1, 0);
}

/* --- pictures without length ------------------------------------------------------------------ */

Test(multipart, jpeg_without_length_is_over_at_its_own_end)
{
    struct outcome o = READ(REPLACE, "--frame\r\n\r\n" JPEG);

    assert_parts(o, "[" JPEG "]\n", 1, 0);
}

Test(multipart, jpeg_without_length_keeps_thumbnail_and_what_looks_like_a_boundary)
{
    assert_parts(
        READ(REPLACE,
            "--frame\r\n\r\n" JPEG "\r\n--frame\r\n\r\n" JPEG "--frame\r\n\r\nx--frame\r\n"),
        "[" JPEG "]\n[" JPEG "]\n[x]\n", 3, 0);
}

Test(multipart, jpeg_cut_short_ends_at_the_boundary)
{
    assert_parts(READ(REPLACE, "--frame\r\n\r\n\xFF\xD8\xFF\xDA\x01\x02zz\r\n--frame\r\n\r\n" JPEG),
        "[\xFF\xD8\xFF\xDA\x01\x02zz]\n[" JPEG "]\n", 2, 0);
}

Test(multipart, jpeg_with_a_broken_segment_ends_at_the_boundary)
{
    assert_parts(READ(REPLACE, "--frame\r\n\r\n\xFF\xD8\xFF\xE0\x01\x01\xFF\xD9zz\r\n--frame\r\n"),
        "[\xFF\xD8\xFF\xE0\x01\x01\xFF\xD9zz]\n", 1, 0);
}

/* --- content that resembles the delimiter ----------------------------------------------------- */

Test(multipart, almost_a_boundary_is_content)
{
    assert_parts(
        READ(REPLACE,
            "--frame\r\n\r\n-\r\n--fram\r\n--framex\r\n--frame \r-\r\n---frame-x\r\n--frame\r\n"),
        "[-\r\n--fram\r\n--framex\r\n--frame \r-\r\n---frame-x]\n", 1, 0);
}

Test(multipart, boundary_that_repeats_itself)
{
    assert_parts(READ("multipart/mixed; boundary=a--ab",
                     "--a--ab\r\n\r\nx--a--a--ab\r\n\r\ny\r\n--a--ab\r\n"),
        "[x--a]\n[y]\n", 2, 0);
}

Test(multipart, length_covers_a_boundary)
{
    assert_parts(
        READ(REPLACE, "--frame\r\nContent-Length: 12\r\n\r\nab--frame\r\nc\r\n--frame\r\n"),
        "content-length=12 [ab--frame\r\nc]\n", 1, 0);
}

/* --- lies ------------------------------------------------------------------------------------- */

Test(multipart, length_too_short_is_counted_and_survived)
{
    assert_parts(
        READ(REPLACE,
            "--frame\r\nContent-Length: 2\r\n\r\nabcdef\r\n--frame\r\n\r\nxy\r\n--frame\r\n"),
        "content-length=2 [ab]\n[xy]\n", 2, 1);
}

Test(multipart, length_too_long_is_counted_and_survived)
{
    assert_parts(READ(REPLACE,
                     "--frame\r\nContent-Length: "
                     "8\r\n\r\nab\r\n--frame\r\n\r\nlost\r\n--frame\r\n\r\nxy\r\n--frame\r\n"),
        "content-length=8 [ab\r\n--fr]\n[xy]\n", 2, 1);
}

Test(multipart, length_that_is_no_number_states_nothing)
{
    assert_parts(READ(REPLACE,
                     "--frame\r\nContent-Length: "
                     "-1\r\n\r\nabc\r\n--frame\r\nContent-Length:\r\n\r\nd\r\n--frame\r\n"),
        "content-length=-1 [abc]\ncontent-length= [d]\n", 2, 0);
}

Test(multipart, empty_parts_are_counted_and_not_handed_over)
{
    assert_parts(READ(REPLACE,
                     "--frame\r\n\r\n--frame\r\nContent-Length: "
                     "0\r\n\r\n\r\n--frame\r\n--frame\r\n\r\na\r\n--frame\r\n"),
        "[a]\n", 1, 3);
}

Test(multipart, lines_that_are_no_headers_are_passed_over)
{
    assert_parts(READ(REPLACE,
                     "--frame\r\nrubbish\r\n: x\r\n folded: y\r\nA:  b \t\r\nn\0l: "
                     "1\r\n\r\na\r\n--frame\r\n"),
        "a=b [a]\n", 1, 0);
}

/* --- ceilings --------------------------------------------------------------------------------- */

static int result_of(const char *content_type, const char *stream, size_t n)
{
    struct outcome o = fresh();

    read_in_pieces(content_type, stream, n, n, n, &o);
    return o.result;
}

#define RESULT(stream) READ(REPLACE, stream).result

Test(multipart, stated_length_over_the_ceiling)
{
    cr_assert(eq(int, RESULT("--frame\r\nContent-Length: 4096\r\n\r\n"), 0));
    cr_assert(eq(int, RESULT("--frame\r\nContent-Length: 4097\r\n\r\n"), -EMSGSIZE));
    cr_assert(eq(
        int, RESULT("--frame\r\nContent-Length: 99999999999999999999999999\r\n\r\n"), -EMSGSIZE));
}

Test(multipart, part_without_length_over_the_ceiling)
{
    char stream[2 * MAX_PART] = "--frame\r\n\r\n";

    memset(stream + 11, 'x', sizeof stream - 11);
    cr_assert(eq(int, result_of(REPLACE, stream, MAX_PART), 0));
    cr_assert(eq(int, result_of(REPLACE, stream, sizeof stream), -EMSGSIZE));
    cr_assert(eq(int, READ(REPLACE, "--frame\r\n\r\n").result, 0));
}

Test(multipart, head_over_the_ceiling)
{
    char stream[MULTIPART_MAX_HEAD_BYTES + 32] = "--frame\r\nA: ";

    memset(stream + 12, 'x', sizeof stream - 12);
    cr_assert(eq(int, result_of(REPLACE, stream, MULTIPART_MAX_HEAD_BYTES), 0));
    cr_assert(eq(int, result_of(REPLACE, stream, sizeof stream), -EMSGSIZE));
}

Test(multipart, too_many_headers)
{
#define FOUR "A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n"
    cr_assert(eq(int, RESULT("--frame\r\n" FOUR FOUR FOUR FOUR "\r\nx"), 0));
    cr_assert(eq(int, RESULT("--frame\r\n" FOUR FOUR FOUR FOUR "E: 5\r\n\r\nx"), -EMSGSIZE));
}

Test(multipart, no_boundary_at_all)
{
    char stream[MULTIPART_MAX_HEAD_BYTES + 1];

    memset(stream, 'x', sizeof stream);
    cr_assert(eq(int, result_of(REPLACE, stream, sizeof stream - 1), 0));
    cr_assert(eq(int, result_of(REPLACE, stream, sizeof stream), -EBADMSG));
}

Test(multipart, failed_reader_stays_failed)
{
    struct outcome o = fresh();
    struct multipart *m = NULL;
    const char *bad = "--frame\r\nContent-Length: 5000\r\n\r\n",
               *good = "--frame\r\n\r\nabc\r\n--frame\r\n";

    cr_assert(eq(int, multipart_new(REPLACE, MAX_PART, &sink, &o.record, &m, NULL), 0));
    cr_assert(eq(int, multipart_feed(m, (const uint8_t *)bad, strlen(bad)), -EMSGSIZE));
    cr_assert(eq(int, multipart_feed(m, (const uint8_t *)good, strlen(good)), -EMSGSIZE));
    cr_assert(eq(str, o.record.log, (char *)""));
    multipart_free(m);
}

/* --- the sink says no ------------------------------------------------------------------------- */

Test(multipart, refused_parts_are_skipped_and_counted)
{
    const char stream[] =
        "--frame\r\nContent-Length: 3\r\n\r\nabc\r\n--frame\r\n\r\nde\r\n--frame\r\n\r\n" JPEG
        "\r\n--frame\r\n";
    struct outcome o = fresh();

    o.record.refuse = true;
    o = read_from(&o, REPLACE, stream, sizeof stream - 1);
    assert_parts(o, "", 0, 0);
    cr_assert(eq(u64, o.stats.n_skipped, 3));
}

Test(multipart, part_that_cannot_grow_is_given_up)
{
    const char stream[] =
        "--frame\r\n\r\n0123456789abcdefghijklmnopqrstuvwxyz\r\n--frame\r\n\r\nde\r\n--frame\r\n";
    struct outcome o = fresh();

    o.record.max_cap = 16;
    o = read_from(&o, REPLACE, stream, sizeof stream - 1);
    assert_parts(o, "[de]\n", 1, 0);
    cr_assert(eq(u64, o.stats.n_skipped, 1));
}

/* --- content types ---------------------------------------------------------------------------- */

static void assert_refused(const char *content_type, const char *says)
{
    struct record r = {0};
    struct multipart *m = NULL;
    struct error e = ERROR_NULL;

    cr_assert(eq(int, multipart_new(content_type, MAX_PART, &sink, &r, &m, &e), -EBADMSG), "%s",
        content_type);
    cr_assert(eq(ptr, m, NULL));
    cr_assert(ne(ptr, strstr(e.text, says), NULL), "%s", e.text);
}

Test(multipart, refuses_what_is_no_multipart_stream)
{
    assert_refused("", "expected a multipart stream");
    assert_refused("text/html", "expected a multipart stream, got \"text/html\"");
    assert_refused("multipart/x-mixed-replace", "no boundary");
    assert_refused("multipart/x-mixed-replace; xboundary=frame", "no boundary");
    assert_refused("multipart/x-mixed-replace; boundary", "no boundary");
    assert_refused("multipart/x-mixed-replace; boundary=", "is empty");
    assert_refused("multipart/x-mixed-replace; boundary=\"\"", "is empty");
    assert_refused("multipart/x-mixed-replace; boundary=--", "is empty");
    assert_refused(
        "multipart/x-mixed-replace; "
        "boundary=0123456789012345678901234567890123456789012345678901234567890123456789x",
        "no boundary of 1 to 70");
}

Test(multipart, longest_boundary)
{
#define SEVENTY "0123456789012345678901234567890123456789012345678901234567890123456789"
    assert_parts(READ("multipart/x-mixed-replace; boundary=" SEVENTY,
                     "--" SEVENTY "\r\n\r\nabc\r\n--" SEVENTY "\r\n"),
        "[abc]\n", 1, 0);
}
