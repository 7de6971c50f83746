#include "support.h"

#include <fcntl.h>
#include <ftw.h>

#include "picture.h"
#include "store/db.h"

static void note_event(struct bus_listener *l, struct event *e)
{
    struct fixture *f = container_of(l, struct fixture, listener);
    size_t n = strlen(f->events);

    snprintf(f->events + n, sizeof f->events - n, "%s %s %.*s\n", e->type, e->device,
        (int)e->data_len, e->data);
}

void fixture_begin(struct fixture *f)
{
    *f = (struct fixture){.ops = &files_ops_system};
    strcpy(f->path, "/tmp/warren-store-XXXXXX");
    cr_assert_not_null(mkdtemp(f->path));
    f->config.path = f->path;
    cr_assert_eq(loop_new_virtual(1000, TEST_NOON_US, &f->loop), 0);
    cr_assert_eq(frame_pool_new(&f->pool), 0);
}

int fixture_open_error(struct fixture *f, struct error *e)
{
    return store_open_with(f->loop, &f->config, f->ops, &f->store, e);
}

void fixture_open(struct fixture *f)
{
    struct error e = ERROR_NULL;

    cr_assert_eq(fixture_open_error(f, &e), 0, "%s", error_text(&e));
    cr_assert_eq(bus_new(f->loop, store_next_event_id(f->store), &f->bus), 0);
    f->listener.event = note_event;
    bus_listen(f->bus, &f->listener);
    store_attach(f->store, f->bus);
}

void fixture_close(struct fixture *f)
{
    f->store = store_close(f->store);
    if (f->bus)
        bus_unlisten(&f->listener);
    f->bus = bus_free(f->bus);
}

void fixture_reopen(struct fixture *f)
{
    fixture_close(f);
    fixture_open(f);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    return remove(path);
}

void fixture_end(struct fixture *f)
{
    fixture_close(f);
    f->pool = frame_pool_free(f->pool);
    f->loop = loop_free(f->loop);
    nftw(f->path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void fixture_crash(struct fixture *f)
{
    char copy[96], command[256];

    fixture_settle(f);
    snprintf(copy, sizeof copy, "%s.crash", f->path);
    snprintf(command, sizeof command, "cp -a %s %s", f->path, copy);
    cr_assert_eq(system(command), 0);
    fixture_close(f);
    snprintf(command, sizeof command, "rm -rf %s && mv %s %s", f->path, copy, f->path);
    cr_assert_eq(system(command), 0);
}

void fixture_wait(struct fixture *f, const bool *flag)
{
    for (int i = 0; i < 100000 && !*flag; i++) {
        loop_turn(f->loop);
        if (!*flag)
            usleep(100);
    }
    cr_assert(*flag, "nothing came back within 10 s");
}

void fixture_settle(struct fixture *f)
{
    for (int i = 0; i < 100000; i++) {
        loop_turn(f->loop);
        if (f->store->n_pending_writes == 0 && f->store->n_pending_reads == 0)
            return;
        usleep(100);
    }
    cr_assert_fail("the store did not come to rest");
}

/* --- captures --------------------------------------------------------------------------------- */

struct frame *fixture_frame(struct fixture *f, const void *bytes, size_t n)
{
    struct frame *frame = frame_new(f->pool, NULL, n);

    cr_assert_not_null(frame);
    memcpy(frame->pub.data, bytes, n);
    frame->pub.len = n;
    return frame;
}

void on_capture(void *ctx, int result, uint64_t id)
{
    struct answer *a = ctx;

    cr_expect_not(a->done, "answered twice");
    *a = (struct answer){true, result, id};
}

void on_result(void *ctx, int result)
{
    on_capture(ctx, result, 0);
}

const uint8_t *fixture_sound(unsigned seed)
{
    static uint8_t bytes[8192];

    cr_assert_leq(FIXTURE_SOUND_BYTES(seed), sizeof bytes);
    memset(bytes, (int)seed, sizeof bytes);
    memcpy(bytes, "RIFF....WAVE", 12);
    return bytes;
}

int fixture_put(struct fixture *f, const char *device, const char *key, int64_t captured_us,
    unsigned seed, struct answer *ret)
{
    struct capture_meta meta = {.device = device,
        .captured_us = captured_us,
        .received_us = loop_wall_us(f->loop),
        .source = "command",
        .key = key,
        .latitude = 48.5,
        .longitude = -1.25,
        .sound = f->sounds && seed % 2 ? fixture_sound(seed) : NULL,
        .n_sound = f->sounds && seed % 2 ? FIXTURE_SOUND_BYTES(seed) : 0};
    size_t n;
    uint8_t *bytes = picture_make(64, 48, seed, &n);
    struct frame *frame = fixture_frame(f, bytes, n);
    int r;

    *ret = (struct answer){0};
    r = store_capture(f->store, frame, &meta, on_capture, ret);
    frame_unref(frame);
    free(bytes);
    return r;
}

struct answer fixture_put_wait(
    struct fixture *f, const char *device, const char *key, int64_t captured_us, unsigned seed)
{
    struct answer a;

    cr_assert_eq(fixture_put(f, device, key, captured_us, seed, &a), 0);
    fixture_wait(f, &a.done);
    return a;
}

void on_captures(void *ctx, int result, const struct capture_row *rows, size_t n, bool more)
{
    struct page *p = ctx;

    p->done = true;
    p->result = result;
    p->n = n;
    p->more = more;
    for (size_t i = 0; i < n; i++) {
        p->rows[i].id = rows[i].id;
        snprintf(p->rows[i].device, sizeof p->rows[i].device, "%s", rows[i].device);
        snprintf(p->rows[i].key, sizeof p->rows[i].key, "%s", rows[i].key);
        snprintf(p->rows[i].source, sizeof p->rows[i].source, "%s", rows[i].source);
        p->rows[i].captured_us = rows[i].captured_us;
        p->rows[i].received_us = rows[i].received_us;
        p->rows[i].width = rows[i].width;
        p->rows[i].height = rows[i].height;
        p->rows[i].bytes = rows[i].bytes;
        p->rows[i].sound_bytes = rows[i].sound_bytes;
        memcpy(p->rows[i].sha256, rows[i].sha256, 32);
        p->rows[i].pinned = rows[i].pinned;
        p->rows[i].latitude = rows[i].latitude;
        p->rows[i].longitude = rows[i].longitude;
    }
}

void fixture_list(struct fixture *f, struct page *ret)
{
    const struct capture_filter all = {.limit = STORE_MAX_PAGE};

    ret->done = false;
    cr_assert_eq(store_captures(f->store, &all, on_captures, ret), 0);
    fixture_wait(f, &ret->done);
    cr_assert_eq(ret->result, 0);
}

void on_opened(void *ctx, int result, int fd, uint64_t bytes, const struct capture_row *row)
{
    struct opened *o = ctx;

    cr_expect_eq(result == 0, row != NULL);
    *o = (struct opened){true, result, fd, bytes};
}

struct opened fixture_open_file(struct fixture *f, uint64_t id, enum capture_file which)
{
    struct opened o = {0};

    cr_assert_eq(store_capture_open(f->store, id, which, on_opened, &o), 0);
    fixture_wait(f, &o.done);
    return o;
}

/* --- disk ------------------------------------------------------------------------------------- */

const char *fixture_path(const struct fixture *f, const char *below, char path[static 256])
{
    snprintf(path, 256, "%s/%s", f->path, below);
    return path;
}

bool fixture_exists(const struct fixture *f, const char *below)
{
    char path[256];

    return access(fixture_path(f, below, path), F_OK) == 0;
}

size_t fixture_count(const struct fixture *f, const char *under, const char *suffix)
{
    char command[256];
    size_t n = 0;
    FILE *p;

    snprintf(command, sizeof command, "find %s/%s -type f -name '*%s' 2>/dev/null | wc -l", f->path,
        under, suffix);
    p = popen(command, "r");
    cr_assert_not_null(p);
    cr_assert_eq(fscanf(p, "%zu", &n), 1);
    pclose(p);
    return n;
}

int64_t fixture_sql(const struct fixture *f, const char *sql)
{
    struct error e = ERROR_NULL;
    char path[256];
    struct db d;
    int64_t v = 0;
    int r;

    cr_assert_null(f->store, "the store is open");
    cr_assert_eq(
        db_open(&d, fixture_path(f, "warren.db", path), NULL, &e), 0, "%s", error_text(&e));
    r = db_int(&d, sql, &v);
    cr_assert(r == 0 || r == -ENODATA, "%s: %s", sql, sqlite3_errmsg(d.handle));
    db_close(&d);
    return v;
}
