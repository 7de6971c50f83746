/* hub_line.h - what an app says to a playground hub: lines of text, written to RX of the Nordic UART service.
 *
 *     "<command>":"<threshold>"\n        "Play":"all"\n   "Color Game":"-60"\n   "PING":"all"\n
 *
 * The threshold says which modules are meant: those that the hub's message reaches with more dBm. Quotes and threshold may
 * be missing (hub_line_parse). The line's end is what makes it a command; without one a hub in use waits for ever.
 * A hub in use takes at most 20 bytes of one write and loses the rest, so longer lines are written in pieces (HUB_WRITE_BYTES).
 */
#ifndef HUB_LINE_H
#define HUB_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "span.h"

#define HUB_SERVICE_UUID "6e400001-b5a3-f393-e0a9-e50e24dcca9e"
#define HUB_RX_UUID "6e400002-b5a3-f393-e0a9-e50e24dcca9e"
#define HUB_TX_UUID "6e400003-b5a3-f393-e0a9-e50e24dcca9e"
/* Hubs in use are called so. */
#define HUB_NAME "SPHub"

/* Of one write: an attribute of MicroPython has room for so many, and hubs in use leave it at that. */
#define HUB_WRITE_BYTES 20
/* Of what waits for a line's end. A hub in use then forgets all of it. */
#define HUB_LINE_MAX_BYTES 1024

/* --- commands --------------------------------------------------------------------------------- */

enum hub_command {
    HUB_PLAY,
    HUB_PAUSE,
    HUB_WIN,
    HUB_COLOR_GAME,
    HUB_NUMBER_GAME,
    HUB_OFF,
    HUB_PING, /* look for modules; answered by a list instead of an ack */
    HUB_N_COMMANDS
};

/* As it stands in a line: "Color Game". In the order of an error's available_commands. */
const char *hub_command_text(enum hub_command c);
/* Letters count as they are. -ENOENT. */
int hub_command_find(struct span text, enum hub_command *ret);

/* --- thresholds ------------------------------------------------------------------------------- */

/* Of "all": no module is weaker. */
#define HUB_THRESHOLD_ALL (-100)
/* The app's slider. */
#define HUB_SLIDER_MIN 1
#define HUB_SLIDER_MAX 100
/* "-2147483648" */
#define HUB_THRESHOLD_TEXT 12

/* In dBm, as a hub in use understands it: "all" and everything that is no whole number are HUB_THRESHOLD_ALL. */
int hub_threshold_parse(struct span text);
/* "all", or a number. Returns `out`. */
const char *hub_threshold_text(int dbm, char out[HUB_THRESHOLD_TEXT]);
/* 1 (near) … 100 (all) to dBm: -30 … -90, and HUB_THRESHOLD_ALL; outside of that the nearest end. */
int hub_slider_threshold(int position);

/* --- lines ------------------------------------------------------------------------------------ */

struct hub_line {
    struct span command,
        threshold; /* as they stand there; the threshold "all" when there is none */
};

/* One line without its end, read as hubs in use read it: 0, or -EBADMSG where those say nothing at all ("\"Play\"", "\"\"").
 * What they take for a command of strange name ({"Play) is one here, too. *ret points into `text`. */
int hub_line_parse(struct span text, struct hub_line *ret);

/* With its end. Returns its length; 0: it does not fit. */
size_t hub_line_write(const char *command, const char *threshold, char *out, size_t cap);

/* Cuts lines from what comes in pieces. */
struct hub_lines {
    size_t n, end; /* bytes that are held; of those, the line given last and its end */
    char bytes[HUB_LINE_MAX_BYTES];
};

void hub_lines_init(struct hub_lines *l);
/* 0, or -EMSGSIZE: with this it would be more than HUB_LINE_MAX_BYTES without an end, and all of it is forgotten. To be
 * called when hub_lines_next() has none left. */
int hub_lines_add(struct hub_lines *l, const void *bytes, size_t n);
/* Bytes that hub_lines_add() takes now. */
size_t hub_lines_room(const struct hub_lines *l);
/* How many of these bytes belong to a line whose beginning was given up: up to its end, at which *skips is false again. */
size_t hub_lines_skip(const char *bytes, size_t n, bool *skips);
/* Forgets what has no end yet. */
void hub_lines_cut(struct hub_lines *l);
/* The next line that is not blank, without its end (CR, LF or both), valid until the next call. False: none is whole. */
bool hub_lines_next(struct hub_lines *l, struct span *ret);

#endif
