#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/memory.h"
#include "base/version.h"
#include "check.h"
#include "config/config.h"
#include "gateway.h"
#include "healthcheck.h"

#define DEFAULT_CONFIG "/etc/warren/warren.yaml"

static const char help[] =
    "warren - a gateway for small cameras and toys\n"
    "\n"
    "usage: warren [run] [--config FILE]     start the gateway (the default)\n"
    "       warren check [--config FILE]     tell what is wrong in the configuration, with file "
    "and line\n"
    "       warren healthcheck [--config FILE]  ask the gateway that runs here; exit status 0 when "
    "it is well\n"
    "       warren schema                    print the JSON Schema of the configuration, for "
    "editors\n"
    "\n"
    "  -c, --config FILE   the configuration; default $WARREN_CONFIG, else " DEFAULT_CONFIG
    " when it is there,\n"
    "                      else defaults. Every key can also come from the environment: "
    "http.listen from WARREN_HTTP_LISTEN.\n"
    "  -V, --version       print the version\n"
    "  -h, --help          print this\n"
    "\n"
    "Exit status: 0 ended as asked; 1 could not start, or errors were found; 2 wrong use.\n";

static int run(const char *config_file)
{
    struct gateway *g = NULL;
    struct error e = ERROR_NULL;
    int r = gateway_start(config_file, &g, &e);

    if (r < 0) {
        fprintf(stderr, "warren: %s\n", error_text(&e));
        return 1;
    }
    r = gateway_run(g);
    gateway_stop(g);
    return r < 0 ? 1 : 0;
}

static int schema(void)
{
    struct buf b = BUF_INIT(1u << 20);
    int r = config_schema(&b);

    if (r == 0)
        fwrite(buf_data(&b), 1, b.len, stdout);
    buf_fini(&b);
    return r < 0 ? 1 : 0;
}

/* Viewers are file descriptors: take as many as the system gives. */
static void raise_fd_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = MIN(limit.rlim_max, (rlim_t)65536);
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static const char *default_config(void)
{
    const char *named = getenv("WARREN_CONFIG");

    if (named && *named)
        return named;
    return access(DEFAULT_CONFIG, F_OK) == 0 ? DEFAULT_CONFIG : NULL;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
        {"version", no_argument, NULL, 'V'}, {"help", no_argument, NULL, 'h'}, {0}};
    const char *config_file = default_config(), *command;
    int o;

    while ((o = getopt_long(argc, argv, "c:Vh", options, NULL)) != -1) {
        switch (o) {
        case 'c':
            config_file = optarg;
            break;
        case 'V':
            puts("warren " WARREN_VERSION);
            return 0;
        case 'h':
            fputs(help, stdout);
            return 0;
        default:
            fprintf(stderr, "Try: warren --help\n");
            return 2;
        }
    }
    command = optind < argc ? argv[optind++] : "run";
    if (optind < argc) {
        fprintf(stderr, "warren: unexpected argument \"%s\". Try: warren --help\n", argv[optind]);
        return 2;
    }
    memory_tame();
    raise_fd_limit();
    if (strcmp(command, "run") == 0)
        return run(config_file);
    if (strcmp(command, "check") == 0)
        return check(config_file);
    if (strcmp(command, "healthcheck") == 0)
        return healthcheck(config_file);
    if (strcmp(command, "schema") == 0)
        return schema();
    fprintf(stderr, "warren: unknown command \"%s\". Try: warren --help\n", command);
    return 2;
}
