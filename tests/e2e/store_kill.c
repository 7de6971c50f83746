/* store_kill.c - kill -9 in the middle of a stream of captures, many times over.
 *
 * A child takes captures with the real store on a real loop as fast as it can, and writes a line
 * into a pipe for each answer that it gets: kept, or removed. At a random moment it is killed. Then
 * the store is opened again by the parent: whatever the child was told is true, nothing
 * half-written is listed or left on the disk, and all that is listed can be read and is what was
 * given.
 *
 *     store_kill [rounds=50] [seed]
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/sha256.h"
#include "bus/bus.h"
#include "fakes/jpeg_shell.h"
#include "loop/loop.h"
#include "store/files.h"
#include "store/store.h"

#define PICTURE_BYTES 12000
/* Every third picture has a sound: its number in the length. */
#define HAS_SOUND(number) ((number) % 3 == 0)
#define SOUND_BYTES(number) (2000 + (number) % 100)
#define N_DEVICES 5
#define IN_FLIGHT 16
#define MAX_LIFE_US 200000
#define MAX_CAPTURES 500000

/* What a number stands for in the whole run. */
/* LEAVING: its removal was asked for, and may have happened. */
enum fate { UNKNOWN, KEPT, LEAVING, REMOVED };
struct known {
    uint64_t id;
    enum fate fate;
};

/* One line of the pipe: less than PIPE_BUF, so whole or not there. */
struct told {
    uint64_t number, id;
    uint32_t what; /* enum fate */
};

#define fail(...)                                                                                  \
    do {                                                                                           \
        fprintf(stderr, __VA_ARGS__);                                                              \
        fputc('\n', stderr);                                                                       \
        exit(1);                                                                                   \
    } while (0)

/* --- the child -------------------------------------------------------------------------------- */

struct child {
    struct loop *loop;
    struct store *store;
    struct frame_pool *pool;
    uint64_t next;
    int pipe;
};

struct errand {
    struct child *child;
    uint64_t number, id;
};

static void tell(struct errand *e, enum fate what)
{
    struct told t = {.number = e->number, .id = e->id, .what = what};

    if (write(e->child->pipe, &t, sizeof t) != sizeof t)
        _exit(3);
}

static void put_next(struct child *c);

static void on_removed(void *ctx, int result)
{
    struct errand *e = ctx;

    if (result < 0)
        fail("removing %" PRIu64 ": %s", e->id, strerror(-result));
    tell(e, REMOVED);
    free(e);
}

static void on_kept(void *ctx, int result, uint64_t id)
{
    struct errand *e = ctx;
    struct child *c = e->child;

    if (result < 0)
        fail("keeping %" PRIu64 ": %s", e->number, strerror(-result));
    e->id = id;
    tell(e, e->number % 7 == 0 ? LEAVING : KEPT);
    if (e->number % 7 != 0)
        free(e);
    else if (store_capture_remove(c->store, id, on_removed, e) < 0)
        fail("removing was refused");
    put_next(c);
}

static void put_next(struct child *c)
{
    struct errand *e = malloc(sizeof *e);
    struct frame *f = frame_new(c->pool, NULL, PICTURE_BYTES);
    struct capture_meta meta = {.source = "test", .latitude = NAN, .longitude = NAN};
    char device[16], key[32], sound[SOUND_BYTES(99)] = "RIFF....WAVE";

    *e = (struct errand){.child = c, .number = c->next++};
    snprintf(device, sizeof device, "cam-%" PRIu64, e->number % N_DEVICES);
    snprintf(key, sizeof key, "%" PRIu64, e->number);
    meta.device = device;
    meta.key = key;
    meta.sound = sound;
    meta.n_sound = HAS_SOUND(e->number) ? SOUND_BYTES(e->number) : 0;
    jpeg_shell(f->pub.data, PICTURE_BYTES, e->number);
    f->pub.len = PICTURE_BYTES;
    if (store_capture(c->store, f, &meta, on_kept, e) < 0)
        fail("a capture was refused");
    frame_unref(f);
}

static int child_main(const char *path, uint64_t first, int fd)
{
    struct store_config config = {.path = path};
    struct child c = {.next = first, .pipe = fd};
    struct error e = ERROR_NULL;
    struct bus *bus;

    log_set(LOG_LEVEL_ERROR, LOG_LOGFMT);
    if (loop_new(&c.loop) < 0 || frame_pool_new(&c.pool) < 0)
        return 3;
    if (store_open(c.loop, &config, &c.store, &e) < 0)
        fail("child: %s", error_text(&e));
    bus_new(c.loop, store_next_event_id(c.store), &bus);
    store_attach(c.store, bus);
    for (int i = 0; i < IN_FLIGHT; i++)
        put_next(&c);
    return loop_run(c.loop);
}

/* --- the parent ------------------------------------------------------------------------------- */

struct check {
    struct loop *loop;
    struct store *store;
    struct known *known; /* by number */
    uint64_t n_numbers;  /* given out so far, at the most */
    uint64_t n_listed, n_sounds, n_read, after_id;
    uint64_t before_id;
    int64_t before_us;
    bool *listed; /* by number */
};

static uint64_t number_of(const uint8_t *bytes)
{
    uint64_t number = 0;

    for (size_t i = 0; i < 8; i++)
        number |= (uint64_t)bytes[JPEG_SHELL_NUMBER_AT + i] << (7 * i);
    return number;
}

static void one_less(struct check *c)
{
    c->n_read--;
    if (c->n_read == 0)
        loop_stop(c->loop);
}

static void on_sound(void *ctx, int result, int fd, uint64_t n, const struct capture_row *row)
{
    char head[12];

    if (result < 0)
        fail("a listed sound cannot be opened: %s", strerror(-result));
    if (n != row->sound_bytes || read(fd, head, 12) != 12 || memcmp(head, "RIFF....WAVE", 12) != 0)
        fail("the sound of capture %" PRIu64 " is not what was given", row->id);
    close(fd);
    one_less(ctx);
}

static void on_file(void *ctx, int result, int fd, uint64_t n, const struct capture_row *row)
{
    struct check *c = ctx;
    uint8_t *bytes, expected[PICTURE_BYTES], digest[32];
    size_t got;

    if (result < 0)
        fail("a listed capture cannot be opened: %s", strerror(-result));
    if (files_read(fd, PICTURE_BYTES, &bytes, &got) < 0 || got != PICTURE_BYTES ||
        n != PICTURE_BYTES)
        fail("capture %" PRIu64 " has %" PRIu64 " bytes", row->id, n);
    close(fd);
    jpeg_shell(expected, PICTURE_BYTES, number_of(bytes));
    sha256(bytes, got, digest);
    if (memcmp(expected, bytes, got) != 0 || memcmp(digest, row->sha256, 32) != 0)
        fail("capture %" PRIu64 " has other bytes than were given", row->id);
    free(bytes);
    one_less(c);
}

static void check_row(struct check *c, const struct capture_row *row)
{
    uint64_t number = strtoull(row->key, NULL, 10);
    const struct known *k = &c->known[number];

    if (number >= c->n_numbers)
        fail("capture %" PRIu64 " was never given", row->id);
    if (k->fate == REMOVED)
        fail("capture %" PRIu64 " was removed, and is there again", row->id);
    if (k->fate != UNKNOWN && k->id != row->id)
        fail("capture %" PRIu64 " was told to be %" PRIu64, row->id, k->id);
    if (c->listed[number])
        fail("capture %" PRIu64 " is listed twice", row->id);
    if (row->sound_bytes != (HAS_SOUND(number) ? SOUND_BYTES(number) : 0))
        fail("capture %" PRIu64 " has a sound of %" PRIu64 " bytes", row->id, row->sound_bytes);
    c->n_sounds += row->sound_bytes > 0;
    c->listed[number] = true;
}

static void on_page(void *ctx, int result, const struct capture_row *rows, size_t n, bool more)
{
    struct check *c = ctx;

    if (result < 0)
        fail("the list cannot be read: %s", strerror(-result));
    for (size_t i = 0; i < n; i++)
        check_row(c, &rows[i]);
    c->n_listed += n;
    if (n > 0) {
        c->before_id = rows[n - 1].id;
        c->before_us = rows[n - 1].captured_us;
    }
    if (!more)
        c->before_id = 0;
    loop_stop(c->loop);
}

static void list_all(struct check *c)
{
    struct capture_filter filter = {.limit = STORE_MAX_PAGE};

    c->n_listed = c->n_sounds = 0;
    memset(c->listed, 0, c->n_numbers * sizeof *c->listed);
    do {
        filter.before_id = c->before_id;
        filter.before_us = c->before_us;
        if (store_captures(c->store, &filter, on_page, c) < 0)
            fail("cannot list");
        loop_run(c->loop);
    } while (c->before_id > 0);
    for (uint64_t i = 0; i < c->n_numbers; i++) {
        if (c->known[i].fate == KEPT && !c->listed[i])
            fail("capture %" PRIu64 " was told to be kept, and is not there", c->known[i].id);
    }
}

static void read_file(struct check *c, uint64_t id, enum capture_file which, capture_file_fn fn)
{
    if (store_capture_open(c->store, id, which, fn, c) < 0)
        fail("cannot open");
    if (++c->n_read == STORE_MAX_PENDING_READS)
        loop_run(c->loop);
}

/* The ids after `from` that are known to be kept: all bytes are compared. */
static void read_files(struct check *c, uint64_t from)
{
    for (uint64_t i = from; i < c->n_numbers; i++) {
        if (c->known[i].fate != KEPT)
            continue;
        read_file(c, c->known[i].id, CAPTURE_IMAGE, on_file);
        if (HAS_SOUND(i))
            read_file(c, c->known[i].id, CAPTURE_SOUND, on_sound);
    }
    if (c->n_read > 0)
        loop_run(c->loop);
}

static uint64_t n_files_seen, n_sounds_seen, n_halves_seen;

static int count_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    const char *name = path + ftw->base;
    uint64_t id;

    if (type == FTW_F && files_parse_id(name, FILES_IMAGE, &id))
        n_files_seen++;
    else if (type == FTW_F && files_parse_id(name, FILES_SOUND, &id))
        n_sounds_seen++;
    else if (type == FTW_F)
        n_halves_seen++;
    return 0;
}

static void check_files(const struct check *c, const char *path)
{
    char captures[256];

    snprintf(captures, sizeof captures, "%s/captures", path);
    n_files_seen = n_sounds_seen = n_halves_seen = 0;
    nftw(captures, count_one, 16, FTW_PHYS);
    if (n_files_seen != c->n_listed || n_halves_seen > 0)
        fail("%" PRIu64 " files for %" PRIu64 " captures, %" PRIu64 " half-written", n_files_seen,
            c->n_listed, n_halves_seen);
    if (n_sounds_seen != c->n_sounds)
        fail("%" PRIu64 " sounds for %" PRIu64 " captures that have one", n_sounds_seen,
            c->n_sounds);
}

static void verify(struct check *c, const char *path, uint64_t from)
{
    struct store_config config = {.path = path};
    struct error e = ERROR_NULL;

    if (loop_new(&c->loop) < 0 || store_open(c->loop, &config, &c->store, &e) < 0)
        fail("after the kill: %s", error_text(&e));
    list_all(c);
    check_files(c, path);
    read_files(c, from);
    c->store = store_close(c->store);
    c->loop = loop_free(c->loop);
}

/* Reads what the child was told; returns how many. */
static unsigned take(struct check *c, int fd)
{
    struct told t;
    unsigned n = 0;

    while (read(fd, &t, sizeof t) == sizeof t) {
        c->known[t.number] = (struct known){t.id, t.what};
        c->n_numbers = MAX(c->n_numbers, t.number + 1);
        n++;
    }
    return n;
}

static unsigned one_round(struct check *c, const char *path)
{
    uint64_t from = c->n_numbers;
    int ends[2], status;
    unsigned n;
    pid_t child;

    if (pipe(ends) < 0 || fcntl(ends[1], F_SETPIPE_SZ, 1 << 20) < 0)
        fail("no pipe");
    child = fork();
    if (child == 0) {
        close(ends[0]);
        _exit(child_main(path, from, ends[1]));
    }
    close(ends[1]);
    usleep((useconds_t)(random() % MAX_LIFE_US));
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    if (!WIFSIGNALED(status))
        fail("the child ended by itself: %d", WEXITSTATUS(status));
    n = take(c, ends[0]);
    close(ends[0]);
    c->n_numbers += IN_FLIGHT; /* given, and perhaps kept, without having been told */
    verify(c, path, from);
    return n;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    return remove(path);
}

int main(int argc, char **argv)
{
    unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 50;
    unsigned seed = argc > 2 ? (unsigned)atoi(argv[2]) : (unsigned)time(NULL);
    char path[] = "warren-kill-XXXXXX"; /* here, and not in /tmp, which may be memory */
    struct check c = {.known = calloc(MAX_CAPTURES, sizeof *c.known),
        .listed = calloc(MAX_CAPTURES, sizeof *c.listed)};
    unsigned n = 0;

    log_set(LOG_LEVEL_ERROR, LOG_LOGFMT);
    setlinebuf(stdout);
    srandom(seed);
    if (!mkdtemp(path))
        fail("no folder");
    printf("seed %u\n", seed);
    for (unsigned i = 0; i < rounds; i++)
        n += one_round(&c, path);
    verify(&c, path, 0);
    printf("%u kills, %u answers, %" PRIu64 " captures kept: all there, all whole\n", rounds, n,
        c.n_listed);
    if (n < rounds)
        fail("the child did not come to work");
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(c.known);
    free(c.listed);
    return 0;
}
