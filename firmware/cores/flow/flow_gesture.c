#include "flow_gesture.h"

#include "flow_math.h"

/* By the axis along which there is more motion. */
static enum motion_gesture kind_of(const struct flow_gesture_motion *m)
{
    bool side = flow_abs(m->dx) > flow_abs(m->dy);

    if ((m->dx == 0 && m->dy == 0) ||
        (m->intensity < FLOW_GESTURE_INTENSITY &&
            m->speed < (side ? FLOW_CLASH_SPEED : FLOW_GESTURE_SPEED)))
        return MOTION_GESTURE_NONE;
    if (side)
        return MOTION_CLASH;
    return m->dy < 0 ? MOTION_IGNITION : MOTION_RETRACT;
}

enum motion_gesture flow_gesture_update(
    struct flow_gesture *g, const struct flow_gesture_motion *m, int64_t now_us)
{
    enum motion_gesture kind = m ? kind_of(m) : MOTION_GESTURE_NONE;

    if (g->kind != MOTION_GESTURE_NONE && now_us - g->time_us >= FLOW_GESTURE_SHOWN_US)
        g->kind = MOTION_GESTURE_NONE;
    if (kind == MOTION_GESTURE_NONE || (g->any && now_us - g->time_us < FLOW_GESTURE_PAUSE_US) ||
        (kind == MOTION_CLASH && g->any_clash && now_us - g->clash_us < FLOW_CLASH_PAUSE_US))
        return MOTION_GESTURE_NONE;
    g->kind = kind;
    g->confidence = m->confidence;
    g->time_us = now_us;
    g->any = true;
    if (kind == MOTION_CLASH) {
        g->clash_us = now_us;
        g->any_clash = true;
    }
    return kind;
}
