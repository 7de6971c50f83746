/* settings.c - what people want the camera to be: written over Bluetooth, all that differs at once. Cameras before ours have no
 * settings; ours say in each status what theirs are. */
#include "camera.h"

#include <errno.h>
#include <string.h>

/* In the order of enum setting. */
static const struct {
    const char *key;
    unsigned has;
} rows[] = {
    [SETTING_WEB_ENABLED] = {"web_enabled", WIFI_HAS_WEB_ENABLED},
    [SETTING_WEB_PORT] = {"web_port", WIFI_HAS_WEB_PORT},
    [SETTING_STREAM_FPS] = {"stream_fps", WIFI_HAS_FPS},
    [SETTING_FRAME_SIZE] = {"frame_size", WIFI_HAS_SIZE},
};

static void put(struct wifi_settings *s, enum setting which, const struct wr_value *v)
{
    switch (which) {
    case SETTING_WEB_ENABLED:
        s->web_enabled = v->b;
        break;
    case SETTING_WEB_PORT:
        s->web_port = (uint16_t)v->i;
        break;
    case SETTING_STREAM_FPS:
        s->stream_fps = (uint8_t)v->i;
        break;
    case SETTING_FRAME_SIZE:
        s->frame_size =
            strcmp(v->s, wifi_frame_size_name(WIFI_QQVGA)) == 0 ? WIFI_QQVGA : WIFI_QVGA;
        break;
    }
    s->has |= rows[which].has;
}

static bool same(const struct wifi_settings *a, const struct wifi_settings *b, enum setting which)
{
    switch (which) {
    case SETTING_WEB_ENABLED:
        return a->web_enabled == b->web_enabled;
    case SETTING_WEB_PORT:
        return a->web_port == b->web_port;
    case SETTING_STREAM_FPS:
        return a->stream_fps == b->stream_fps;
    default:
        return a->frame_size == b->frame_size;
    }
}

void settings_applied(struct wr_dev *dev, const struct wifi_settings *s, int result)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (s->has & rows[i].has)
            dev->host->applied(dev, rows[i].key, result);
}

void settings_next(struct wr_dev *dev)
{
    struct wifi_settings *wanted = &camera_of(dev)->wanted;
    struct job job = {.control = {.command = WIFI_SET, .settings = *wanted}};

    if (wanted->has == 0 || job_busy(dev))
        return;
    wanted->has = 0;
    job_start(dev, &job);
}

int settings_configure(struct wr_dev *dev, const struct wr_setting *changed, size_t n)
{
    struct camera *c = camera_of(dev);
    const struct wifi_settings *is = &c->status.is.settings;

    for (size_t i = 0; i < n; i++) {
        enum setting which = (enum setting)changed[i].index;
        struct wifi_settings one = {0};

        put(&one, which, &changed[i].value);
        if ((is->has & one.has) && same(is, &one, which))
            dev->host->applied(dev, rows[which].key, 0);
        else if (!(is->has & one.has) || !c->ble.usable)
            dev->host->applied(dev, rows[which].key, -EOPNOTSUPP);
        else
            wifi_settings_apply(&c->wanted, &one);
    }
    settings_next(dev);
    return 0;
}
