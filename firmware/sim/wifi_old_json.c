/* wifi_old_json.c - what old debug cameras say of what they saw. */
#include "json_put.h"
#include "motion_words.h"
#include "wifi_old_detector.h"

/* The grid that is told, which need not be the detector's. */
struct grid {
    unsigned columns, rows, block;
};

static void put_int(struct json_put *j, const char *key, int64_t v)
{
    json_put_key(j, key);
    json_put_int(j, v);
}

static void put_bool(struct json_put *j, const char *key, bool v)
{
    json_put_key(j, key);
    json_put_bool(j, v);
}

/* A float, with as many digits as anybody needs. */
static void put_float(struct json_put *j, const char *key, int64_t v, int64_t unit)
{
    json_put_key(j, key);
    json_put_decimal(j, v * 10000 / unit, 4);
}

static void put_direction(struct json_put *j, const struct wifi_old_seen *s)
{
    json_put_key(j, "direction");
    json_put_string(j, motion_direction_name((uint8_t)s->direction));
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
    put_int(j, "row", row);
    put_int(j, "col", column);
    put_int(j, "x", column * g->block);
    put_int(j, "y", row * g->block);
    put_int(j, "dx", b->dx);
    put_int(j, "dy", b->dy);
    put_int(j, "confidence", b->confidence);
    put_bool(j, "valid", b->valid);
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
    put_int(&j, "intensity", s->intensity);
    put_float(&j, "speed", s->speed, 256);
    put_direction(&j, s);
    put_bool(&j, "active", s->active);
    put_int(&j, "activeBlocks", s->active_blocks);
    put_int(&j, "confidence", s->confidence);
    put_int(&j, "frameWidth", WIFI_OLD_WIDTH);
    put_int(&j, "frameHeight", WIFI_OLD_HEIGHT);
    put_int(&j, "blockSize", g.block);
    put_int(&j, "gridCols", g.columns);
    put_int(&j, "gridRows", g.rows);
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
    put_int(&j, "totalFrames", s->n_frames);
    put_int(&j, "motionFrames", s->n_active_frames);
    put_int(&j, "intensity", s->intensity);
    put_int(&j, "avgBrightness", s->brightness);
    put_int(&j, "flashIntensity", s->flash);
    put_int(&j, "trajectoryLength", s->n_points);
    put_bool(&j, "motionActive", s->active);
    put_int(&j, "avgComputeTimeMs", s->n_frames ? s->compute_us / 1000 / s->n_frames : 0);
    put_float(&j, "avgConfidence", s->confidence, 100);
    put_int(&j, "avgActiveBlocks", s->active_blocks);
    put_direction(&j, s);
    put_float(&j, "avgSpeed", s->speed, 256);
    json_put_end(&j, '}');
    return finish(&j);
}
