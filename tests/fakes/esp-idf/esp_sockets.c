/* esp_sockets.c - which of this machine's sockets are the pretended board's. */
#include <assert.h>
#include <sys/socket.h>
#include <unistd.h>

#include "esp_fake.h"

/* As many as lwIP is told to have. */
#define MAX_SOCKETS 12

int esp_socket(int domain, int type, int protocol);
int esp_accept(int fd, struct sockaddr *from, socklen_t *n);
int esp_close(int fd);

static int fds[MAX_SOCKETS];
static unsigned n_fds;

static int keep(int fd)
{
    assert(n_fds < MAX_SOCKETS);
    if (fd >= 0)
        fds[n_fds++] = fd;
    return fd;
}

int esp_socket(int domain, int type, int protocol)
{
    return keep(socket(domain, type, protocol));
}

int esp_accept(int fd, struct sockaddr *from, socklen_t *n)
{
    return keep(accept(fd, from, n));
}

int esp_close(int fd)
{
    for (unsigned i = 0; i < n_fds; i++)
        if (fds[i] == fd)
            fds[i] = fds[--n_fds];
    return close(fd);
}

void esp_sockets_forget(void)
{
    while (n_fds > 0)
        (void)close(fds[--n_fds]);
}
