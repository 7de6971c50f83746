/* host.h - a whole host for one driver, without a gateway: for the tests of drivers.
 *
 *     struct fake_host *h = fake_host_new(driver);
 *     fake_host_option(h, "host", "10.0.0.7");
 *     fake_host_start(h);               start() is called
 *     fake_tcp_open(fake_tcp(h, 0));    the driver's first connection is accepted …
 *     fake_host_turn(h);                … and the driver hears of it now
 *     cr_assert(fake_online(fake_dev(h)));
 *     fake_host_advance(h, 30 * FAKE_S);    half a minute passes at once
 *     fake_host_free(h);                stop() is called; what leaked is found
 *
 * The clock is virtual and everything is one thread. Whatever the test does (open, feed, close,
 * answer, run) is only noted; the driver hears of it on the next turn, as with the real host. What
 * the driver does is recorded and can be asked for.
 *
 * The rules of warren/driver.h are enforced: a driver that breaks one (calls the host after stop(),
 * reports what is not in its tables, publishes what is no JSON, touches a frame it gave away,
 * forgets frames or commands) ends the test with a sentence and abort(). What a driver may meet in
 * ordinary life (-ESTALE, -EAGAIN, frame_new() giving NULL) it meets here, too.
 *
 * FAKE_HOST_TRACE=1 in the environment prints every call in both directions.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <warren/ble.h>
#include <warren/driver.h>
#include <warren/frame.h>
#include <warren/http.h>
#include <warren/overlay.h>
#include <warren/store.h>
#include <warren/tcp.h>

#define FAKE_MS INT64_C(1000)
#define FAKE_S INT64_C(1000000)

/* The first moment, on the driver's two clocks. */
#define FAKE_NOW_US (1000 * FAKE_S)
#define FAKE_WALL_US (INT64_C(1767225600) * FAKE_S) /* 2026-01-01 */

/* As in the gateway: frames one device may hold or have waiting for the disk; reconnect back-off
 * (here without jitter). */
#define FAKE_FRAME_QUOTA 12
#define FAKE_RETRY_FIRST_US FAKE_S
#define FAKE_RETRY_MAX_US (60 * FAKE_S)

/* --- life ------------------------------------------------------------------------------------- */

struct fake_host;

/* Checks the tables first. Services that the driver does not need are there nevertheless. */
struct fake_host *fake_host_new(const struct wr_driver *driver);
/* Stops the device if it runs, and looks for what was forgotten. Returns NULL. */
struct fake_host *fake_host_free(struct fake_host *h);
/* The driver in a file, as the gateway finds it; for the life of the process. */
const struct wr_driver *fake_driver_load(const char *path);
/* The driver's probe() of something seen; `key_values`: pairs of properties, then NULL. */
int fake_probe(const struct wr_driver *driver, const char *bus, const char *address,
    const char *name, ... /* NULL */);

/* The device, which runs, is there: seen() is called, if the driver has one. Properties as of fake_probe(). */
void fake_seen(
    struct fake_host *h, const char *bus, const char *address, const char *name, ... /* NULL */);

/* Before fake_host_start(). As in the configuration file; a value that the table does not allow is
 * a failure of the test. */
void fake_host_option(struct fake_host *h, const char *key, const char *text);
/* Before fake_host_start(): a gateway from before some members of struct wr_host, whose table has
 * `size` bytes: offsetof() of the first that it lacks. A call of one of them ends the test. */
void fake_host_older(struct fake_host *h, size_t size);
void fake_host_start(struct fake_host *h);
void fake_host_stop(struct fake_host *h);
/* Runs all that is due now. */
void fake_host_turn(struct fake_host *h);
/* Runs all that becomes due in the next `us`, each at its time. */
void fake_host_advance(struct fake_host *h, int64_t us);
/* Somebody looks, or nobody any more. */
void fake_host_watch(struct fake_host *h, bool wanted);

int64_t fake_now_us(const struct fake_host *h);
int64_t fake_wall_us(const struct fake_host *h);
/* All lines that the driver logged so far. */
const char *fake_log(const struct fake_host *h);
unsigned fake_n_starts(const struct fake_host *h);
/* What the device holds now. */
size_t fake_n_handles(const struct fake_host *h);
size_t fake_n_held_frames(const struct fake_host *h);

/* Slips that fake_host_free() would fail the test for, where the test is about them. */
enum fake_slip {
    FAKE_SLIP_UNANSWERED = 1 << 0, /* a command ran into the host's time limit */
    FAKE_SLIP_FRAMES = 1 << 1,     /* more than one frame was held at the end */
};
void fake_host_tolerate(struct fake_host *h, unsigned slips);

/* --- devices ---------------------------------------------------------------------------------- */

struct wr_dev *fake_dev(struct fake_host *h);
/* NULL: the driver has made none with this key. */
struct wr_dev *fake_child(struct fake_host *h, const char *key);
/* What the driver called it last. */
const char *fake_child_name(struct fake_host *h, const char *key);
size_t fake_n_children(const struct fake_host *h);

bool fake_online(const struct wr_dev *dev);
/* Why it is offline or was rejected, or what it said to status(). */
const char *fake_why(const struct wr_dev *dev);
bool fake_rejected(const struct wr_dev *dev);
/* What identify() told; NULL: nothing. */
const char *fake_identity(const struct wr_dev *dev);
/* Another device has this identity: identify() says -EEXIST. */
void fake_host_identity_taken(struct fake_host *h, const char *serial);
enum wr_clock fake_clock(const struct wr_dev *dev);

/* The newest value of an attribute or reported setting, as text ("true", "12", "1.5", "abc"); NULL:
 * never reported, or it has none any more. */
const char *fake_value(const struct wr_dev *dev, const char *key);
size_t fake_n_reports(const struct wr_dev *dev, const char *key);
/* The newest event of this type as JSON text ("null" without data); NULL: none. */
const char *fake_event(const struct wr_dev *dev, const char *type);
size_t fake_n_events(const struct wr_dev *dev, const char *type);
/* Events that publish() answered with -EAGAIN: as in the gateway, a device may say a hundred at
 * once, then five a second. */
size_t fake_n_events_left_out(const struct wr_dev *dev);

/* A desired setting; text NULL: nothing desired any more. */
void fake_desire(struct wr_dev *dev, const char *key, const char *text);
/* What the driver last said to applied(); FAKE_PENDING: nothing since configure(). */
#define FAKE_PENDING 1
int fake_applied(const struct wr_dev *dev, const char *key);

/* The lowest that limit() left of a setting; 0: it was not limited. */
double fake_limit_min(const struct wr_dev *dev, const char *key);

/* --- commands --------------------------------------------------------------------------------- */

struct fake_call {
    bool over;
    int result;
    char *json; /* the answer, or for a negative result the sentence; NULL: none */
    wr_handle handle;
};

/* Arguments as pairs of key and text, then NULL. The driver's run() is called on the next turn.
 * Lives until fake_host_free(). */
const struct fake_call *fake_run(struct wr_dev *dev, const char *name, ... /* NULL */);

/* --- pictures --------------------------------------------------------------------------------- */

struct fake_picture {
    uint8_t *bytes;
    size_t n;
    struct wr_frame frame; /* as it was given to us; its data must not be used */
};

size_t fake_n_frames(const struct wr_dev *dev);
/* The i-th that was published; the newest: fake_n_frames() - 1. */
const struct fake_picture *fake_frame(const struct wr_dev *dev, size_t i);
/* frame_new() says NULL `n` times. */
void fake_host_refuse_frames(struct fake_host *h, unsigned n);

size_t fake_n_overlays(const struct wr_dev *dev);
/* The i-th that was published, with copies of its blocks and points. */
const struct wr_overlay *fake_overlay(const struct wr_dev *dev, size_t i);

struct fake_capture {
    struct fake_picture picture;
    struct wr_dev *dev;
    int64_t captured_us;
    char *source, *key; /* NULL as given */
    double latitude, longitude;
    uint8_t *sound; /* NULL: none */
    size_t n_sound;
    bool over; /* answered, or nobody waits any more */
    wr_handle handle;
    wr_capture_fn done;
    void *ctx;
};

size_t fake_n_captures(const struct fake_host *h);
struct fake_capture *fake_capture(struct fake_host *h, size_t i);
/* The store's answer: 0 and an id, or negative. */
void fake_capture_done(struct fake_capture *c, int result, uint64_t id);
/* From now on every capture is durable after `us`, with ids from 1. Negative: back to answering
 * each. */
void fake_host_captures_take(struct fake_host *h, int64_t us);
/* capture() itself says no, with this; 0: it takes them again. */
void fake_host_refuse_captures(struct fake_host *h, int result);

/* --- tcp -------------------------------------------------------------------------------------- */

/* No connection and no request can be begun (true), or all again: the host says 0 to the driver. */
void fake_host_refuse_links(struct fake_host *h, bool refuse);

struct fake_tcp {
    char *host;
    uint16_t port;
    bool tls;
    bool open, paused, shut, over; /* shut: the driver said that nothing follows */
    uint8_t *sent;
    size_t n_sent, n_unsent; /* all that was sent; of it, what fake_tcp_hold() keeps in the queue */
    wr_handle handle;
};

size_t fake_n_tcp(const struct fake_host *h);
/* The i-th connection that the driver began; a failure of the test when there was none. */
struct fake_tcp *fake_tcp(struct fake_host *h, size_t i);
/* The newest. */
struct fake_tcp *fake_tcp_last(struct fake_host *h);
void fake_tcp_open(struct fake_tcp *t);
void fake_tcp_feed(struct fake_tcp *t, const void *bytes, size_t n);
/* In pieces of `step` bytes, each on a turn of its own. */
void fake_tcp_feed_in(struct fake_tcp *t, const void *bytes, size_t n, size_t step);
/* why 0: the peer is done; else -ECONNREFUSED, -ECONNRESET … */
void fake_tcp_close(struct fake_tcp *t, int why);
/* The peer takes nothing (true), or all again. */
void fake_tcp_hold(struct fake_tcp *t, bool hold);
/* What was sent, as a string; a failure of the test when it holds a NUL. */
const char *fake_tcp_text(const struct fake_tcp *t);

/* --- http ------------------------------------------------------------------------------------- */

struct fake_http {
    char *method, *url, *body, *user, *password;
    size_t n_body;
    enum { FAKE_HTTP_REQUEST, FAKE_HTTP_STREAM, FAKE_HTTP_RAW } kind;
    bool into_frame;
    bool open, over;
    wr_handle handle;
};

size_t fake_n_http(const struct fake_host *h);
struct fake_http *fake_http(struct fake_host *h, size_t i);
struct fake_http *fake_http_last(struct fake_host *h);
/* The newest that asks for this path (with query); NULL: none. */
struct fake_http *fake_http_for(struct fake_host *h, const char *path);
/* The value of a header that the driver sent; NULL. */
const char *fake_http_header(const struct fake_http *q, const char *name);
/* For requests. `headers`: "name: value\n…", or NULL. */
void fake_http_respond(
    struct fake_http *q, int status, const char *headers, const void *body, size_t n);
/* For streams: the head, then bytes as the device would send them; the gateway's own reader cuts
 * them into parts. */
void fake_http_open(struct fake_http *q, int status, const char *headers);
void fake_http_feed(struct fake_http *q, const void *bytes, size_t n);
/* No answer, or no more: 0 (the server ended it), -ECONNREFUSED, … */
void fake_http_close(struct fake_http *q, int why);

/* --- ble -------------------------------------------------------------------------------------- */

struct fake_ble_op {
    enum { FAKE_BLE_READ, FAKE_BLE_WRITE, FAKE_BLE_SUBSCRIBE } kind;
    char *uuid;
    enum wr_ble_write how;
    uint8_t *bytes; /* written */
    size_t n;
    bool over;
    struct fake_ble *link;
    wr_ble_done done;
    void *ctx;
};

struct fake_ble {
    char *address, *name, *service; /* as asked for; NULL */
    bool open, over;
    unsigned mtu;
    wr_handle handle;
};

size_t fake_n_ble(const struct fake_host *h);
struct fake_ble *fake_ble(struct fake_host *h, size_t i);
struct fake_ble *fake_ble_last(struct fake_host *h);
/* It was seen, and is being connected to. */
void fake_ble_connecting(struct fake_ble *b, const char *address);
/* What the link offers is copied. */
void fake_ble_open(
    struct fake_ble *b, const struct wr_ble_char *chars, size_t n_chars, unsigned mtu);
void fake_ble_notify(struct fake_ble *b, const char *uuid, const void *bytes, size_t n);
void fake_ble_close(struct fake_ble *b, int why, const char *error);
size_t fake_n_ble_ops(const struct fake_ble *b);
struct fake_ble_op *fake_ble_op(struct fake_ble *b, size_t i);
struct fake_ble_op *fake_ble_op_last(struct fake_ble *b);
/* Writes and subscriptions are answered with 0 by themselves, but for this link, from now on. */
void fake_ble_hold(struct fake_ble *b, bool hold);
void fake_ble_answer(struct fake_ble_op *op, int result, const void *bytes, size_t n);

/* --- store ------------------------------------------------------------------------------------ */

/* A device's memory; survives fake_host_stop(). bytes NULL removes. */
void fake_store_set(struct wr_dev *dev, const char *key, const void *bytes, size_t n);
const void *fake_store_get(const struct wr_dev *dev, const char *key, size_t *ret_n);
/* The disk says this to every put() from now on; 0: all is well. */
void fake_host_store_result(struct fake_host *h, int result);
