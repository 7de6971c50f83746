/* kv_write.c - the small things on their way to the disk. Memory changes at once; the disk follows
 * in the order of the calls. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/internal.h"

enum kv_what { KV_PUT, KV_REMOVE, KV_DROP };

struct kv_job {
    struct job job;
    enum kv_what what;
    store_fn fn;
    void *ctx;
    const char *space, *key;
    const void *bytes;
    size_t n;
    char text[];
};

/* --- on the writer ---------------------------------------------------------------------------- */

static int kv_run(struct writer *w, struct job *j)
{
    static const char PUT[] = "INSERT INTO kv(space, key, value) VALUES(?, ?, ?)"
                              " ON CONFLICT DO UPDATE SET value = excluded.value";
    static const char REMOVE[] = "DELETE FROM kv WHERE space = ? AND key = ?";
    static const char DROP[] = "DELETE FROM kv WHERE space = ?";
    struct kv_job *k = container_of(j, struct kv_job, job);
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    int r = db_prepare(&w->db, k->what == KV_PUT ? PUT : k->what == KV_REMOVE ? REMOVE : DROP, &q);

    if (r < 0)
        return r;
    sqlite3_bind_text(q, 1, k->space, -1, SQLITE_STATIC);
    if (k->what != KV_DROP)
        sqlite3_bind_text(q, 2, k->key, -1, SQLITE_STATIC);
    if (k->what == KV_PUT)
        sqlite3_bind_blob(q, 3, k->bytes, (int)k->n, SQLITE_STATIC);
    return db_run(&w->db, q);
}

/* --- on the loop ------------------------------------------------------------------------------ */

static void kv_done(struct store *s, struct job *j)
{
    struct kv_job *k = container_of(j, struct kv_job, job);

    if (j->result == -ENOSPC)
        space_failed(s, k->n);
    if (k->fn)
        k->fn(k->ctx, j->result);
    free(k);
}

static const struct job_class kv_class = {.name = "setting", .run = kv_run, .done = kv_done};

static struct kv_job *kv_job_new(enum kv_what what, const char *space, const char *key,
    const void *bytes, size_t n, store_fn fn, void *ctx)
{
    size_t space_bytes = strlen(space) + 1, key_bytes = strlen(key) + 1;
    struct kv_job *k = calloc(1, sizeof *k + space_bytes + key_bytes + n + 1);

    if (!k)
        return NULL;
    *k = (struct kv_job){.job.class = &kv_class, .what = what, .fn = fn, .ctx = ctx, .n = n};
    k->space = memcpy(k->text, space, space_bytes);
    k->key = memcpy(k->text + space_bytes, key, key_bytes);
    k->bytes = k->text + space_bytes + key_bytes;
    if (n > 0)
        memcpy(k->text + space_bytes + key_bytes, bytes, n);
    return k;
}

static bool name_ok(const char *name)
{
    size_t n = strlen(name);

    return n > 0 && n <= STORE_MAX_KEY_BYTES && text_is_utf8(name, n);
}

int store_put(struct store *s, const char *space, const char *key, const void *bytes, size_t n,
    store_fn fn, void *ctx)
{
    struct kv_job *k;
    int r = store_may_write(s);

    if (!name_ok(space) || !name_ok(key) || n > STORE_MAX_VALUE_BYTES)
        return -EINVAL;
    if (r < 0)
        return r;
    k = kv_job_new(bytes ? KV_PUT : KV_REMOVE, space, key, bytes, bytes ? n : 0, fn, ctx);
    if (!k)
        return -ENOMEM;
    if (bytes)
        r = kv_set(&s->kv, space, key, bytes, n);
    else
        kv_unset(&s->kv, space, key);
    if (r < 0)
        free(k);
    else
        store_write(s, &k->job);
    return r;
}

int store_drop(struct store *s, const char *space, store_fn fn, void *ctx)
{
    struct kv_job *k;
    int r = store_may_write(s);

    if (!name_ok(space))
        return -EINVAL;
    if (r < 0)
        return r;
    k = kv_job_new(KV_DROP, space, "", NULL, 0, fn, ctx);
    if (!k)
        return -ENOMEM;
    kv_drop(&s->kv, space);
    store_write(s, &k->job);
    return 0;
}

const void *store_get(const struct store *s, const char *space, const char *key, size_t *ret_n)
{
    const struct kv_entry *entry = kv_get(&s->kv, space, key);

    if (!entry)
        return NULL;
    if (ret_n)
        *ret_n = entry->n;
    return entry->bytes;
}

int store_each(const struct store *s, const char *space,
    int (*fn)(void *ctx, const char *key, const void *bytes, size_t n), void *ctx)
{
    const struct kv_space *found = kv_space(&s->kv, space);

    for (size_t i = 0; found && i < found->n; i++) {
        const struct kv_entry *entry = &found->entries[i];
        int r = fn(ctx, entry->key, entry->bytes, entry->n);
        if (r != 0)
            return r;
    }
    return 0;
}

size_t store_count(const struct store *s, const char *space)
{
    const struct kv_space *found = kv_space(&s->kv, space);

    return found ? found->n : 0;
}
