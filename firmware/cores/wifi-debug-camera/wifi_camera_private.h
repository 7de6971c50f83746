/* wifi_camera_private.h - what the files of the camera's core share. Time is c->now_us. */
#ifndef WIFI_CAMERA_PRIVATE_H
#define WIFI_CAMERA_PRIVATE_H

#include "flow_overlay.h"
#include "wifi_camera.h"

#define WIFI_NEVER_US INT64_MAX

/* --- wifi_net.c: in and out of a network ------------------------------------------------------ */

struct wifi_net {
    enum wifi_state state;
    char reason[64]; /* why it is not connected, or was not the last time */
    char ip[16];
    int64_t until_us;    /* CONNECTING: fails then; FAILED: is tried again then */
    unsigned n_failures; /* since it was connected, or asked for */
};

/* Joins what is configured, from the beginning. */
void wifi_net_begin(struct wifi_camera *c);
void wifi_net_end(struct wifi_camera *c);
void wifi_net_joined(struct wifi_camera *c, const char *ip);
void wifi_net_not_joined(struct wifi_camera *c, enum wifi_camera_failure why);
void wifi_net_lost(struct wifi_camera *c);
void wifi_net_step(struct wifi_camera *c);
int64_t wifi_net_next_us(const struct wifi_camera *c);

/* --- wifi_tell.c: STATUS ---------------------------------------------------------------------- */

#define WIFI_MTU_MIN 23
#define WIFI_MTU_HEAD 3

struct wifi_tell {
    bool subscribed;
    bool due, notify_due; /* to be written; written, and to be notified of */
    unsigned mtu;
    int64_t retry_us;    /* of the notification */
    int64_t periodic_us; /* told again then, while WiFi is on */
    char error[96];      /* with the next one */
    char text[WIFI_TEXT_MAX];
    size_t n;
};

/* STATUS as it is now, compact, into room for WIFI_TEXT_MAX. */
size_t wifi_tell_write(const struct wifi_camera *c, char *out);
/* Tells STATUS; with an error if that is not NULL. */
void wifi_tell(struct wifi_camera *c, const char *error);
void wifi_tell_step(struct wifi_camera *c);
int64_t wifi_tell_next_us(const struct wifi_camera *c);

/* --- wifi_orders.c: what was written ---------------------------------------------------------- */

int wifi_orders_control(struct wifi_camera *c, bool encrypted, struct span json);
int wifi_orders_ssid(struct wifi_camera *c, struct span ssid);
int wifi_orders_password(struct wifi_camera *c, bool encrypted, struct span pass);
/* Takes settings over, saves them, and has them take effect. NULL; or what to tell. */
const char *wifi_orders_set(struct wifi_camera *c, const struct wifi_settings *settings);

/* --- wifi_lens.c: pictures and their motion --------------------------------------------------- */

/* Of the grid: the first debug cameras have so many, too. */
#define WIFI_COLUMNS 8
#define WIFI_ROWS 6
#define WIFI_BLOCKS (WIFI_COLUMNS * WIFI_ROWS)

struct wifi_lens {
    enum {
        WIFI_LENS_CLOSED,
        WIFI_LENS_OPEN,
        WIFI_LENS_BROKEN,  /* the sensor gives nothing; tried again at next_us */
        WIFI_LENS_CLOSING, /* as soon as nobody works on the pictures */
    } state;
    enum wifi_frame_size size;
    uint16_t width, height;
    uint8_t *frames[2];
    unsigned newest; /* of the two; the next one is taken over the other */
    struct flow *flow;
    void *flow_room;
    struct flow_summary summary;
    struct overlay_block blocks[WIFI_BLOCKS];
    bool capturing, comparing, has_frame, follows;
    /* By the comparison that goes on, which writes nothing else. */
    struct {
        uint8_t brightness;
        int64_t took_us;
    } found;
    int encoding; /* which of the two; negative: none */
    unsigned n_failures;
    int64_t next_us;    /* take a picture, or try the sensor again */
    int64_t started_us; /* the last picture was asked for then */
    uint64_t frame_id;  /* of the newest; the first one is 1 */
    int64_t taken_us;
    int64_t compute_us; /* altogether */
};

/* Sets the sensor up, or anew, as settings and the watch have it; or ends. */
void wifi_lens_open(struct wifi_camera *c);
void wifi_lens_close(struct wifi_camera *c);
void wifi_lens_captured(struct wifi_camera *c, bool taken);
void wifi_lens_compared(struct wifi_camera *c);
void wifi_lens_step(struct wifi_camera *c);
int64_t wifi_lens_next_us(const struct wifi_camera *c);

/* --- wifi_watch.c: processor and memory ------------------------------------------------------- */

struct wifi_watch {
    int64_t next_us;
    unsigned fps;      /* that are taken at most, now */
    unsigned leanness; /* 0: as set; WIFI_LEAN_…: memory is short */
    int64_t lean_us;   /* no leaner before: what was done last has to show */
    uint64_t last_id;  /* frames, at the last look */
    unsigned measured; /* frames in the second before it */
    unsigned cpu;      /* percent, then */
};

enum { WIFI_LEAN_ONE_BUFFER = 1, WIFI_LEAN_SMALL = 2 };

/* From the settings again. */
void wifi_watch_begin(struct wifi_camera *c);
/* NULL: there is memory enough to switch WiFi on; else why not. */
const char *wifi_watch_refusal(const struct wifi_camera *c);
void wifi_watch_step(struct wifi_camera *c);
int64_t wifi_watch_next_us(const struct wifi_camera *c);

/* --- wifi_blobs.c: bytes that several connections send at their own pace ----------------------- */

/* One for each connection that is served, one that is the newest, one that is being made. */
#define WIFI_BLOBS WIFI_CAMERA_CONNECTIONS

struct wifi_blob {
    unsigned n_refs; /* 0: free */
    uint8_t *bytes;
    size_t n, cap;
    uint64_t frame_id;
    int64_t taken_us;
    uint8_t brightness;
};

struct wifi_blobs {
    struct wifi_blob rows[WIFI_BLOBS];
    struct wifi_blob *newest; /* NULL: there is none */
};

/* One that nobody uses, with room for `cap` bytes, for the caller. NULL: none is free, or no memory. */
struct wifi_blob *wifi_blob_new(struct wifi_camera *c, struct wifi_blobs *b, size_t cap);
void wifi_blob_unref(struct wifi_blob *b);
/* Is the newest from now on; takes the caller's reference over. */
void wifi_blobs_publish(struct wifi_blobs *b, struct wifi_blob *blob_consume);
void wifi_blobs_free(struct wifi_camera *c, struct wifi_blobs *b);

/* --- wifi_pictures.c: from grey to JPEG ------------------------------------------------------- */

/* Percent, as libjpeg has it: what is good, and the least when pictures do not fit their room. */
#define WIFI_QUALITY 80
#define WIFI_QUALITY_MIN 30
#define WIFI_JPEG_BYTES (32u * 1024)

/* The lens has a new frame. */
void wifi_pictures_frame(struct wifi_camera *c);
void wifi_pictures_encoded(struct wifi_camera *c, size_t n);

/* --- wifi_server.c: HTTP ---------------------------------------------------------------------- */

/* A browser's head is 700 bytes without cookies; one more is refused. */
#define WIFI_IN_BYTES 2048
/* The longest head of ours. */
#define WIFI_HEAD_BYTES 384
#define WIFI_PONG_MAX 125
/* Connections that are answered; those that come on top are told that there are too many. */
#define WIFI_SERVED (WIFI_CAMERA_CONNECTIONS - 2)
/* Of those, endless ones of pictures: each takes its share of the radio. */
#define WIFI_STREAMS_MAX 3
/* A connection is ended: when a request, or what goes out at once (an answer, a picture of a stream, an event), is not through after
 * so long, though it may trickle: that is 3.3 kB a second for the largest picture; when nothing is asked for so long; when the other
 * side does not end it too. */
#define WIFI_PIECE_US INT64_C(10000000)
#define WIFI_IDLE_US INT64_C(15000000)
#define WIFI_LINGER_US INT64_C(2000000)
/* Who takes that long for one goes when all places are taken and somebody new comes. */
#define WIFI_SLOW_US INT64_C(2000000)
/* A snapshot that none came for. */
#define WIFI_SNAPSHOT_US INT64_C(3000000)
/* Streams of overlays say something at least so often, so that both sides notice when the other is gone. */
#define WIFI_QUIET_US INT64_C(15000000)

enum wifi_connection_state {
    WIFI_FREE,
    WIFI_READING,  /* a request */
    WIFI_WAITING,  /* for the next picture, to answer with */
    WIFI_SENDING,  /* an answer */
    WIFI_PICTURES, /* /stream */
    WIFI_EVENTS,   /* /overlay as server-sent events */
    WIFI_SOCKET,   /* /overlay as a WebSocket */
    WIFI_ENDING,   /* all was said; until the other side ends it too */
};

struct wifi_part {
    const void *bytes;
    size_t n;
};

struct wifi_connection {
    enum wifi_connection_state state;
    bool blocked;     /* until there is room */
    bool last;        /* it ends with this answer */
    int64_t since_us; /* when what is under way began; nothing is: when the last ended */
    uint8_t in[WIFI_IN_BYTES];
    size_t n_in;

    struct wifi_part parts[3]; /* what goes out: head, body, tail */
    unsigned n_parts, part;
    size_t sent; /* of the part */
    char head[WIFI_HEAD_BYTES];
    struct wifi_blob *held; /* of the body */
    uint64_t shown;         /* the frame that went out last */

    uint64_t skip; /* of a client's message that nobody reads: so much is still to come */
    uint8_t pong[WIFI_PONG_MAX];
    size_t n_pong;
    bool pong_due, close_due;
};

struct wifi_server {
    uint16_t port; /* 0: it ends as soon as the encoder has done */
    struct wifi_connection connections[WIFI_CAMERA_CONNECTIONS];
    struct wifi_blobs pictures, texts;
    struct wifi_blob *encoding; /* a picture that is being made */
    unsigned quality;
};

void wifi_server_accepted(struct wifi_camera *c, unsigned k);
void wifi_server_close_all(struct wifi_camera *c);
/* Opens and closes the server as there is a network, and looks after its connections. */
void wifi_server_step(struct wifi_camera *c);
int64_t wifi_server_next_us(const struct wifi_camera *c);
/* Somebody waits for pictures. */
bool wifi_server_is_watched(const struct wifi_camera *c);

/* --- wifi_connection.c: bytes in and out ------------------------------------------------------ */

void wifi_connection_received(struct wifi_camera *c, unsigned k, const uint8_t *bytes, size_t n);
/* Sends on, and what comes next. */
void wifi_connection_go(struct wifi_camera *c, unsigned k);
void wifi_connection_close(struct wifi_camera *c, unsigned k);
/* Adds to what goes out. The bytes must stay; those of a blob are held by the caller's reference, which is taken over. */
void wifi_connection_put(struct wifi_connection *n, const void *bytes, size_t n_bytes);
void wifi_connection_hold(struct wifi_connection *n, struct wifi_blob *blob_consume);

/* The first bytes of `in` were taken. */
void wifi_connection_drop(struct wifi_connection *n, size_t n_bytes);

/* --- wifi_routes.c: requests ------------------------------------------------------------------ */

/* Answers the request that stands at the front of `in`, if it is whole. False: there is more to come. */
bool wifi_routes_answer(struct wifi_camera *c, struct wifi_connection *n);
/* A picture came, or none will: the answer that waits for it. */
void wifi_routes_picture(struct wifi_connection *n, struct wifi_blob *blob);
/* No more than a line of text; the connection ends with it. */
void wifi_routes_refuse(struct wifi_connection *n, const char *status, const char *text);

/* --- wifi_metrics.c --------------------------------------------------------------------------- */

#define WIFI_METRICS_BYTES 640
size_t wifi_metrics_write(const struct wifi_camera *c, char *out, size_t cap);

/* --- wifi_stream.c: what has no end ----------------------------------------------------------- */

/* The next piece, if there is one to send; false: not now. */
bool wifi_stream_next(struct wifi_camera *c, struct wifi_connection *n);
/* What the other side of a WebSocket said. False: the connection is over. */
bool wifi_stream_heard(struct wifi_connection *n);

/* --- the whole -------------------------------------------------------------------------------- */

struct wifi_camera {
    struct wifi_camera_port port;
    struct wifi_camera_identity who;
    int64_t now_us;
    struct wifi_camera_kept kept;
    struct wifi_camera_kept saved; /* what is known to be in the flash, or needs not be there */
    bool changed;                  /* of what is kept: not joined with it yet */
    struct wifi_net net;
    struct wifi_tell tell;
    struct wifi_lens lens;
    struct wifi_watch watch;
    struct wifi_server *server; /* NULL: it does not run */
    bool no_server;             /* though it should: it could not */
    int64_t server_us;          /* tried again then */
};

/* Saves what is kept, if it is another than what was saved: flash wears. NULL; or what to tell. */
const char *wifi_keep(struct wifi_camera *c);
static inline int64_t wifi_sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

#endif
