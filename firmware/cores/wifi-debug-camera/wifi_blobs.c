/* wifi_blobs.c - pictures and texts that several connections send at their own pace; see wifi_camera_private.h. Room is taken
 * when it is needed first, and kept until the server ends. */
#include "wifi_camera_private.h"

static struct wifi_blob *find_free(struct wifi_blobs *b, size_t cap)
{
    struct wifi_blob *found = NULL;

    for (unsigned i = 0; i < WIFI_BLOBS; i++) {
        struct wifi_blob *row = &b->rows[i];

        if (row->n_refs > 0)
            continue;
        if (row->cap >= cap)
            return row;
        if (!found)
            found = row;
    }
    return found;
}

struct wifi_blob *wifi_blob_new(struct wifi_camera *c, struct wifi_blobs *b, size_t cap)
{
    struct wifi_blob *found = find_free(b, cap);

    if (!found)
        return NULL;
    if (found->cap < cap) {
        c->port.memory_free(c->port.ctx, found->bytes);
        *found = (struct wifi_blob){.bytes = c->port.memory_new(c->port.ctx, cap)};
        if (!found->bytes)
            return NULL;
        found->cap = cap;
    }
    found->n_refs = 1;
    found->n = 0;
    return found;
}

void wifi_blob_unref(struct wifi_blob *b)
{
    if (b)
        b->n_refs--;
}

void wifi_blobs_publish(struct wifi_blobs *b, struct wifi_blob *blob_consume)
{
    wifi_blob_unref(b->newest);
    b->newest = blob_consume;
}

void wifi_blobs_free(struct wifi_camera *c, struct wifi_blobs *b)
{
    for (unsigned i = 0; i < WIFI_BLOBS; i++)
        c->port.memory_free(c->port.ctx, b->rows[i].bytes);
    *b = (struct wifi_blobs){0};
}
