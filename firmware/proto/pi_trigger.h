/* pi_trigger.h - the Raspberry Pi camera's trigger protocol: one text command per TCP connection,
 * one reply, close.
 *
 *     client → "set camera.framerate 5\n"
 *     camera → "OK: changed camera.framerate from 10 to 5\n", FIN
 *
 * The words are those of a service that is in use and must stay as they are, spaces and colons
 * included: people's scripts read them. Both sides are here, so that camera and driver cannot
 * disagree. Nothing allocates; texts are spans into the caller's bytes. The bytes, drawn:
 * docs/protocols/pi-trigger-camera.md.
 */
#ifndef PI_TRIGGER_H
#define PI_TRIGGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "span.h"

#define PI_TRIGGER_PORT 9999
#define PI_MJPEG_PORT 8080

/* The longest command: what the first service of this kind took with its one recv(). */
#define PI_COMMAND_MAX_BYTES 1024
/* The longest reply: a camera's list of controls takes some kilobytes, everything else far less. */
#define PI_REPLY_MAX_BYTES 65536
/* What `shortstream` means without a number. */
#define PI_SHORTSTREAM_DEFAULT 10

/* --- commands --------------------------------------------------------------------------------- */

enum pi_command_kind {
    PI_COMMAND_UNKNOWN,
    PI_COMMAND_SET,
    PI_COMMAND_OVERWRITE_CONFIG,
    PI_COMMAND_DUMP_CONFIG,
    PI_COMMAND_SAVE,
    PI_COMMAND_PAST_STACK,
    PI_COMMAND_NIGHT_LEVEL,
    PI_COMMAND_HEALTH,
    PI_COMMAND_SHORTSTREAM,
    PI_COMMAND_DUMP_CAM_EXPOSURE,
    PI_COMMAND_DUMP_CAM_CONTROLS,
};

enum { PI_FORMAT_JPG = 1, PI_FORMAT_PNG = 2, PI_FORMAT_NPY = 4 };

struct pi_command {
    enum pi_command_kind kind;
    struct span token;      /* of "token <token> <command>"; n is 0 without */
    struct span key, value; /* set */
    bool has_formats;       /* save, pastStack: words followed, even if none is a format */
    unsigned formats;       /* PI_FORMAT_… */
    int64_t count;          /* shortstream; may be negative */
    bool times;             /* shortstream: wants a comment in each picture (pi_part.h) */
};

/* One command, with or without its line end and blanks around. As in the service that is in use,
 * most commands are known by how they begin ("saveXYZ" is a save). Returns 0 also for an unknown
 * one; -EINVAL: the kind is known and its arguments are not right. */
int pi_command_parse(const char *text, size_t n, struct pi_command *ret);
/* How a command is to be written: "set <key_path> <value>". For error replies and help. */
const char *pi_command_usage(enum pi_command_kind kind);
/* The line to send, with '\n' and a NUL that does not count. Its length; -EINVAL: a text with a
 * line break, or a key with a blank, or nothing where a word must be; -ENOBUFS. */
int pi_command_format(const struct pi_command *c, char *out, size_t cap);

/* "jpg", "png", "npy" → PI_FORMAT_…; 0: none of them. */
unsigned pi_format_named(const char *name, size_t n);
const char *pi_format_name(unsigned format);

/* --- replies ---------------------------------------------------------------------------------- */

enum pi_reply_kind {
    PI_REPLY_OTHER, /* a text that none of these is */
    PI_REPLY_CHANGED,
    PI_REPLY_CONFIG_WRITTEN,
    PI_REPLY_SAVED,
    PI_REPLY_STACKED,
    PI_REPLY_SEPARATE,
    PI_REPLY_NOT_SAVED,
    PI_REPLY_NO_FRAMES,
    PI_REPLY_NO_DATA,
    PI_REPLY_NIGHT_LEVEL,
    PI_REPLY_HEALTH,
    PI_REPLY_STREAM_DONE,
    PI_REPLY_JSON,
    PI_REPLY_UNKNOWN_COMMAND,
    PI_REPLY_ERROR,
};

/* OK: changed <key> from <old> to <new> */
struct pi_changed {
    struct span key, old_value, new_value;
};

/* Saved single full-resolution image: <path> (timestamp: <s>, age: <s>s) */
struct pi_saved {
    struct span path;
    int64_t time_us, age_us; /* wall clock; how old when told */
};

/* Saved stacked image: <path> | stack of <n> frames | first frame timestamp: … (age: …s) | last
 * frame timestamp: … */
struct pi_stacked {
    struct span path;
    unsigned n_frames;
    int64_t first_us, first_age_us, last_us, last_age_us;
    int64_t save_before_us;
};

/* Saved <n> separate images from ring buffer, starting at timestamp: … */
struct pi_separate {
    unsigned n_images;
    int64_t first_us, first_age_us;
    int64_t save_before_us;
    double bright_threshold;
};

/* LEVEL=<mean brightness 0…255> … STATUS=<NIGHT|DAY> */
struct pi_night_level {
    double level, relevant_threshold, dark_threshold, bright_threshold;
    bool night;
};

/* RSS=<MiB>MiB SWAP=<percent>% */
struct pi_health {
    double rss_mib, swap_percent;
};

/* STREAM_DONE: sent=<a>, skipped=<b>, available=<c> */
struct pi_stream_done {
    unsigned n_sent, n_skipped, n_available;
};

struct pi_reply {
    enum pi_reply_kind kind;
    struct span text; /* the whole without its line end: for JSON the document, for an error the
                            sentence after "ERROR: " */
    union {
        struct pi_changed changed;
        struct span written; /* the file's name */
        struct pi_saved saved;
        struct pi_stacked stacked;
        struct pi_separate separate;
        struct pi_night_level night_level;
        struct pi_health health;
        struct pi_stream_done stream_done;
    };
};

/* What came until the camera closed. Never fails: what it does not know is PI_REPLY_OTHER. Spans
 * point into `text`. Where an old value holds " to ", the last one is taken for the divider. */
void pi_reply_parse(const char *text, size_t n, struct pi_reply *ret);
/* The reply's line with '\n' and a NUL that does not count; for OTHER, JSON and ERROR from `text`.
 * Its length, or -ENOBUFS. */
int pi_reply_format(const struct pi_reply *r, char *out, size_t cap);

#endif
