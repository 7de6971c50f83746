/* kv.h - the small things in memory: spaces of keys and values, in order. */
#pragma once

#include <stddef.h>

struct kv_entry {
    char *key; /* one allocation: the value lies behind */
    void *bytes;
    size_t n;
};

struct kv_space {
    char *name;
    struct kv_entry *entries; /* by key */
    size_t n, cap;
};

struct kv {
    struct kv_space **spaces; /* by name */
    size_t n, cap;
};

#define KV_NULL ((struct kv){0})

void kv_fini(struct kv *kv);
const struct kv_entry *kv_get(const struct kv *kv, const char *space, const char *key);
const struct kv_space *kv_space(const struct kv *kv, const char *space);
/* Copies. -ENOMEM: as before. */
int kv_set(struct kv *kv, const char *space, const char *key, const void *bytes, size_t n);
void kv_unset(struct kv *kv, const char *space, const char *key);
void kv_drop(struct kv *kv, const char *space);
