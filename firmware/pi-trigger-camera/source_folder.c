/* source_folder.c - the JPEGs of a folder, one after the other by name, again and again. Read on a
 * worker, so that a slow disk costs a picture and not the loop.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "loop/worker.h"
#include "source.h"

/* Names are held in memory. */
#define MAX_FILES 100000

/* What a worker is at; belongs to it until `done`. */
struct reading {
    struct source_folder *source; /* NULL: it is gone */
    char *path;
    char **names;
    unsigned n_names, next;
    uint8_t *bytes;
    size_t n, cap;
    int result;
};

struct source_folder {
    struct source source; /* first */
    struct timer timer;
    struct reading *reading;
    bool busy, running;
};

static int is_jpeg(const struct dirent *d)
{
    const char *dot = strrchr(d->d_name, '.');

    return d->d_name[0] != '.' && dot &&
        (strcasecmp(dot, ".jpg") == 0 || strcasecmp(dot, ".jpeg") == 0);
}

/* Fills `names`. */
static int list_names(struct reading *r)
{
    struct dirent **entries = NULL;
    int n = scandir(r->path, &entries, is_jpeg, alphasort), result = 0;

    if (n < 0)
        return -errno;
    r->names = calloc((size_t)MAX(n, 1), sizeof *r->names);
    for (int i = 0; i < n; i++) {
        if (r->names && i < MAX_FILES && (r->names[i] = strdup(entries[i]->d_name)))
            r->n_names = (unsigned)i + 1;
        else
            result = i < MAX_FILES ? -ENOMEM : result;
        free(entries[i]);
    }
    free(entries);
    return result < 0 ? result : r->n_names > 0 ? 0 : -ENOENT;
}

static int read_all(struct reading *r, int fd, size_t n)
{
    if (n > r->cap) {
        free(r->bytes);
        r->cap = 0;
        r->bytes = malloc(n);
        if (!r->bytes)
            return -ENOMEM;
        r->cap = n;
    }
    for (r->n = 0; r->n < n;) {
        ssize_t k = read(fd, r->bytes + r->n, n - r->n);
        if (k <= 0)
            return k < 0 ? -errno : -EIO;
        r->n += (size_t)k;
    }
    return 0;
}

static int read_next(struct reading *r)
{
    char path[4096];
    struct stat st;

    if (snprintf(path, sizeof path, "%s/%s", r->path, r->names[r->next]) >= (int)sizeof path)
        return -ENAMETOOLONG;
    r->next = (r->next + 1) % r->n_names;
    _cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode) || st.st_size == 0 || st.st_size > (off_t)SOURCE_MAX_FRAME_BYTES)
        return -EMSGSIZE;
    return read_all(r, fd, (size_t)st.st_size);
}

static void read_work(void *ctx)
{
    struct reading *r = ctx;

    r->result = r->names ? 0 : list_names(r);
    if (r->result == 0)
        r->result = read_next(r);
}

static void reading_free(struct reading *r)
{
    for (unsigned i = 0; i < r->n_names; i++)
        free(r->names[i]);
    free(r->names);
    free(r->path);
    free(r->bytes);
    free(r);
}

static void read_done(void *ctx, int result)
{
    struct reading *r = ctx;
    struct source_folder *s = r->source;
    char why[300];

    if (!s) {
        reading_free(r);
        return;
    }
    s->busy = false;
    if (!s->running)
        return;
    if (r->n_names == 0) {
        timer_stop(&s->timer);
        snprintf(why, sizeof why, "Source has ended: %.200s: %s", r->path,
            r->result == -ENOENT ? "no JPEGs in it" : error_name(r->result));
        s->source.events->ended(s->source.ctx, why);
        return;
    }
    /* A file that cannot be read is no picture; if none can be, the camera finds out. */
    struct raw_frame f = {.form = RAW_JPEG, .bytes = r->bytes, .n = r->result == 0 ? r->n : 0};
    s->source.events->frame(s->source.ctx, &f);
}

static void tick(struct timer *t)
{
    struct source_folder *s = container_of(t, struct source_folder, timer);

    if (!s->busy && work_submit(s->source.loop, read_work, read_done, s->reading, NULL) == 0)
        s->busy = true;
}

static int folder_start(struct source *source, const struct pi_source_want *want, struct error *e)
{
    struct source_folder *s = container_of(source, struct source_folder, source);

    s->running = true;
    snprintf(source->format, sizeof source->format, "JPEGs of a folder");
    timer_init(&s->timer, source->loop, tick);
    int r = timer_every(&s->timer, US_PER_S / want->framerate);
    return r < 0 ? error_set(e, r, "no timer for the folder") : 0;
}

static void folder_stop(struct source *source)
{
    struct source_folder *s = container_of(source, struct source_folder, source);

    s->running = false;
    timer_stop(&s->timer);
}

static int folder_adjust(struct source *source, const struct pi_source_want *want)
{
    struct source_folder *s = container_of(source, struct source_folder, source);

    return timer_every(&s->timer, US_PER_S / want->framerate);
}

static void folder_free(struct source *source)
{
    struct source_folder *s = container_of(source, struct source_folder, source);

    if (s->busy)
        s->reading->source = NULL; /* the worker's last */
    else
        reading_free(s->reading);
    free(s);
}

static const struct source_kind kind = {
    .start = folder_start, .stop = folder_stop, .adjust = folder_adjust, .free = folder_free};

int source_folder_new(struct loop *l, const char *path, struct source **ret, struct error *e)
{
    struct source_folder *s = calloc(1, sizeof *s);
    struct reading *r = calloc(1, sizeof *r);
    char *copy = strdup(path);

    if (!s || !r || !copy) {
        free(s);
        free(r);
        free(copy);
        return error_set(e, -ENOMEM, "no memory");
    }
    *r = (struct reading){.source = s, .path = copy};
    s->source.kind = &kind;
    s->reading = r;
    timer_init(&s->timer, l, tick);
    *ret = &s->source;
    return 0;
}
