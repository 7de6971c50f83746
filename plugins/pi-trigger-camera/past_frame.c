/* past_frame.c - one picture of the past on its way to the disk, with its time. */
#include "camera.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "jpeg_scan.h"

#define PROGRESS_EVERY 10

static void tell_progress(struct wr_dev *dev)
{
    const struct past *p = &camera_of(dev)->past;
    char text[64];

    if ((p->n_stored + p->n_known) % PROGRESS_EVERY != 0)
        return;
    snprintf(text, sizeof text, "{\"done\":%u,\"of\":%u}", p->n_stored + p->n_known, p->n_wanted);
    dev->host->publish(dev, "transfer.progress", text);
}

static void stored(struct wr_dev *dev, void *ctx, int result, uint64_t id)
{
    struct past *p = &camera_of(dev)->past;

    if ((uintptr_t)ctx != p->run)
        return; /* of a run that was given up */
    p->n_waiting--;
    if (result == 0 || result == -EEXIST) {
        p->ids[p->n_stored + p->n_known] = id;
        p->n_stored += result == 0;
        p->n_known += result != 0;
        tell_progress(dev);
    } else {
        p->n_failed++;
        p->result = result;
    }
    if (p->need > 0)
        dev->host->tcp->resume(dev, p->tcp);
    past_finish_if_over(dev);
}

/* The camera's own time and number, where it tells them. */
static struct pi_part facts_of(const struct wr_frame *frame, const struct jpeg_info *info)
{
    struct pi_part part = {0};

    if (info->comment)
        pi_part_comment_parse(&part, info->comment, info->n_comment);
    return part;
}

static int64_t guess_time(const struct past *p)
{
    return p->asked_us - (int64_t)(p->n_wanted - p->n_began) * p->period_us;
}

static void capture(struct wr_dev *dev, struct wr_frame *frame, const struct pi_part *part)
{
    struct past *p = &camera_of(dev)->past;
    bool timed = part->have & PI_PART_TIME, numbered = timed && (part->have & PI_PART_FRAME_ID);
    char key[WR_NAME_MAX + 1];
    struct wr_capture meta = {
        .size = sizeof meta,
        .captured_us = timed ? part->time_us : guess_time(p),
        .source = "past",
        .key = numbered ? key : NULL,
        .latitude = NAN,
        .longitude = NAN,
    };
    int r;

    snprintf(key, sizeof key, "%lld-f%llu", (long long)part->time_us,
        (unsigned long long)part->frame_id);
    frame->device_seq = part->frame_id;
    frame->flags |= part->night ? WR_FRAME_NIGHT : 0;
    p->n_timed += timed;
    r = dev->host->capture(dev, frame, &meta, stored, (void *)(uintptr_t)p->run);
    p->n_waiting += r == 0;
    p->n_failed += r < 0;
    p->result = r < 0 ? r : p->result;
}

void past_frame(struct wr_dev *dev)
{
    struct past *p = &camera_of(dev)->past;
    struct wr_frame *frame = p->frame;
    struct jpeg_info info;
    struct pi_part part;

    p->frame = NULL;
    if (jpeg_scan(frame->data, frame->len, &info) < 0) {
        p->n_skipped++;
        dev->host->frame_drop(dev, frame);
        return;
    }
    part = facts_of(frame, &info);
    capture(dev, frame, &part);
}
