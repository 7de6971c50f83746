/* bench_store.c - durable captures per second, against what this disk allows in the same run.
 *
 *     bench_store [seconds per case=2] [repetitions=3] [folder=.]
 *
 * Prints one JSON line per case and repetition, and last the medians of the repetitions' ratios. A
 * capture is a file of 30 KB and a row.
 *
 *   limit_one     file, fsync, rename, fsync of the folder, INSERT with WAL and synchronous=FULL:
 * in a bare loop, one after the other limit_batch   ten files behind one syncfs and one commit
 *   store_one     the store, one device that sends its next picture when the one before is durable
 *   store_16      the store, sixteen such devices
 */
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "bus/bus.h"
#include "fakes/jpeg_shell.h"
#include "loop/loop.h"
#include "store/store.h"

#define PICTURE_BYTES 30000
#define BATCH 10
#define MAX_SAMPLES 200000
#define MAX_REPETITIONS 21

struct run {
    char path[512];
    int64_t for_us;
    int64_t *latency_us;
    uint64_t n;
    double per_s, cpu_us;
};

static void fail(const char *what)
{
    fprintf(stderr, "bench_store: %s\n", what);
    exit(1);
}

static void sample(struct run *r, int64_t us)
{
    if (r->n < MAX_SAMPLES)
        r->latency_us[r->n] = us;
    r->n++;
}

/* --- the limit -------------------------------------------------------------------------------- */

struct limit {
    int dir;
    sqlite3 *db;
    sqlite3_stmt *insert;
    uint64_t next;
    uint8_t picture[PICTURE_BYTES];
};

static void sql(struct limit *l, const char *text)
{
    if (sqlite3_exec(l->db, text, NULL, NULL, NULL) != SQLITE_OK)
        fail(sqlite3_errmsg(l->db));
}

static void limit_open(struct limit *l, const char *path)
{
    char name[600];

    snprintf(name, sizeof name, "%s/limit.db", path);
    l->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    l->next = 0;
    if (l->dir < 0 || sqlite3_open(name, &l->db) != SQLITE_OK)
        fail("no folder");
    sql(l,
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE captures(id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp TEXT NOT NULL, "
        "image_path TEXT NOT NULL)");
    if (sqlite3_prepare_v2(l->db, "INSERT INTO captures(timestamp, image_path) VALUES(?, ?)", -1,
            &l->insert, NULL) != SQLITE_OK)
        fail(sqlite3_errmsg(l->db));
}

static void limit_close(struct limit *l)
{
    sqlite3_finalize(l->insert);
    sqlite3_close(l->db);
    close(l->dir);
}

static void limit_file(struct limit *l, bool sync)
{
    char tmp[32], name[32];
    int fd;

    snprintf(tmp, sizeof tmp, "%" PRIu64 ".tmp", l->next);
    snprintf(name, sizeof name, "%" PRIu64 ".jpg", l->next);
    jpeg_shell(l->picture, PICTURE_BYTES, l->next++);
    fd = openat(l->dir, tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, l->picture, PICTURE_BYTES) != PICTURE_BYTES || (sync && fsync(fd) < 0))
        fail("cannot write");
    close(fd);
    if (renameat(l->dir, tmp, l->dir, name) < 0 || (sync && fsync(l->dir) < 0))
        fail("cannot rename");
}

static void limit_row(struct limit *l)
{
    char name[32];

    snprintf(name, sizeof name, "imgs/%" PRIu64 ".jpg", l->next);
    sqlite3_bind_text(l->insert, 1, "2026-01-01T00:00:00", -1, SQLITE_STATIC);
    sqlite3_bind_text(l->insert, 2, name, -1, SQLITE_TRANSIENT);
    if (sqlite3_step(l->insert) != SQLITE_DONE)
        fail(sqlite3_errmsg(l->db));
    sqlite3_reset(l->insert);
}

static void limit_one(struct run *r)
{
    static struct limit l;
    int64_t begin = clock_mono_us(), at = begin, now;

    limit_open(&l, r->path);
    do {
        limit_file(&l, true);
        limit_row(&l);
        now = clock_mono_us();
        sample(r, now - at);
        at = now;
    } while (now - begin < r->for_us);
    limit_close(&l);
}

static void limit_batch(struct run *r)
{
    static struct limit l;
    int64_t begin = clock_mono_us(), at = begin, now;

    limit_open(&l, r->path);
    do {
        sql(&l, "BEGIN");
        for (int i = 0; i < BATCH; i++) {
            limit_file(&l, false);
            limit_row(&l);
        }
        if (syncfs(l.dir) < 0)
            fail("cannot sync");
        sql(&l, "COMMIT");
        now = clock_mono_us();
        for (int i = 0; i < BATCH; i++)
            sample(r, now - at);
        at = now;
    } while (now - begin < r->for_us);
    limit_close(&l);
}

/* --- the store -------------------------------------------------------------------------------- */

struct device {
    struct bench *bench;
    char name[16];
    int64_t sent_us;
};

struct bench {
    struct run *run;
    struct loop *loop;
    struct store *store;
    struct frame_pool *pool;
    uint64_t next;
    unsigned n_out;
    int64_t end_us;
    struct device devices[16];
};

static void send_next(struct device *d);

static void on_kept(void *ctx, int result, uint64_t id)
{
    struct device *d = ctx;
    struct bench *b = d->bench;
    int64_t now = clock_mono_us();

    if (result < 0)
        fail("a capture failed");
    sample(b->run, now - d->sent_us);
    b->n_out--;
    if (now < b->end_us)
        send_next(d);
    else if (b->n_out == 0)
        loop_stop(b->loop);
}

static void send_next(struct device *d)
{
    struct bench *b = d->bench;
    struct capture_meta meta = {
        .device = d->name, .source = "bench", .latitude = NAN, .longitude = NAN};
    struct frame *f = frame_new(b->pool, NULL, PICTURE_BYTES);

    jpeg_shell(f->pub.data, PICTURE_BYTES, b->next++);
    f->pub.len = PICTURE_BYTES;
    d->sent_us = clock_mono_us();
    if (store_capture(b->store, f, &meta, on_kept, d) < 0)
        fail("a capture was refused");
    frame_unref(f);
    b->n_out++;
}

/* With a bus, as in the gateway: each capture is an event, which is kept as well. */
static void run_store(struct run *r, unsigned n_devices)
{
    struct store_config config = {.path = r->path};
    struct bench b = {.run = r};
    struct error e = ERROR_NULL;
    struct bus *bus;

    if (loop_new(&b.loop) < 0 || frame_pool_new(&b.pool) < 0 ||
        store_open(b.loop, &config, &b.store, &e) < 0)
        fail(error_text(&e));
    bus_new(b.loop, 1, &bus);
    store_attach(b.store, bus);
    b.end_us = clock_mono_us() + r->for_us;
    for (unsigned i = 0; i < n_devices; i++) {
        struct device *d = &b.devices[i];

        d->bench = &b;
        snprintf(d->name, sizeof d->name, "cam-%u", i);
        send_next(d);
    }
    loop_run(b.loop);
    store_close(b.store);
    bus_free(bus);
    frame_pool_free(b.pool);
    loop_free(b.loop);
}

static void store_one(struct run *r)
{
    run_store(r, 1);
}

static void store_16(struct run *r)
{
    run_store(r, 16);
}

/* --- cases ------------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    void (*run)(struct run *r);
} CASES[] = {{"limit_one", limit_one}, {"store_one", store_one}, {"limit_batch", limit_batch},
    {"store_16", store_16}};

static int compare_times(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static int compare_ratios(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *values, unsigned n)
{
    qsort(values, n, sizeof *values, compare_ratios);
    return values[n / 2];
}

static double cpu_us(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 +
        (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static double measure(struct run *r, unsigned i, unsigned repetition)
{
    double cpu, per_s;
    int64_t begin;
    uint64_t n;

    r->n = 0;
    sync(); /* what others wrote is not ours to wait for */
    cpu = cpu_us();
    begin = clock_mono_us();
    CASES[i].run(r);
    n = MIN(r->n, MAX_SAMPLES);
    per_s = (double)r->n * 1e6 / (double)(clock_mono_us() - begin);
    qsort(r->latency_us, n, sizeof *r->latency_us, compare_times);
    printf("{\"case\":\"%s\",\"repetition\":%u,\"n\":%" PRIu64
           ",\"per_s\":%.1f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f,"
           "\"cpu_us\":%.1f}\n",
        CASES[i].name, repetition, r->n, per_s, (double)r->latency_us[n / 2] / 1e3,
        (double)r->latency_us[n * 99 / 100] / 1e3, (double)r->latency_us[n - 1] / 1e3,
        (cpu_us() - cpu) / (double)r->n);
    fflush(stdout);
    return per_s;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    return remove(path);
}

int main(int argc, char **argv)
{
    double ratio_one[MAX_REPETITIONS], ratio_16[MAX_REPETITIONS], rates[N_ELEMENTS(CASES)];
    unsigned repetitions = argc > 2 ? (unsigned)MIN(atoi(argv[2]), MAX_REPETITIONS) : 3;
    struct run r = {.for_us = (int64_t)((argc > 1 ? atof(argv[1]) : 2) * 1e6),
        .latency_us = calloc(MAX_SAMPLES, 8)};
    char root[256];

    log_set(LOG_LEVEL_ERROR, LOG_LOGFMT);
    snprintf(root, sizeof root, "%s/bench-store-XXXXXX", argc > 3 ? argv[3] : ".");
    if (!mkdtemp(root))
        fail("cannot make a folder");
    for (unsigned k = 0; k < repetitions; k++) {
        for (unsigned i = 0; i < N_ELEMENTS(CASES); i++) {
            snprintf(r.path, sizeof r.path, "%s/%u-%s", root, k, CASES[i].name);
            if (mkdir(r.path, 0755) < 0)
                fail("cannot make a folder");
            rates[i] = measure(&r, i, k);
        }
        ratio_one[k] = rates[1] / rates[0];
        ratio_16[k] = rates[3] / rates[2];
    }
    printf("{\"store_one_to_limit\":%.2f,\"store_16_to_limit\":%.2f}\n",
        median(ratio_one, repetitions), median(ratio_16, repetitions));
    /* Only now: a file system is slow to make files for a while after many were removed. */
    nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(r.latency_us);
    return 0;
}
