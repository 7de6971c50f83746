#include "healthcheck.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "config/config.h"

#define TIMEOUT_S 3

static int dial(const char *address, uint16_t port)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                        .ai_socktype = SOCK_STREAM},
                    *found = NULL;
    struct timeval limit = {.tv_sec = TIMEOUT_S};
    const char *to = strcmp(address, "0.0.0.0") == 0 ? "127.0.0.1"
        : strcmp(address, "::") == 0                 ? "::1"
                                                     : address;
    char service[8];
    int fd = -1;

    snprintf(service, sizeof service, "%u", port);
    if (getaddrinfo(strcmp(to, "localhost") == 0 ? "127.0.0.1" : to, service, &hints, &found) != 0)
        return -1;
    fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0) {
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        if (connect(fd, found->ai_addr, found->ai_addrlen) < 0) {
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(found);
    return fd;
}

static int ask(int fd)
{
    static const char request[] =
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    char answer[512];
    size_t n = 0;

    if (send(fd, request, sizeof request - 1, MSG_NOSIGNAL) != sizeof request - 1)
        return -1;
    while (n < 12) {
        ssize_t k = recv(fd, answer + n, sizeof answer - 1 - n, 0);

        if (k <= 0)
            return -1;
        n += (size_t)k;
    }
    return memcmp(answer + 8, " 200", 4) == 0 ? 0 : -1;
}

int healthcheck(const char *config_file)
{
    struct config_problems problems;
    struct config *c = NULL;
    _cleanup_(closep) int fd = -1;
    char address[64];
    uint16_t port;
    int r = config_load(config_file, &c, &problems);

    config_problems_fini(&problems);
    if (r == 0)
        r = config_split_listen(c->http.listen, address, sizeof address, &port);
    config_free(c);
    if (r < 0) {
        fprintf(stderr, "warren healthcheck: the configuration has errors; see warren check\n");
        return 1;
    }
    fd = dial(address, port);
    if (fd < 0) {
        fprintf(stderr, "warren healthcheck: nothing listens on %s port %u: %s\n", address, port,
            strerror(errno));
        return 1;
    }
    if (ask(fd) < 0) {
        fprintf(stderr, "warren healthcheck: no answer from %s port %u within %d s\n", address,
            port, TIMEOUT_S);
        return 1;
    }
    return 0;
}
