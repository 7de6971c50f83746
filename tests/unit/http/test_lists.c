#include <stdio.h>
#include <string.h>

#include "live.h"

TestSuite(lists, .init = live_open, .fini = live_close, .timeout = 60);

static int get(const char *path)
{
    char text[512];
    int status = 0;

    snprintf(text, sizeof text, "GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n", path);
    ask(&live.talk, text);
    cr_assert_eq(sscanf(live.talk.reply, "HTTP/1.1 %d ", &status), 1, "%s", live.talk.reply);
    return status;
}

/* How many events of the test are on this page. */
static unsigned on_page(const char *path)
{
    unsigned n = 0;

    cr_assert_eq(get(path), 200, "%s: %s", path, live.talk.reply);
    for (const char *s = live.talk.reply; (s = strstr(s, "\"type\":\"page\"")); s++)
        n++;
    return n;
}

/* 400 as application/problem+json, with a sentence. */
static void wrong(const char *path, const char *why)
{
    cr_expect_eq(get(path), 400, "%s: %s", path, live.talk.reply);
    cr_expect_not_null(strstr(live.talk.reply, "Content-Type: application/problem+json\r\n"));
    cr_expect_not_null(strstr(live.talk.reply, why), "%s: %s", path, live.talk.reply);
}

Test(lists, a_cursor_that_is_none_is_told)
{
    static const char why[] = "cursor: expected the `next` of an earlier page";

    wrong("/api/v1/captures?cursor=x", why);
    wrong("/api/v1/captures?cursor=", why);
    wrong("/api/v1/captures?cursor=17", why);
    wrong("/api/v1/captures?cursor=99999999999999999999-17", why);
    wrong("/api/v1/captures?cursor=1-99999999999999999999", why);
    wrong("/api/v1/captures?cursor=%ff", why);
    wrong("/api/v1/events?cursor=0", why);
    wrong("/api/v1/events?cursor=1-1", why);
    wrong("/api/v1/events?cursor=18446744073709551617", why);
    wrong("/api/v1/events?cursor=000000000000000000000000000000000000000000000000000001", why);
}

Test(lists, a_name_that_no_route_knows_is_told)
{
    wrong("/api/v1/captures?limt=1",
        "query: \\\"limt\\\" is not known; known are: limit, cursor, device, from, to");
    wrong("/api/v1/devices/toy/stream.mjpeg?fps=5", "known are: max_fps");
    wrong("/api/v1/devices?limit=1", "there is nothing to ask for here");
    wrong("/healthz?verbose", "there is nothing to ask for here");
    wrong("/api/v1/events?limit=1&limit=2", "query: \\\"limit\\\" is there more than once");
}

Test(lists, events_come_in_pages)
{
    char path[128] = "/api/v1/events?device=toy&type=page&limit=2";
    unsigned n = 0, pages = 0;
    const char *next;

    for (unsigned i = 0; i < 5; i++)
        bus_publish(world.bus, "toy", "page", NULL);
    for (unsigned i = 0; i < 1000 && on_page("/api/v1/events?type=page") < 5; i++)
        loop_advance(world.loop, 10000); /* until all lie on the disk */
    do {
        unsigned long long cursor;

        n += on_page(path);
        pages++;
        next = strstr(live.talk.reply, "\"next\":\"");
        if (next && sscanf(next, "\"next\":\"%llu", &cursor) == 1)
            snprintf(path, sizeof path, "/api/v1/events?device=toy&type=page&limit=2&cursor=%llu",
                cursor);
    } while (next && pages < 10);
    cr_expect_eq(n, 5);
    cr_expect_eq(pages, 3);
}

Test(lists, who_leaves_before_the_store_answers_does_no_harm)
{
    int fd = client_new(&live.talk);

    client_say(&live.talk, fd, "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    close(fd);
    live_turns(50);
    cr_expect_eq(get("/api/v1/captures"), 200);
    cr_expect_not_null(strstr(live.talk.reply, "\r\n\r\n{\"items\":[],\"next\":null}"));
}
