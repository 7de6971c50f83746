/* config.h - warren.yaml: read, checked against one table, with errors that name file, line, key
 * and what was expected.
 *
 * A key's value comes from the environment (WARREN_HTTP_LISTEN for http.listen), else the file,
 * else the table's default. A key whose row is WR_SECRET may be given as <key>_file instead: the
 * first line of that file.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/util.h"
#include "config/param.h"

#define CONFIG_MAX_FILE_BYTES (1u << 20)
#define CONFIG_MAX_DEVICES 1000
#define CONFIG_MAX_PROBLEMS 50

/* One key of a device as it stands in the file; checked against the driver's table when the driver
 * is known. */
struct config_pair {
    char *key, *text;      /* lists: elements joined by commas */
    bool list;             /* it was written as a list */
    unsigned line, column; /* of the value */
};

/* Who looks for motion in the pictures of a camera. */
enum config_flow {
    CONFIG_FLOW_OFF,    /* nobody; what the camera says is not passed on either */
    CONFIG_FLOW_ON,     /* the gateway, also while nobody watches */
    CONFIG_FLOW_DEVICE, /* the camera, where it can */
};
/* By these words; NULL-terminated. */
extern const char *const CONFIG_FLOWS[];
/* -EINVAL: it is none of them; a sentence. */
int config_flow_of(const char *word, enum config_flow *ret, struct error *e);

struct config_device {
    char *id;     /* the key in `devices:`, a slug */
    char *driver; /* required */
    char *name;   /* default: the id */
    bool enabled;
    enum config_flow flow;
    bool gives_name, gives_enabled; /* they stand in the file: only there they change */
    unsigned flow_line;             /* the same of `flow`; 0: it does not */
    unsigned line;
    struct config_pair *options, *settings;
    size_t n_options, n_settings;
};

/* Everything, with defaults filled in. Strings are never NULL. Lists are NULL-terminated. */
struct config {
    char *file; /* "" when there is none */
    /* The file says nothing: it is empty, or white space and comments. Of a file that had content
     * this is what a save that failed leaves behind. */
    bool blank;
    struct {
        char *listen; /* address:port, [v6]:port, or port alone */
        bool allow_unauthenticated;
        char **origins;
        int64_t max_connections;
    } http;
    struct {
        char *path;
        uint64_t max_bytes, min_free_bytes;
        double max_percent, max_days, events_max_days;
        int64_t events_max;
    } store;
    struct {
        char *folder; /* drivers are loaded from here, and it is watched; more by colons */
    } plugins;
    struct {
        bool enabled, scan, adopt;
        char *bus;
        char **adapters;
        double scan_seconds, scan_every_seconds;
    } ble;
    struct {
        bool enabled;
        char *bus;
    } mdns;
    struct {
        char *level, *format;
    } log;
    struct config_device *devices;
    size_t n_devices;
};

struct config_problem {
    bool warning;
    unsigned line, column; /* 0: not at a place in the file (environment) */
    char *key;             /* dotted path; "" */
    char *text;            /* a sentence */
};
struct config_problems {
    char *file;
    struct config_problem *items;
    size_t n, n_errors;
};

/* Reads file (NULL: defaults and environment only) and environment. 0 when there are no errors,
 * warnings may stand in `problems`; -ENOENT, -EINVAL … with at least one problem. `problems` is
 * initialised here, the caller calls config_problems_fini(). */
int config_load(const char *file, struct config **ret, struct config_problems *problems);
/* From memory, for tests and fuzzers; `env` as environ (NULL: none). */
int config_parse(const char *name, const char *text, size_t n, const char *const *env,
    struct config **ret, struct config_problems *problems);
struct config *config_free(struct config *c);
DEFINE_CLEANUP(struct config *, config_free)

void config_problem_add(struct config_problems *p, bool warning, unsigned line, unsigned column,
    const char *key, const char *format, ...) __attribute__((format(printf, 6, 7)));
void config_problems_fini(struct config_problems *p);
/* "warren.yaml:12:5: http.listen: expected …", one per line. */
int config_problems_print(const struct config_problems *p, struct buf *out);

/* The options of one device against a driver's table (same for settings): fills
 * ret[param_count(rows)] with defaults put in; adds problems with the line of each, and of `line`
 * for what is missing. -EINVAL when there was any error. */
int config_check_pairs(const struct config_pair *pairs, size_t n, const struct wr_param *rows,
    const char *prefix, unsigned line, struct param_value *ret, struct config_problems *problems);

/* What differs, as dotted keys of the core table. `live`: can be applied while running. Devices are
 * compared by the caller. */
void config_each_change(const struct config *old, const struct config *now,
    void (*fn)(void *ctx, const char *key, bool live), void *ctx);
bool config_device_equal(const struct config_device *a, const struct config_device *b);
/* A copy of its own; NULL: no memory. */
struct config_device *config_device_copy(const struct config_device *d);
/* NULL-safe; frees what config_device_copy() made. */
void config_device_free(struct config_device *d);

/* The table, for the JSON Schema, the docs and the test of environment names. */
struct config_option {
    const char *path; /* "http.listen" */
    /* param.key is the last part; sizes are WR_STRING with unit "bytes" ("10GB"). */
    struct wr_param param;
    size_t offset;
    enum config_kind { CONFIG_AS_PARAM, CONFIG_AS_BYTES, CONFIG_AS_LISTEN, CONFIG_AS_ORIGINS } kind;
    bool live;     /* a change is applied while running */
    bool built_in; /* the default depends on the build: the schema does not tell it */
};
const struct config_option *config_options(size_t *ret_n);
/* WARREN_HTTP_LISTEN; returns false when `cap` is too small. Lists have a name, too, but cannot be
 * set by it. */
bool config_env_name(const char *path, char *out, size_t cap);
/* config/warren.schema.json as text. */
int config_schema(struct buf *out);
/* "127.0.0.1:8080", "[::1]:8080", "localhost:8080" or "8080" (on loopback) → numeric address and
 * port. -EINVAL. */
int config_split_listen(const char *listen, char *address, size_t cap, uint16_t *ret_port);
