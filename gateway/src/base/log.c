#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include <warren/json_write.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/util.h"

/* One line is one write(2) of at most this: no more than PIPE_BUF, so that lines of several
 * processes never mix in a pipe. */
#define LOG_LINE_BYTES 4096
/* One value may not push the others out of the line. */
#define LOG_VALUE_BYTES 1024
/* Kept free for the mark of a cut line, the closing brace and the newline. */
#define LOG_TAIL_BYTES 32

static atomic_int log_level = LOG_LEVEL_INFO;
static atomic_int log_format = LOG_LOGFMT;

static struct {
    pthread_mutex_t lock;
    atomic_bool set;
    void (*fn)(void *ctx, enum log_level level, const char *line);
    void *ctx;
} log_sink = {.lock = PTHREAD_MUTEX_INITIALIZER};

static const char *const level_names[] = {"debug", "info", "warning", "error"};
static const char *const format_names[] = {"logfmt", "json"};

void log_set(enum log_level level, enum log_format format)
{
    atomic_store(&log_level, (int)level);
    atomic_store(&log_format, (int)format);
}

bool log_enabled(enum log_level level)
{
    return (int)level >= atomic_load_explicit(&log_level, memory_order_relaxed);
}

void log_set_sink(void (*sink)(void *ctx, enum log_level level, const char *line), void *ctx)
{
    pthread_mutex_lock(&log_sink.lock);
    log_sink.fn = sink;
    log_sink.ctx = ctx;
    atomic_store(&log_sink.set, sink != NULL);
    pthread_mutex_unlock(&log_sink.lock);
}

static int name_index(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return (int)i;
    return -EINVAL;
}

int log_level_parse(const char *name, enum log_level *ret)
{
    int i = name_index(level_names, N_ELEMENTS(level_names), name);

    if (i < 0)
        return i;
    *ret = (enum log_level)i;
    return 0;
}

int log_format_parse(const char *name, enum log_format *ret)
{
    int i = name_index(format_names, N_ELEMENTS(format_names), name);

    if (i < 0)
        return i;
    *ret = (enum log_format)i;
    return 0;
}

/* --- one line: the JSON writer serves logfmt as well, as outside of objects it adds no commas - */

struct line {
    char text[LOG_LINE_BYTES];
    enum log_format format;
    struct wr_json j;
};

/* C1 controls (U+0080 … U+009F) are commands to a terminal as much as those below space. */
static bool is_c1(const char *s)
{
    return (unsigned char)s[0] == 0xC2 && (unsigned char)s[1] < 0xA0;
}

/* Needs no quotes in logfmt. */
static bool is_word(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] <= ' ' || strchr("\"=\\\x7F", s[i]))
            return false;
    return n > 0 && text_is_utf8(s, n);
}

static void line_string(struct line *l, const char *s)
{
    char copy[LOG_VALUE_BYTES];
    size_t whole = strlen(s), n = text_cut(s, whole, LOG_VALUE_BYTES - 3);

    memcpy(copy, s, n);
    /* The writer escapes all other control characters. */
    for (size_t i = 0; i + 1 < n; i++)
        if (is_c1(copy + i))
            copy[i] = copy[i + 1] = '?';
    if (n < whole) {
        memcpy(copy + n, "…", 3);
        n += 3;
    }
    if (l->format == LOG_LOGFMT && is_word(copy, n))
        wr_json_raw(&l->j, copy, n);
    else
        wr_json_string_n(&l->j, copy, n);
}

static void line_key(struct line *l, const char *key)
{
    if (l->format == LOG_JSON) {
        wr_json_key(&l->j, key);
        return;
    }
    if (l->j.len > 0)
        wr_json_raw(&l->j, " ", 1);
    wr_json_raw(&l->j, key, strlen(key));
    wr_json_raw(&l->j, "=", 1);
}

/* The whole field or nothing of it: false when there is no room. */
static bool line_field(struct line *l, const struct log_field *f)
{
    struct wr_json before = l->j;

    line_key(l, f->key);
    if (f->kind == LOG_FIELD_STR)
        line_string(l, f->s ? f->s : "");
    else if (f->kind == LOG_FIELD_INT)
        wr_json_int(&l->j, f->i);
    else
        wr_json_float(&l->j, f->f);
    if (!l->j.failed)
        return true;
    l->j = before;
    l->text[l->j.len] = '\0';
    return false;
}

static void line_compose(
    struct line *l, enum log_level level, const char *message, const struct log_field *fields)
{
    char time[CLOCK_TEXT_BYTES];
    const struct log_field head[] = {
        F_STR("time", clock_format(clock_wall_us(), time)),
        F_STR("level", level_names[level]),
        F_STR("msg", message),
    };
    bool whole = true;

    l->format = (enum log_format)atomic_load(&log_format);
    l->j = wr_json_into(l->text, LOG_LINE_BYTES - LOG_TAIL_BYTES);
    if (l->format == LOG_JSON)
        wr_json_object(&l->j);
    for (size_t i = 0; i < N_ELEMENTS(head); i++)
        whole &= line_field(l, &head[i]);
    for (; fields->key; fields++)
        whole &= line_field(l, fields);
    l->j.cap = LOG_LINE_BYTES - 1;
    if (!whole)
        line_field(l, &F_STR("truncated", "true"));
    if (l->format == LOG_JSON)
        wr_json_end(&l->j);
}

/* Standard error that is full or gone has nobody who could be told. */
static void write_all(const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t k = write(STDERR_FILENO, bytes, n);

        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return;
        bytes += k;
        n -= (size_t)k;
    }
}

static bool to_sink(enum log_level level, const char *line)
{
    bool taken;

    if (!atomic_load(&log_sink.set))
        return false;
    pthread_mutex_lock(&log_sink.lock);
    taken = log_sink.fn != NULL;
    if (taken)
        log_sink.fn(log_sink.ctx, level, line);
    pthread_mutex_unlock(&log_sink.lock);
    return taken;
}

void log_write(enum log_level level, const char *message, const struct log_field *fields)
{
    int saved = errno;
    struct line l;

    if (!log_enabled(level))
        return;
    line_compose(&l, level, message, fields);
    if (!to_sink(level, l.text)) {
        l.text[l.j.len++] = '\n';
        write_all(l.text, l.j.len);
    }
    errno = saved;
}
