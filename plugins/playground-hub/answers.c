/* answers.c - what the hub says, cut into messages (hub_frame.h) and taken to whom they are for. */
#include "hub.h"

static void take_devices(struct wr_dev *dev, struct span json)
{
    size_t n = modules_list(dev, json);

    scan_list(dev, n);
}

static void take_error(struct wr_dev *dev, const struct hub_message *m, struct span json)
{
    char message[HUB_TEXT_BYTES];

    wr_text_clean(m->message, strlen(m->message), message, sizeof message);
    tell_error(dev, message, json);
    if (!scan_error(dev, message))
        queue_error(dev, message);
}

static void take_message(struct wr_dev *dev, const struct hub_message *m, struct span json)
{
    switch (m->kind) {
    case HUB_DEVICES:
        take_devices(dev, json);
        break;
    case HUB_ACK:
        tell_ack(dev, m);
        queue_ack(dev, m);
        break;
    case HUB_ERROR:
        take_error(dev, m, json);
        break;
    case HUB_OTHER:
        break;
    }
}

static void take(struct wr_dev *dev, const struct hub_frame *f)
{
    struct answers *a = &hub_of(dev)->answers;
    struct span json = f->payload;
    struct hub_message m;

    if (!f->whole)
        json.n = hub_message_repair(a->room, json.n, sizeof a->room);
    if (json.n > 0 && hub_message_read(json, &m) == 0) {
        take_message(dev, &m, json);
        return;
    }
    wr_report_int(dev, "answers_broken", (int64_t)++a->n_broken);
    dev->host->log(dev, WR_LOG_WARNING,
        "an answer of the hub cannot be read: %zu of %zu bytes came", f->payload.n, f->announced);
}

static void silent(struct wr_dev *dev, void *ctx)
{
    struct answers *a = &hub_of(dev)->answers;
    struct hub_frame f;

    a->silence = 0;
    if (hub_frame_end(&a->reader, &f))
        take(dev, &f);
}

void answers_start(struct wr_dev *dev)
{
    wr_report_int(dev, "answers_broken", 0);
    wr_report_int(dev, "answers_missing", 0);
}

void answers_missed(struct wr_dev *dev)
{
    wr_report_int(dev, "answers_missing", (int64_t)++hub_of(dev)->answers.n_missing);
}

void answers_begin(struct wr_dev *dev)
{
    struct answers *a = &hub_of(dev)->answers;

    hub_frame_reader_init(&a->reader, a->room, sizeof a->room);
}

void answers_take(struct wr_dev *dev, const uint8_t *bytes, size_t n)
{
    struct hub *h = hub_of(dev);
    struct span s = {(const char *)bytes, n};
    struct hub_frame f;

    if (hub_frame_begin(&h->answers.reader, s, &f))
        take(dev, &f);
    while (hub_frame_read(&h->answers.reader, &s, &f))
        take(dev, &f);
    wr_timer_set(dev, &h->answers.silence,
        hub_frame_is_open(&h->answers.reader) ? HUB_FRAME_SILENCE_US : 0, silent);
    scan_hears(dev);
}

void answers_lost(struct wr_dev *dev)
{
    wr_timer_set(dev, &hub_of(dev)->answers.silence, 0, NULL);
}
