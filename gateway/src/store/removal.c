#include "store/removal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/internal.h"

void removal_fini(struct removal *r)
{
    free(r->rows);
    *r = (struct removal){0};
}

int removal_begin(struct removal *r, size_t max)
{
    removal_fini(r);
    r->rows = calloc(max, sizeof *r->rows);
    return r->rows ? 0 : -ENOMEM;
}

int removal_add(struct removal *r, struct writer *w, sqlite3_stmt *q)
{
    struct removed *row = &r->rows[r->n];
    const char *device = db_text(q, 2);
    int x = days_use(&w->days, device, day_of(sqlite3_column_int64(q, 3)), false, &row->day);

    if (x < 0 && x != -ENOENT)
        return x;
    if (x < 0)
        row->day = NULL;
    row->id = (uint64_t)sqlite3_column_int64(q, 0);
    row->sound = sqlite3_column_int64(q, 4) > 0;
    memcpy(row->device, device, strnlen(device, sizeof row->device - 1));
    r->n++;
    return 0;
}

static int delete_row(struct writer *w, uint64_t id, bool *ret_deleted)
{
    static const char SQL[] = "DELETE FROM captures WHERE id = ?";
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    int r = db_prepare(&w->db, SQL, &q);

    if (r < 0)
        return r;
    sqlite3_bind_int64(q, 1, (int64_t)id);
    r = db_run(&w->db, q);
    *ret_deleted = r == 0 && sqlite3_changes(w->db.handle) > 0;
    return r;
}

int removal_run(struct removal *r, struct writer *w)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++) {
        bool deleted;
        int x = delete_row(w, r->rows[i].id, &deleted);

        if (x < 0)
            return x;
        if (deleted)
            r->rows[n++] = r->rows[i];
    }
    r->n = n;
    return 0;
}

/* The thumbnail before the picture: should we be stopped between, the picture left over leads the
 * next start to it. And once more after it, for one that was made at this very moment
 * (capture_open.c). */
static void remove_files(const struct removed *row, struct writer *w)
{
    int r = 0;

    if (!row->day || row->day->dir < 0) {
        files_remove_thumb(w->files, row->id);
        return;
    }
    files_remove_thumb(w->files, row->id);
    if (row->sound)
        r = files_remove(w->files, row->day->dir, FILES_SOUND, row->id);
    if (files_remove(w->files, row->day->dir, FILES_IMAGE, row->id) < 0 || r < 0)
        row->day->keep = true;
    files_remove_thumb(w->files, row->id);
}

void removal_settle(const struct removal *r, struct writer *w)
{
    for (size_t i = 0; i < r->n; i++)
        remove_files(&r->rows[i], w);
    for (size_t i = 0; i < r->n; i++) {
        struct day *day = r->rows[i].day;

        if (day && (i + 1 == r->n || r->rows[i + 1].day != day))
            days_drop_empty(&w->days, day);
    }
}

static void publish_device(
    const struct removal *r, struct store *s, size_t first, const char *reason)
{
    const char *device = r->rows[first].device;
    char text[REMOVAL_MAX * 21 + 64];
    struct wr_json j = wr_json_into(text, sizeof text);

    wr_json_object(&j);
    wr_json_key(&j, "ids");
    wr_json_array(&j);
    for (size_t i = first; i < r->n; i++) {
        if (strcmp(r->rows[i].device, device) == 0)
            wr_json_uint(&j, r->rows[i].id);
    }
    wr_json_end(&j);
    wr_json_key(&j, "reason");
    wr_json_string(&j, reason);
    wr_json_end(&j);
    store_publish(s, device, "capture.removed", wr_json_text(&j));
}

void removal_publish(const struct removal *r, struct store *s, const char *reason)
{
    for (size_t i = 0; i < r->n; i++) {
        bool seen = false;

        for (size_t k = 0; k < i && !seen; k++)
            seen = strcmp(r->rows[k].device, r->rows[i].device) == 0;
        if (!seen)
            publish_device(r, s, i, reason);
    }
}
