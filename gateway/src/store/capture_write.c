/* capture_write.c - a picture on its way to the disk. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/sha256.h"
#include "base/text.h"
#include "jpeg_scan.h"
#include "media/pixels.h"
#include "store/internal.h"

/* Year 10000: what a day's folder cannot be named after. */
#define MAX_TIME_US (INT64_C(253402300800) * US_PER_S)

struct capture_job {
    struct job job;
    struct frame *frame; /* a reference; only the loop counts */
    struct capture_row row;
    capture_fn done;
    void *ctx;
    bool checked;
    struct day *day;
    bool put;       /* the files are there */
    uint8_t *sound; /* row.sound_bytes of it; NULL: none */
    char text[];    /* device, source and key */
};

/* --- on the writer ---------------------------------------------------------------------------- */

static int check(struct capture_job *c)
{
    const struct wr_frame *f = &c->frame->pub;
    struct jpeg_info info;

    if (jpeg_scan(f->data, f->len, &info) < 0 ||
        (uint64_t)info.width * info.height > JPEG_MAX_PIXELS)
        return -EINVAL;
    c->row.width = info.width;
    c->row.height = info.height;
    return sha256(f->data, f->len, c->row.sha256);
}

static int capture_prepare(struct writer *w, struct job *j)
{
    struct capture_job *c = container_of(j, struct capture_job, job);
    int r = c->checked ? 0 : check(c);

    if (r < 0)
        return r;
    c->checked = true;
    r = days_use(&w->days, c->row.device, day_of(c->row.captured_us), true, &c->day);
    return writer_blame(j, r);
}

/* The capture that has the same key already; 0: none. */
static int find_key(struct writer *w, const struct capture_row *row, uint64_t *ret)
{
    static const char SQL[] = "SELECT id FROM captures WHERE device = ? AND key = ?";
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    int r;

    *ret = 0;
    if (!*row->key)
        return 0;
    r = db_prepare(&w->db, SQL, &q);
    if (r < 0)
        return r;
    sqlite3_bind_text(q, 1, row->device, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 2, row->key, -1, SQLITE_STATIC);
    r = db_step(&w->db, q);
    if (r == 1)
        *ret = (uint64_t)sqlite3_column_int64(q, 0);
    return r < 0 ? r : 0;
}

static void bind_place(sqlite3_stmt *q, int at, double degrees)
{
    if (isfinite(degrees))
        sqlite3_bind_double(q, at, degrees);
}

int capture_insert(struct writer *w, const struct capture_row *row)
{
    static const char SQL[] = "INSERT INTO captures(id, device, captured_us, received_us, width, "
                              "height, bytes, sha256, source, key,"
                              " latitude, longitude, sound_bytes)"
                              " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    int r = db_prepare(&w->db, SQL, &q);

    if (r < 0)
        return r;
    sqlite3_bind_int64(q, 1, (int64_t)row->id);
    sqlite3_bind_text(q, 2, row->device, -1, SQLITE_STATIC);
    sqlite3_bind_int64(q, 3, row->captured_us);
    sqlite3_bind_int64(q, 4, row->received_us);
    sqlite3_bind_int64(q, 5, row->width);
    sqlite3_bind_int64(q, 6, row->height);
    sqlite3_bind_int64(q, 7, (int64_t)row->bytes);
    sqlite3_bind_blob(q, 8, row->sha256, sizeof row->sha256, SQLITE_STATIC);
    sqlite3_bind_text(q, 9, row->source, -1, SQLITE_STATIC);
    if (*row->key)
        sqlite3_bind_text(q, 10, row->key, -1, SQLITE_STATIC);
    bind_place(q, 11, row->latitude);
    bind_place(q, 12, row->longitude);
    sqlite3_bind_int64(q, 13, (int64_t)row->sound_bytes);
    r = db_run(&w->db, q);
    return r == -EEXIST
        ? -EIO
        : r; /* id and key were looked up: this is no duplicate but a damaged table */
}

/* The sound first: is there a picture after a crash, it has all that belongs to it. */
static int put_files(struct writer *w, const struct capture_job *c)
{
    const struct wr_frame *f = &c->frame->pub;
    int r = 0;

    if (c->sound)
        r = files_put(w->files, c->day->dir, FILES_SOUND, c->row.id, c->sound, c->row.sound_bytes,
            c->row.captured_us, w->sync_each);
    if (r == 0)
        r = files_put(w->files, c->day->dir, FILES_IMAGE, c->row.id, f->data, f->len,
            c->row.captured_us, w->sync_each);
    return r;
}

static int remove_files(struct writer *w, const struct capture_job *c)
{
    int r = files_remove(w->files, c->day->dir, FILES_IMAGE, c->row.id);
    int s = c->sound ? files_remove(w->files, c->day->dir, FILES_SOUND, c->row.id) : 0;

    return r < 0 ? r : s;
}

static int capture_run(struct writer *w, struct job *j)
{
    struct capture_job *c = container_of(j, struct capture_job, job);
    uint64_t kept;
    int r = find_key(w, &c->row, &kept);

    if (r < 0)
        return r;
    if (kept > 0) {
        c->row.id = kept;
        j->result = -EEXIST;
        return 0;
    }
    c->row.id = w->next_id++;
    r = put_files(w, c);
    if (r < 0) {
        remove_files(w, c);
        c->day->keep = true; /* should the half of it not have gone, the next start sees to it */
        return r;
    }
    c->put = w->files_put = true;
    return capture_insert(w, &c->row);
}

static void capture_settle(struct writer *w, struct job *j, bool durable)
{
    struct capture_job *c = container_of(j, struct capture_job, job);

    if (!durable && c->put && remove_files(w, c) < 0)
        c->day->keep = true;
    c->put = c->put && durable;
}

/* --- on the loop ------------------------------------------------------------------------------ */

static void publish_stored(struct store *s, const struct capture_row *row)
{
    char text[512], time[CLOCK_TEXT_BYTES];
    struct wr_json j = wr_json_into(text, sizeof text);

    wr_json_object(&j);
    wr_json_key(&j, "id");
    wr_json_uint(&j, row->id);
    wr_json_key(&j, "captured_at");
    wr_json_string(&j, clock_format(row->captured_us, time));
    wr_json_key(&j, "received_at");
    wr_json_string(&j, clock_format(row->received_us, time));
    wr_json_key(&j, "width");
    wr_json_uint(&j, row->width);
    wr_json_key(&j, "height");
    wr_json_uint(&j, row->height);
    wr_json_key(&j, "bytes");
    wr_json_uint(&j, row->bytes);
    wr_json_key(&j, "source");
    wr_json_string(&j, row->source);
    wr_json_key(&j, "sound");
    if (row->sound_bytes > 0)
        wr_json_uint(&j, row->sound_bytes);
    else
        wr_json_null(&j);
    wr_json_end(&j);
    store_publish(s, row->device, "capture.stored", wr_json_text(&j));
}

static void capture_done(struct store *s, struct job *j)
{
    struct capture_job *c = container_of(j, struct capture_job, job);

    s->usage.n_pending--;
    s->pending_bytes -= j->bytes;
    if (j->result == -ENOSPC)
        space_failed(s, j->bytes);
    if (j->result == 0)
        space_worked(s);
    health_of_capture(s, j, c->row.device, day_of(c->row.captured_us));
    if (c->done)
        c->done(c->ctx, j->result, j->result == 0 || j->result == -EEXIST ? c->row.id : 0);
    if (j->result == 0) {
        publish_stored(s, &c->row);
        retention_added(s);
    }
    frame_unref(c->frame);
    free(c->sound);
    free(c);
}

static const struct job_class capture_class = {
    .name = "capture",
    .prepare = capture_prepare,
    .run = capture_run,
    .settle = capture_settle,
    .done = capture_done,
};

/* Enough to tell it from anything else that a browser might be made to run. */
static bool is_wav(const uint8_t *bytes, size_t n)
{
    return n >= 12 && memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WAVE", 4) == 0;
}

static bool sound_ok(const struct capture_meta *meta)
{
    return meta->n_sound == 0 ||
        (meta->sound && meta->n_sound <= WR_SOUND_MAX_BYTES && is_wav(meta->sound, meta->n_sound));
}

static bool meta_ok(const struct capture_meta *meta)
{
    return sound_ok(meta) && meta->device && text_is_slug(meta->device) &&
        (!meta->source || strlen(meta->source) <= STORE_MAX_SOURCE_BYTES) &&
        (!meta->key ||
            (strlen(meta->key) <= STORE_MAX_KEY_BYTES &&
                text_is_utf8(meta->key, strlen(meta->key))));
}

static bool time_ok(int64_t us)
{
    return us > 0 && us < MAX_TIME_US;
}

/* One text behind the other; returns where the next one goes. */
static char *put_text(char *at, const char *text, const char **ret)
{
    size_t n = strlen(text) + 1;

    *ret = memcpy(at, text, n);
    return at + n;
}

static struct capture_job *capture_new(struct store *s, const struct capture_meta *meta)
{
    const char *source = meta->source ? meta->source : "", *key = meta->key ? meta->key : "";
    struct capture_job *c =
        calloc(1, sizeof *c + strlen(meta->device) + strlen(source) + strlen(key) + 3);
    char *at;

    if (!c)
        return NULL;
    at = put_text(c->text, meta->device, &c->row.device);
    at = put_text(at, source, &c->row.source);
    put_text(at, key, &c->row.key);
    c->row.received_us = time_ok(meta->received_us) ? meta->received_us : loop_wall_us(s->loop);
    c->row.captured_us = time_ok(meta->captured_us) ? meta->captured_us : c->row.received_us;
    c->row.latitude = meta->latitude;
    c->row.longitude = meta->longitude;
    c->job.class = &capture_class;
    return c;
}

static int take_sound(struct capture_job *c, const struct capture_meta *meta)
{
    if (meta->n_sound == 0)
        return 0;
    c->sound = malloc(meta->n_sound);
    if (!c->sound)
        return -ENOMEM;
    memcpy(c->sound, meta->sound, meta->n_sound);
    c->row.sound_bytes = meta->n_sound;
    return 0;
}

int store_capture(
    struct store *s, struct frame *f, const struct capture_meta *meta, capture_fn done, void *ctx)
{
    struct capture_job *c;

    if (!meta_ok(meta) || f->pub.len == 0 || f->pub.len > f->pub.cap)
        return -EINVAL;
    if (s->closing)
        return -ESHUTDOWN;
    if (s->usage.n_pending >= STORE_MAX_PENDING_CAPTURES ||
        s->pending_bytes + f->pub.len + meta->n_sound > STORE_MAX_PENDING_BYTES)
        return -EAGAIN;
    c = capture_new(s, meta);
    if (!c || take_sound(c, meta) < 0) {
        free(c);
        return -ENOMEM;
    }
    c->frame = frame_ref(f);
    c->row.bytes = f->pub.len;
    c->job.bytes = f->pub.len + meta->n_sound;
    c->done = done;
    c->ctx = ctx;
    s->usage.n_pending++;
    s->pending_bytes += c->job.bytes;
    store_write(s, &c->job);
    return 0;
}
