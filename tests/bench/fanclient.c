/* fanclient.c - many viewers in one process, for any server of MJPEG or WebSocket: counts what arrives, how old it
 * is, and what the server used for it. Prints one JSON object.
 *
 *     fanclient --url ws://127.0.0.1:8080/api/v1/ws --send '{"id":1,"type":"subscribe",…}' --offset 32 -n 50 --pid PID
 *     fanclient --url http://127.0.0.1:8080/stream -n 50 --slow 1 --slow-rate 600000
 *
 * --offset is where the JPEG begins in a message. --slow of the viewers are on a line of --slow-rate bytes a second
 * (a small receive buffer, emptied at that pace); they are counted apart.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/util.h"
#include "fanread.h"
#include "pictures.h"
#include "procstat.h"

#define READ_BYTES (1u << 18)
#define SLOW_RECEIVE_BYTES 8192
#define SLOW_TICK_US 5000

static struct {
    bool websocket;
    char host[64], path[512];
    uint16_t port;
    unsigned n, n_slow;
    double warm_s, measure_s, slow_rate;
    size_t offset;
    const char *send;
    pid_t pid;
} o = {.n = 1, .warm_s = 1.5, .measure_s = 5, .slow_rate = 600000};

struct viewer {
    struct fanread read;
    int fd; /* -1: gone */
    bool slow, seen;
    uint32_t last;
    uint64_t n_frames, n_bytes, n_gaps;
};

/* The source may take a while to begin. */
#define FIRST_PICTURE_US (20 * US_PER_S)

/* Ages of pictures when their last byte was here. */
struct ages {
    uint32_t *us;
    size_t n, cap;
};

static struct {
    int epoll;
    struct viewer *viewers;
    struct ages fast, slow;
    bool measuring;
    unsigned n_dead, n_opened;
    uint64_t n_pictures; /* also before measuring */
    uint64_t n_texts, n_unstamped;
} f;

/* --- counting --------------------------------------------------------------------------------- */

static void ages_add(struct ages *a, uint32_t us)
{
    if (a->n == a->cap) {
        a->cap = a->cap ? 2 * a->cap : 4096;
        a->us = realloc(a->us, a->cap * sizeof *a->us);
    }
    a->us[a->n++] = us;
}

static int compare_u32(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

/* After qsort(). */
static double ages_ms(const struct ages *a, double quantile)
{
    return a->n == 0 ? -1 : a->us[(size_t)((double)(a->n - 1) * quantile)] / 1e3;
}

static void on_picture(struct fanread *r, size_t n)
{
    struct viewer *v = container_of(r, struct viewer, read);
    uint64_t sent_ns;
    uint32_t number;

    f.n_pictures++;
    if (!f.measuring)
        return;
    v->n_frames++;
    v->n_bytes += n;
    if (o.offset + PICTURE_STAMP_END > sizeof r->beginning || n < o.offset + PICTURE_STAMP_END ||
        !picture_read_stamp(r->beginning + o.offset, &sent_ns, &number)) {
        f.n_unstamped++;
        return;
    }
    ages_add(v->slow ? &f.slow : &f.fast, (uint32_t)(clock_mono_us() - (int64_t)(sent_ns / 1000)));
    if (v->seen && number > v->last)
        v->n_gaps += number - v->last - 1;
    v->seen = true;
    v->last = number;
}

static void on_text(struct fanread *r)
{
    f.n_texts += f.measuring;
}

/* --- talking ---------------------------------------------------------------------------------- */

static void viewer_drop(struct viewer *v)
{
    if (v->fd < 0)
        return;
    close(v->fd);
    v->fd = -1;
    f.n_dead++;
}

/* Requests and messages are small: what does not fit at once will never. */
static void viewer_send(struct viewer *v, const void *bytes, size_t n)
{
    if (send(v->fd, bytes, n, MSG_NOSIGNAL) != (ssize_t)n)
        viewer_drop(v);
}

/* Masked with zeros, which is a mask like any other. */
static void viewer_message(struct viewer *v, uint8_t opcode, const void *bytes, size_t n)
{
    uint8_t m[8 + 4096] = {(uint8_t)(0x80 | opcode)};
    size_t head = n < 126 ? 2 : 4;

    n = MIN(n, (size_t)4096);
    m[1] = (uint8_t)(0x80 | (n < 126 ? n : 126));
    if (n >= 126) {
        m[2] = (uint8_t)(n >> 8);
        m[3] = (uint8_t)n;
    }
    memcpy(m + head + 4, bytes, n);
    viewer_send(v, m, head + 4 + n);
}

static void on_opened(struct fanread *r)
{
    f.n_opened++;
    if (o.websocket && o.send)
        viewer_message(container_of(r, struct viewer, read), 1, o.send, strlen(o.send));
}

static void on_ping(struct fanread *r, size_t n)
{
    viewer_message(
        container_of(r, struct viewer, read), 10, r->beginning, MIN(n, sizeof r->beginning));
}

static void viewer_request(struct viewer *v)
{
    char s[2048];
    int n = snprintf(s, sizeof s, "GET %s HTTP/1.1\r\nHost: %s:%u\r\n%s\r\n", o.path, o.host,
        o.port,
        o.websocket ? "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                    : "");

    viewer_send(v, s, (size_t)n);
}

static void viewer_open(struct viewer *v, bool slow)
{
    static const struct fanread_events events = {on_opened, on_picture, on_text, on_ping};
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(o.port)};
    int small = SLOW_RECEIVE_BYTES, on = 1;

    inet_pton(AF_INET, o.host, &a.sin_addr);
    fanread_init(&v->read, o.websocket, &events);
    v->slow = slow;
    v->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (slow)
        setsockopt(v->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    setsockopt(v->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(v->fd, (struct sockaddr *)&a, sizeof a) < 0) {
        viewer_drop(v);
        return;
    }
    if (!slow)
        epoll_ctl(
            f.epoll, EPOLL_CTL_ADD, v->fd, &(struct epoll_event){.events = EPOLLIN, .data.ptr = v});
    viewer_request(v);
}

static void viewer_read(struct viewer *v, size_t max)
{
    static uint8_t bytes[READ_BYTES];
    ssize_t n = v->fd < 0 ? -1 : recv(v->fd, bytes, MIN(max, sizeof bytes), MSG_DONTWAIT);

    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR) ||
        (n > 0 && !fanread_feed(&v->read, bytes, (size_t)n)))
        viewer_drop(v);
}

/* --- running ---------------------------------------------------------------------------------- */

/* What their line has carried since the last time. */
static void read_slow(int64_t now_us)
{
    static int64_t last_us;
    size_t n = (size_t)(o.slow_rate * (double)(now_us - last_us) / 1e6);

    if (now_us - last_us < SLOW_TICK_US)
        return;
    last_us = last_us ? now_us : now_us - SLOW_TICK_US;
    for (unsigned i = 0; i < o.n_slow; i++)
        if (f.viewers[i].fd >= 0)
            viewer_read(&f.viewers[i], MAX(n, (size_t)1));
    last_us = now_us;
}

static void run_until(int64_t end_us)
{
    struct epoll_event events[256];
    int64_t now_us;

    while ((now_us = clock_mono_us()) < end_us) {
        int wait_ms = (int)MIN((end_us - now_us) / 1000 + 1, o.n_slow ? 5 : 50);
        int n = epoll_wait(f.epoll, events, N_ELEMENTS(events), wait_ms);

        for (int i = 0; i < n; i++)
            viewer_read(events[i].data.ptr, SIZE_MAX);
        read_slow(clock_mono_us());
    }
}

static int compare_double(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

struct totals {
    uint64_t n_frames, n_bytes, n_gaps, n_slow_frames;
    double *fps; /* of each fast viewer, rising */
    unsigned n_fast;
};

static struct totals add_up(double seconds)
{
    struct totals t = {.fps = calloc(o.n + 1, sizeof *t.fps)};

    for (unsigned i = 0; i < o.n; i++) {
        const struct viewer *v = &f.viewers[i];

        if (v->slow) {
            t.n_slow_frames += v->n_frames;
            continue;
        }
        t.n_frames += v->n_frames;
        t.n_bytes += v->n_bytes;
        t.n_gaps += v->n_gaps;
        t.fps[t.n_fast++] = (double)v->n_frames / seconds;
    }
    qsort(t.fps, t.n_fast, sizeof *t.fps, compare_double);
    qsort(f.fast.us, f.fast.n, sizeof *f.fast.us, compare_u32);
    qsort(f.slow.us, f.slow.n, sizeof *f.slow.us, compare_u32);
    return t;
}

static void print_result(const struct totals *t, double seconds, double cpu_s, double rss_mb)
{
    uint64_t all = t->n_frames + t->n_slow_frames;

    printf("{\"n\":%u,\"opened\":%u,\"dead\":%u,\"seconds\":%.3f,\"frames\":%llu,\"bytes\":%llu,"
           "\"fps_min\":%.2f,\"fps_median\":%.2f,\"gaps\":%llu,\"texts\":%llu,\"unstamped\":%llu,",
        o.n, f.n_opened, f.n_dead, seconds, (unsigned long long)t->n_frames,
        (unsigned long long)t->n_bytes, t->n_fast ? t->fps[0] : 0,
        t->n_fast ? t->fps[t->n_fast / 2] : 0, (unsigned long long)t->n_gaps,
        (unsigned long long)f.n_texts, (unsigned long long)f.n_unstamped);
    printf("\"cpu_s\":%.4f,\"cpu_us_per_frame\":%.3f,\"rss_mb\":%.2f,"
           "\"age_p50_ms\":%.3f,\"age_p99_ms\":%.3f,\"age_max_ms\":%.3f,",
        cpu_s, all ? cpu_s / (double)all * 1e6 : -1, rss_mb, ages_ms(&f.fast, .5),
        ages_ms(&f.fast, .99), ages_ms(&f.fast, 1));
    printf("\"slow\":%u,\"slow_frames\":%llu,\"slow_age_p50_ms\":%.3f,\"slow_age_p99_ms\":%.3f}\n",
        o.n_slow, (unsigned long long)t->n_slow_frames, ages_ms(&f.slow, .5),
        ages_ms(&f.slow, .99));
}

static void measure(void)
{
    struct procstat before = {0}, after = {0};
    int64_t begin_us;
    struct totals t;
    double seconds;

    begin_us = clock_mono_us();
    while (f.n_pictures == 0 && clock_mono_us() < begin_us + FIRST_PICTURE_US)
        run_until(clock_mono_us() + 10 * US_PER_MS);
    run_until(clock_mono_us() + (int64_t)(o.warm_s * 1e6));
    f.measuring = true;
    f.n_dead = 0;
    begin_us = clock_mono_us();
    if (o.pid)
        procstat_read(o.pid, &before);
    run_until(begin_us + (int64_t)(o.measure_s * 1e6));
    if (o.pid)
        procstat_read(o.pid, &after);
    seconds = (double)(clock_mono_us() - begin_us) / 1e6;
    t = add_up(seconds);
    print_result(&t, seconds, after.cpu_s - before.cpu_s, after.rss_mb);
    free(t.fps);
}

static bool parse_url(const char *url)
{
    char scheme[8];
    unsigned port;

    if (sscanf(url, "%7[a-z]://%63[^:/]:%u%511s", scheme, o.host, &port, o.path) != 4)
        return false;
    o.websocket = strcmp(scheme, "ws") == 0;
    o.port = (uint16_t)port;
    return true;
}

static bool parse_options(int argc, char **argv)
{
    static const struct option options[] = {{"url", 1, NULL, 'u'}, {"send", 1, NULL, 's'},
        {"offset", 1, NULL, 'o'}, {"pid", 1, NULL, 'p'}, {"warm", 1, NULL, 'w'},
        {"measure", 1, NULL, 'm'}, {"slow", 1, NULL, 'k'}, {"slow-rate", 1, NULL, 'r'},
        {NULL, 0, NULL, 0}};
    bool have_url = false;

    for (int c; (c = getopt_long(argc, argv, "n:", options, NULL)) != -1;) {
        switch (c) {
        case 'u':
            have_url = parse_url(optarg);
            break;
        case 's':
            o.send = optarg;
            break;
        case 'o':
            o.offset = strtoul(optarg, NULL, 10);
            break;
        case 'p':
            o.pid = (pid_t)atoi(optarg);
            break;
        case 'w':
            o.warm_s = atof(optarg);
            break;
        case 'm':
            o.measure_s = atof(optarg);
            break;
        case 'k':
            o.n_slow = (unsigned)atoi(optarg);
            break;
        case 'r':
            o.slow_rate = atof(optarg);
            break;
        case 'n':
            o.n = (unsigned)atoi(optarg);
            break;
        default:
            return false;
        }
    }
    return have_url && o.n > 0 && o.n_slow <= o.n;
}

int main(int argc, char **argv)
{
    struct rlimit files;

    if (!parse_options(argc, argv)) {
        fprintf(stderr,
            "usage: fanclient --url ws|http://ADDRESS:PORT/PATH [-n VIEWERS] [--send TEXT] "
            "[--offset BYTES] [--pid PID]\n"
            "       [--warm S] [--measure S] [--slow VIEWERS] [--slow-rate BYTES_PER_S]\n");
        return 2;
    }
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    f.epoll = epoll_create1(EPOLL_CLOEXEC);
    f.viewers = calloc(o.n, sizeof *f.viewers);
    for (unsigned i = 0; i < o.n; i++)
        viewer_open(&f.viewers[i], i < o.n_slow);
    measure();
    return 0;
}
