#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sse_pull.h"

#define ROOM_BYTES 8192

struct heard {
    struct sse_pull r;
    char room[ROOM_BYTES], text[512];
};

/* "[data|id]" for each event, with its type before where it has one. */
static void hear(void *ctx, const char *data, size_t n)
{
    struct heard *h = ctx;
    size_t at = strlen(h->text);

    snprintf(h->text + at, sizeof h->text - at, "%s[%.*s|%s]", h->r.type, (int)n, data, h->r.id);
}

static void begin(struct heard *h)
{
    h->text[0] = '\0';
    sse_pull_init(&h->r, h->room, sizeof h->room);
}

/* A literal whole, with the NULs in it. */
#define FEED(literal) cr_expect_eq(sse_pull_feed(&h.r, literal, sizeof literal - 1, hear, &h), 0)

static const char *heard_in_pieces(const char *stream, size_t piece)
{
    static struct heard h;
    size_t n = strlen(stream);

    begin(&h);
    for (size_t i = 0; i < n; i += piece)
        cr_expect_eq(sse_pull_feed(&h.r, stream + i, n - i < piece ? n - i : piece, hear, &h), 0);
    return h.text;
}

static void expect_events(const char *stream, const char *expected)
{
    for (size_t piece = 1; piece <= strlen(stream); piece++)
        cr_expect_str_eq(heard_in_pieces(stream, piece), expected, "pieces of %zu", piece);
}

Test(sse_pull, an_event_ends_with_an_empty_line)
{
    expect_events("data: a\nid: 1\n\ndata: b\n\ndata: not ended\n", "[a|1][b|1]");
}

Test(sse_pull, lines_end_in_any_of_three_ways)
{
    expect_events("data: a\r\n\r\ndata: b\r\rdata: c\n\n", "[a|][b|][c|]");
}

Test(sse_pull, data_lines_are_joined_and_one_space_is_taken_away)
{
    expect_events("data: a\ndata:b\ndata:  c\ndata\n\n", "[a\nb\n c\n|]");
}

Test(sse_pull, comments_other_fields_and_empty_events_say_nothing)
{
    expect_events(": keep-alive\n\nevent: x\nfoo: bar\ndatax: 1\nid: 7\n\ndata: a\n\n", "[a|7]");
}

Test(sse_pull, a_type_holds_for_its_event_only)
{
    expect_events("event: gap\ndata: a\n\ndata: b\n\nevent: x\n\ndata: c\n\n", "gap[a|][b|][c|]");
    expect_events(
        "event: 1234567890123456789012345678901234567890123456789012345678901234\ndata: a\n\n",
        "[a|]");
}

Test(sse_pull, an_id_counts_when_its_event_is_whole)
{
    struct heard h;

    begin(&h);
    FEED("id: 1\ndata: a\n\nid: 2\ndata: b\n");
    cr_expect_str_eq(h.r.id, "1");
    sse_pull_restart(&h.r);
    FEED("\ndata: c\n\n");
    cr_expect_str_eq(h.text, "[a|1][c|1]", "the half event is forgotten");
}

Test(sse_pull, an_id_that_cannot_be_sent_back_is_ignored)
{
    struct heard h;
    char longest[SSE_ID_MAX + 16];

    begin(&h);
    FEED("id: 1\n\nid: 2\0x\n\n");
    cr_expect_str_eq(h.r.id, "1");
    snprintf(longest, sizeof longest, "id: %0*d\n\n", SSE_ID_MAX, 5);
    sse_pull_feed(&h.r, longest, strlen(longest), hear, &h);
    cr_expect_str_eq(h.r.id, "1");
}

Test(sse_pull, retry_is_a_number)
{
    struct heard h;

    begin(&h);
    FEED("retry: 2500\nretry: 1x\nretry: -4\nretry:\n");
    cr_expect_eq(h.r.retry_ms, 2500);
}

Test(sse_pull, lines_and_events_have_a_ceiling)
{
    struct heard h;
    char piece[1024];
    int r = 0;

    begin(&h);
    memset(piece, 'x', sizeof piece);
    for (size_t i = 0; r == 0 && i < 1000; i++)
        r = sse_pull_feed(&h.r, piece, sizeof piece, hear, &h);
    cr_expect_eq(r, -EMSGSIZE);
    sse_pull_restart(&h.r);
    memcpy(piece, "data:", 5);
    piece[sizeof piece - 1] = '\n';
    r = 0;
    for (size_t i = 0; r == 0 && i < 1000; i++)
        r = sse_pull_feed(&h.r, piece, sizeof piece, hear, &h);
    cr_expect_eq(r, -EMSGSIZE);
    cr_expect_str_eq(h.text, "");
}
