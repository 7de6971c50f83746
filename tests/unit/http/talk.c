#include "talk.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/util.h"

/* Turns with a moment between, while a reply is not there. */
#define PATIENCE 3000

void talk_init(struct talk *t, struct loop *l, uint16_t port)
{
    *t = (struct talk){.loop = l, .port = port, .reply = malloc(REPLY_MAX)};
    cr_assert_not_null(t->reply);
}

void talk_fini(struct talk *t)
{
    free(t->reply);
}

static void wait_a_little(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
}

void turns(struct talk *t, unsigned n)
{
    for (; n > 0; n--) {
        wait_a_little();
        loop_turn(t->loop);
    }
}

/* --- clients ---------------------------------------------------------------------------------- */

int client_new(struct talk *t)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
        .sin_port = htons(t->port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    cr_assert_geq(fd, 0);
    cr_assert_eq(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    cr_assert_eq(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    turns(t, 2);
    return fd;
}

void client_send(struct talk *t, int fd, const void *bytes, size_t n)
{
    const char *p = bytes;

    for (unsigned i = 0; n > 0 && i < PATIENCE; i++) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);

        if (sent < 0 && errno != EAGAIN)
            return; /* the server has closed; what it said is to be read */
        p += MAX(sent, 0);
        n -= (size_t)MAX(sent, 0);
        turns(t, sent > 0 ? 0 : 1);
    }
    cr_assert_eq(n, 0, "the server does not take what it is sent");
    turns(t, 2);
}

void client_say(struct talk *t, int fd, const char *text)
{
    client_send(t, fd, text, strlen(text));
}

/* One read into the reply; false: nothing was there. */
static bool client_recv(struct talk *t, int fd, size_t max)
{
    ssize_t n = recv(fd, t->reply + t->n_reply, MIN(max, REPLY_MAX - 1 - t->n_reply), 0);

    if (n < 0)
        return errno == ECONNRESET ? (t->end = true) : false;
    t->end = n == 0;
    t->n_reply += (size_t)n;
    t->reply[t->n_reply] = '\0';
    return true;
}

static void client_begin(struct talk *t)
{
    t->n_reply = 0;
    t->reply[0] = '\0';
    t->end = false;
}

const char *client_read(struct talk *t, int fd, const char *until)
{
    client_begin(t);
    for (unsigned i = 0; i < PATIENCE && !t->end; i++) {
        if (until && memmem(t->reply, t->n_reply, until, strlen(until)))
            return t->reply;
        if (!client_recv(t, fd, SIZE_MAX))
            turns(t, 1);
    }
    cr_assert(t->end && !until, "the reply does not come: %s", t->reply);
    return t->reply;
}

void client_read_n(struct talk *t, int fd, size_t n)
{
    client_begin(t);
    for (unsigned i = 0; i < PATIENCE && !t->end && t->n_reply < n; i++)
        if (!client_recv(t, fd, n - t->n_reply))
            turns(t, 1);
    cr_assert_eq(t->n_reply, n, "%zu of %zu bytes came", t->n_reply, n);
}

const char *ask(struct talk *t, const char *text)
{
    int fd = client_new(t);

    client_say(t, fd, text);
    client_read(t, fd, NULL);
    close(fd);
    turns(t, 2);
    return t->reply;
}

const char *client_read_head(struct talk *t, int fd)
{
    client_begin(t);
    for (unsigned i = 0; i < PATIENCE && !t->end; i++) {
        if (t->n_reply >= 4 && memcmp(t->reply + t->n_reply - 4, "\r\n\r\n", 4) == 0)
            return t->reply;
        if (client_recv(t, fd, 1))
            i--;
        else
            turns(t, 1);
    }
    cr_assert(false, "no head comes: %s", t->reply);
    return NULL;
}

bool client_ended(struct talk *t, int fd)
{
    char byte;

    turns(t, 3);
    return recv(fd, &byte, 1, MSG_PEEK) == 0 || errno == ECONNRESET;
}

bool client_silent(struct talk *t, int fd)
{
    char byte;

    turns(t, 3);
    return recv(fd, &byte, 1, MSG_PEEK) < 0 && errno == EAGAIN;
}

/* --- WebSocket clients ------------------------------------------------------------------------ */

int ws_client_new(struct talk *t, const char *path)
{
    int fd = client_new(t);

    client_say(t, fd, "GET ");
    client_say(t, fd, path);
    client_say(t, fd,
        " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
    client_read_head(t, fd);
    cr_assert_not_null(strstr(t->reply, "101 "));
    cr_assert_not_null(strstr(t->reply, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    return fd;
}

void ws_client_send(struct talk *t, int fd, uint8_t first, const void *bytes, size_t n)
{
    static const uint8_t mask[4] = {1, 2, 3, 4};
    uint8_t *m = malloc(n + 14);
    size_t at = 2;

    m[0] = first;
    m[1] = 0x80 | (n < 126 ? (uint8_t)n : n < 65536 ? 126 : 127);
    for (int shift = n < 126 ? -8 : n < 65536 ? 8 : 56; shift >= 0; shift -= 8)
        m[at++] = (uint8_t)((uint64_t)n >> shift);
    memcpy(m + at, mask, 4);
    at += 4;
    for (size_t i = 0; i < n; i++)
        m[at + i] = ((const uint8_t *)bytes)[i] ^ mask[i & 3];
    client_send(t, fd, m, at + n);
    free(m);
}

void ws_client_say(struct talk *t, int fd, const char *text)
{
    ws_client_send(t, fd, 0x81, text, strlen(text));
}

uint8_t ws_client_read(struct talk *t, int fd)
{
    size_t n, more;
    uint8_t first;

    client_read_n(t, fd, 2);
    first = (uint8_t)t->reply[0];
    n = (uint8_t)t->reply[1];
    more = n == 126 ? 2 : n == 127 ? 8 : 0;
    if (more > 0) {
        client_read_n(t, fd, more);
        n = 0;
        for (size_t i = 0; i < more; i++)
            n = n << 8 | (uint8_t)t->reply[i];
    }
    client_read_n(t, fd, n);
    return first;
}

unsigned ws_client_read_close(struct talk *t, int fd)
{
    while (ws_client_read(t, fd) != 0x88)
        ;
    return t->n_reply < 2 ? 0 : (unsigned)(uint8_t)t->reply[0] << 8 | (uint8_t)t->reply[1];
}
