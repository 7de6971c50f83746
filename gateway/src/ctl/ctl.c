#include "ctl/ctl.h"

#include <stdarg.h>
#include <string.h>

#include "base/version.h"
#include "ctl/args.h"
#include "loop/http_client.h"
#include "loop/loop.h"
#include "loop/resolver.h"

#define DEFAULT_URL "http://127.0.0.1:8080"

enum ctl_exit ctl_fail(struct ctl *c, enum ctl_exit code, const char *format, ...)
{
    va_list args;

    fflush(c->out);
    fputs("warrenctl: ", c->err);
    va_start(args, format);
    vfprintf(c->err, format, args);
    va_end(args);
    fputc('\n', c->err);
    return code;
}

/* "gateway:8080" will do; a slash at the end would double in paths. */
static bool set_url(struct ctl *c, const char *url)
{
    int n = snprintf(c->url, sizeof c->url, "%s%s", strstr(url, "://") ? "" : "http://", url);

    if (n < 0 || (size_t)n >= sizeof c->url)
        return false;
    while (n > 0 && c->url[n - 1] == '/')
        c->url[--n] = '\0';
    return true;
}

static enum ctl_exit run_command(struct ctl *c, const struct args *a)
{
    enum ctl_exit code;

    if (resolver_new(c->loop, &c->resolver) < 0 ||
        http_client_new(c->loop, c->resolver, &c->client) < 0)
        code = ctl_fail(c, CTL_UNREACHABLE, "out of memory");
    else
        code = a->command->run(c, &a->of_command);
    http_client_free(c->client);
    resolver_free(c->resolver);
    if (fflush(c->out) != 0 && code == CTL_OK)
        code = ctl_fail(c, CTL_REFUSED, "the output could not be written");
    return code;
}

enum ctl_exit ctl_run(const struct ctl_io *io, int argc, const char *const *argv)
{
    struct ctl c = {.loop = io->loop,
        .out = io->out,
        .err = io->err,
        .colour = io->colour,
        .ask_secret = io->ask_secret,
        .open_url = io->open_url};
    struct error e = ERROR_NULL;
    struct args a;

    if (args_parse(argc, argv, &a, &e) < 0)
        return ctl_fail(&c, CTL_USAGE, "%s; see warrenctl --help", error_text(&e));
    if (a.version)
        return fprintf(c.out, "warrenctl %s\n", WARREN_VERSION), CTL_OK;
    if (a.help) {
        a.command ? ctl_help_command(c.out, a.command) : ctl_help(c.out, a.group);
        return CTL_OK;
    }
    c.json = a.json;
    if (!set_url(&c, a.url ? a.url : io->url && *io->url ? io->url : DEFAULT_URL))
        return ctl_fail(&c, CTL_USAGE, "the URL is too long");
    return run_command(&c, &a);
}
