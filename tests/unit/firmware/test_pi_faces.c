/* The camera's two faces on a loop with a clock of its own, and plain sockets as their clients. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http_face.h"
#include "loop/loop.h"
#include "trigger_face.h"

#define SECOND INT64_C(1000000)
#define MAX_PEERS 64

struct world {
    struct loop *loop;
    struct trigger_face *triggers;
    struct http_face *http;
    char commands[4096], refused[256];
    void *peers[MAX_PEERS];
    unsigned n_commands, n_drained, n_gone;
    struct pi_ring_frame newest;
    bool has_newest;
    unsigned fps;
};

static void on_command(void *ctx, void *peer, const char *text, size_t n)
{
    struct world *w = ctx;

    snprintf(w->commands + strlen(w->commands), sizeof w->commands - strlen(w->commands), "[%.*s]",
        (int)n, text);
    w->peers[w->n_commands++] = peer;
}

static void on_refused(void *ctx, void *peer, const char *why)
{
    struct world *w = ctx;

    snprintf(w->refused, sizeof w->refused, "%s", why);
    trigger_face_send(peer, NULL, 0, why, strlen(why));
    trigger_face_finish(peer);
}

static void on_drained(void *ctx, void *peer)
{
    ((struct world *)ctx)->n_drained++;
}

static void on_gone(void *ctx, void *peer)
{
    ((struct world *)ctx)->n_gone++;
}

static bool newest(void *ctx, struct pi_ring_frame *ret)
{
    struct world *w = ctx;

    *ret = w->newest;
    return w->has_newest;
}

static unsigned fps(void *ctx)
{
    return ((struct world *)ctx)->fps;
}

static const struct trigger_events trigger_events = {on_command, on_refused, on_drained, on_gone};
static const struct http_face_events http_events = {newest, fps};

static struct world *world_new(void)
{
    static const uint8_t jpeg[] = "JPEG";
    const struct http_face_config http = {"127.0.0.1", 0, "/nowhere"};
    struct world *w = calloc(1, sizeof *w);

    cr_assert_eq(loop_new_virtual(SECOND, 1767225600 * SECOND, &w->loop), 0);
    cr_assert_eq(
        trigger_face_new(w->loop, "127.0.0.1", 0, &trigger_events, w, &w->triggers, NULL), 0);
    cr_assert_eq(http_face_new(w->loop, &http, &http_events, w, &w->http, NULL), 0);
    w->newest = (struct pi_ring_frame){.meta = {.id = 7}, .jpeg = jpeg, .n = 4};
    w->has_newest = true;
    w->fps = 10;
    return w;
}

static void world_free(struct world *w)
{
    trigger_face_free(w->triggers);
    http_face_free(w->http);
    loop_free(w->loop);
    free(w);
}

/* Until all that can happen without time has happened. */
static void settle(struct world *w)
{
    for (int i = 0; i < 30; i++) {
        loop_turn(w->loop);
        usleep(500);
    }
}

static int client(struct world *w, uint16_t port)
{
    struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    cr_assert_eq(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    settle(w);
    return fd;
}

static int trigger(struct world *w, const char *text)
{
    int fd = client(w, trigger_face_port(w->triggers));

    cr_assert_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
    settle(w);
    return fd;
}

/* What is there; "" also when the peer has closed. */
static const char *received(int fd)
{
    static char text[1 << 16];
    size_t n = 0;

    for (ssize_t k; n < sizeof text - 1 && (k = recv(fd, text + n, sizeof text - 1 - n, 0)) > 0;)
        n += (size_t)k;
    text[n] = '\0';
    return text;
}

static bool closed(int fd)
{
    char c;

    return recv(fd, &c, 1, MSG_PEEK) == 0;
}

/* --- triggers --------------------------------------------------------------------------------- */

Test(trigger_face, a_line_is_a_command)
{
    struct world *w = world_new();
    int fd = trigger(w, "health\nmore");

    cr_expect_str_eq(w->commands, "[health]");
    trigger_face_send(w->peers[0], "he", 2, "llo", 3);
    trigger_face_finish(w->peers[0]);
    settle(w);
    cr_expect_str_eq(received(fd), "hello");
    cr_expect(closed(fd));
    close(fd);
    settle(w);
    world_free(w);
}

Test(trigger_face, silence_ends_a_command_that_has_no_end)
{
    struct world *w = world_new();
    int fd = trigger(w, "hea");

    loop_advance(w->loop, SECOND / 2);
    send(fd, "lth", 3, 0);
    settle(w);
    loop_advance(w->loop, SECOND * 9 / 10);
    cr_expect_str_eq(w->commands, "");
    loop_advance(w->loop, SECOND / 5);
    cr_expect_str_eq(w->commands, "[health]");
    close(fd);
    settle(w);
    cr_expect_eq(w->n_gone, 0, "it may have ended its side only, and wait for the reply");
    for (int i = 0; i < 2; i++) { /* the first is answered with a reset */
        trigger_face_send(w->peers[0], NULL, 0, "reply", 5);
        settle(w);
    }
    cr_expect_eq(w->n_gone, 1, "nobody was there");
    world_free(w);
}

Test(trigger_face, who_says_nothing_is_told_and_let_go)
{
    struct world *w = world_new();
    int fd = client(w, trigger_face_port(w->triggers));

    loop_advance(w->loop, TRIGGER_COMMAND_US - 1);
    settle(w);
    cr_expect_not(closed(fd));
    loop_advance(w->loop, 2);
    settle(w);
    cr_expect_str_eq(received(fd), "no command came in 10 s");
    cr_expect(closed(fd));
    close(fd);
    settle(w);
    world_free(w);
}

Test(trigger_face, who_leaves_without_a_word_costs_nothing)
{
    struct world *w = world_new();
    int fd = client(w, trigger_face_port(w->triggers));

    close(fd);
    settle(w);
    cr_expect_eq(w->n_commands, 0);
    cr_expect_eq(w->n_gone, 0);
    cr_expect_str_eq(w->refused, "");
    world_free(w);
}

Test(trigger_face, the_longest_command_is_taken_and_a_longer_one_is_not)
{
    struct world *w = world_new();
    char text[1100];
    int fd, gd;

    memset(text, 'x', sizeof text);
    text[1024] = '\n';
    text[1025] = '\0';
    fd = trigger(w, text);
    cr_expect_eq(w->n_commands, 1);
    text[1024] = 'x';
    gd = trigger(w, text);
    cr_expect_eq(w->n_commands, 1);
    cr_expect_str_eq(w->refused, "a command has at most 1024 bytes");
    close(fd);
    close(gd);
    settle(w);
    world_free(w);
}

Test(trigger_face, large_answers_go_out_as_they_are_taken)
{
    struct world *w = world_new();
    int fd = trigger(w, "shortstream\n");
    size_t n = 8 << 20, got = 0;
    char *bytes = malloc(n), *text = malloc(n);

    memset(bytes, 'x', n);
    cr_expect_eq(trigger_face_send(w->peers[0], "h", 1, bytes, n), 0);
    cr_expect_eq(trigger_face_send(w->peers[0], "h", 1, bytes, 1), -EAGAIN);
    for (int i = 0; i < 5000 && got < n + 1; i++) {
        ssize_t k = recv(fd, text, n, 0);
        got += k > 0 ? (size_t)k : 0;
        loop_turn(w->loop);
    }
    cr_expect_eq(got, n + 1);
    settle(w);
    cr_expect_eq(w->n_drained, 1);
    trigger_face_finish(w->peers[0]);
    close(fd);
    settle(w);
    free(bytes);
    free(text);
    world_free(w);
}

Test(trigger_face, who_takes_nothing_is_let_go)
{
    struct world *w = world_new();
    int fd = trigger(w, "shortstream\n");
    size_t n = 16 << 20;
    char *bytes = calloc(1, n);

    trigger_face_send(w->peers[0], NULL, 0, bytes, n);
    settle(w);
    loop_advance(w->loop, TRIGGER_SEND_US + 1);
    settle(w);
    cr_expect_eq(w->n_gone, 1);
    free(bytes);
    close(fd);
    world_free(w);
}

/* --- pictures --------------------------------------------------------------------------------- */

static int viewer(struct world *w)
{
    static const char request[] = "GET /stream HTTP/1.1\r\nHost: c\r\n\r\n";
    int fd = client(w, http_face_port(w->http));

    send(fd, request, sizeof request - 1, MSG_NOSIGNAL);
    settle(w);
    return fd;
}

static unsigned count(const char *text, const char *what)
{
    unsigned n = 0;

    for (const char *p = text; (p = strstr(p, what)); p += strlen(what))
        n++;
    return n;
}

Test(http_face, one_part_serves_all_viewers)
{
    struct world *w = world_new();
    int fds[20];

    for (int i = 0; i < 20; i++) {
        fds[i] = viewer(w);
        cr_expect_eq(count(received(fds[i]), "--frame"), 1, "the picture that is there, at once");
    }
    uint64_t before = http_face_stats(w->http)->n_parts;
    for (int k = 0; k < 5; k++) {
        loop_advance(w->loop, SECOND / 10);
        http_face_publish(w->http, &w->newest.meta, (const uint8_t *)"ABC", 3);
        settle(w);
    }
    cr_expect_eq(http_face_stats(w->http)->n_parts - before, 5);
    cr_expect_eq(http_face_stats(w->http)->n_sent, 20 + 100);
    for (int i = 0; i < 20; i++) {
        const char *text = received(fds[i]);
        cr_expect_eq(count(text, "\r\n\r\nABC\r\n"), 5);
        close(fds[i]);
    }
    settle(w);
    http_face_publish(w->http, &w->newest.meta, (const uint8_t *)"ABC", 3);
    cr_expect_eq(http_face_stats(w->http)->n_viewers, 0);
    world_free(w);
}

Test(http_face, nobody_looks_and_nothing_is_copied)
{
    struct world *w = world_new();

    for (int k = 0; k < 100; k++)
        http_face_publish(w->http, &w->newest.meta, (const uint8_t *)"ABC", 3);
    cr_expect_eq(http_face_stats(w->http)->n_parts, 0);
    world_free(w);
}

Test(http_face, viewers_get_as_many_as_is_set)
{
    struct world *w = world_new();
    int fd = viewer(w);

    w->fps = 5;
    received(fd);
    for (int k = 0; k < 90; k++) { /* 30 a second */
        loop_advance(w->loop, SECOND / 30);
        http_face_publish(w->http, &w->newest.meta, (const uint8_t *)"ABC", 3);
        loop_turn(w->loop);
    }
    settle(w);
    unsigned n = count(received(fd), "--frame");
    cr_expect(n >= 14 && n <= 16, "%u in three seconds", n);
    close(fd);
    settle(w);
    world_free(w);
}

Test(http_face, a_slow_viewer_gets_the_newest)
{
    struct world *w = world_new();
    size_t n = 4 << 20;
    uint8_t *big = calloc(1, n);
    int fd = viewer(w);
    static char text[64 << 20];
    size_t got = 0;

    received(fd);
    for (unsigned k = 0; k < 50; k++) {
        struct pi_frame_meta meta = {.id = 100 + k};
        loop_advance(w->loop, SECOND / 10);
        http_face_publish(w->http, &meta, big, n);
        settle(w);
    }
    for (int i = 0; i < 3000; i++) {
        ssize_t k = recv(fd, text + got, sizeof text - 1 - got, 0);
        got += k > 0 ? (size_t)k : 0;
        loop_turn(w->loop);
    }
    unsigned parts = 0, last = 0;
    for (char *p = text; (p = memmem(p, (size_t)(text + got - p), "X-Frame-Id: ", 12)); p += 12) {
        parts++;
        last = (unsigned)atoi(p + 12);
    }
    cr_expect_eq(last, 149, "the newest: %u", last);
    cr_expect_leq(parts, 4, "%u parts for one who took none for five seconds", parts);
    close(fd);
    settle(w);
    free(big);
    world_free(w);
}

Test(http_face, without_a_picture_it_says_503_and_ends_what_runs)
{
    struct world *w = world_new();
    int fd = viewer(w), gd;

    w->has_newest = false;
    http_face_stop_streams(w->http);
    settle(w);
    received(fd);
    cr_expect(closed(fd));
    gd = viewer(w);
    const char *text = received(gd);
    cr_expect_eq(strncmp(text, "HTTP/1.1 503 ", 13), 0);
    cr_expect(strstr(text, "Retry-After: 2\r\n"));
    close(fd);
    close(gd);
    settle(w);
    world_free(w);
}
