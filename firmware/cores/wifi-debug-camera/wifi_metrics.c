/* wifi_metrics.c - /metrics: the numbers of the first cameras, and how the board is doing. See wifi_camera_private.h. */
#include "wifi_camera_private.h"

static void put_int(struct json_put *j, const char *key, int64_t v)
{
    json_put_key(j, key);
    json_put_int(j, v);
}

static void put_decimal(struct json_put *j, const char *key, int64_t v, unsigned digits)
{
    json_put_key(j, key);
    json_put_decimal(j, v, digits);
}

/* What they call averages are the last frame's, but for the time. */
static void put_motion(struct json_put *j, const struct wifi_lens *l)
{
    const struct flow_summary *s = &l->summary;

    put_int(j, "totalFrames", (int64_t)l->frame_id);
    put_int(j, "motionFrames", s->n_active_frames);
    put_int(j, "intensity", s->intensity);
    put_int(j, "avgBrightness", s->brightness);
    put_int(j, "flashIntensity", s->flash);
    put_int(j, "trajectoryLength", s->trajectory.n);
    json_put_key(j, "motionActive");
    json_put_bool(j, s->active);
    put_decimal(j, "avgComputeTimeMs", s->n_frames > 0 ? l->compute_us / s->n_frames : 0, 3);
    put_decimal(j, "avgConfidence", s->confidence * 1000 / 255, 3);
    put_int(j, "avgActiveBlocks", s->active_blocks);
    json_put_key(j, "direction");
    json_put_string(j, motion_direction_name((uint8_t)s->direction));
    put_decimal(j, "avgSpeed", (int64_t)s->speed * 100 / FLOW_UNIT, 2);
}

size_t wifi_metrics_write(const struct wifi_camera *c, char *out, size_t cap)
{
    struct json_put j = json_put_into(out, cap, JSON_PUT_COMPACT);

    json_put_begin(&j, '{');
    put_motion(&j, &c->lens);
    put_int(&j, "heapFree", (int64_t)c->port.heap_free(c->port.ctx));
    put_int(&j, "cpuPercent", c->watch.cpu);
    put_int(&j, "streamFps", c->watch.measured);
    json_put_end(&j, '}');
    return json_put_length(&j);
}
