#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"

struct seen {
    enum log_level level;
    char line[8192];
    unsigned n;
};

static void keep(void *ctx, enum log_level level, const char *line)
{
    struct seen *s = ctx;

    s->level = level;
    s->n++;
    snprintf(s->line, sizeof s->line, "%s", line);
}

static const char *after_time(const struct seen *s)
{
    cr_assert_eq(memcmp(s->line, "time=2", 6), 0, "%s", s->line);
    cr_assert_eq(memcmp(s->line + 31, "Z ", 2), 0, "%s", s->line);
    return s->line + 33;
}

Test(log, writes_logfmt)
{
    struct seen s = {0};

    log_set_sink(keep, &s);
    log_info("listening", F_STR("address", "127.0.0.1"), F_INT("port", 8080), F_FLOAT("load", 0.1));
    cr_assert_str_eq(
        after_time(&s), "level=info msg=listening address=127.0.0.1 port=8080 load=0.1");
    log_warning("no fields at all");
    cr_assert_str_eq(after_time(&s), "level=warning msg=\"no fields at all\"");
    cr_assert_eq(s.level, LOG_LEVEL_WARNING);
}

Test(log, quotes_what_is_not_a_word)
{
    struct seen s = {0};

    log_set_sink(keep, &s);
    log_error("x", F_STR("empty", ""), F_STR("null", NULL), F_STR("eq", "a=b"),
        F_STR("q", "say \"hi\""), F_STR("b", "\\"), F_STR("u", "é"));
    cr_assert_str_eq(after_time(&s),
        "level=error msg=x empty=\"\" null=\"\" eq=\"a=b\" q=\"say \\\"hi\\\"\" b=\"\\\\\" u=é");
}

Test(log, a_value_cannot_forge_a_line_or_move_the_cursor)
{
    struct seen s = {0};

    log_set_sink(keep, &s);
    log_info("x", F_STR("v", "a\nlevel=error\x1B[2J\x7F\xC2\x9B\xFF"));
    cr_assert_str_eq(
        after_time(&s), "level=info msg=x v=\"a\\nlevel=error\\u001b[2J\\u007f??\xEF\xBF\xBD\"");
}

Test(log, writes_json)
{
    struct seen s = {0};
    _cleanup_(json_freep) json_t *j = NULL;

    log_set(LOG_LEVEL_INFO, LOG_JSON);
    log_set_sink(keep, &s);
    log_info("listening", F_STR("address", "a \"b\"\n"), F_INT("port", -1), F_FLOAT("nan", NAN));
    j = json_read(s.line, strlen(s.line), NULL);
    cr_assert_not_null(j, "%s", s.line);
    cr_assert_str_eq(json_string_value(json_object_get(j, "level")), "info");
    cr_assert_str_eq(json_string_value(json_object_get(j, "msg")), "listening");
    cr_assert_str_eq(json_string_value(json_object_get(j, "address")), "a \"b\"\n");
    cr_assert_eq(json_integer_value(json_object_get(j, "port")), -1);
    cr_assert(json_is_null(json_object_get(j, "nan")));
}

Test(log, says_less_than_the_level_only_when_asked)
{
    struct seen s = {0};

    log_set_sink(keep, &s);
    log_debug("hidden");
    cr_assert_eq(s.n, 0);
    log_set(LOG_LEVEL_DEBUG, LOG_LOGFMT);
    log_debug("shown");
    cr_assert_eq(s.n, 1);
    log_set(LOG_LEVEL_ERROR, LOG_LOGFMT);
    cr_assert_not(log_enabled(LOG_LEVEL_WARNING));
}

static void log_long(void)
{
    static char text[5000], controls[2000];

    memset(text, 'x', sizeof text - 1);
    memset(controls, 1, sizeof controls - 1);
    log_info("m", F_STR("a", text), F_STR("b", text), F_STR("c", controls), F_STR("d", text),
        F_STR("e", text), F_INT("last", 7));
}

Test(log, long_lines_are_cut_and_say_so)
{
    struct seen s = {0};
    _cleanup_(json_freep) json_t *j = NULL;

    log_set_sink(keep, &s);
    log_long();
    cr_assert_lt(strlen(s.line), 4096);
    cr_assert_not_null(strstr(s.line, "x… b="), "one value is cut by itself");
    cr_assert_not_null(strstr(s.line, " last=7 truncated=true"));
    cr_assert_null(strstr(s.line, " c="), "a value that cannot fit is left out as a whole");

    log_set(LOG_LEVEL_INFO, LOG_JSON);
    log_long();
    j = json_read(s.line, strlen(s.line), NULL);
    cr_assert_not_null(j, "%s", s.line);
    cr_assert_str_eq(json_string_value(json_object_get(j, "truncated")), "true");
}

Test(log, keeps_errno)
{
    struct seen s = {0};

    log_set_sink(keep, &s);
    errno = EXDEV;
    log_info("x", F_ERRNO(-ECONNREFUSED));
    cr_assert_eq(errno, EXDEV);
    cr_assert_not_null(strstr(s.line, "error=\"Connection refused\""));
}

Test(log, parses_names)
{
    enum log_level level = LOG_LEVEL_ERROR;
    enum log_format format = LOG_JSON;

    cr_assert(log_level_parse("debug", &level) == 0 && level == LOG_LEVEL_DEBUG);
    cr_assert(log_format_parse("logfmt", &format) == 0 && format == LOG_LOGFMT);
    cr_assert_eq(log_level_parse("loud", &level), -EINVAL);
    cr_assert_eq(log_format_parse("", &format), -EINVAL);
    cr_assert_eq(level, LOG_LEVEL_DEBUG);
}

#define THREADS 4
#define LINES 200

static void *log_many(void *text)
{
    for (int i = 0; i < LINES; i++)
        log_info("m", F_STR("v", text));
    return NULL;
}

/* A packet pipe keeps the borders of each write(2). */
Test(log, one_line_is_one_write_from_any_thread)
{
    static char texts[THREADS][1000], line[8192];
    pthread_t threads[THREADS];
    int p[2], seen = 0;

    cr_assert_eq(pipe2(p, O_DIRECT), 0);
    cr_assert_geq(fcntl(p[1], F_SETPIPE_SZ, 1 << 20), 0);
    /* Too small for all of them on some kernels: then the writers wait until the reader below has
     * begun. */
    dup2(p[1], STDERR_FILENO);
    close(p[1]);
    for (int i = 0; i < THREADS; i++) {
        memset(texts[i], 'a' + i, sizeof texts[i] - 1);
        pthread_create(&threads[i], NULL, log_many, texts[i]);
    }
    for (; seen < THREADS * LINES; seen++) {
        ssize_t n = read(p[0], line, sizeof line);

        cr_assert_gt(n, 999);
        cr_assert_eq(line[n - 1], '\n');
        cr_assert_eq(memcmp(line, "time=", 5), 0);
        cr_assert_eq(line[n - 2], line[n - 1000]);
        cr_assert_eq(memchr(line, '\n', (size_t)n), line + n - 1);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    close(p[0]);
}
