/* sockets.c - see sockets.h. */
#include "sockets.h"

#include <errno.h>

#include "esp_log.h"
#include "esp_timer.h"
#include "lwip/sockets.h"

static const char tag[] = "sockets";

/* Connections that wait to be accepted. */
#define BACKLOG 2
/* Read at once; more comes with the next turn. */
#define PIECE_BYTES 512

void sockets_init(struct sockets *s)
{
    s->listening = -1;
    for (unsigned k = 0; k < WIFI_CAMERA_CONNECTIONS; k++)
        s->rows[k].fd = -1;
}

/* --- what the core asks for ------------------------------------------------------------------- */

static bool never_wait(int fd)
{
    int flags = fcntl(fd, F_GETFL, 0);

    return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) >= 0;
}

static bool listen_on(int fd, uint16_t port)
{
    const struct sockaddr_in any = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_ANY)};
    int yes = 1;

    return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) >= 0 &&
        bind(fd, (const struct sockaddr *)&any, sizeof any) >= 0 && listen(fd, BACKLOG) >= 0 &&
        never_wait(fd);
}

int sockets_listen(struct sockets *s, uint16_t port)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd >= 0 && listen_on(fd, port)) {
        s->listening = fd;
        return 0;
    }
    ESP_LOGE(tag, "cannot listen on port %u: error %d", port, errno);
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

void sockets_unlisten(struct sockets *s)
{
    if (s->listening >= 0)
        (void)close(s->listening);
    s->listening = -1;
}

int sockets_send(struct sockets *s, unsigned connection, const void *bytes, size_t n)
{
    ssize_t sent = send(s->rows[connection].fd, bytes, n, MSG_NOSIGNAL);

    if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
        return -1;
    sent = sent < 0 ? 0 : sent;
    s->rows[connection].full = (size_t)sent < n;
    return (int)sent;
}

void sockets_end(struct sockets *s, unsigned connection)
{
    (void)shutdown(s->rows[connection].fd, SHUT_WR);
}

void sockets_close(struct sockets *s, unsigned connection)
{
    (void)close(s->rows[connection].fd);
    s->rows[connection].fd = -1;
    s->rows[connection].full = false;
}

bool sockets_are_used(const struct sockets *s)
{
    return s->listening >= 0;
}

/* --- what happens ----------------------------------------------------------------------------- */

static int free_row(const struct sockets *s)
{
    for (unsigned k = 0; k < WIFI_CAMERA_CONNECTIONS; k++)
        if (s->rows[k].fd < 0)
            return (int)k;
    return -1;
}

/* Those for whom there is no place wait in the backlog. */
static void accept_new(struct sockets *s, struct wifi_camera *camera)
{
    int row, yes = 1;

    while (s->listening >= 0 && (row = free_row(s)) >= 0) {
        int fd = accept(s->listening, NULL, NULL);

        if (fd < 0)
            return;
        if (!never_wait(fd)) {
            (void)close(fd);
            continue;
        }
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        s->rows[row].fd = fd;
        wifi_camera_accepted(camera, esp_timer_get_time(), (unsigned)row);
    }
}

static void hear(struct sockets *s, struct wifi_camera *camera, unsigned k)
{
    uint8_t bytes[PIECE_BYTES];
    ssize_t n = recv(s->rows[k].fd, bytes, sizeof bytes, 0);

    if (n > 0)
        wifi_camera_received(camera, esp_timer_get_time(), k, bytes, (size_t)n);
    else if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
        wifi_camera_hung_up(camera, esp_timer_get_time(), k);
}

/* One call for all. Negative: it failed; 0: there is nothing. */
static int look(const struct sockets *s, fd_set *can_read, fd_set *can_write)
{
    struct timeval at_once = {0};
    int most = s->listening;

    FD_ZERO(can_read);
    FD_ZERO(can_write);
    if (s->listening >= 0)
        FD_SET(s->listening, can_read);
    for (unsigned k = 0; k < WIFI_CAMERA_CONNECTIONS; k++) {
        int fd = s->rows[k].fd;

        if (fd < 0)
            continue;
        FD_SET(fd, can_read);
        if (s->rows[k].full)
            FD_SET(fd, can_write);
        most = fd > most ? fd : most;
    }
    return most < 0 ? 0 : select(most + 1, can_read, can_write, NULL, &at_once);
}

void sockets_step(struct sockets *s, struct wifi_camera *camera)
{
    fd_set can_read, can_write;

    if (look(s, &can_read, &can_write) <= 0)
        return;
    for (unsigned k = 0; k < WIFI_CAMERA_CONNECTIONS; k++) {
        int fd = s->rows[k].fd;

        if (fd >= 0 && FD_ISSET(fd, &can_write)) {
            s->rows[k].full = false;
            wifi_camera_room(camera, esp_timer_get_time(), k);
        }
        /* The core may have closed it meanwhile, or any other one. */
        if (fd >= 0 && s->rows[k].fd == fd && FD_ISSET(fd, &can_read))
            hear(s, camera, k);
    }
    if (s->listening >= 0 && FD_ISSET(s->listening, &can_read))
        accept_new(s, camera);
}
