/* options.c - see options.h. */
#include "options.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "base/version.h"
#include "config_file.h"
#include "log_file.h"

/* More assignments than there are keys are a mistake. */
#define MAX_ASSIGNMENTS 64
#define MAX_TOKEN_BYTES 128

enum {
    OPTION_DIR = 256,
    OPTION_CONFIG,
    OPTION_SOURCE,
    OPTION_LISTEN,
    OPTION_TRIGGER_PORT,
    OPTION_MJPEG_PORT,
    OPTION_SIZE,
    OPTION_FPS,
    OPTION_SET,
    OPTION_TOKEN_FILE,
    OPTION_LOG_DIR,
    OPTION_NO_LOG_FILE,
    OPTION_LOG_MAX_BYTES,
    OPTION_LOG_BACKUPS,
    OPTION_EXIT_AFTER,
    OPTION_PRINT_CONFIG,
    OPTION_LIST_SETTINGS,
    OPTION_DIALECT,
    OPTION_HELP,
    OPTION_VERSION,
};

static const struct option_row {
    const char *name;
    int id;
    const char *argument, *help;
    bool sim_only;
} rows[] = {
    {"source", OPTION_SOURCE, "SPEC",
        "drawn[:SECONDS|:day|:night], v4l2:DEVICE, rpicam[:PROGRAM], video:FILE, folder:DIR, a "
        "path, or auto",
        false},
    {"dir", OPTION_DIR, "DIR", "folder to work in: settings, log and saved pictures are there",
        false},
    {"config", OPTION_CONFIG, "FILE", "settings; what overwrite_config writes (config.json)",
        false},
    {"set", OPTION_SET, "KEY=VALUE",
        "a setting for this run; may be repeated: --set night.enable=false", false},
    {"size", OPTION_SIZE, "WxH", "camera.width and camera.height for this run", false},
    {"fps", OPTION_FPS, "N", "camera.framerate for this run", false},
    {"listen", OPTION_LISTEN, "ADDRESS",
        "where both ports are opened: 0.0.0.0, 127.0.0.1, ::", false},
    {"trigger-port", OPTION_TRIGGER_PORT, "N",
        "TCP port of the commands (network.trigger_port); 0: any", false},
    {"mjpeg-port", OPTION_MJPEG_PORT, "N", "HTTP port of the pictures (mjpeg_server.port); 0: any",
        false},
    {"token-file", OPTION_TOKEN_FILE, "FILE",
        "set and overwrite_config must name the token that stands in FILE", false},
    {"log-dir", OPTION_LOG_DIR, "DIR", "folder of " LOG_FILE_NAME " (logs)", false},
    {"no-log-file", OPTION_NO_LOG_FILE, NULL, "log to standard error only", false},
    {"log-max-bytes", OPTION_LOG_MAX_BYTES, "SIZE", "the log is turned over at this size (5MiB)",
        false},
    {"log-backups", OPTION_LOG_BACKUPS, "N", "older logs that are kept (3)", false},
    {"exit-after-frames", OPTION_EXIT_AFTER, "N",
        "take N pictures, print one line about the source, and end; 1 if they do not come within a "
        "minute",
        false},
    {"print-config", OPTION_PRINT_CONFIG, NULL, "print the settings as JSON, and end", false},
    {"list-settings", OPTION_LIST_SETTINGS, NULL, "print what each setting means, and end", false},
    {"dialect", OPTION_DIALECT, "ours|seed",
        "seed: behave as the first service of this kind, with its faults", true},
    {"help", OPTION_HELP, NULL, "this text", false},
    {"version", OPTION_VERSION, NULL, "the version", false},
};

/* What the command line says about settings, until the file has been read. */
struct assignments {
    const char *text[MAX_ASSIGNMENTS];
    unsigned n;
    char made[MAX_ASSIGNMENTS][48]; /* what --size and its like stand for */
    unsigned n_made;
};

void options_init(struct options *o, bool sim)
{
    *o = (struct options){.config_path = "config.json",
        .source = sim ? "drawn" : "auto",
        .listen = sim ? "127.0.0.1" : "0.0.0.0",
        .log_folder = sim ? NULL : "logs",
        .log_max_bytes = LOG_FILE_MAX_BYTES,
        .log_backups = LOG_FILE_BACKUPS};
    pi_config_init(&o->config);
    if (!sim)
        return;
    o->config.camera_framerate = 15;
    o->config.mjpeg_fps = 15;
    o->config.export_auto_save_interval_s = 0;
    snprintf(o->config.night_mode, sizeof o->config.night_mode, "slow_video");
    o->config.night_exposure_us = 200000;
}

void options_fini(struct options *o)
{
    free(o->token);
    free(o->source_path);
    o->token = o->source_path = NULL;
}

static void print_help(bool sim)
{
    printf(sim
            ? "warren-sim pi-trigger-camera: a simulated Raspberry Pi camera\n\n"
            : "warren-pi-camera: a camera with a memory, triggered over TCP, seen over HTTP\n\n");
    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        char left[64];
        if (rows[i].sim_only && !sim)
            continue;
        snprintf(
            left, sizeof left, "--%s %s", rows[i].name, rows[i].argument ? rows[i].argument : "");
        printf("  %-26s %s\n", left, rows[i].help);
    }
    printf("\nThe command line counts more than the file. All settings: --list-settings.\n");
}

void options_list_settings(FILE *to)
{
    static const char *const when[] = {
        [PI_LIVE] = "at once", [PI_SOURCE] = "at once", [PI_RESTART] = "at the next start"};

    fprintf(to,
        "| key | first value | what it can be | a change counts | |\n| --- | --- | --- | --- | --- "
        "|\n");
    for (size_t i = 0; i < pi_n_keys; i++) {
        const struct pi_key *k = &pi_keys[i];
        char expected[PI_CONFIG_WHY_MAX];
        pi_key_expected(k, expected, sizeof expected);
        for (char *p = expected; *p; p++)
            *p = *p == '|' ? '/' : *p; /* which ends a cell */
        fprintf(to, "| `%s`%s | `%s` | %s | %s | %s |\n", k->path, k->optional ? " *" : "",
            k->fallback, expected, when[k->when], k->help);
    }
}

static int assign(struct assignments *a, const char *text, struct error *e)
{
    if (a->n == MAX_ASSIGNMENTS)
        return error_set(e, -E2BIG, "more than %d settings on the command line", MAX_ASSIGNMENTS);
    a->text[a->n++] = text;
    return 0;
}

static int assign_made(
    struct assignments *a, const char *key, const char *value, int n, struct error *e)
{
    char *text = a->made[a->n_made];

    if (a->n_made == N_ELEMENTS(a->made))
        return error_set(e, -E2BIG, "more than %d settings on the command line", MAX_ASSIGNMENTS);
    if (snprintf(text, sizeof a->made[0], "%s=%.*s", key, n, value) >= (int)sizeof a->made[0])
        return error_set(e, -EINVAL, "%s: \"%s\" is too long", key, value);
    a->n_made++;
    return assign(a, text, e);
}

/* 1024x768 */
static int assign_size(struct assignments *a, const char *text, struct error *e)
{
    const char *x = strchr(text, 'x');
    int r;

    if (!x)
        return error_set(e, -EINVAL, "--size %s: expected WIDTHxHEIGHT", text);
    r = assign_made(a, "camera.width", text, (int)(x - text), e);
    return r < 0 ? r : assign_made(a, "camera.height", x + 1, (int)strlen(x + 1), e);
}

static int read_token(const char *path, char **ret, struct error *e)
{
    _cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
    char text[MAX_TOKEN_BYTES + 2];
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

    if (n < 0)
        return error_set(e, -errno, "--token-file %s: %s", path, error_name(-errno));
    text[n] = '\0';
    n = (ssize_t)strcspn(text, "\r\n");
    text[n] = '\0';
    if (n == 0 || n > MAX_TOKEN_BYTES || strpbrk(text, " \t"))
        return error_set(e, -EINVAL, "--token-file %s: expected one word of at most %d bytes", path,
            MAX_TOKEN_BYTES);
    free(*ret);
    *ret = strdup(text);
    return *ret ? 0 : error_set(e, -ENOMEM, "no memory");
}

static int read_count(
    const char *name, const char *text, uint64_t max, uint64_t *ret, struct error *e)
{
    int64_t v;

    if (text_to_int(text, &v) < 0 || v < 0 || (uint64_t)v > max)
        return error_set(e, -EINVAL, "--%s %s: expected a whole number up to %llu", name, text,
            (unsigned long long)max);
    *ret = (uint64_t)v;
    return 0;
}

static int read_dialect(struct options *o, const char *text, struct error *e)
{
    o->seed_dialect = strcmp(text, "seed") == 0;
    return o->seed_dialect || strcmp(text, "ours") == 0
        ? 0
        : error_set(e, -EINVAL, "--dialect %s: expected ours or seed", text);
}

static int take(
    struct options *o, struct assignments *a, int id, const char *value, struct error *e)
{
    uint64_t n;
    int r = 0;

    switch (id) {
    case OPTION_DIR:
        o->folder = value;
        return 0;
    case OPTION_CONFIG:
        o->config_path = value;
        return 0;
    case OPTION_SOURCE:
        o->source = value;
        return 0;
    case OPTION_LISTEN:
        o->listen = value;
        return 0;
    case OPTION_TRIGGER_PORT:
        return assign_made(a, "network.trigger_port", value, (int)strlen(value), e);
    case OPTION_MJPEG_PORT:
        return assign_made(a, "mjpeg_server.port", value, (int)strlen(value), e);
    case OPTION_SIZE:
        return assign_size(a, value, e);
    case OPTION_FPS:
        return assign_made(a, "camera.framerate", value, (int)strlen(value), e);
    case OPTION_SET:
        return assign(a, value, e);
    case OPTION_TOKEN_FILE:
        return read_token(value, &o->token, e);
    case OPTION_LOG_DIR:
        o->log_folder = value;
        return 0;
    case OPTION_NO_LOG_FILE:
        o->log_folder = NULL;
        return 0;
    case OPTION_LOG_MAX_BYTES:
        r = text_to_bytes(value, &o->log_max_bytes);
        return r < 0 || o->log_max_bytes < 1024
            ? error_set(e, -EINVAL, "--log-max-bytes %s: expected a size of at least 1 KiB", value)
            : 0;
    case OPTION_LOG_BACKUPS:
        r = read_count("log-backups", value, 1000, &n, e);
        if (r >= 0)
            o->log_backups = (unsigned)n;
        return r;
    case OPTION_EXIT_AFTER:
        return read_count("exit-after-frames", value, INT64_MAX, &o->exit_after_frames, e);
    case OPTION_PRINT_CONFIG:
        o->print_config = true;
        return 0;
    case OPTION_DIALECT:
        return read_dialect(o, value, e);
    default:
        return error_set(e, -EINVAL, "try --help");
    }
}

static void note_unknown(void *ctx, const char *path)
{
    struct options *o = ctx;
    size_t n = strlen(o->unknown_keys);

    snprintf(o->unknown_keys + n, sizeof o->unknown_keys - n, "%s%s", n ? ", " : "", path);
}

/* A file or folder of pictures is meant from where we were started. */
static int keep_source(struct options *o, struct error *e)
{
    size_t kind = strncmp(o->source, "video:", 6) == 0 ? 6
        : strncmp(o->source, "folder:", 7) == 0        ? 7
                                                       : 0;
    _cleanup_(freep) char *path = realpath(o->source + kind, NULL);

    if (!path)
        return 0; /* no path, or one that is not there: told when it is opened */
    if (asprintf(&o->source_path, "%.*s%s", (int)kind, o->source, path) < 0)
        return error_set(e, -ENOMEM, "no memory");
    o->source = o->source_path;
    return 0;
}

static int enter_folder(struct options *o, struct error *e)
{
    int r = o->folder ? keep_source(o, e) : 0;

    if (r < 0 || !o->folder)
        return r;
    return chdir(o->folder) < 0
        ? error_set(e, -errno, "--dir %s: %s", o->folder, error_name(-errno))
        : 0;
}

/* The file, then what the command line says over it. */
static int read_settings(struct options *o, const struct assignments *a, struct error *e)
{
    int r = config_read(o->config_path, &o->config, note_unknown, o, e);

    if (r < 0 && r != -ENOENT)
        return r;
    o->config_found = r >= 0;
    for (unsigned i = 0; i < a->n; i++) {
        r = config_assign(a->text[i], &o->config, e);
        if (r < 0)
            return r;
    }
    return 0;
}

static void long_options(struct option *out, bool sim)
{
    for (size_t i = 0; i < N_ELEMENTS(rows); i++)
        if (!rows[i].sim_only || sim)
            *out++ = (struct option){
                rows[i].name, rows[i].argument ? required_argument : no_argument, NULL, rows[i].id};
    *out = (struct option){0};
}

int options_parse(struct options *o, int argc, char **argv, struct error *e)
{
    struct option table[N_ELEMENTS(rows) + 1];
    struct assignments a = {0};
    bool sim = strcmp(o->source, "drawn") == 0;
    int id;

    long_options(table, sim);
    optind = 1;
    while ((id = getopt_long(argc, argv, "", table, NULL)) != -1) {
        if (id == OPTION_HELP)
            return print_help(sim), 1;
        if (id == OPTION_VERSION)
            return printf("warren %s\n", WARREN_VERSION), 1;
        if (id == OPTION_LIST_SETTINGS)
            return options_list_settings(stdout), 1;
        int r = take(o, &a, id, optarg, e);
        if (r < 0)
            return r;
    }
    if (optind < argc)
        return error_set(e, -EINVAL, "\"%s\" is not an option; try --help", argv[optind]);
    int r = enter_folder(o, e);
    return r < 0 ? r : read_settings(o, &a, e);
}
