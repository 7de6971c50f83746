#include "device/scope.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SLOT_BITS 16
#define SLOTS_AT_FIRST 8

void scope_init(struct scope *s, uint64_t *generation)
{
    *s = (struct scope){.generation = generation};
}

void scope_fini(struct scope *s)
{
    scope_clear(s);
    free(s->slots);
    s->slots = NULL;
    s->n_slots = 0;
}

static struct scope_slot *free_slot(struct scope *s)
{
    size_t n = s->n_slots > 0 ? s->n_slots * 2 : SLOTS_AT_FIRST, first_new = s->n_slots;
    struct scope_slot *slots;

    for (size_t i = 0; i < s->n_slots; i++) {
        if (!s->slots[i].kind)
            return &s->slots[i];
    }
    if (n > SCOPE_MAX)
        return NULL;
    slots = realloc(s->slots, n * sizeof *slots);
    if (!slots)
        return NULL;
    memset(slots + first_new, 0, (n - first_new) * sizeof *slots);
    s->slots = slots;
    s->n_slots = n;
    return &slots[first_new];
}

wr_handle scope_add(struct scope *s, const struct scope_kind *kind, void *object)
{
    struct scope_slot *slot = free_slot(s);

    if (!slot)
        return 0;
    *slot = (struct scope_slot){.kind = kind, .object = object, .generation = ++*s->generation};
    s->n_used++;
    return slot->generation << SLOT_BITS | (uint64_t)(slot - s->slots + 1);
}

static struct scope_slot *slot_of(
    const struct scope *s, wr_handle handle, const struct scope_kind *kind)
{
    size_t i = handle & ((1u << SLOT_BITS) - 1);
    struct scope_slot *slot;

    if (i == 0 || i > s->n_slots)
        return NULL;
    slot = &s->slots[i - 1];
    return slot->kind && slot->generation == handle >> SLOT_BITS && (!kind || slot->kind == kind)
        ? slot
        : NULL;
}

void *scope_get(const struct scope *s, wr_handle handle, const struct scope_kind *kind)
{
    struct scope_slot *slot = slot_of(s, handle, kind);

    return slot ? slot->object : NULL;
}

static void *slot_clear(struct scope *s, struct scope_slot *slot)
{
    void *object = slot->object;

    *slot = (struct scope_slot){0};
    s->n_used--;
    return object;
}

void *scope_take(struct scope *s, wr_handle handle, const struct scope_kind *kind)
{
    struct scope_slot *slot = slot_of(s, handle, kind);

    return slot ? slot_clear(s, slot) : NULL;
}

int scope_cancel(struct scope *s, wr_handle handle)
{
    struct scope_slot *slot = slot_of(s, handle, NULL);
    const struct scope_kind *kind;

    if (!slot)
        return -ESTALE;
    kind = slot->kind;
    kind->cancel(slot_clear(s, slot));
    return 0;
}

void scope_clear(struct scope *s)
{
    for (size_t i = 0; i < s->n_slots; i++) {
        const struct scope_kind *kind = s->slots[i].kind;

        if (kind)
            kind->cancel(slot_clear(s, &s->slots[i]));
    }
}

void *scope_first(const struct scope *s, const struct scope_kind *kind)
{
    for (size_t i = 0; i < s->n_slots; i++) {
        if (s->slots[i].kind == kind)
            return s->slots[i].object;
    }
    return NULL;
}

size_t scope_count(const struct scope *s, const struct scope_kind *kind)
{
    size_t n = 0;

    for (size_t i = 0; i < s->n_slots; i++)
        n += s->slots[i].kind == kind;
    return n;
}
