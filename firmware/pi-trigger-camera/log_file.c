/* log_file.c - see log_file.h. */
#include "log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/util.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "loop/worker.h"

/* How long lines wait for more of them. */
#define FLUSH_US (300 * US_PER_MS)

/* Between looks at a disk that must take the last lines. */
#define WAIT_US 2000

struct log_file {
    struct loop *loop;
    struct timer timer;
    char *path; /* NULL: no file */
    uint64_t max_bytes;
    unsigned backups;
    pthread_mutex_t lock; /* of the next two */
    struct buf waiting;
    unsigned n_lost;
    struct buf writing; /* the worker's */
    bool at_work, told;
    int result;
};

/* --- on a worker ------------------------------------------------------------------------------ */

static void turn_over(struct log_file *f)
{
    char from[PATH_MAX], to[PATH_MAX];

    for (unsigned i = f->backups; i > 0; i--) {
        snprintf(to, sizeof to, "%s.%u", f->path, i);
        snprintf(from, sizeof from, i > 1 ? "%s.%u" : "%s", f->path, i - 1);
        (void)rename(from, to);
    }
    if (f->backups == 0)
        (void)unlink(f->path);
}

/* As many whole lines as the file has room for; at least one. */
static size_t fitting(const uint8_t *text, size_t n, uint64_t room)
{
    size_t fit = 0;

    while (fit < n) {
        const uint8_t *end = memchr(text + fit, '\n', n - fit);
        size_t next = end ? (size_t)(end - text) + 1 : n;
        if (fit > 0 && next > room)
            break;
        fit = next;
        if (fit >= room)
            break;
    }
    return fit;
}

static int append(struct log_file *f)
{
    while (f->writing.len > 0) {
        struct stat st = {0};
        if (stat(f->path, &st) == 0 && st.st_size > 0 &&
            (uint64_t)st.st_size + fitting(buf_data(&f->writing), f->writing.len, 1) >
                f->max_bytes) {
            turn_over(f);
            st.st_size = 0;
        }
        _cleanup_(closep) int fd = open(f->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
        size_t n = fitting(buf_data(&f->writing), f->writing.len,
            f->max_bytes - MIN((uint64_t)st.st_size, f->max_bytes));
        ssize_t k = fd < 0 ? -1 : write(fd, buf_data(&f->writing), n);
        if (k < 0)
            return -errno;
        buf_consume(&f->writing, (size_t)k);
    }
    return 0;
}

static void work(void *ctx)
{
    struct log_file *f = ctx;

    f->result = append(f);
    buf_clear(&f->writing);
}

/* --- on the loop ------------------------------------------------------------------------------ */

static void tell_trouble(struct log_file *f)
{
    if (f->result < 0 && !f->told)
        fprintf(stderr, "%s cannot be written: %s\n", f->path, error_name(f->result));
    f->told = f->result < 0;
}

static void done(void *ctx, int result)
{
    struct log_file *f = ctx;

    f->at_work = false;
    tell_trouble(f);
}

/* Swaps the two buffers; false: nothing waits. */
static bool take_waiting(struct log_file *f)
{
    pthread_mutex_lock(&f->lock);
    if (f->n_lost > 0) {
        if (buf_printf(&f->waiting, "(%u lines are lost)\n", f->n_lost) >= 0)
            f->n_lost = 0;
    }
    struct buf b = f->waiting;
    f->waiting = f->writing;
    f->writing = b;
    pthread_mutex_unlock(&f->lock);
    return f->writing.len > 0;
}

static void flush(struct timer *t)
{
    struct log_file *f = container_of(t, struct log_file, timer);

    if (f->at_work || !take_waiting(f))
        return;
    if (work_submit(f->loop, work, done, f, NULL) < 0)
        work(f); /* rather late than never */
    else
        f->at_work = true;
}

void log_file_write(struct log_file *f, enum pi_log level, const char *text)
{
    static const char *const names[] = {"DEBUG", "INFO", "WARNING", "ERROR"};
    time_t now = (time_t)(clock_wall_us() / US_PER_S);
    char stamp[32];
    struct tm tm;

    localtime_r(&now, &tm);
    strftime(stamp, sizeof stamp, "%Y-%m-%d %H:%M:%S", &tm);
    fprintf(stderr, "%s [%s] %s\n", stamp, names[level], text);
    if (!f->path)
        return;
    pthread_mutex_lock(&f->lock);
    if (buf_printf(&f->waiting, "%s [%s] %s\n", stamp, names[level], text) < 0)
        f->n_lost++;
    pthread_mutex_unlock(&f->lock);
}

static int set_folder(struct log_file *f, const char *folder)
{
    if (!folder)
        return 0;
    if (mkdir(folder, 0777) < 0 && errno != EEXIST)
        return -errno;
    return asprintf(&f->path, "%s/" LOG_FILE_NAME, folder) < 0 ? -ENOMEM : 0;
}

int log_file_new(
    struct loop *l, const char *folder, uint64_t max_bytes, unsigned backups, struct log_file **ret)
{
    struct log_file *f = calloc(1, sizeof *f);
    int r;

    if (!f)
        return -ENOMEM;
    *f = (struct log_file){.loop = l,
        .max_bytes = max_bytes,
        .backups = backups,
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .waiting = BUF_INIT(LOG_FILE_MAX_WAITING),
        .writing = BUF_INIT(LOG_FILE_MAX_WAITING)};
    timer_init(&f->timer, l, flush);
    r = set_folder(f, folder);
    if (r >= 0 && f->path)
        r = timer_every(&f->timer, FLUSH_US);
    if (r < 0) {
        free(f->path);
        free(f);
        return r;
    }
    *ret = f;
    return 0;
}

struct log_file *log_file_free(struct log_file *f)
{
    if (!f)
        return NULL;
    timer_stop(&f->timer);
    while (f->at_work) {
        loop_turn(f->loop);
        usleep(WAIT_US);
    }
    if (f->path && take_waiting(f))
        work(f);
    buf_fini(&f->waiting);
    buf_fini(&f->writing);
    pthread_mutex_destroy(&f->lock);
    free(f->path);
    free(f);
    return NULL;
}
