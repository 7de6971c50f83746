/* metrics.c - what the camera tells at /metrics; the values that ours add, too.
 *
 *     {"totalFrames":812,"motionFrames":90,"intensity":0,"avgBrightness":104,"flashIntensity":150,"trajectoryLength":0,
 *      "motionActive":false,"avgComputeTimeMs":41,"avgConfidence":0.93,"avgActiveBlocks":0,"direction":"none","avgSpeed":0,
 *      "heapFree":121344,"cpuPercent":55,"streamFps":9.8}
 */
#include "camera.h"

#include <errno.h>
#include <string.h>

#include "json_pull.h"

static const struct {
    const char *key, *attribute;
    double min, max; /* what is beyond makes no sense */
    bool is_whole;
} rows[] = {
    {"avgBrightness", "brightness", 0, 255, true},
    {"avgComputeTimeMs", "compute_ms", 0, 60000, false},
    {"heapFree", "heap_free_bytes", 0, 1e9, true},
    {"cpuPercent", "cpu_percent", 0, 100, true},
};

static void take(struct wr_dev *dev, const struct json_pull_value *v)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(v->path, rows[i].key) != 0 || v->f < rows[i].min || v->f > rows[i].max)
            continue;
        if (rows[i].is_whole)
            wr_report_int(dev, rows[i].attribute, (int64_t)v->f);
        else
            wr_report_float(dev, rows[i].attribute, v->f);
    }
}

int metrics_take(struct wr_dev *dev, const char *json, size_t n)
{
    struct json_pull_value v;
    struct json_pull j;
    bool counts = false;
    int r;

    if (n == 0 || !json_pull_is_valid(json, n))
        return -EBADMSG;
    json_pull_init(&j, json, n);
    while ((r = json_pull_next(&j, &v)) > 0) {
        if (v.kind != JSON_PULL_NUMBER || v.in_list)
            continue;
        counts = counts || strcmp(v.path, "totalFrames") == 0;
        take(dev, &v);
    }
    return r < 0 || !counts ? -EBADMSG : 0;
}
