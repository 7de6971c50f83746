#include "raw_frame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "jpeg_codec.h"

int raw_copy_take(struct raw_copy *c, const struct raw_frame *f)
{
    if (f->n > SOURCE_MAX_FRAME_BYTES && f->form == RAW_JPEG)
        return -EMSGSIZE;
    if (f->n > c->cap) {
        free(c->bytes);
        c->cap = 0;
        c->bytes = malloc(f->n);
        if (!c->bytes)
            return -ENOMEM;
        c->cap = f->n;
    }
    if (f->n > 0)
        memcpy(c->bytes, f->bytes, f->n);
    c->frame = *f;
    c->frame.bytes = c->bytes;
    if (f->scene)
        scene_ref(f->scene);
    return 0;
}

void raw_copy_release(struct raw_copy *c)
{
    c->frame.scene = scene_unref(c->frame.scene);
}

void raw_copy_fini(struct raw_copy *c)
{
    free(c->bytes);
    *c = (struct raw_copy){0};
}

int raw_frame_pixels(
    const struct raw_frame *f, unsigned least_width, unsigned least_height, struct picture *ret)
{
    if (f->form == RAW_SCENE)
        return scene_draw(f->scene, &f->moment, ret);
    if (f->form == RAW_YUYV)
        return picture_from_yuyv(ret, f->bytes, f->width, f->height, f->stride);
    return jpeg_decode(f->bytes, f->n, least_width, least_height, ret);
}
