/* settings.c - what people want the camera to be: all that differs is told at once. Cameras before ours have no settings; ours say
 * in each status what theirs are.
 *
 *     PATCH /settings {"stream_fps":5}           what the pictures are, while the HTTP server is there
 *     CONTROL {"cmd":"set","web_port":8080}      whether it is there at all, and everything while it is not
 */
#include "camera.h"

#include <errno.h>
#include <string.h>

#include "json_put.h"

#define BY_HTTP (WIFI_HAS_FPS | WIFI_HAS_SIZE)
#define PATCH_MS 8000

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

bool settings_are(const struct wifi_settings *is, const struct wifi_settings *wanted)
{
    return ((~is->has | wifi_settings_differ(is, wanted)) & wanted->has) == 0;
}

void settings_applied(struct wr_dev *dev, const struct wifi_settings *s, int result)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (s->has & rows[i].has)
            dev->host->applied(dev, rows[i].key, result);
}

/* --- over HTTP -------------------------------------------------------------------------------- */

static void patched(struct wr_dev *dev, wr_handle h, void *ctx, const struct wr_http_response *r)
{
    struct settings *s = &camera_of(dev)->settings;
    struct span body = {(const char *)r->body, r->body_len};
    struct wifi_status status;
    bool taken = r->result == 0 && r->status == 200 && wifi_status_read(body, &status) == 0;
    char said[WHY_MAX];

    s->http = 0;
    if (taken) {
        status_take(dev, &status, false);
    } else {
        wr_text_clean(r->result < 0 ? r->error : body.at, r->result < 0 ? strlen(r->error) : body.n,
            said, sizeof said);
        dev->host->log(dev, WR_LOG_WARNING, "settings were not taken: %s", said);
    }
    settings_applied(dev, &s->patching, taken ? 0 : r->result < 0 ? r->result : -EIO);
    settings_next(dev);
}

static wr_handle patch(struct wr_dev *dev, const struct wifi_settings *s)
{
    static const struct wr_prop type = {"Content-Type", "application/json"};
    char body[WIFI_TEXT_MAX];
    struct json_put j = json_put_into(body, sizeof body, JSON_PUT_COMPACT);
    struct web_request q;

    json_put_begin(&j, '{');
    wifi_settings_put(&j, s);
    json_put_end(&j, '}');
    web_request(dev, "/settings", &type, &q);
    q.http.method = "PATCH";
    q.http.body = body;
    q.http.body_len = json_put_length(&j);
    q.http.timeout_ms = PATCH_MS;
    return dev->host->http->request(dev, &q.http, false, patched, NULL);
}

static void next_patch(struct wr_dev *dev)
{
    struct settings *s = &camera_of(dev)->settings;

    if (s->by_http.has == 0 || s->http)
        return;
    s->patching = s->by_http;
    s->by_http.has = 0;
    s->http = patch(dev, &s->patching);
    if (!s->http)
        settings_applied(dev, &s->patching, -EAGAIN);
}

/* --- either way ------------------------------------------------------------------------------- */

void settings_next(struct wr_dev *dev)
{
    struct settings *s = &camera_of(dev)->settings;
    struct job job = {.control = {.command = WIFI_SET, .settings = s->by_ble}};

    next_patch(dev);
    if (s->by_ble.has == 0 || job_busy(dev))
        return;
    s->by_ble.has = 0;
    job_start(dev, &job);
}

static void want(struct wr_dev *dev, enum setting which, const struct wr_value *v)
{
    struct camera *c = camera_of(dev);
    const struct wifi_settings *is = &c->status.is.settings;
    struct wifi_settings one = {0};

    put(&one, which, v);
    if (!(is->has & one.has))
        dev->host->applied(dev, rows[which].key, -EOPNOTSUPP);
    else if (settings_are(is, &one))
        dev->host->applied(dev, rows[which].key, 0);
    else if ((one.has & BY_HTTP) && web_up(&c->web) && c->web.tells_status)
        wifi_settings_apply(&c->settings.by_http, &one);
    else if (c->ble.usable)
        wifi_settings_apply(&c->settings.by_ble, &one);
    else
        dev->host->applied(dev, rows[which].key, -EOPNOTSUPP);
}

int settings_configure(struct wr_dev *dev, const struct wr_setting *changed, size_t n)
{
    for (size_t i = 0; i < n; i++)
        want(dev, (enum setting)changed[i].index, &changed[i].value);
    settings_next(dev);
    return 0;
}
