#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "hub_frame.h"

#define SPAN(text) ((struct span){(text), strlen(text)})

/* What the reader makes of notifications: "+" before what is whole, "-" before what is not, ";" behind. */
struct bench {
    struct hub_frame_reader r;
    char room[256], out[1024];
};

static void note(struct bench *b, const struct hub_frame *f)
{
    size_t n = strlen(b->out);

    snprintf(b->out + n, sizeof b->out - n, "%c%.*s;", f->whole ? '+' : '-', (int)f->payload.n,
        f->payload.at);
}

static void setup(struct bench *b)
{
    memset(b, 0, sizeof *b);
    hub_frame_reader_init(&b->r, b->room, sizeof b->room);
}

static void notify(struct bench *b, struct span s)
{
    struct hub_frame f;

    if (hub_frame_begin(&b->r, s, &f))
        note(b, &f);
    while (hub_frame_read(&b->r, &s, &f))
        note(b, &f);
}

static void silence(struct bench *b)
{
    struct hub_frame f;

    if (hub_frame_end(&b->r, &f))
        note(b, &f);
}

static const char *read_all(const char *const *notifications)
{
    static struct bench b;

    setup(&b);
    for (; *notifications; notifications++)
        notify(&b, SPAN(*notifications));
    silence(&b);
    return b.out;
}

#define READ(...) read_all((const char *const[]){__VA_ARGS__, NULL})

Test(hub_frame, header_tells_the_bytes)
{
    char out[HUB_FRAME_HEADER_MAX];

    cr_expect_eq(hub_frame_header(60, out), 7);
    cr_expect_str_eq(out, "MSG:60|");
    cr_expect_eq(hub_frame_header(HUB_FRAME_MAX_BYTES, out), HUB_FRAME_HEADER_MAX - 1);
}

Test(hub_frame, comes_as_hubs_in_use_send_it)
{
    cr_expect_str_eq(READ("MSG:13|", "{\"a\": ", "[1, 2]}"), "+{\"a\": [1, 2]};");
}

Test(hub_frame, comes_in_pieces_of_any_size)
{
    static const char text[] = "xMSG:7|{\"a\":1}MSG:9|{\"b\":\"}\"}";
    static struct bench b;

    for (size_t size = 1; size < sizeof text; size++) {
        setup(&b);
        for (size_t at = 0; at < sizeof text - 1; at += size)
            notify(&b,
                (struct span){
                    text + at, size < sizeof text - 1 - at ? size : sizeof text - 1 - at});
        cr_expect_str_eq(b.out, "+{\"a\":1};+{\"b\":\"}\"};", "pieces of %zu", size);
        cr_expect_eq(b.r.n_skipped_bytes, 1);
    }
}

Test(hub_frame, glued_to_the_next_header_it_is_whole)
{
    cr_expect_str_eq(READ("MSG:7|{\"a\":1}MSG:", "7|", "{\"a\":2}"), "+{\"a\":1};+{\"a\":2};");
}

Test(hub_frame, a_header_that_tells_too_much_is_not_waited_for)
{
    cr_expect_str_eq(
        READ("MSG:330|", "{\"a\":1}", "MSG:7|", "{\"b\":2}"), "+{\"a\":1};+{\"b\":2};");
}

Test(hub_frame, a_header_that_tells_too_little_does_not_cut)
{
    cr_expect_str_eq(READ("MSG:5|", "{\"a\":1}", "MSG:7|", "{\"b\":2}"), "+{\"a\":1};+{\"b\":2};");
}

Test(hub_frame, bytes_are_counted_not_letters)
{
    cr_expect_str_eq(READ("MSG:12|", "{\"a\":\"\xc3\xa4\xe2\x82\xac\"}", "MSG:2|{}"),
        "+{\"a\":\"\xc3\xa4\xe2\x82\xac\"};+{};");
}

Test(hub_frame, a_lost_notification_costs_one_answer)
{
    cr_expect_str_eq(READ("MSG:30|", "{\"list\":[{\"id\":", "MSG:7|", "{\"b\":2}"),
        "-{\"list\":[{\"id\":;+{\"b\":2};");
}

Test(hub_frame, a_lost_notification_costs_one_answer_also_when_all_is_glued)
{
    cr_expect_str_eq(READ("MSG:10|{\"id\":\"ab,MSG:7|{\"b\":2}"), "-{\"id\":\"ab,;+{\"b\":2};");
}

Test(hub_frame, what_looks_like_a_header_in_a_name_is_a_name)
{
    cr_expect_str_eq(READ("MSG:15|", "{\"a\":\"xMSG:5|\"}"), "+{\"a\":\"xMSG:5|\"};");
}

Test(hub_frame, silence_ends_what_has_begun)
{
    static struct bench b;

    setup(&b);
    notify(&b, SPAN("MSG:30|{\"list\":["));
    cr_expect(hub_frame_is_open(&b.r));
    silence(&b);
    cr_expect_not(hub_frame_is_open(&b.r));
    cr_expect_str_eq(b.out, "-{\"list\":[;");
    silence(&b);
    cr_expect_str_eq(b.out, "-{\"list\":[;");
}

Test(hub_frame, what_is_no_json_is_as_long_as_its_header_says)
{
    cr_expect_str_eq(READ("MSG:5|hello", "MSG:2|{}"), "-hello;+{};");
}

Test(hub_frame, wrong_headers_are_skipped)
{
    cr_expect_str_eq(
        READ("MSG:|{}", "MSG:x|{}", "MSG:-2|{}", "MSG:0|{}", "MSG:99999999999|{}", "MMSG:2|{}"),
        "+{};");
}

Test(hub_frame, what_has_no_room_is_skipped_and_counted)
{
    static char much[400];
    static struct bench b;

    memset(much, ' ', sizeof much - 1);
    setup(&b);
    notify(&b, SPAN("MSG:500|{"));
    notify(&b, SPAN(much));
    notify(&b, SPAN("}"));
    notify(&b, SPAN("MSG:2|{}"));
    cr_expect_str_eq(b.out, "+{};");
    cr_expect_eq(b.r.n_too_long, 1);
}
