#include <criterion/criterion.h>
#include <string.h>

#include "pi.h"

void pi_jpeg(uint8_t out[JPEG_BYTES], uint8_t tag)
{
    static const uint8_t jpeg[JPEG_BYTES] = {0xFF, 0xD8,    /* SOI */
        0xFF, 0xC0, 0, 11, 8, 0, 240, 1, 64, 1, 1, 0x11, 0, /* SOF0: 320 x 240, grey */
        0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0,                /* SOS */
        0x11, 0x22, 0x33, 0xFF, 0xD9};

    memcpy(out, jpeg, JPEG_BYTES);
    out[25] = tag;
}

struct fake_host *pi_new(void)
{
    struct fake_host *h = fake_host_new(plugin("pi-trigger-camera"));

    fake_host_option(h, "host", "10.0.0.7");
    fake_host_option(h, "poll_s", "30");
    return h;
}

struct fake_tcp *pi_expect(struct fake_host *h, const char *line)
{
    struct fake_tcp *t;

    fake_host_turn(h);
    cr_assert(fake_n_tcp(h) > 0, "no connection for %s", line);
    t = fake_tcp_last(h);
    cr_assert(!t->over && !t->open, "no new connection for %s", line);
    fake_tcp_open(t);
    fake_host_turn(h);
    cr_assert_str_eq(fake_tcp_text(t), line);
    return t;
}

void pi_serve(struct fake_host *h, const char *line, const char *reply)
{
    struct fake_tcp *t = pi_expect(h, line);

    fake_tcp_feed(t, reply, strlen(reply));
    fake_tcp_close(t, 0);
    fake_host_turn(h);
}

struct fake_host *pi_online(void)
{
    struct fake_host *h = pi_new();

    fake_host_start(h);
    pi_serve(h, "token - health\n", "RSS=45.5MiB SWAP=1.0%\n");
    pi_serve(h, "dump_config\n", PI_CONFIG "\n");
    cr_assert(fake_online(fake_dev(h)));
    return h;
}

struct fake_host *pi_online_original(void)
{
    struct fake_host *h = pi_new();

    fake_host_start(h);
    pi_serve(h, "token - health\n", "UNKNOWN_COMMAND\n");
    pi_serve(h, "dump_config\n", PI_CONFIG "\n");
    cr_assert(fake_online(fake_dev(h)));
    return h;
}

struct fake_http *pi_stream(struct fake_host *h)
{
    struct fake_http *q;

    fake_host_turn(h);
    q = fake_http_last(h);
    cr_assert_str_eq(q->url, "http://10.0.0.7:8080/stream");
    fake_http_open(q, 200, "Content-Type: multipart/x-mixed-replace; boundary=frame");
    fake_host_turn(h);
    return q;
}

void pi_part(struct fake_http *q, unsigned id, double time_s, double dark_score, int night)
{
    uint8_t jpeg[JPEG_BYTES];
    char head[256];
    int n = snprintf(head, sizeof head,
        "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\nX-Frame-Id: "
        "%u\r\nX-Timestamp: %.3f\r\nX-Dark-Score: %.1f\r\nX-Night: %d\r\n\r\n",
        JPEG_BYTES, id, time_s, dark_score, night);

    pi_jpeg(jpeg, (uint8_t)id);
    fake_http_feed(q, head, (size_t)n);
    fake_http_feed(q, jpeg, sizeof jpeg);
}
