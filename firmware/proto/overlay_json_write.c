/* overlay_json_write.c - see overlay_json.h. */
#include "overlay_json.h"

#include "motion_words.h"

/* v of `unit`, as so many tenths, hundredths … (`steps` is 10, 100 …), rounded. */
static int64_t rounded(int64_t v, int64_t unit, int64_t steps)
{
    int64_t half = v < 0 ? -unit / 2 : unit / 2;

    return (v * steps + half) / unit;
}

static void put_px(struct json_put *j, const char *key, int64_t v)
{
    json_put_named_decimal(j, key, rounded(v, OVERLAY_UNIT, 100), 2);
}

static void put_place(struct json_put *j, uint16_t x, uint16_t y)
{
    json_put_named_decimal(j, "x", rounded(x, OVERLAY_PLACE_UNIT, 1000), 3);
    json_put_named_decimal(j, "y", rounded(y, OVERLAY_PLACE_UNIT, 1000), 3);
}

static void put_summary(struct json_put *j, const struct overlay *o)
{
    json_put_named_int(j, "intensity", o->intensity);
    put_px(j, "speed", o->speed);
    json_put_named_string(j, "direction", motion_direction_name(o->direction));
    json_put_named_bool(j, "active", o->active);
    json_put_named_int(j, "activeBlocks", o->active_blocks);
    json_put_named_int(j, "confidence", o->confidence_percent);
}

static void put_grid(struct json_put *j, const struct overlay *o)
{
    json_put_named_int(j, "frameWidth", o->frame_width);
    json_put_named_int(j, "frameHeight", o->frame_height);
    json_put_named_int(j, "blockSize", o->block);
    json_put_named_int(j, "gridCols", o->columns);
    json_put_named_int(j, "gridRows", o->rows);
}

static void put_block(struct json_put *j, const struct overlay *o, const struct overlay_block *b)
{
    json_put_begin(j, '{');
    json_put_named_int(j, "row", b->row);
    json_put_named_int(j, "col", b->column);
    json_put_named_int(j, "x", o->left + (int64_t)b->column * o->block);
    json_put_named_int(j, "y", o->top + (int64_t)b->row * o->block);
    put_px(j, "dx", b->dx);
    put_px(j, "dy", b->dy);
    json_put_named_int(j, "confidence", b->confidence);
    json_put_named_bool(j, "valid", true);
    json_put_end(j, '}');
}

static void put_blocks(struct json_put *j, const struct overlay *o)
{
    json_put_key(j, "blocks");
    json_put_begin(j, '[');
    for (size_t i = 0; i < o->n_blocks; i++) {
        const struct overlay_block *b = &o->blocks[i];

        if (b->valid && (b->dx != 0 || b->dy != 0))
            put_block(j, o, b);
    }
    json_put_end(j, ']');
}

static void put_trajectory(struct json_put *j, const struct overlay *o)
{
    json_put_key(j, "trajectory");
    json_put_begin(j, '[');
    for (size_t i = 0; i < o->n_points; i++) {
        json_put_begin(j, '{');
        put_place(j, o->points[i].x, o->points[i].y);
        json_put_named_int(j, "intensity", o->points[i].intensity);
        json_put_end(j, '}');
    }
    json_put_end(j, ']');
}

/* What the first cameras do not say, and who has nothing to say does not either. */
static void put_more(struct json_put *j, const struct overlay *o)
{
    if (o->left != 0 || o->top != 0) {
        json_put_named_int(j, "gridX", o->left);
        json_put_named_int(j, "gridY", o->top);
    }
    if (o->speed_px_s != 0)
        put_px(j, "speedPxS", o->speed_px_s);
    if (o->gesture != MOTION_GESTURE_NONE)
        json_put_named_string(j, "gesture", motion_gesture_name(o->gesture));
    if (o->brightness != 0)
        json_put_named_int(j, "brightness", o->brightness);
    if (o->centred) {
        json_put_key(j, "centre");
        json_put_begin(j, '{');
        put_place(j, o->x, o->y);
        json_put_end(j, '}');
    }
    if (o->n_points > 0)
        put_trajectory(j, o);
}

static void put_frame(struct json_put *j, const struct overlay *o)
{
    if (o->has_frame_id)
        json_put_named_int(j, "frameId", (int64_t)o->frame_id);
    if (o->time_us != 0)
        json_put_named_int(j, "timeUs", o->time_us);
}

void overlay_json_put(struct json_put *j, const struct overlay *o)
{
    put_summary(j, o);
    put_grid(j, o);
    put_blocks(j, o);
    put_more(j, o);
    put_frame(j, o);
}

size_t overlay_json_write(const struct overlay *o, char *out, size_t cap)
{
    struct json_put j = json_put_into(out, cap, JSON_PUT_COMPACT);

    json_put_begin(&j, '{');
    overlay_json_put(&j, o);
    json_put_end(&j, '}');
    return json_put_length(&j);
}
