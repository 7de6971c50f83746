#include "device/motion.h"

#include "base/json_member.h"
#include "device/device.h"

static const struct wr_topic topics[] = {
    {.type = "motion.started", .help = "Something began to move"},
    {.type = "motion.ended", .help = "Nothing moves any more"},
    {.type = "motion.direction", .help = "It moves another way", .flags = WR_TOPIC_LIVE},
    {.type = "motion.gesture", .help = "A gesture was recognised"},
};
enum { STARTED, ENDED, DIRECTION, GESTURE };

#define DATA_BYTES 160

static const struct motion_phase calm = {.turn_us = MOTION_TURN_US, .end_us = MOTION_REST_US};

static void begin(struct wr_json *j, char text[DATA_BYTES])
{
    *j = wr_json_into(text, DATA_BYTES);
    wr_json_object(j);
}

static void tell_consume(struct device *d, unsigned topic, struct wr_json *j)
{
    wr_json_end(j);
    device_tell(d, topics[topic].type, wr_json_text(j), topics[topic].flags & WR_TOPIC_LIVE);
}

static void tell_started(struct device *d, const struct overlay *o)
{
    char text[DATA_BYTES];
    struct wr_json j;

    begin(&j, text);
    member_uint(&j, "intensity", o->intensity);
    member_string(&j, "direction", motion_direction_name(o->direction));
    if (o->speed_px_s > 0)
        member_uint(&j, "speed_px_s", ((uint64_t)o->speed_px_s + OVERLAY_UNIT / 2) / OVERLAY_UNIT);
    member_uint(&j, "blocks", o->active_blocks);
    tell_consume(d, STARTED, &j);
}

static void tell_ended(struct device *d, int64_t end_us)
{
    char text[DATA_BYTES];
    struct wr_json j;

    begin(&j, text);
    wr_json_key(&j, "seconds");
    wr_json_float(&j, (double)((end_us - d->motion.began_us) / 100000) / 10);
    tell_consume(d, ENDED, &j);
}

static void tell_direction(struct device *d, const struct overlay *o)
{
    char text[DATA_BYTES];
    struct wr_json j;

    begin(&j, text);
    member_string(&j, "direction", motion_direction_name(o->direction));
    member_uint(&j, "intensity", o->intensity);
    tell_consume(d, DIRECTION, &j);
}

static void tell_gesture(struct device *d, const struct overlay *o)
{
    char text[DATA_BYTES];
    struct wr_json j;

    begin(&j, text);
    member_string(&j, "gesture", motion_gesture_name(o->gesture));
    member_uint(&j, "confidence_percent", o->confidence_percent);
    tell_consume(d, GESTURE, &j);
}

/* A camera shows a gesture for a while. */
static void see_gesture(struct device *d, const struct overlay *o)
{
    bool fresh = o->gesture != MOTION_GESTURE_NONE && o->gesture != d->motion.gesture;

    d->motion.gesture = o->gesture;
    if (fresh)
        tell_gesture(d, o);
}

void motion_see(struct device *d, const struct overlay *o)
{
    struct motion *m = &d->motion;
    int64_t now_us = loop_now_us(d->all->env.loop);
    unsigned news =
        motion_phase_update(&m->phase, o->active, (enum motion_direction)o->direction, now_us);

    if (o->active)
        m->moved_us = now_us;
    if (news & MOTION_STARTED) {
        m->began_us = m->phase.change_us;
        tell_started(d, o);
    }
    if (news & MOTION_TURNED)
        tell_direction(d, o);
    if (news & MOTION_ENDED)
        tell_ended(d, m->phase.change_us);
    see_gesture(d, o);
    if (m->phase.moving)
        timer_once(&m->silence, MOTION_SILENT_US);
    else
        timer_stop(&m->silence);
}

void motion_end(struct device *d)
{
    struct motion *m = &d->motion;
    bool moved = m->phase.moving;

    timer_stop(&m->silence);
    m->phase = calm;
    m->gesture = MOTION_GESTURE_NONE;
    if (moved)
        tell_ended(d, m->moved_us);
}

static void silent(struct timer *t)
{
    motion_end(container_of(t, struct device, motion.silence));
}

void motion_init(struct device *d)
{
    d->motion.phase = calm;
    timer_init(&d->motion.silence, d->all->env.loop, silent);
}
