/* lines.c - a line to the hub, in writes that it does not cut. Each is written with response, where the hub has that, so that
 * one is read before the next one comes; what the hub refuses is tried twice more.
 */
#include <errno.h>

#include "hub.h"

#define N_TRIES 3
#define TRY_AGAIN_US (1 * US_PER_S)
/* The link is full. */
#define ROOM_AGAIN_US INT64_C(50000)

static void write_next(struct wr_dev *dev);

static void end(struct wr_dev *dev, int result)
{
    struct lines *l = &hub_of(dev)->lines;
    line_fn done = l->done;

    l->cut = result < 0 && (l->at > 0 || l->cut);
    l->n = 0;
    l->done = NULL;
    done(dev, result);
}

static void again(struct wr_dev *dev, void *ctx)
{
    hub_of(dev)->lines.again = 0;
    write_next(dev);
}

static void refused(struct wr_dev *dev, int result)
{
    struct lines *l = &hub_of(dev)->lines;

    if (++l->n_tries >= N_TRIES)
        end(dev, result);
    else
        wr_timer_set(dev, &l->again, TRY_AGAIN_US, again);
}

static void written(struct wr_dev *dev, void *ctx, int result, const uint8_t *bytes, size_t n)
{
    struct lines *l = &hub_of(dev)->lines;

    if (l->n_writing == 0)
        return; /* of a link before */
    if (result >= 0) {
        l->at += l->n_writing;
        l->n_tries = 0;
    }
    l->n_writing = 0;
    if (result < 0)
        refused(dev, result);
    else if (l->at == l->n)
        end(dev, 0);
    else
        write_next(dev);
}

static void write_next(struct wr_dev *dev)
{
    struct hub *h = hub_of(dev);
    struct lines *l = &h->lines;
    size_t n = l->n - l->at < HUB_WRITE_BYTES ? l->n - l->at : HUB_WRITE_BYTES;
    int r = dev->host->ble->write(dev, h->link.seek.link, HUB_RX_UUID,
        h->link.rx_props & WR_BLE_WRITE ? WR_BLE_WRITE_WITH_RESPONSE : WR_BLE_WRITE_COMMAND,
        l->text + l->at, n, written, NULL);

    if (r == -EAGAIN)
        wr_timer_set(dev, &l->again, ROOM_AGAIN_US, again);
    else if (r < 0)
        refused(dev, r);
    else
        l->n_writing = n;
}

void lines_send(struct wr_dev *dev, enum hub_command c, int threshold_dbm, line_fn done)
{
    struct lines *l = &hub_of(dev)->lines;
    char threshold[HUB_THRESHOLD_TEXT];
    size_t begun = l->cut; /* what the hub holds of a line before ends here, and is none */

    l->text[0] = '\n';
    l->n = begun +
        hub_line_write(hub_command_text(c), hub_threshold_text(threshold_dbm, threshold),
            l->text + begun, sizeof l->text - begun);
    l->at = 0;
    l->n_tries = 0;
    l->done = done;
    write_next(dev);
}

bool lines_busy(const struct wr_dev *dev)
{
    return hub_of(dev)->lines.n > 0;
}

void lines_lost(struct wr_dev *dev)
{
    struct lines *l = &hub_of(dev)->lines;

    wr_timer_set(dev, &l->again, 0, NULL);
    *l = (struct lines){0};
}
