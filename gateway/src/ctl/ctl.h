/* ctl.h - warrenctl: a client of the gateway's REST API. One run is one subcommand.
 *
 * The exit codes are an interface: scripts depend on them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/json.h"

struct http_client;
struct loop;
struct resolver;

enum ctl_exit {
    CTL_OK = 0,
    CTL_REFUSED = 1,     /* the gateway said no, in a sentence; `check`: it is not ready */
    CTL_USAGE = 2,       /* the command line is wrong */
    CTL_UNREACHABLE = 3, /* no gateway answered, or something else than one did */
};

/* One answer: a page of captures, or all devices with their tables. */
#define CTL_MAX_REPLY_BYTES (16u << 20)
/* How long a request may take where the command does not say. */
#define CTL_TIMEOUT_US INT64_C(15000000)
#define CTL_MAX_OPTIONS 4
/* A route with one name of a person's in it, which is cut where it is longer than any id. */
#define CTL_PATH_BYTES 256
/* Where a list has no limit of its own: a cursor that never ends must. */
#define CTL_MAX_ITEMS 100000

/* The world, so that tests can be one. */
struct ctl_io {
    struct loop *loop;
    FILE *out, *err;
    bool colour;     /* out is a terminal, and NO_COLOR is not set */
    const char *url; /* WARREN_URL; NULL: the default */
    /* As in terminal.h; NULL: nobody is there to ask, nothing to show a page. */
    int (*ask_secret)(const char *question, char *out, size_t cap);
    void (*open_url)(const char *url);
};

struct ctl {
    struct loop *loop;
    struct resolver *resolver;
    struct http_client *client;
    FILE *out, *err;
    bool colour, json;
    int (*ask_secret)(const char *question, char *out, size_t cap);
    void (*open_url)(const char *url);
    char url[512]; /* no slash at the end */
};

struct ctl_option {
    const char *name;  /* "device", for --device; NULL ends a table */
    char letter;       /* 'o', for -o; 0: none */
    const char *value; /* what the help calls it; NULL: it has none */
    const char *help;
};

struct ctl_args {
    const char
        *options[CTL_MAX_OPTIONS]; /* by the command's table; NULL: not given; "": has no value */
    const char *const *words;      /* what is left, the command's name taken away */
    unsigned n_words;
};

/* A subcommand: the one row from which come dispatch, checks, --help and the docs' test. */
struct ctl_command {
    const char *name;  /* one or two words */
    const char *words; /* "DEVICE NAME [KEY=VALUE…]" */
    unsigned min_words, max_words;
    const char *summary; /* one line */
    const char *more;    /* further lines of its --help; NULL: none */
    const struct ctl_option *options;
    enum ctl_exit (*run)(struct ctl *c, const struct ctl_args *args);
};

const struct ctl_command *ctl_commands(size_t *ret_n);
/* Everything: parses, talks, prints. */
enum ctl_exit ctl_run(const struct ctl_io *io, int argc, const char *const *argv);

/* --- saying what is wrong --------------------------------------------------------------------- */

/* "warrenctl: <sentence>" on standard error; returns `code`. */
enum ctl_exit ctl_fail(struct ctl *c, enum ctl_exit code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Of those commands that begin with the word `group`; NULL: of all. */
void ctl_help(FILE *out, const char *group);
void ctl_help_command(FILE *out, const struct ctl_command *command);

/* --- asking (call.c) -------------------------------------------------------------------------- */

struct ctl_reply {
    int status;   /* of HTTP */
    json_t *body; /* NULL: none (204) */
};

/* One request; runs the loop until it is answered. Anything but an answer in JSON is
 * CTL_UNREACHABLE and was said. `body` may be NULL. */
enum ctl_exit ctl_request(struct ctl *c, const char *method, const char *path, const json_t *body,
    int64_t timeout_us, struct ctl_reply *ret);
/* The same, and a status of 400 or more is CTL_REFUSED and was said. The caller owns a reference
 * of *ret. */
enum ctl_exit ctl_call(struct ctl *c, const char *method, const char *path, const json_t *body,
    int64_t timeout_us, json_t **ret);
/* Follows a list's cursor until it ends or has `limit` items (0: all). *ret is an array. */
enum ctl_exit ctl_list(struct ctl *c, const char *path, size_t limit, json_t **ret);
/* Says the sentence of a problem+json, or what HTTP says; returns CTL_REFUSED. */
enum ctl_exit ctl_refused(struct ctl *c, int status, const struct buf *body);
/* Says that something else answers at that address; returns CTL_UNREACHABLE. */
enum ctl_exit ctl_no_gateway(struct ctl *c, const char *why);
/* Fits any name into a path or a query. Returns `out`. */
const char *ctl_escape(const char *text, char *out, size_t cap);
/* "/api/v1/devices/<id>"; CTL_PATH_BYTES are enough. Returns `out`. */
const char *ctl_device_path(const char *id, char *out, size_t cap);
/* A device as the gateway has it; refused, and said, where there is none. */
enum ctl_exit ctl_get_device(struct ctl *c, const char *id, json_t **ret);

/* Runs a device's command, as the gateway's table has it, for as long as it may take. *ret is the whole
 * answer, with "result". (cmd_command.c) */
enum ctl_exit ctl_run_command(struct ctl *c, const char *id, const char *name,
    const json_t *command, json_t *arguments, json_t **ret);

/* --- following (follow.c) --------------------------------------------------------------------- */

/* `type` is the event's, "" for none. */
typedef void (*ctl_follow_fn)(struct ctl *c, const char *type, const json_t *data);
/* Server-sent events of a path, until interrupted or refused. A connection that breaks is made again, and goes on where it ended. */
enum ctl_exit ctl_follow(struct ctl *c, const char *path, ctl_follow_fn fn);

/* --- showing (show.c) ------------------------------------------------------------------------- */

/* Indented, as it came; for --json. */
enum ctl_exit ctl_print_json(struct ctl *c, const json_t *j);
/* On one line; for --json of what comes one after the other. */
void ctl_print_line(struct ctl *c, const json_t *j);
/* A list as the API has it, all pages in one: {"items":[…],"next":null}. */
enum ctl_exit ctl_print_items(struct ctl *c, json_t *items);
/* Any value in one line for people: texts as they are, nothing as "-"; control characters are
 * replaced, for names come from outside; what does not fit ends in "…". Returns `out`. */
const char *ctl_text(const json_t *j, char *out, size_t cap);
/* ctl_text() of a member; NULL-safe. */
const char *ctl_member(const json_t *object, const char *key, char *out, size_t cap);
/* "12 s ago" from RFC 3339; "-" for nothing. */
const char *ctl_ago(const struct ctl *c, const json_t *time, char *out, size_t cap);
/* Every member on a line of its own, nested ones with dots. */
void ctl_print_members(struct ctl *c, const json_t *object, const char *indent);

/* --- values from the command line (value.c) --------------------------------------------------- */

/* The row of a key in the gateway's table; where there is none, that is said. */
enum ctl_exit ctl_row(
    struct ctl *c, const json_t *rows, const char *what, const char *key, const json_t **ret);
/* KEY=VALUE words as a JSON object, each typed by its row: the gateway's table of a command's
 * arguments (array of rows with "key") or of settings (rows by key). `what` names them in
 * sentences: "argument". */
enum ctl_exit ctl_pairs(struct ctl *c, const json_t *rows, const char *what,
    const char *const *words, unsigned n, json_t **ret);

/* --- the subcommands -------------------------------------------------------------------------- */

enum ctl_exit ctl_devices(struct ctl *c, const struct ctl_args *args);
enum ctl_exit ctl_device(struct ctl *c, const struct ctl_args *args);
enum ctl_exit ctl_command(struct ctl *c, const struct ctl_args *args);
enum ctl_exit ctl_set(struct ctl *c, const struct ctl_args *args);
enum ctl_exit ctl_unset(struct ctl *c, const struct ctl_args *args);
enum ctl_exit ctl_add(struct ctl *c, const struct ctl_args *args);
enum ctl_exit ctl_adopt(struct ctl *c, const struct ctl_args *args);
enum ctl_exit ctl_rename(struct ctl *c, const struct ctl_args *args);
enum ctl_exit ctl_overlay(struct ctl *c, const struct ctl_args *args);
enum ctl_exit ctl_flow(struct ctl *c, const struct ctl_args *args);
enum ctl_exit ctl_enable(struct ctl *c, const struct ctl_args *args);
enum ctl_exit ctl_disable(struct ctl *c, const struct ctl_args *args);
enum ctl_exit ctl_remove(struct ctl *c, const struct ctl_args *args);
enum ctl_exit ctl_watch(struct ctl *c, const struct ctl_args *args);
enum ctl_exit ctl_captures(struct ctl *c, const struct ctl_args *args);
enum ctl_exit ctl_capture_get(struct ctl *c, const struct ctl_args *args);
enum ctl_exit ctl_capture_pin(struct ctl *c, const struct ctl_args *args);
enum ctl_exit ctl_capture_unpin(struct ctl *c, const struct ctl_args *args);
enum ctl_exit ctl_capture_delete(struct ctl *c, const struct ctl_args *args);
enum ctl_exit ctl_wifi_enable(struct ctl *c, const struct ctl_args *args);
enum ctl_exit ctl_wifi_disable(struct ctl *c, const struct ctl_args *args);
enum ctl_exit ctl_wifi_status(struct ctl *c, const struct ctl_args *args);
enum ctl_exit ctl_wifi_open(struct ctl *c, const struct ctl_args *args);
enum ctl_exit ctl_found(struct ctl *c, const struct ctl_args *args);
enum ctl_exit ctl_plugin_ls(struct ctl *c, const struct ctl_args *args);
enum ctl_exit ctl_info(struct ctl *c, const struct ctl_args *args);
enum ctl_exit ctl_check(struct ctl *c, const struct ctl_args *args);
