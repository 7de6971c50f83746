#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctl/sse.h"

struct heard {
    struct sse_reader r;
    char text[512];
};

/* "[data|id]" for each event, with its type before where it has one. */
static void hear(void *ctx, const char *data, size_t n)
{
    struct heard *h = ctx;
    size_t at = strlen(h->text);

    snprintf(h->text + at, sizeof h->text - at, "%s[%.*s|%s]", h->r.type, (int)n, data, h->r.id);
}

/* A literal whole, with the NULs in it. */
#define FEED(literal) cr_expect_eq(sse_feed(&h.r, literal, sizeof literal - 1, hear, &h), 0)

static const char *heard_in_pieces(const char *stream, size_t piece)
{
    static struct heard h;
    size_t n = strlen(stream);

    h = (struct heard){.r = SSE_READER_INIT};
    for (size_t i = 0; i < n; i += piece)
        cr_expect_eq(sse_feed(&h.r, stream + i, MIN(piece, n - i), hear, &h), 0);
    sse_fini(&h.r);
    return h.text;
}

static void expect_events(const char *stream, const char *expected)
{
    for (size_t piece = 1; piece <= strlen(stream); piece++)
        cr_expect_str_eq(heard_in_pieces(stream, piece), expected, "pieces of %zu", piece);
}

Test(sse, an_event_ends_with_an_empty_line)
{
    expect_events("data: a\nid: 1\n\ndata: b\n\ndata: not ended\n", "[a|1][b|1]");
}

Test(sse, lines_end_in_any_of_three_ways)
{
    expect_events("data: a\r\n\r\ndata: b\r\rdata: c\n\n", "[a|][b|][c|]");
}

Test(sse, data_lines_are_joined_and_one_space_is_taken_away)
{
    expect_events("data: a\ndata:b\ndata:  c\ndata\n\n", "[a\nb\n c\n|]");
}

Test(sse, comments_other_fields_and_empty_events_say_nothing)
{
    expect_events(": keep-alive\n\nevent: x\nfoo: bar\ndatax: 1\nid: 7\n\ndata: a\n\n", "[a|7]");
}

Test(sse, a_type_holds_for_its_event_only)
{
    expect_events("event: gap\ndata: a\n\ndata: b\n\nevent: x\n\ndata: c\n\n", "gap[a|][b|][c|]");
    expect_events(
        "event: 1234567890123456789012345678901234567890123456789012345678901234\ndata: a\n\n",
        "[a|]");
}

Test(sse, an_id_counts_when_its_event_is_whole)
{
    struct heard h = {.r = SSE_READER_INIT};

    FEED("id: 1\ndata: a\n\nid: 2\ndata: b\n");
    cr_expect_str_eq(h.r.id, "1");
    sse_restart(&h.r);
    FEED("\ndata: c\n\n");
    cr_expect_str_eq(h.text, "[a|1][c|1]", "the half event is forgotten");
    sse_fini(&h.r);
}

Test(sse, an_id_that_cannot_be_sent_back_is_ignored)
{
    struct heard h = {.r = SSE_READER_INIT};
    char longest[SSE_MAX_ID + 16];

    FEED("id: 1\n\nid: 2\0x\n\n");
    cr_expect_str_eq(h.r.id, "1");
    snprintf(longest, sizeof longest, "id: %0*d\n\n", SSE_MAX_ID, 5);
    sse_feed(&h.r, longest, strlen(longest), hear, &h);
    cr_expect_str_eq(h.r.id, "1");
    sse_fini(&h.r);
}

Test(sse, retry_is_a_number)
{
    struct heard h = {.r = SSE_READER_INIT};

    FEED("retry: 2500\nretry: 1x\nretry: -4\nretry:\n");
    cr_expect_eq(h.r.retry_ms, 2500);
    sse_fini(&h.r);
}

Test(sse, lines_and_events_have_a_ceiling)
{
    struct heard h = {.r = SSE_READER_INIT};
    char piece[4096];
    int r = 0;

    memset(piece, 'x', sizeof piece);
    for (size_t i = 0; r == 0 && i < 1000; i++)
        r = sse_feed(&h.r, piece, sizeof piece, hear, &h);
    cr_expect_eq(r, -EMSGSIZE);
    sse_restart(&h.r);
    memcpy(piece, "data:", 5);
    piece[sizeof piece - 1] = '\n';
    r = 0;
    for (size_t i = 0; r == 0 && i < 1000; i++)
        r = sse_feed(&h.r, piece, sizeof piece, hear, &h);
    cr_expect_eq(r, -EMSGSIZE);
    cr_expect_str_eq(h.text, "");
    sse_fini(&h.r);
}
