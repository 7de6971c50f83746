/* wifi_metrics.c - /metrics: the numbers of the first cameras, and how the board is doing. See wifi_camera_private.h. */
#include "wifi_camera_private.h"

/* What they call averages are the last frame's, but for the time. */
static void put_motion(struct json_put *j, const struct wifi_lens *l)
{
    const struct flow_summary *s = &l->summary;

    json_put_named_int(j, "totalFrames", (int64_t)l->frame_id);
    json_put_named_int(j, "motionFrames", s->n_active_frames);
    json_put_named_int(j, "intensity", s->intensity);
    json_put_named_int(j, "avgBrightness", s->brightness);
    json_put_named_int(j, "flashIntensity", s->flash);
    json_put_named_int(j, "trajectoryLength", s->trajectory.n);
    json_put_named_bool(j, "motionActive", s->active);
    json_put_named_decimal(
        j, "avgComputeTimeMs", s->n_frames > 0 ? l->compute_us / s->n_frames : 0, 3);
    json_put_named_decimal(j, "avgConfidence", s->confidence * 1000 / 255, 3);
    json_put_named_int(j, "avgActiveBlocks", s->active_blocks);
    json_put_named_string(j, "direction", motion_direction_name((uint8_t)s->direction));
    json_put_named_decimal(j, "avgSpeed", (int64_t)s->speed * 100 / FLOW_UNIT, 2);
}

size_t wifi_metrics_write(const struct wifi_camera *c, char *out, size_t cap)
{
    struct json_put j = json_put_into(out, cap, JSON_PUT_COMPACT);

    json_put_begin(&j, '{');
    put_motion(&j, &c->lens);
    json_put_named_int(&j, "heapFree", (int64_t)c->port.heap_free(c->port.ctx));
    json_put_named_int(&j, "cpuPercent", c->watch.cpu);
    json_put_named_int(&j, "streamFps", c->watch.measured);
    json_put_end(&j, '}');
    return json_put_length(&j);
}
