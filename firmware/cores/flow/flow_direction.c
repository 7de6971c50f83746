#include "flow_direction.h"

#include "flow_math.h"

/* Whether the angle to the axis of `along` is below 22.5 degrees: its tangent is the root of 2, less 1. Equal it never is. */
static int is_axis(int64_t along, int64_t across)
{
    return (along + across) * (along + across) < 2 * along * along;
}

enum flow_direction flow_direction_of(int32_t dx, int32_t dy)
{
    int64_t x = flow_abs(dx), y = flow_abs(dy);

    if (x == 0 && y == 0)
        return FLOW_NONE;
    if (is_axis(x, y))
        return dx > 0 ? FLOW_RIGHT : FLOW_LEFT;
    if (is_axis(y, x))
        return dy > 0 ? FLOW_DOWN : FLOW_UP;
    if (dy > 0)
        return dx > 0 ? FLOW_DOWN_RIGHT : FLOW_DOWN_LEFT;
    return dx > 0 ? FLOW_UP_RIGHT : FLOW_UP_LEFT;
}

const char *flow_direction_name(enum flow_direction d)
{
    static const char *const names[] = {
        "none", "up", "down", "left", "right", "up_left", "up_right", "down_left", "down_right"};

    return (unsigned)d < sizeof(names) / sizeof(*names) ? names[d] : "unknown";
}
