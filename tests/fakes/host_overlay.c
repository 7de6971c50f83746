/* host_overlay.c - overlays, checked by the gateway's own rules and copied. */
#include <errno.h>
#include <stdlib.h>

#include "device/overlay_abi.h"
#include "fakes/host_private.h"

int fake_overlay_publish(struct wr_dev *dev, const struct wr_overlay *overlay)
{
    struct fake_device *d = fake_device_of(dev, "overlay_publish");
    struct wr_overlay *copy;

    if (!(d->kind->flags & WR_KIND_CAMERA))
        fake_fail("overlay_publish(%s): its kind has no WR_KIND_CAMERA", d->id);
    fake_check_size(overlay->size, offsetof(struct wr_overlay, n_points) + sizeof overlay->n_points,
        "wr_overlay");
    if (overlay_problem(overlay)) {
        fake_trace("overlay_publish(%s): %s", d->id, overlay_problem(overlay));
        return -EINVAL;
    }
    copy = fake_array_add(&d->overlays, sizeof *copy);
    *copy = *overlay;
    copy->blocks = fake_memdup(overlay->blocks, overlay->n_blocks * sizeof *overlay->blocks);
    copy->points = fake_memdup(overlay->points, overlay->n_points * sizeof *overlay->points);
    return 0;
}

void fake_overlay_fini(void *item)
{
    struct wr_overlay *o = item;

    free((void *)o->blocks);
    free((void *)o->points);
}

size_t fake_n_overlays(const struct wr_dev *dev)
{
    return fake_device_peek(dev)->overlays.n;
}

const struct wr_overlay *fake_overlay(const struct wr_dev *dev, size_t i)
{
    return fake_array_get(&fake_device_peek(dev)->overlays, i, "overlay");
}
