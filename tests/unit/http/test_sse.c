#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "live.h"

#define S INT64_C(1000000)

TestSuite(sse, .init = live_open, .fini = live_close, .timeout = 60);

static int reader(const char *query, const char *headers)
{
    char text[512];
    int fd = client_new(&live.talk);

    snprintf(text, sizeof text, "GET /api/v1/events/stream%s HTTP/1.1\r\nHost: localhost\r\n%s\r\n",
        query, headers);
    client_say(&live.talk, fd, text);
    client_read_head(&live.talk, fd);
    return fd;
}

Test(sse, tells_events_as_they_come)
{
    int fd = reader("", "");
    char id[64];

    cr_expect_not_null(strstr(live.talk.reply, "Content-Type: text/event-stream\r\n"));
    live_turns(5);
    snprintf(id, sizeof id,
        "id: %llu\nevent: a.one\ndata: {\"id\":", (unsigned long long)bus_next_id(world.bus));
    bus_publish(world.bus, "toy", "a.one", "{\"n\":1}");
    client_read(&live.talk, fd, "\"data\":{\"n\":1}}\n\n");
    cr_expect_not_null(strstr(live.talk.reply, id), "%s", live.talk.reply);
    close(fd);
}

Test(sse, goes_on_after_the_last_event_that_was_seen)
{
    char header[64];
    uint64_t first = bus_next_id(world.bus);
    int fd;

    for (int i = 0; i < 3; i++)
        bus_publish(world.bus, "toy", "missed", NULL);
    snprintf(header, sizeof header, "Last-Event-ID: %llu\r\n", (unsigned long long)first);
    fd = reader("?type=missed", header);
    bus_publish(world.bus, "toy", "now", NULL);
    bus_publish(world.bus, "toy", "missed", "{\"last\":1}");
    client_read(&live.talk, fd, "{\"last\":1}}\n\n");
    cr_expect_null(strstr(live.talk.reply, "event: now"));
    close(fd);
}

Test(sse, says_what_fell_out_of_the_tail)
{
    int fd;

    for (int i = 0; i < BUS_TAIL + 10; i++)
        bus_publish(world.bus, "toy", "flood", NULL);
    fd = client_new(&live.talk);
    client_say(&live.talk, fd,
        "GET /api/v1/events/stream HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: 1\r\n\r\n");
    client_read(&live.talk, fd, "event: gap\ndata: {\"from\":2,\"to\":");
    close(fd);
}

Test(sse, breathes_when_nothing_happens)
{
    int fd = reader("?device=toy", "");

    client_read(&live.talk, fd, ":\n\n");
    loop_advance(world.loop, 20 * S);
    client_read(&live.talk, fd, ":\n\n");
    close(fd);
    live_turns(5);
    cr_expect_eq(http_server_stats(live.api.server)->n_streams, 0);
}
