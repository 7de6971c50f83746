/* queue.c - commands: one after the other, each until the hub has answered. While a scan runs they wait: a hub in use sends
 * what it is told then, but its answer is lost.
 */
#include "hub.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

/* A hub in use answers within a fifth of a second, or not at all. */
#define ANSWER_WITHIN_S 3

static void drop_first(struct queue *q)
{
    q->n--;
    memmove(q->rows, q->rows + 1, q->n * sizeof q->rows[0]);
    q->sent = false;
}

/* The first one is over; `why` NULL: it went well. */
static void answer(struct wr_dev *dev, int result, const char *why)
{
    struct queue *q = &hub_of(dev)->queue;
    struct waiting w = q->rows[0];
    char text[64];

    wr_timer_set(dev, &q->late, 0, NULL);
    drop_first(q);
    snprintf(text, sizeof text, "{\"status\":\"sent\",\"threshold_dbm\":%d}", w.threshold_dbm);
    dev->host->done(dev, w.call, result, why ? why : text);
    queue_go(dev);
}

static void late(struct wr_dev *dev, void *ctx)
{
    char why[WHY_MAX];

    hub_of(dev)->queue.late = 0;
    answers_missed(dev);
    snprintf(why, sizeof why,
        "The hub took the command and did not answer within %d s: whether the modules heard it is "
        "not known",
        ANSWER_WITHIN_S);
    answer(dev, -ETIMEDOUT, why);
}

static void written(struct wr_dev *dev, int result)
{
    struct queue *q = &hub_of(dev)->queue;
    char why[WHY_MAX];

    if (!q->sent) { /* its answer came before */
        queue_go(dev);
    } else if (result < 0) {
        snprintf(why, sizeof why, "The hub does not take the command: %s", strerror(-result));
        answer(dev, -EPROTO, why);
    } else {
        wr_timer_set(dev, &q->late, ANSWER_WITHIN_S * US_PER_S, late);
    }
}

void queue_go(struct wr_dev *dev)
{
    struct hub *h = hub_of(dev);
    struct queue *q = &h->queue;

    if (!link_ready(&h->link) || q->sent || lines_busy(dev) || scan_running(dev))
        return;
    if (q->n == 0) {
        scan_go(dev);
        return;
    }
    q->sent = true;
    lines_send(dev, (enum hub_command)q->rows[0].command, q->rows[0].threshold_dbm, written);
}

int queue_put(struct wr_dev *dev, wr_handle call, enum command c, int threshold_dbm)
{
    struct queue *q = &hub_of(dev)->queue;

    if (q->n == QUEUE_MAX)
        return -EBUSY;
    q->used_us = dev->host->now_us(dev);
    q->rows[q->n++] = (struct waiting){call, c, threshold_dbm};
    queue_go(dev);
    return 0;
}

bool queue_idle(const struct wr_dev *dev)
{
    return hub_of(dev)->queue.n == 0;
}

/* --- the hub's answers ------------------------------------------------------------------------ */

bool queue_ack(struct wr_dev *dev, const struct hub_message *m)
{
    struct queue *q = &hub_of(dev)->queue;
    char threshold[HUB_THRESHOLD_TEXT];

    if (!q->sent ||
        strcmp(m->command, hub_command_text((enum hub_command)q->rows[0].command)) != 0 ||
        strcmp(m->threshold, hub_threshold_text(q->rows[0].threshold_dbm, threshold)) != 0)
        return false;
    if (m->sent && q->rows[0].command == COMMAND_OFF)
        modules_sleep(dev, q->rows[0].threshold_dbm);
    if (m->sent)
        answer(dev, 0, NULL);
    else
        answer(dev, -EPROTO, "The hub's radio could not send it to the modules");
    return true;
}

bool queue_error(struct wr_dev *dev, const char *message)
{
    char why[WHY_MAX];

    if (!hub_of(dev)->queue.sent)
        return false;
    snprintf(why, sizeof why, "The hub says: %s", message);
    answer(dev, -EPROTO, why);
    return true;
}

void queue_lost(struct wr_dev *dev, const char *why)
{
    struct queue *q = &hub_of(dev)->queue;

    wr_timer_set(dev, &q->late, 0, NULL);
    for (size_t i = 0; i < q->n; i++)
        dev->host->done(dev, q->rows[i].call, -ENOTCONN, why);
    q->n = 0;
    q->sent = false;
}
