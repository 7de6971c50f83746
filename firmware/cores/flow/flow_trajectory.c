#include "flow_trajectory.h"

#include <stdbool.h>
#include <string.h>

static bool is_same_place(const struct flow_point *a, const struct flow_point *b)
{
    int64_t x = a->x - b->x, y = a->y - b->y;

    return x * x + y * y < (int64_t)FLOW_TRAJECTORY_STEP * FLOW_TRAJECTORY_STEP;
}

void flow_trajectory_add(struct flow_trajectory *t, const struct flow_point *p)
{
    struct flow_point *last = t->n ? &t->points[t->n - 1] : NULL;

    if (last && is_same_place(last, p)) {
        last->intensity = last->intensity > p->intensity ? last->intensity : p->intensity;
        last->speed = p->speed;
        last->direction = p->direction;
        last->time_us = p->time_us;
        return;
    }
    if (t->n == FLOW_TRAJECTORY_POINTS)
        memmove(t->points, t->points + 1, --t->n * sizeof(*t->points));
    t->points[t->n++] = *p;
}

void flow_trajectory_rest(struct flow_trajectory *t, int64_t now_us)
{
    if (t->n && now_us - t->points[t->n - 1].time_us > FLOW_TRAJECTORY_REST_US)
        t->n = 0;
}
