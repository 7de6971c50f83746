#include "store/kv.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/util.h"

/* --- sorted arrays ---------------------------------------------------------------------------- */

/* The first index whose name is not before `name`. */
static size_t space_index(const struct kv *kv, const char *name, bool *ret_found)
{
    size_t low = 0, high = kv->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(kv->spaces[middle]->name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_found = low < kv->n && strcmp(kv->spaces[low]->name, name) == 0;
    return low;
}

static size_t entry_index(const struct kv_space *s, const char *key, bool *ret_found)
{
    size_t low = 0, high = s->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(s->entries[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_found = low < s->n && strcmp(s->entries[low].key, key) == 0;
    return low;
}

/* Room for one more element of `size` bytes. */
static int grow(void **array, size_t *cap, size_t n, size_t size)
{
    size_t more = *cap > 0 ? 2 * *cap : 8;
    void *new;

    if (n < *cap)
        return 0;
    new = reallocarray(*array, more, size);
    if (!new)
        return -ENOMEM;
    *array = new;
    *cap = more;
    return 0;
}

/* --- spaces ----------------------------------------------------------------------------------- */

static void space_free(struct kv_space *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->n; i++)
        free(s->entries[i].key);
    free(s->entries);
    free(s->name);
    free(s);
}

static struct kv_space *space_new(const char *name)
{
    struct kv_space *s = calloc(1, sizeof *s);

    if (s && !(s->name = strdup(name))) {
        free(s);
        return NULL;
    }
    return s;
}

static struct kv_space *space_find(const struct kv *kv, const char *name)
{
    bool found;
    size_t at = space_index(kv, name, &found);

    return found ? kv->spaces[at] : NULL;
}

static int space_make(struct kv *kv, const char *name, struct kv_space **ret)
{
    bool found;
    size_t at = space_index(kv, name, &found);
    struct kv_space *s;

    if (!found) {
        if (grow((void **)&kv->spaces, &kv->cap, kv->n, sizeof *kv->spaces) < 0 ||
            !(s = space_new(name)))
            return -ENOMEM;
        memmove(&kv->spaces[at + 1], &kv->spaces[at], (kv->n - at) * sizeof *kv->spaces);
        kv->spaces[at] = s;
        kv->n++;
    }
    *ret = kv->spaces[at];
    return 0;
}

void kv_drop(struct kv *kv, const char *name)
{
    bool found;
    size_t at = space_index(kv, name, &found);

    if (!found)
        return;
    space_free(kv->spaces[at]);
    kv->n--;
    memmove(&kv->spaces[at], &kv->spaces[at + 1], (kv->n - at) * sizeof *kv->spaces);
}

void kv_fini(struct kv *kv)
{
    for (size_t i = 0; i < kv->n; i++)
        space_free(kv->spaces[i]);
    free(kv->spaces);
    *kv = KV_NULL;
}

const struct kv_space *kv_space(const struct kv *kv, const char *name)
{
    return space_find(kv, name);
}

/* --- entries ---------------------------------------------------------------------------------- */

const struct kv_entry *kv_get(const struct kv *kv, const char *space, const char *key)
{
    const struct kv_space *s = space_find(kv, space);
    bool found;
    size_t at;

    if (!s)
        return NULL;
    at = entry_index(s, key, &found);
    return found ? &s->entries[at] : NULL;
}

static int entry_new(const char *key, const void *bytes, size_t n, struct kv_entry *ret)
{
    size_t key_bytes = (strlen(key) + 16) / 16 * 16; /* the value is aligned for anything */
    char *all = malloc(key_bytes + n + 1);

    if (!all)
        return -ENOMEM;
    strcpy(all, key);
    *ret = (struct kv_entry){.key = all, .bytes = all + key_bytes, .n = n};
    if (n > 0)
        memcpy(ret->bytes, bytes, n);
    all[key_bytes + n] = '\0'; /* texts can be read as such */
    return 0;
}

int kv_set(struct kv *kv, const char *space, const char *key, const void *bytes, size_t n)
{
    struct kv_space *s;
    struct kv_entry new;
    bool found;
    size_t at;
    int r = space_make(kv, space, &s);

    if (r == 0)
        r = grow((void **)&s->entries, &s->cap, s->n, sizeof *s->entries);
    if (r == 0)
        r = entry_new(key, bytes, n, &new);
    if (r < 0)
        return r;
    at = entry_index(s, key, &found);
    if (found) {
        free(s->entries[at].key);
    } else {
        memmove(&s->entries[at + 1], &s->entries[at], (s->n - at) * sizeof *s->entries);
        s->n++;
    }
    s->entries[at] = new;
    return 0;
}

void kv_unset(struct kv *kv, const char *space, const char *key)
{
    struct kv_space *s = space_find(kv, space);
    bool found;
    size_t at;

    if (!s)
        return;
    at = entry_index(s, key, &found);
    if (!found)
        return;
    free(s->entries[at].key);
    s->n--;
    memmove(&s->entries[at], &s->entries[at + 1], (s->n - at) * sizeof *s->entries);
    if (s->n == 0)
        kv_drop(kv, space);
}
