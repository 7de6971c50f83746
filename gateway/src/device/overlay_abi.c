#include "device/overlay_abi.h"

#include "base/util.h"
#include "motion_words.h"

_Static_assert(WR_OVERLAY_UNIT == OVERLAY_UNIT && WR_OVERLAY_PLACE_UNIT == OVERLAY_PLACE_UNIT &&
        WR_OVERLAY_SIDE_MAX == OVERLAY_SIDE_MAX && WR_OVERLAY_POINTS_MAX == OVERLAY_POINTS_MAX,
    "both sides of the ABI count alike");

static const char *grid_problem(const struct wr_overlay *o)
{
    if (o->columns == 0 && o->rows == 0)
        return o->n_blocks > 0 ? "blocks without a grid" : NULL;
    if (o->columns == 0 || o->rows == 0 || o->columns > WR_OVERLAY_SIDE_MAX ||
        o->rows > WR_OVERLAY_SIDE_MAX || o->block == 0)
        return "a grid that cannot be";
    if (o->left + (uint32_t)o->columns * o->block > o->frame_width ||
        o->top + (uint32_t)o->rows * o->block > o->frame_height)
        return "a grid that is not within its frame";
    return NULL;
}

static const char *blocks_problem(const struct wr_overlay *o)
{
    uint32_t seen[WR_OVERLAY_SIDE_MAX] = {0};

    for (size_t i = 0; i < o->n_blocks; i++) {
        const struct wr_overlay_block *b = &o->blocks[i];

        if (b->row >= o->rows || b->column >= o->columns)
            return "a block outside of the grid";
        if (seen[b->row] & UINT32_C(1) << b->column)
            return "two blocks in one place";
        seen[b->row] |= UINT32_C(1) << b->column;
    }
    return NULL;
}

const char *overlay_problem(const struct wr_overlay *o)
{
    const char *problem;

    if (!WR_HAS(o, n_points) || (o->n_blocks > 0 && !o->blocks) || (o->n_points > 0 && !o->points))
        return "an overlay whose size or arrays are not filled in";
    if (o->confidence_percent > 100 || o->direction > MOTION_DOWN_RIGHT ||
        o->gesture > MOTION_CLASH)
        return "a motion that cannot be";
    if (o->received_us < 0)
        return "a time that cannot be";
    if (o->n_points > WR_OVERLAY_POINTS_MAX)
        return "too many points";
    problem = grid_problem(o);
    return problem ? problem : blocks_problem(o);
}

static void copy_blocks(const struct wr_overlay *from, struct overlay_block *room)
{
    for (size_t i = 0; i < from->n_blocks; i++) {
        const struct wr_overlay_block *b = &from->blocks[i];

        room[i] = (struct overlay_block){.row = b->row,
            .column = b->column,
            .confidence = b->confidence,
            .valid = b->valid,
            .dx = b->dx,
            .dy = b->dy};
    }
}

void overlay_of_driver(const struct wr_overlay *from, struct overlay_block room[OVERLAY_BLOCKS_MAX],
    struct overlay *ret)
{
    copy_blocks(from, room);
    *ret = (struct overlay){.frame_id = from->device_seq,
        .time_us = from->captured_us,
        .has_frame_id = from->device_seq != 0,
        .active = from->flags & WR_OVERLAY_ACTIVE,
        .centred = from->flags & WR_OVERLAY_CENTRED,
        .intensity = from->intensity,
        .confidence_percent = from->confidence_percent,
        .direction = from->direction,
        .gesture = from->gesture,
        .brightness = from->brightness,
        .speed = from->speed,
        .speed_px_s = from->speed_px_s,
        .active_blocks = from->active_blocks,
        .x = from->x,
        .y = from->y,
        .frame_width = from->frame_width,
        .frame_height = from->frame_height,
        .columns = from->columns,
        .rows = from->rows,
        .block = from->block,
        .left = from->left,
        .top = from->top,
        .n_points = (uint8_t)from->n_points,
        .n_blocks = (uint16_t)from->n_blocks,
        .blocks = room};
    for (size_t i = 0; i < from->n_points; i++)
        ret->points[i] =
            (struct overlay_point){from->points[i].x, from->points[i].y, from->points[i].intensity};
}
