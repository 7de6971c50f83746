/* wifi_pictures.c - what becomes of a frame: its overlay as JSON at once, and, where somebody looks, a JPEG a little later. See
 * wifi_camera_private.h. */
#include "overlay_json.h"
#include "wifi_camera_private.h"

/* Room for a JPEG by its frame's size. The other one's does not fit more into less: quality goes down instead. */
static size_t jpeg_room(const struct wifi_lens *l)
{
    return l->size == WIFI_QQVGA ? WIFI_JPEG_BYTES / 2 : WIFI_JPEG_BYTES;
}

static void publish_overlay(struct wifi_camera *c)
{
    struct wifi_blobs *texts = &c->server->texts;
    struct wifi_blob *blob = wifi_blob_new(c, texts, OVERLAY_JSON_MAX(WIFI_BLOCKS));
    struct wifi_lens *l = &c->lens;
    struct overlay o;

    if (!blob)
        return;
    flow_overlay(l->flow, &l->summary, l->blocks, WIFI_BLOCKS, &o);
    o.has_frame_id = true;
    o.frame_id = l->frame_id;
    blob->n = overlay_json_write(&o, (char *)blob->bytes, blob->cap);
    blob->frame_id = l->frame_id;
    wifi_blobs_publish(texts, blob);
}

static void encode(struct wifi_camera *c)
{
    struct wifi_server *s = c->server;
    struct wifi_lens *l = &c->lens;

    s->encoding = wifi_blob_new(c, &s->pictures, jpeg_room(l));
    if (!s->encoding)
        return;
    s->encoding->frame_id = l->frame_id;
    s->encoding->taken_us = l->taken_us;
    s->encoding->brightness = l->summary.brightness;
    l->encoding = (int)l->newest;
    c->port.encode(c->port.ctx,
        &(struct wifi_camera_encoding){.grey = l->frames[l->newest],
            .width = l->width,
            .height = l->height,
            .quality = (uint8_t)s->quality,
            .jpeg = s->encoding->bytes,
            .cap = s->encoding->cap});
}

void wifi_pictures_frame(struct wifi_camera *c)
{
    if (!c->server)
        return;
    if (c->lens.follows)
        publish_overlay(c);
    if (c->lens.encoding < 0 && wifi_server_is_watched(c))
        encode(c);
}

void wifi_pictures_encoded(struct wifi_camera *c, size_t n)
{
    struct wifi_server *s = c->server;

    c->lens.encoding = -1;
    if (!s || !s->encoding)
        return;
    s->encoding->n = n <= s->encoding->cap ? n : 0;
    if (s->encoding->n > 0) {
        wifi_blobs_publish(&s->pictures, s->encoding);
    } else {
        wifi_blob_unref(s->encoding);
        s->quality -= s->quality - 10 >= WIFI_QUALITY_MIN ? 10 : 0;
    }
    s->encoding = NULL;
}
