#include "motion_phase.h"

static unsigned begin_or_end(
    struct motion_phase *p, enum motion_direction direction, int64_t now_us)
{
    p->moving = !p->moving;
    p->changing = false;
    p->heading = p->moving ? direction : MOTION_NONE;
    p->heading_us = now_us;
    return p->moving ? MOTION_STARTED : MOTION_ENDED;
}

static bool has_turned(
    const struct motion_phase *p, enum motion_direction direction, int64_t now_us)
{
    return direction != MOTION_NONE && direction != p->heading &&
        (p->heading == MOTION_NONE || now_us - p->heading_us >= p->turn_us);
}

static int64_t patience_us(const struct motion_phase *p)
{
    if (!p->moving)
        return MOTION_START_US;
    return p->end_us ? p->end_us : MOTION_END_US;
}

unsigned motion_phase_update(
    struct motion_phase *p, bool active, enum motion_direction direction, int64_t now_us)
{
    if (active == p->moving) {
        p->changing = false;
    } else if (!p->changing) {
        p->changing = true;
        p->change_us = now_us;
    }
    if (p->changing && now_us - p->change_us >= patience_us(p))
        return begin_or_end(p, direction, now_us);
    if (!p->moving || !active || !has_turned(p, direction, now_us))
        return 0;
    p->heading = direction;
    p->heading_us = now_us;
    return MOTION_TURNED;
}
