/* hub.h - what the files of this driver share.
 *
 *     playground-hub.c   tables and lifecycle
 *     link.c             the link: looked for (warren/ble_seek.h), set up, lost
 *     lines.c            a line to the hub, in writes that it does not cut
 *     queue.c            commands: one after the other, each until the hub has answered
 *     scan.c             scans: by a person or by itself, one at a time
 *     answers.c          what the hub says, cut into messages
 *     modules.c          modules: children that are there, grow stale, and are gone
 *     threshold.c        whom a command is for, as people say it
 *     tell.c             what people are told: sentences, events
 *
 *     run() ─▶ queue ─▶ lines ─▶ RX           TX ─▶ answers ─┬▶ ack, error ─▶ queue (done) or scan (failed)
 *                ▲ held                                      └▶ devices ────▶ modules, scan (finished)
 *     scan ──────┴─▶ lines
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <warren/ble_seek.h>
#include <warren/driver.h>
#include <warren/json_write.h>
#include <warren/shorthand.h>
#include <warren/text.h>

#include "hub_frame.h"
#include "hub_line.h"
#include "hub_message.h"

#define US_PER_S INT64_C(1000000)

/* One sentence for people. */
#define WHY_MAX 256
/* What the host takes. Some 150 modules fit; a longer list is left out of its event. */
#define LIST_EVENT_MAX (16u << 10)
/* Of the commands that a hub says it knows. */
#define AVAILABLE_MAX 16
/* An event's JSON: two texts of the hub, or one and what it knows, each byte written as six, and what stands around it. */
#define EVENT_MAX (6 * (2 * HUB_TEXT_BYTES + AVAILABLE_MAX * HUB_ID_BYTES) + 256)

enum option { OPTION_ADDRESS, OPTION_NAMES, OPTION_SCAN_EVERY };

/* In the order of enum hub_command, whose last is the scan's PING. */
enum command {
    COMMAND_PLAY,
    COMMAND_PAUSE,
    COMMAND_WIN,
    COMMAND_COLOR_GAME,
    COMMAND_NUMBER_GAME,
    COMMAND_OFF,
    COMMAND_SCAN
};

/* --- threshold.c ------------------------------------------------------------------------------ */

/* "all"; dBm, -1 … -127; or the app's slider, 1 … 100. -EINVAL. */
int threshold_read(const char *text, int *ret_dbm);

/* --- lines.c ---------------------------------------------------------------------------------- */

/* 0: all of it was taken by the hub; else -errno, after its retries. */
typedef void (*line_fn)(struct wr_dev *dev, int result);

struct lines {
    char text[64];
    size_t n, at, n_writing; /* bytes of it; that the hub has taken; on their way */
    unsigned n_tries;
    bool cut; /* the hub holds a line without its end */
    line_fn done;
    wr_handle again;
};

/* Not while another is on its way. */
void lines_send(struct wr_dev *dev, enum hub_command c, int threshold_dbm, line_fn done);
bool lines_busy(const struct wr_dev *dev);
/* The link is over: the line is forgotten, and nobody hears of it. */
void lines_lost(struct wr_dev *dev);

/* --- queue.c ---------------------------------------------------------------------------------- */

/* Who presses faster than that does not mean it. */
#define QUEUE_MAX 8

struct waiting {
    wr_handle call;
    enum command command;
    int threshold_dbm;
};

struct queue {
    struct waiting rows[QUEUE_MAX]; /* oldest first; the first is at the hub where `sent` says so */
    size_t n;
    bool sent;
    wr_handle late;
    int64_t used_us; /* when somebody wanted something last */
};

int queue_put(struct wr_dev *dev, wr_handle call, enum command c, int threshold_dbm);
/* The next one goes, if it may: after each answer, and at the end of a scan. */
void queue_go(struct wr_dev *dev);
/* True: it is the answer to the command at the hub. */
bool queue_ack(struct wr_dev *dev, const struct hub_message *m);
bool queue_error(struct wr_dev *dev, const char *message);
/* Nothing waits. */
bool queue_idle(const struct wr_dev *dev);
/* All are answered with this sentence. */
void queue_lost(struct wr_dev *dev, const char *why);

/* --- scan.c ----------------------------------------------------------------------------------- */

struct scan {
    enum { SCAN_NONE, SCAN_WAITING, SCAN_ASKING, SCAN_LISTENING } state;
    wr_handle call; /* 0: nobody waits for its end */
    int threshold_dbm;
    bool by_person;
    bool again;                 /* it is the second attempt */
    bool listed;                /* the last one had a list */
    int64_t began_us, ended_us; /* the last one's; 0: there was none */
    wr_handle timer;            /* WAITING: until it may begin; LISTENING: until it is given up */
    wr_handle next;             /* by itself */
};

/* Says so where the options ask for more scans than there will be. */
void scan_start(struct wr_dev *dev);
/* The link is ready. */
void scan_ready(struct wr_dev *dev);
/* By a person. -EBUSY: one runs. */
int scan_run(struct wr_dev *dev, wr_handle call, int threshold_dbm);
/* It may begin: no command is at the hub. */
void scan_go(struct wr_dev *dev);
/* One runs: commands wait. */
bool scan_running(const struct wr_dev *dev);
/* A list has come, in which so many are. */
void scan_list(struct wr_dev *dev, size_t n_modules);
/* Bytes of an answer come in: there is patience. */
void scan_hears(struct wr_dev *dev);
/* True: it was the answer to PING. */
bool scan_error(struct wr_dev *dev, const char *message);
void scan_lost(struct wr_dev *dev, const char *why);
/* From PING to the list, in tenths. */
static inline double scan_seconds(const struct scan *s)
{
    return (double)((s->ended_us - s->began_us) / (US_PER_S / 10)) / 10;
}

/* --- answers.c -------------------------------------------------------------------------------- */

/* 256 modules with names of which each byte is written as six. */
#define ANSWER_MAX (256u << 10)

struct answers {
    struct hub_frame_reader reader;
    uint64_t n_broken;  /* answers that were not whole, or no JSON */
    uint64_t n_missing; /* that did not come */
    wr_handle silence;
    char room[ANSWER_MAX];
};

void answers_start(struct wr_dev *dev);
/* One was waited for in vain. */
void answers_missed(struct wr_dev *dev);
/* A link begins. */
void answers_begin(struct wr_dev *dev);
void answers_take(struct wr_dev *dev, const uint8_t *bytes, size_t n);
void answers_lost(struct wr_dev *dev);

/* --- modules.c -------------------------------------------------------------------------------- */

/* As many children as the host has room for. */
#define MODULES_MAX 256

struct module {
    struct wr_dev *dev;
    char mac[HUB_MAC_BYTES], id[HUB_ID_BYTES];
    unsigned n_lists; /* the last list that it was in */
    bool rssi_known;
    int rssi_dbm, battery_percent;
    int64_t seen_us;
    bool stale, present; /* present: online */
};

struct modules {
    struct module rows[MODULES_MAX]; /* without gaps */
    size_t n;
    unsigned n_lists;
    bool told_full;
    wr_handle age;
};

void modules_start(struct wr_dev *dev);
/* A list as the hub sent it. Returns how many different modules are in it. */
size_t modules_list(struct wr_dev *dev, struct span json);
size_t modules_n_present(const struct wr_dev *dev);
/* The last list, as an array. */
void modules_write_list(const struct wr_dev *dev, struct wr_json *j);
/* Those that are as near as that were told to sleep. One that did not hear it comes back with the next list. */
void modules_sleep(struct wr_dev *dev, int threshold_dbm);
/* The link is over: they are not reachable, and their ages go on. */
void modules_lost(struct wr_dev *dev);

/* --- tell.c ----------------------------------------------------------------------------------- */

/* The attribute `link`, and the device's `why`. */
void tell_link(struct wr_dev *dev);
void tell_ack(struct wr_dev *dev, const struct hub_message *m);
void tell_error(struct wr_dev *dev, const char *message, struct span json);
void tell_scan_started(struct wr_dev *dev);
void tell_scan_finished(struct wr_dev *dev, size_t n_modules);
void tell_scan_failed(struct wr_dev *dev, const char *why);
/* What does not work, until something works again: "" */
void tell_trouble(struct wr_dev *dev, const char *why);

/* --- link.c ----------------------------------------------------------------------------------- */

enum link_state { LINK_DOWN, LINK_SETTING_UP, LINK_READY };

struct link {
    enum link_state state;
    struct wr_seek seek;
    uint32_t rx_props, tx_props;
};

void link_start(struct wr_dev *dev);
static inline bool link_ready(const struct link *l)
{
    return l->state == LINK_READY;
}

/* --- all of it -------------------------------------------------------------------------------- */

struct hub {
    struct link link;
    struct lines lines;
    struct queue queue;
    struct scan scan;
    struct modules modules;
    char trouble[WHY_MAX];
    struct answers answers;
};

static inline struct hub *hub_of(const struct wr_dev *dev)
{
    return dev->state;
}
