#include "runner.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "loop/loop.h"

struct did did;

static int split(char *line, const char **argv)
{
    int argc = 0;

    argv[argc++] = "warrenctl";
    for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    return argc;
}

void run_on(struct loop *l, const char *url, const char *line)
{
    char text[512];
    const char *argv[64];
    size_t n_out, n_err;
    struct ctl_io io = {.loop = l, .url = url};

    free(did.out);
    free(did.err);
    io.out = open_memstream(&did.out, &n_out);
    io.err = open_memstream(&did.err, &n_err);
    snprintf(text, sizeof text, "%s", line);
    did.code = ctl_run(&io, split(text, argv), argv);
    fclose(io.out);
    fclose(io.err);
}

void run(const struct fake_route *routes, size_t n, const char *line)
{
    struct fake_gateway *g;
    struct loop *l;

    cr_assert_eq(loop_new(&l), 0);
    g = fake_gateway_new(l, routes, n);
    snprintf(did.url, sizeof did.url, "http://127.0.0.1:%d", fake_gateway_port(g));
    run_on(l, did.url, line);
    snprintf(did.asked, sizeof did.asked, "%s", fake_gateway_asked(g));
    fake_gateway_free(g);
    loop_free(l);
}

void expect(enum ctl_exit code, const char *out, const char *err)
{
    cr_expect_eq(did.code, code, "%d: %s", did.code, did.err);
    cr_expect_str_eq(did.out, out);
    cr_expect_str_eq(did.err, err);
}

bool has(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}
