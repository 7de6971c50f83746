/* outbox.c - what is written to LINK, one message after the other. With response, so that none is
 * lost on the way; but HAVE, which the next one makes good, goes without.
 */
#include "camera.h"

#include <errno.h>
#include <string.h>

/* While the link is full. */
#define AGAIN_US (50 * US_PER_MS)

static void send_next(struct wr_dev *dev);

static void written(struct wr_dev *dev, void *ctx, int result, const uint8_t *bytes, size_t n)
{
    struct outbox *o = &camera_of(dev)->outbox;

    if (!o->sending)
        return; /* of a link before */
    o->sending = false;
    if (result < 0) {
        link_fail(dev, "The camera does not take what is written to it");
        return;
    }
    send_next(dev);
}

static void again(struct wr_dev *dev, void *ctx)
{
    camera_of(dev)->outbox.again = 0;
    send_next(dev);
}

static void send_next(struct wr_dev *dev)
{
    struct camera *c = camera_of(dev);
    struct outbox *o = &c->outbox;
    uint8_t bytes[BATCH_LINK_MAX_BYTES];
    bool response;
    int r;

    if (o->sending || o->again || o->n == 0)
        return;
    response = (c->link.link_props & WR_BLE_WRITE) && o->queue[0].type != BATCH_LINK_HAVE;
    r = link_write(
        dev, BATCH_LINK_UUID, response, bytes, batch_link_encode(&o->queue[0], bytes), written);
    if (r == -EAGAIN) {
        wr_timer_set(dev, &o->again, AGAIN_US, again);
    } else if (r == 0) {
        memmove(o->queue, o->queue + 1, --o->n * sizeof o->queue[0]);
        o->sending = true;
    }
}

void outbox_put(struct wr_dev *dev, const struct batch_link *m)
{
    struct outbox *o = &camera_of(dev)->outbox;

    if (camera_of(dev)->link.state != LINK_READY)
        return; /* what is to be said after it is over, the next link begins anew */
    if (m->type == BATCH_LINK_HAVE && o->n > 0 && o->queue[o->n - 1].type == BATCH_LINK_HAVE &&
        o->queue[o->n - 1].picture.id == m->picture.id)
        o->n--;
    if (o->n >= OUTBOX_MAX) {
        link_fail(dev, "The camera does not take what is written to it");
        return;
    }
    o->queue[o->n++] = *m;
    send_next(dev);
}

void outbox_lost(struct wr_dev *dev)
{
    struct outbox *o = &camera_of(dev)->outbox;

    wr_timer_set(dev, &o->again, 0, NULL);
    *o = (struct outbox){0};
}
