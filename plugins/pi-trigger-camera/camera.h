/* camera.h - what the files of this driver share.
 *
 *     pi-trigger-camera.c   tables and lifecycle
 *     presence.c            is it there? two ports that fail apart; polling
 *     stream.c              pictures from /stream, night and day
 *     trigger.c             commands on port 9999, one after the other
 *     command.c             what people ask for, and the answers
 *     config.c              settings: dump_config and set
 *     settings.c            … their table
 *     value.c               … and their values
 *     saved.c               what save and pastStack made, fetched as captures
 *     past.c                shortstream: pictures of the past as captures
 *     past_frame.c          … one of them
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <warren/driver.h>
#include <warren/frame.h>
#include <warren/http.h>
#include <warren/json_write.h>
#include <warren/picture_stream.h>
#include <warren/shorthand.h>
#include <warren/tcp.h>
#include <warren/text.h>

#include "json_pull.h"
#include "pi_part.h"
#include "pi_shortstream.h"
#include "pi_trigger.h"

#define US_PER_S INT64_C(1000000)
#define US_PER_MS INT64_C(1000)

/* One sentence for people. */
#define WHY_MAX 256

enum option {
    OPTION_HOST,
    OPTION_TRIGGER_PORT,
    OPTION_MJPEG_PORT,
    OPTION_STREAM_PATH,
    OPTION_HOLD,
    OPTION_TOKEN,
    OPTION_CONNECT_TIMEOUT,
    OPTION_COMMAND_TIMEOUT,
    OPTION_STREAM_TIMEOUT,
    OPTION_POLL,
};

enum command {
    COMMAND_SAVE,
    COMMAND_PAST_STACK,
    COMMAND_PAST_FRAMES,
    COMMAND_NIGHT_LEVEL,
    COMMAND_HEALTH,
    COMMAND_DUMP_CONFIG,
    COMMAND_OVERWRITE_CONFIG,
    COMMAND_DUMP_CAM_EXPOSURE,
    COMMAND_DUMP_CAM_CONTROLS,
};

/* Who answers on the trigger port: the service that people have run for years, with its faults, or
 * ours. */
enum dialect { DIALECT_UNKNOWN, DIALECT_ORIGINAL, DIALECT_WARREN };

/* --- trigger.c -------------------------------------------------------------------------------- */

enum trigger_state {
    TRIGGER_UNKNOWN,
    TRIGGER_OK,
    TRIGGER_REFUSED,
    TRIGGER_RESET,
    TRIGGER_SILENT,
    TRIGGER_CLOSED,
    TRIGGER_UNREACHABLE
};

/* Commands that wait: what a few people ask for, and we ourselves. */
#define QUEUE_MAX 32
/* The longest value of a setting. */
#define VALUE_MAX 256

struct job;

/* How a job ended. result 0: `reply` came, whatever it says, and its text has a NUL behind it;
 * negative: none did, and `why` is a sentence. */
typedef void (*job_fn)(struct wr_dev *dev, const struct job *job, int result,
    const struct pi_reply *reply, const char *why);

struct job {
    enum pi_command_kind kind;
    job_fn fn;
    bool probe;       /* presence_probe_job */
    wr_handle call;   /* who is to be answered; 0: nobody */
    int number;       /* fn's own */
    bool has_formats; /* save, pastStack */
    unsigned formats;
    const char *key; /* set */
    char value[VALUE_MAX];
    int64_t since_us;
};

struct trigger {
    struct job queue[QUEUE_MAX];
    size_t first, n; /* the first is running while `tcp` is not 0 */
    wr_handle tcp, deadline;
    bool opened, flushing;
    size_t n_reply;
    char reply[PI_REPLY_MAX_BYTES + 1];
};

/* Puts a copy behind the others, and the probe before it where the dialect is not known. -EAGAIN:
 * QUEUE_MAX wait already; fn is then not called. */
int trigger_send(struct wr_dev *dev, const struct job *job);
/* Nothing runs and nothing waits. */
bool trigger_idle(const struct wr_dev *dev);
/* Goes on with the queue, when something that held it up is over. */
void trigger_pump(struct wr_dev *dev);
/* Which state an end of a connection tells of; a sentence into `why`. `heard`: bytes of an answer
 * came. */
enum trigger_state trigger_diagnose(
    struct wr_dev *dev, bool opened, bool heard, int error, char why[WHY_MAX]);
/* The command's line for this camera (token included). Its length, or negative. */
int trigger_line(const struct wr_dev *dev, struct pi_command *c, char *out, size_t cap);
wr_handle trigger_connect(
    struct wr_dev *dev, const struct wr_tcp_events *events, size_t recv_max_bytes);

/* --- presence.c ------------------------------------------------------------------------------- */

struct presence {
    bool online, gone;              /* gone: the host was told, it will stop us */
    bool said_trigger, said_stream; /* this trouble was told */
    enum trigger_state trigger;
    enum dialect dialect;
    wr_handle poll;
    unsigned n_polls;
    char trigger_why[WHY_MAX], stream_why[WHY_MAX]; /* "" when well */
};

/* Finds out whom we talk to. */
extern const struct job presence_probe_job;

int presence_start(struct wr_dev *dev);
/* The trigger port was tried. TRIGGER_OK or what is wrong, with a sentence. */
void presence_trigger(struct wr_dev *dev, enum trigger_state state, const char *why);
/* The picture stream began (why NULL), or it could not, or it ended. */
void presence_stream(struct wr_dev *dev, const char *why);
/* Nobody wants pictures: that there were none is no trouble. */
void presence_stream_closed(struct wr_dev *dev);
/* The camera was started anew: it must be told all settings again. */
void presence_restarted(struct wr_dev *dev);
/* device.error, and a line in the log. */
void presence_trouble(struct wr_dev *dev, const char *why);

/* --- stream.c --------------------------------------------------------------------------------- */

struct stream {
    bool watched, probing;
    struct wr_picture_stream http;
    bool stalled;             /* live, and always the same picture */
    wr_handle turning;        /* day and night have changed, for how long? */
    struct pi_part turned_at; /* the first picture after the change */
    int64_t last_new_us;      /* of pictures that differ from the one before */
    bool have_id, have_night, night, said_bad;
    uint64_t last_id;
    int64_t last_time_us; /* the camera's, of the picture last_id */
    int64_t period_us;    /* between pictures, as measured; 0: not known */
    int64_t n_bad;
};

/* Before all else; stream_update() follows. */
void stream_start(struct wr_dev *dev);
void stream_watch(struct wr_dev *dev, bool wanted);
/* Opens it to see whether it is there, even if nobody looks. */
void stream_probe(struct wr_dev *dev);
/* Opens or closes it, as wanted. */
void stream_update(struct wr_dev *dev);

/* --- config.c --------------------------------------------------------------------------------- */

#define N_SETTINGS 32

/* What the camera last said that a setting is. */
struct known {
    bool is;
    bool whole; /* a number without a point: the original camera takes only such for it */
    struct wr_value value;
    char text[VALUE_MAX]; /* what value.s points to */
};

struct config {
    struct known known[N_SETTINGS], wanted[N_SETTINGS];
    bool dirty[N_SETTINGS]; /* wanted, and not dealt with yet */
    bool ours[N_SETTINGS];  /* was set by us; who finds it changed sets it again */
    bool sending, did_set;
    struct known sent;
    unsigned n_asked; /* dumps that have not come yet */
};

int config_configure(struct wr_dev *dev, const struct wr_setting *changed, size_t n);
/* Asks the camera for all. `check`: finding ours changed means that the camera was started anew. */
void config_ask(struct wr_dev *dev, bool check);
/* A dump came: reports what it says. */
void config_take(struct wr_dev *dev, const char *json, size_t n, bool check);

/* --- settings.c ------------------------------------------------------------------------------- */

extern const struct wr_param settings[N_SETTINGS + 1];
/* -ENOENT. */
int settings_index(const char *key);

/* --- value.c ---------------------------------------------------------------------------------- */

/* Lists are sets: the camera changes their order. */
bool value_same(const struct wr_value *a, const struct wr_value *b);
/* A copy of its own. */
void value_remember(struct known *k, const struct wr_value *v, bool whole);
/* As the camera reads it. -EINVAL: it does not fit. */
int value_text(const struct wr_value *v, char out[VALUE_MAX]);
/* One value of a dump, as the setting's type; a list comes element by element. False: it makes no
 * sense. */
bool value_take(const struct wr_param *row, const struct json_pull_value *v, struct known *into);

/* --- command.c -------------------------------------------------------------------------------- */

int command_run(struct wr_dev *dev, const struct wr_call *call);
void command_fail(struct wr_dev *dev, wr_handle call, int result, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Of a sentence of WHY_MAX bytes, what the camera said in its own words: fit for people, cut;
 * "(nothing)" where there is nothing. Returns what is to be shown. */
#define SAID_BYTES 160
const char *said(struct span raw, char out[SAID_BYTES]);
void command_health(struct wr_dev *dev, const struct pi_health *h);
/* RFC 3339 in UTC. */
void json_time(struct wr_json *j, const char *key, int64_t us);

/* --- saved.c ---------------------------------------------------------------------------------- */

/* Saved pictures that are being fetched at a time. */
#define SAVED_MAX 4
#define PATH_MAX_BYTES 512

struct saved {
    wr_handle call; /* 0: this place is free */
    bool stacked;
    unsigned n_frames, n_tries;
    int64_t time_us, first_us, age_us;
    char path[PATH_MAX_BYTES];
};

/* Answers the call, with the capture if it can be had. */
void saved_begin(struct wr_dev *dev, const struct saved *s);

/* --- past.c ----------------------------------------------------------------------------------- */

#define PAST_MAX_FRAMES 1000

struct past {
    wr_handle call; /* 0: nothing is running */
    unsigned run;   /* counts runs: the disk may answer for one that was given up */
    wr_handle tcp, tick;
    struct pi_short_decoder decoder;
    int64_t asked_us;           /* when the command was sent, UTC */
    int64_t period_us;          /* between pictures, for guessing their times */
    int64_t began_us, heard_us; /* monotonic */
    unsigned n_wanted, n_began, n_stored, n_known, n_failed, n_skipped, n_timed;
    unsigned n_waiting;     /* for the disk */
    struct wr_frame *frame; /* is being filled */
    size_t need;            /* a frame of so many bytes is to be had first */
    bool opened, ended;     /* ended: the end mark came */
    bool counted;           /* the camera told its count: */
    struct pi_stream_done said;
    int result;        /* of the last picture that was not kept, or of it all */
    char why[WHY_MAX]; /* it ended badly; "" */
    char tail[256];    /* what follows the end mark */
    size_t n_tail;
    uint64_t ids[PAST_MAX_FRAMES];
};

/* One picture has come whole, in past->frame: it is kept, with its time. */
void past_frame(struct wr_dev *dev);
/* Answers, when nothing more comes and nothing waits for the disk. */
void past_finish_if_over(struct wr_dev *dev);
int past_run(struct wr_dev *dev, const struct wr_call *call);
void past_stop(struct wr_dev *dev);
bool past_running(const struct wr_dev *dev);

/* --- all of it -------------------------------------------------------------------------------- */

struct camera {
    struct presence presence;
    struct stream stream;
    struct trigger trigger;
    struct config config;
    struct saved saved[SAVED_MAX];
    struct past past;
};

static inline struct camera *camera_of(const struct wr_dev *dev)
{
    return dev->state;
}

#define URL_MAX 512

/* http://<host>:<mjpeg_port><path>; `path` begins with a slash, or gets one. */
void camera_url(const struct wr_dev *dev, const char *path, char out[URL_MAX]);

static inline uint32_t option_ms(const struct wr_dev *dev, enum option o)
{
    return (uint32_t)dev->options[o].i * 1000;
}
