/* camera.h - what the files of this driver share.
 *
 *     ble-batch-camera.c   tables and lifecycle
 *     link.c               the link: looked for (warren/ble_seek.h), set up, lost
 *     older.c              the lines of STATUS: batches of pictures, pushed (older.h)
 *     generation.c         … by a camera that stays awake, or by one that sleeps: which of them
 *     trigger.c            the oldest dialect: each picture is asked for, and comes with a sound
 *     pieces.c             a picture (or a sound) by pieces of 512 bytes, as both of them move it
 *     window.c             our own dialect over LINK: its messages, silence, the end of a link
 *     window_offer.c       … what the camera offers
 *     window_bytes.c       … DATA into the pictures in hand
 *     window_done.c        … whole pictures to the disk, and what the camera is told of it
 *     window_say.c         … what is said, and until when there is to be an answer
 *     outbox.c             … what is written to LINK, one message after the other
 *     save.c               a whole picture on its way to the disk
 *     config.c             settings
 *     tell.c               what people are told: sentences, troubles, progress
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <warren/ble_seek.h>
#include <warren/driver.h>
#include <warren/frame.h>
#include <warren/json_write.h>
#include <warren/shorthand.h>
#include <warren/store.h>
#include <warren/text.h>

#include "batch_link.h"
#include "batch_text.h"
#include "older.h"

#define US_PER_S INT64_C(1000000)
#define US_PER_MS INT64_C(1000)

/* One sentence for people. */
#define WHY_MAX 256
/* These cameras have 8 MB of memory at most, and half of that for one picture is no picture. */
#define PICTURE_MAX_BYTES (4u << 20)

enum option {
    OPTION_ADDRESS,
    OPTION_NAMES,
    OPTION_STAY,
    OPTION_REVISIT,
    OPTION_LATITUDE,
    OPTION_LONGITUDE,
};

enum setting { SETTING_FREQUENCY, SETTING_THRESHOLD };

enum dialect { DIALECT_V0, DIALECT_BATCH, DIALECT_LOW_POWER, DIALECT_WARREN };

/* --- save.c: a whole picture on its way to the disk ------------------------------------------- */

#define SAVE_KEY_BYTES 32

struct picture_meta {
    char key[SAVE_KEY_BYTES]; /* "": it has none */
    int64_t captured_us;      /* UTC; 0: when it came */
    double latitude, longitude;
};

/* 0 and its id, durable; -EEXIST: it was there already; else it was not kept, and `why` says why. */
typedef void (*save_fn)(struct wr_dev *dev, int result, uint64_t id, const char *why);

struct save {
    bool busy;
    unsigned run; /* counts pictures: the disk may answer for one that was given up */
    struct wr_frame *frame, *sound; /* sound NULL: none */
    struct picture_meta meta;
    int64_t received_us; /* UTC, its last byte */
    save_fn fn;
    int64_t until_us; /* it is given up then; 0: never */
    unsigned n_tries;
    bool told; /* that it was not kept at once */
    wr_handle timer;
};

/* Shows the picture and keeps it, with a sound (a WAV; NULL: none) beside it, again and again while
 * the disk is full. Takes the frames over. Not while busy. patience_us 0: for ever. */
void save_begin(struct wr_dev *dev, struct wr_frame *frame, struct wr_frame *sound,
    const struct picture_meta *meta, int64_t patience_us, save_fn fn);
/* Forgets about it, without calling fn. */
void save_drop(struct wr_dev *dev);

/* --- pieces.c --------------------------------------------------------------------------------- */

typedef void (*pieces_fn)(struct wr_dev *dev, bool whole);

struct pieces {
    struct wr_frame *into; /* NULL: nothing is being received */
    size_t size;
    pieces_fn fn;
    uint32_t number, of; /* for those who watch */
    int64_t heard_us;
    wr_handle ask, late;
};

/* `size` bytes into the frame, whose `len` grows; the first piece comes by itself. fn: it is whole,
 * or nothing came for 15 s. */
void pieces_begin(struct wr_dev *dev, struct wr_frame *into, size_t size, uint32_t number,
    uint32_t of, pieces_fn fn);
/* A notification of DATA. */
void pieces_take(struct wr_dev *dev, const uint8_t *bytes, size_t n);
/* Nothing is received any more; the frame is its owner's. */
void pieces_stop(struct wr_dev *dev);
static inline bool pieces_running(const struct pieces *p)
{
    return p->into != NULL;
}

/* --- outbox.c --------------------------------------------------------------------------------- */

#define OUTBOX_MAX 16

struct outbox {
    struct batch_link queue[OUTBOX_MAX];
    size_t n;
    bool sending;
    wr_handle again;
};

/* Behind the others; nothing, where the link is over. A HAVE takes the place of one of the same picture that still waits. */
void outbox_put(struct wr_dev *dev, const struct batch_link *m);
/* The link is over. */
void outbox_lost(struct wr_dev *dev);

/* --- window.c and its neighbours (window.h) --------------------------------------------------- */

#define STORED_MAX 32
/* One picture comes in while the one before is on its way to the disk. More would not be quicker: the
 * disk takes them one by one, and is quicker than the link. */
#define AHEAD 1
#define IN_HAND_MAX (AHEAD + 1)

/* A picture in hand; it outlives a link. */
struct window_picture {
    enum { PICTURE_COMING, PICTURE_WHOLE, PICTURE_SAVING } state;
    struct wr_frame *frame; /* NULL: it is being saved */
    uint32_t boot, id, size, crc;
    struct picture_meta meta;
    bool offered; /* on this link, since the last HELLO */
    bool asked;   /* for the byte that lacks */
    uint32_t crc_so_far, have_told;
    unsigned n_wrong;
};

struct window {
    bool heard;       /* INFO came on this link */
    bool expect;      /* an INFO or OFFER is to come */
    bool passed_over; /* an OFFER, for lack of room: HELLO brings it again */
    uint32_t boot;
    uint32_t bytes; /* what holds */
    unsigned n_waiting, n_got;
    uint16_t n_failed, n_dropped;
    struct window_picture pictures[IN_HAND_MAX]; /* in the order of their offers */
    size_t n_pictures;
    unsigned n_silent, n_placeless;
    struct {
        bool known;
        uint32_t id;
        double latitude, longitude;
    } place;
    struct {
        uint32_t boot, id;
        bool bad;
    } done[STORED_MAX]; /* a ring: stored, or of no use */
    size_t n_done;
    wr_handle silence, leave;
};

/* LINK is subscribed, and the host has been told that we are online. */
void window_ready(struct wr_dev *dev);
void window_take(struct wr_dev *dev, const uint8_t *bytes, size_t n);
void window_lost(struct wr_dev *dev);
/* Forgets about all pictures. */
void window_stop(struct wr_dev *dev);

/* --- config.c --------------------------------------------------------------------------------- */

struct config {
    struct batch_config wanted;  /* desired, and not confirmed */
    struct batch_config sending; /* of these, what is just being written */
    struct batch_config written; /* was written; confirmed when the camera is seen again */
    struct batch_config holds;   /* ours: as it was read */
    bool writing, reading;
    bool checking;                    /* read back, after it was written */
    void (*then)(struct wr_dev *dev); /* when nothing is to be written any more */
};

int config_configure(struct wr_dev *dev, const struct wr_setting *changed, size_t n);
/* Ours: what holds is read, and then. */
void config_read(struct wr_dev *dev, void (*then)(struct wr_dev *dev));
/* The camera has said something: what was written before has arrived. */
void config_seen(struct wr_dev *dev);
/* It is known now which one it is: what it would not take is refused from now on. */
void config_generation(struct wr_dev *dev);
/* Something was written, and the camera has said nothing since. */
bool config_unconfirmed(const struct wr_dev *dev);
/* A good moment to write; `then` when it is done. */
void config_flush(struct wr_dev *dev, void (*then)(struct wr_dev *dev));
void config_lost(struct wr_dev *dev);

/* --- tell.c ----------------------------------------------------------------------------------- */

struct tell {
    int64_t progress_us;
    int64_t n_lost, n_repeated, n_failed;
    char trouble[WHY_MAX]; /* told last; "": all has worked since */
    bool in_trouble;       /* also when it was not told */
    int64_t troubles_us;   /* all of its burst may be told again from then on */
};

/* The attribute "trouble" and, where it is another than the last and few came lately, device.error
 * and the log. So no numbers in it that differ from time to time: they would make each one news. */
void tell_trouble(struct wr_dev *dev, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A picture went all the way. */
void tell_no_trouble(struct wr_dev *dev);
/* transfer.progress, at most so often; `whole` is always told. */
void tell_progress(struct wr_dev *dev, uint32_t picture, uint32_t of, size_t bytes, size_t size);
void tell_dialect(struct wr_dev *dev, enum dialect dialect);
/* Counters that are attributes, each one more. */
void tell_lost(struct wr_dev *dev);
void tell_repeated(struct wr_dev *dev);
void tell_failed(struct wr_dev *dev);

/* --- link.c ----------------------------------------------------------------------------------- */

enum link_state { LINK_DOWN, LINK_SETTING_UP, LINK_READY };

struct link {
    enum link_state state;
    struct wr_seek seek;
    unsigned mtu;
    int64_t opened_us;
    enum dialect dialect;
    uint32_t status_props, data_props, command_props, config_props, link_props;
};

void link_start(struct wr_dev *dev);
/* Ends the link; it is looked for again after `pause_us`. */
void link_leave(struct wr_dev *dev, const char *why, int64_t pause_us);
/* The link is of no use: ended, and tried again with growing pauses. */
void link_fail(struct wr_dev *dev, const char *why);
/* Writes to a characteristic; a link that cannot is ended. */
int link_write(struct wr_dev *dev, const char *uuid, bool response, const void *bytes, size_t n,
    wr_ble_done done);

/* --- all of it -------------------------------------------------------------------------------- */

struct camera {
    struct link link;
    struct save save;
    struct pieces pieces;
    struct older older;
    struct generation generation;
    struct trigger trigger;
    struct outbox outbox;
    struct window window;
    struct config config;
    struct tell tell;
};

static inline struct camera *camera_of(const struct wr_dev *dev)
{
    return dev->state;
}

/* The position from the options; NAN where none is given. */
void camera_place(const struct wr_dev *dev, struct picture_meta *meta);
