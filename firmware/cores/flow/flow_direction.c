#include "flow_direction.h"

#include "flow_math.h"

/* Whether the angle to the axis of `along` is below 22.5 degrees: its tangent is the root of 2, less 1. Equal it never is. */
static int is_axis(int64_t along, int64_t across)
{
    return (along + across) * (along + across) < 2 * along * along;
}

enum motion_direction flow_direction_of(int32_t dx, int32_t dy)
{
    int64_t x = flow_abs(dx), y = flow_abs(dy);

    if (x == 0 && y == 0)
        return MOTION_NONE;
    if (is_axis(x, y))
        return dx > 0 ? MOTION_RIGHT : MOTION_LEFT;
    if (is_axis(y, x))
        return dy > 0 ? MOTION_DOWN : MOTION_UP;
    if (dy > 0)
        return dx > 0 ? MOTION_DOWN_RIGHT : MOTION_DOWN_LEFT;
    return dx > 0 ? MOTION_UP_RIGHT : MOTION_UP_LEFT;
}
