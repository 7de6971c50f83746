/* batch_camera.h - the whole behaviour of the BLE batch camera, without any hardware, clock, thread or radio.
 *
 *     every F s ──capture──▶ picture ──▶ memory ──due?──▶ batch dialect: COUNT A IMAGE A piece N piece …
 *                                          └──host said HELLO──▶ LINK: OFFER GET DATA … HAVE … STORED
 *
 * Its world is struct batch_camera_port; what happens in the world is told by the functions below, each with the time on a
 * clock that is never set. Called from one thread. After any of them batch_camera_next_us() says when batch_camera_step() is
 * due at the latest. Port functions must not call back into the camera from within. It allocates nothing but pictures, and
 * those by the port.
 *
 * A picture is forgotten when the host said that it is stored (LINK), when it was handed over as far as one can know (batch
 * dialect), or when the memory is full: then the oldest goes that is not just being sent, and is counted.
 */
#ifndef BATCH_CAMERA_H
#define BATCH_CAMERA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "batch_link.h"
#include "batch_text.h"

/* Each costs a row in the camera; 4 MB of pictures of 8 KB. */
#define BATCH_CAMERA_MAX_PICTURES 512
/* What a sensor that hangs may take, before that counts as a failure. */
#define BATCH_CAPTURE_LIMIT_US INT64_C(10000000)
/* After the radio's stack was full and has not said that there is room. */
#define BATCH_RETRY_US INT64_C(10000)
/* There is one connection: a host that neither subscribes nor writes for so long makes room for another one. */
#define BATCH_SILENT_HOST_US INT64_C(60000000)
#define BATCH_DEFAULT_FREQUENCY_S 30
#define BATCH_DEFAULT_THRESHOLD_PERMILLE 800
#define BATCH_MTU_MIN 23
#define BATCH_MTU_MAX 517
/* The most that a characteristic can hold. */
#define BATCH_VALUE_MAX 512

/* The batch dialect's pauses and patience are those of the cameras in use, which hosts have learned to live with. */
#define BATCH_BEFORE_COUNT_US INT64_C(500000)
#define BATCH_AFTER_STATUS_US INT64_C(50000)
#define BATCH_AFTER_PIECE_US INT64_C(10000)
#define BATCH_AFTER_PICTURE_US INT64_C(600000)
#define BATCH_ACKNOWLEDGE_LIMIT_US INT64_C(10000000)
#define BATCH_NEXT_LIMIT_US INT64_C(15000000)
/* LINK: pictures that are offered and not stored yet, at most, where the host takes more than one. Enough to hide the way to
 * the disk and back: more would only be more to send again after a lost link. */
#define BATCH_MAX_OFFERS 4
/* LINK: a host that was silent so long gets the OFFER again; either may have been lost. */
#define BATCH_OFFER_AGAIN_US INT64_C(2000000)

enum batch_characteristic {
    BATCH_CHAR_STATUS,
    BATCH_CHAR_DATA,
    BATCH_CHAR_COMMAND,
    BATCH_CHAR_CONFIG,
    BATCH_CHAR_LINK,
    BATCH_N_CHARACTERISTICS
};

/* Lines of the display, at most 25 letters: 128 dots, 5 each. Text is valid for the call. */
enum {
    BATCH_LINE_SYSTEM,
    BATCH_LINE_MEMORY,
    BATCH_LINE_LINK,
    BATCH_LINE_RADIO,
    BATCH_LINE_SETTINGS
};

struct batch_camera_port {
    void *ctx;
    /* Take a picture: batch_camera_picture() comes later. Negative: it cannot be. */
    int (*capture)(void *ctx);
    /* Memory for a picture; NULL: there is none of that size. */
    void *(*picture_new)(void *ctx, size_t n);
    void (*picture_free)(void *ctx, void *picture);
    /* How much of it there is: what "used" is a part of. Asked once. */
    size_t (*memory_bytes)(void *ctx);

    /* All or nothing. Negative: not now; asked again after batch_camera_room() or BATCH_RETRY_US. */
    int (*notify)(void *ctx, enum batch_characteristic c, const void *bytes, size_t n);
    /* What a host reads from now on. */
    void (*set_value)(void *ctx, enum batch_characteristic c, const void *bytes, size_t n);
    /* Be found and connected to. */
    void (*advertise)(void *ctx);
    /* Leave the host; batch_camera_disconnected() comes later. */
    void (*disconnect)(void *ctx);

    /* False: nothing was ever saved. */
    bool (*load)(void *ctx, struct batch_config *ret);
    /* Begins; batch_camera_saved() comes later. Negative: it cannot be. */
    int (*save)(void *ctx, const struct batch_config *settings);

    void (*display)(void *ctx, unsigned line, const char *text);
    uint32_t (*random)(void *ctx);
    /* The host's idea of the time, in ms since 1970. May be NULL. */
    void (*set_clock)(void *ctx, int64_t unix_ms);
};

struct batch_place {
    bool known;
    int32_t latitude_e7, longitude_e7; /* 10⁻⁷ degrees */
};

struct batch_picture {
    uint8_t *jpeg;
    uint32_t id, size, crc;
    int64_t taken_us;
    struct batch_place place;
    bool skipped; /* not in this connection any more */
    bool held;    /* offered or being sent: not forgotten for room */
};

/* Oldest first, without gaps. */
struct batch_pictures {
    struct batch_picture rows[BATCH_CAMERA_MAX_PICTURES];
    unsigned n;
    size_t used_bytes, total_bytes;
    uint32_t next_id;
    uint16_t n_failed, n_dropped; /* stay at their ends */
};

/* The batch dialect with one host. */
struct batch_push {
    enum {
        BATCH_PUSH_IDLE,
        BATCH_PUSH_BEGIN, /* until_us, then COUNT */
        BATCH_PUSH_COUNT, /* waits for A */
        BATCH_PUSH_IMAGE, /* waits for A */
        BATCH_PUSH_PIECE, /* a piece goes out as soon as there is room */
        BATCH_PUSH_NEXT,  /* waits for N */
        BATCH_PUSH_END,   /* of a picture: until_us */
    } state;
    int64_t until_us; /* pauses: go on then; waiting for A or N: not before */
    int64_t limit_us; /* waiting: give up then */
    bool asked;       /* A or N came */
    bool tried;       /* in vain: not again before something changes */
    unsigned n_left;  /* pictures of this batch that were not begun */
    uint32_t last_id; /* begun last in this batch */
    uint32_t sent_id; /* went out whole; forgotten when the host goes on */
    uint32_t offset;
};

/* LINK: a picture on its way. */
struct batch_offer {
    uint32_t id;
    bool place_due, offer_due, sending;
    uint32_t have, next; /* of its bytes: the host has, go out next */
};

/* LINK with one host. */
struct batch_window {
    bool on, left; /* HELLO came; LEAVE came */
    bool info_due, gone_due;
    uint32_t host_bytes;                         /* as HELLO said */
    struct batch_offer offers[BATCH_MAX_OFFERS]; /* oldest first; sent one after the other */
    unsigned n_offers, max_offers;
    uint32_t gone_id;
    int64_t quiet_us; /* since when neither side said anything */
};

struct batch_camera {
    struct batch_camera_port port;
    struct batch_pictures pictures;
    struct batch_push push;
    struct batch_window window;
    struct batch_place place; /* of pictures to come */
    uint32_t boot;
    int64_t now_us;

    int64_t next_capture_us, last_capture_us, capture_limit_us;
    bool capturing;

    struct batch_config settings, saved;
    bool saving, save_again;
    int64_t settings_line_us; /* when the line about settings goes; 0: there is none */

    bool connected, heard; /* heard: the host subscribed or wrote */
    bool subscribed[BATCH_N_CHARACTERISTICS];
    uint16_t mtu;
    int64_t connected_us;
    bool full; /* the radio's stack, until room_us at the latest */
    int64_t room_us;
    char status[BATCH_STATUS_MAX_BYTES]; /* the line that waits for room */
    size_t n_status;
    bool memory_due; /* a PSRAM line is to be said, when no batch is going on */

    bool memory_shown; /* the display says so much of it: */
    unsigned shown_pictures;
    size_t shown_bytes;
};

/* The port is copied. Settings are loaded; the picture's memory is asked for its size. */
void batch_camera_init(struct batch_camera *c, const struct batch_camera_port *port);
/* Frees the pictures. Nothing may be called after it but init. */
void batch_camera_fini(struct batch_camera *c);
/* The radio is ready: be found, and take the first picture in F seconds. */
void batch_camera_start(struct batch_camera *c, int64_t now_us);
/* Does what time asks for. Too early is harmless. */
void batch_camera_step(struct batch_camera *c, int64_t now_us);
/* When to step at the latest; may lie in the past. */
int64_t batch_camera_next_us(const struct batch_camera *c);

/* What came of capture(): a JPEG, which is copied; NULL: the sensor gave none. */
void batch_camera_picture(struct batch_camera *c, int64_t now_us, const void *jpeg, size_t n);
/* Where pictures are taken from now on. NULL: not known any more. */
void batch_camera_place(struct batch_camera *c, const struct batch_place *place);
/* What came of save(): 0 or negative. */
void batch_camera_saved(struct batch_camera *c, int64_t now_us, int result);

/* One host at a time. mtu 0: not known yet, 23. */
void batch_camera_connected(struct batch_camera *c, int64_t now_us, unsigned mtu);
void batch_camera_mtu(struct batch_camera *c, int64_t now_us, unsigned mtu);
/* by_host: it left of its own will, and what was sent before has come; else the link was lost. */
void batch_camera_disconnected(struct batch_camera *c, int64_t now_us, bool by_host);
void batch_camera_subscribed(
    struct batch_camera *c, int64_t now_us, enum batch_characteristic chr, bool on);
/* COMMAND, CONFIG or LINK; with a response or without. */
void batch_camera_written(struct batch_camera *c, int64_t now_us, enum batch_characteristic chr,
    const void *bytes, size_t n);
/* After notify() refused: there is room again. */
void batch_camera_room(struct batch_camera *c, int64_t now_us);

#endif
