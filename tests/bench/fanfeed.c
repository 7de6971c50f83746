/* fanfeed.c - one frame source for every fan-out peer: connects to a port of 127.0.0.1 and sends
 *
 *     { length u32 little-endian, JPEG } …
 *
 * at a steady rate. Each picture says when it left (pictures.h). With --camera it is a camera instead: it listens on
 * the port and sends an MJPEG stream to whoever comes, one after the other.
 *
 *     fanfeed [--camera] PORT [FPS [BYTES [WIDTH HEIGHT]]]
 */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "pictures.h"

static uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void sleep_until(uint64_t ns)
{
    struct timespec t = {(time_t)(ns / 1000000000u), (long)(ns % 1000000000u)};

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
        ;
}

static bool send_all(int fd, const void *bytes, size_t n)
{
    for (const uint8_t *p = bytes; n > 0;) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);

        if (sent < 0 && errno != EINTR)
            return false;
        p += sent > 0 ? sent : 0;
        n -= sent > 0 ? (size_t)sent : 0;
    }
    return true;
}

static int dial(uint16_t port)
{
    struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) < 0)
        return -1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

/* What comes before each picture: its length, or the head of its part. */
static size_t preface(char out[static 64], bool camera, size_t n)
{
    uint32_t length = htole32((uint32_t)n);

    if (camera)
        return (size_t)snprintf(
            out, 64, "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %zu\r\n\r\n", n);
    memcpy(out, &length, sizeof length);
    return sizeof length;
}

static void feed(int fd, struct picture *pictures, double fps, bool camera)
{
    uint64_t begin = now_ns();

    for (uint32_t i = 0;; i++) {
        struct picture *p = &pictures[i % PICTURES_N];
        char head[64];
        size_t n_head = preface(head, camera, p->n);

        sleep_until(begin + (uint64_t)(i / fps * 1e9));
        picture_stamp(p->jpeg, now_ns(), i);
        if (!send_all(fd, head, n_head) || !send_all(fd, p->jpeg, p->n) ||
            (camera && !send_all(fd, "\r\n", 2)))
            return;
    }
}

/* Never returns but with an error: ended by its parent. */
static int serve(uint16_t port, struct picture *pictures, double fps)
{
    static const char head[] = "HTTP/1.0 200 OK\r\n"
                               "Content-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n";
    struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) < 0 || listen(fd, 4) < 0) {
        perror("fanfeed");
        return 1;
    }
    for (;;) {
        int viewer = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
        char request[4096];

        if (viewer < 0)
            continue;
        setsockopt(viewer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (recv(viewer, request, sizeof request, 0) > 0 && send_all(viewer, head, sizeof head - 1))
            feed(viewer, pictures, fps, true);
        close(viewer);
    }
}

int main(int argc, char **argv)
{
    static struct picture pictures[PICTURES_N];
    bool camera = argc > 1 && strcmp(argv[1], "--camera") == 0;
    double fps;
    size_t bytes;
    unsigned width, height;
    int fd;

    argc -= camera;
    argv += camera;
    fps = argc > 2 ? atof(argv[2]) : 30;
    bytes = argc > 3 ? strtoul(argv[3], NULL, 10) : 30000;
    width = argc > 5 ? (unsigned)atoi(argv[4]) : 480;
    height = argc > 5 ? (unsigned)atoi(argv[5]) : 360;
    if (argc < 2 || fps <= 0 || !pictures_draw(pictures, width, height, bytes)) {
        fprintf(stderr, "usage: fanfeed [--camera] PORT [FPS [BYTES [WIDTH HEIGHT]]]\n");
        return 2;
    }
    if (camera)
        return serve((uint16_t)atoi(argv[1]), pictures, fps);
    fd = dial((uint16_t)atoi(argv[1]));
    if (fd < 0) {
        perror("fanfeed");
        return 1;
    }
    feed(fd, pictures, fps, false);
    pictures_free(pictures);
    return 0;
}
