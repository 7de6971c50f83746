/* wifi_old_json.c - what old debug cameras say of what they saw. */
#include "json_put.h"
#include "motion_words.h"
#include "wifi_old_detector.h"

/* The grid that is told, which need not be the detector's. */
struct grid {
    unsigned columns, rows, block;
};

/* A float, with as many digits as anybody needs. */
static void put_float(struct json_put *j, const char *key, int64_t v, int64_t unit)
{
    json_put_named_decimal(j, key, v * 10000 / unit, 4);
}

static void put_direction(struct json_put *j, const struct wifi_old_seen *s)
{
    json_put_named_string(j, "direction", motion_direction_name((uint8_t)s->direction));
}

static size_t finish(struct json_put *j)
{
    size_t n = json_put_length(j);

    j->text[n] = '\0';
    return n;
}

/* --- the overlay -------------------------------------------------------------------------------- */

static void put_block(struct json_put *j, const struct grid *g, unsigned row, unsigned column,
    const struct flow_seed_block *b)
{
    json_put_begin(j, '{');
    json_put_named_int(j, "row", row);
    json_put_named_int(j, "col", column);
    json_put_named_int(j, "x", column * g->block);
    json_put_named_int(j, "y", row * g->block);
    json_put_named_int(j, "dx", b->dx);
    json_put_named_int(j, "dy", b->dy);
    json_put_named_int(j, "confidence", b->confidence);
    json_put_named_bool(j, "valid", b->valid);
    json_put_end(j, '}');
}

static void put_blocks(
    struct json_put *j, const struct wifi_old_seen *s, const struct grid *g, bool placeholders)
{
    static const struct flow_seed_block nothing;

    json_put_key(j, "blocks");
    json_put_begin(j, '[');
    for (unsigned row = 0; row < g->rows; row++)
        for (unsigned column = 0; column < g->columns; column++) {
            const struct flow_seed_block *b = &s->blocks[row][column];

            if (placeholders)
                put_block(j, g, row, column, &nothing);
            else if (b->valid && (b->dx || b->dy || b->confidence))
                put_block(j, g, row, column, b);
        }
    json_put_end(j, ']');
}

static struct grid told_grid(enum wifi_dialect dialect, unsigned side)
{
    if (dialect != WIFI_DIALECT_HEAD)
        return (struct grid){FLOW_SEED_COLUMNS, FLOW_SEED_ROWS, FLOW_SEED_BLOCK};
    return (struct grid){side, side, WIFI_OLD_HEIGHT / side};
}

size_t wifi_old_overlay(const struct wifi_old_seen *s, enum wifi_dialect dialect, unsigned side,
    char out[static WIFI_OLD_OVERLAY_MAX])
{
    struct json_put j = json_put_into(out, WIFI_OLD_OVERLAY_MAX - 1, JSON_PUT_COMPACT);
    struct grid g = told_grid(dialect, side);

    json_put_begin(&j, '{');
    json_put_named_int(&j, "intensity", s->intensity);
    put_float(&j, "speed", s->speed, 256);
    put_direction(&j, s);
    json_put_named_bool(&j, "active", s->active);
    json_put_named_int(&j, "activeBlocks", s->active_blocks);
    json_put_named_int(&j, "confidence", s->confidence);
    json_put_named_int(&j, "frameWidth", WIFI_OLD_WIDTH);
    json_put_named_int(&j, "frameHeight", WIFI_OLD_HEIGHT);
    json_put_named_int(&j, "blockSize", g.block);
    json_put_named_int(&j, "gridCols", g.columns);
    json_put_named_int(&j, "gridRows", g.rows);
    put_blocks(&j, s, &g, dialect == WIFI_DIALECT_ROADMAP);
    json_put_end(&j, '}');
    return finish(&j);
}

/* --- metrics ------------------------------------------------------------------------------------ */

/* What is called an average is the last frame's, but for the time. */
size_t wifi_old_metrics(const struct wifi_old_seen *s, char out[static WIFI_OLD_METRICS_MAX])
{
    struct json_put j = json_put_into(out, WIFI_OLD_METRICS_MAX - 1, JSON_PUT_COMPACT);

    json_put_begin(&j, '{');
    json_put_named_int(&j, "totalFrames", s->n_frames);
    json_put_named_int(&j, "motionFrames", s->n_active_frames);
    json_put_named_int(&j, "intensity", s->intensity);
    json_put_named_int(&j, "avgBrightness", s->brightness);
    json_put_named_int(&j, "flashIntensity", s->flash);
    json_put_named_int(&j, "trajectoryLength", s->n_points);
    json_put_named_bool(&j, "motionActive", s->active);
    json_put_named_int(
        &j, "avgComputeTimeMs", s->n_frames ? s->compute_us / 1000 / s->n_frames : 0);
    put_float(&j, "avgConfidence", s->confidence, 100);
    json_put_named_int(&j, "avgActiveBlocks", s->active_blocks);
    put_direction(&j, s);
    put_float(&j, "avgSpeed", s->speed, 256);
    json_put_end(&j, '}');
    return finish(&j);
}
