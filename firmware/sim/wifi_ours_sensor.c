#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/util.h"
#include "firmware/pi-trigger-camera/jpeg_codec.h"
#include "grey_source.h"
#include "loop/worker.h"
#include "wifi_ours_private.h"

/* Of the larger size. */
#define GREY_BYTES (320u * 240)

/* One picture on its way through the worker, to whom it belongs while it is busy: the core may give its rooms back meanwhile, when the
 * camera ends. */
struct wifi_ours_encoder {
    struct wifi_ours *camera; /* NULL: it is gone, done() frees */
    bool busy;
    struct wifi_camera_encoding what;
    uint8_t grey[GREY_BYTES];
    struct jpeg_bytes jpeg;
    int result;
};

/* --- JPEGs -------------------------------------------------------------------------------------- */

static void encoder_free(struct wifi_ours_encoder *w)
{
    jpeg_bytes_fini(&w->jpeg);
    free(w);
}

static void encode_work(void *ctx)
{
    struct wifi_ours_encoder *w = ctx;

    w->result = jpeg_encode_grey(w->grey, w->what.width, w->what.height, w->what.quality, &w->jpeg);
}

static void encode_done(void *ctx, int result)
{
    struct wifi_ours_encoder *w = ctx;
    struct wifi_ours *c = w->camera;
    bool fits = result >= 0 && w->result >= 0 && w->jpeg.n <= w->what.cap;

    w->busy = false;
    if (!c) {
        encoder_free(w);
        return;
    }
    if (fits)
        memcpy(w->what.jpeg, w->jpeg.bytes, w->jpeg.n);
    wifi_camera_encoded(c->core, gatt_core_now_us(&c->ble), fits ? w->jpeg.n : 0);
    gatt_core_told(&c->ble);
}

void wifi_ours_encode(void *ctx, const struct wifi_camera_encoding *what)
{
    struct wifi_ours *c = ctx;
    struct wifi_ours_encoder *w = c->encoder;

    w->what = *what;
    memcpy(w->grey, what->grey, MIN((size_t)what->width * what->height, (size_t)GREY_BYTES));
    w->busy = work_submit(c->loop, encode_work, encode_done, w, NULL) >= 0;
    if (!w->busy)
        loop_defer(c->loop, &c->not_encoded);
}

/* Too much else is at work. */
static void on_not_encoded(struct deferred *d)
{
    struct wifi_ours *c = container_of(d, struct wifi_ours, not_encoded);

    wifi_camera_encoded(c->core, gatt_core_now_us(&c->ble), 0);
    gatt_core_told(&c->ble);
}

/* --- motion ------------------------------------------------------------------------------------- */

/* It takes this machine a millisecond: another thread would not be worth it. */
static void on_work(struct deferred *d)
{
    struct wifi_ours *c = container_of(d, struct wifi_ours, work);

    c->job(c->job_arg);
    wifi_camera_worked(c->core, gatt_core_now_us(&c->ble));
    gatt_core_told(&c->ble);
}

void wifi_ours_work(void *ctx, void (*job)(void *arg), void *arg)
{
    struct wifi_ours *c = ctx;

    c->job = job;
    c->job_arg = arg;
    loop_defer(c->loop, &c->work);
}

/* --- pictures ----------------------------------------------------------------------------------- */

static void finish(struct wifi_ours *c, bool taken)
{
    c->to = NULL;
    wifi_camera_captured(c->core, gatt_core_now_us(&c->ble), taken);
    gatt_core_told(&c->ble);
}

static void on_frame(void *ctx, const uint8_t *grey, int64_t taken_us)
{
    struct wifi_ours *c = ctx;

    if (!c->to)
        return;
    memcpy(c->to, grey, c->n_to);
    finish(c, true);
}

static void on_no_picture(struct deferred *d)
{
    struct wifi_ours *c = container_of(d, struct wifi_ours, no_picture);

    if (c->to)
        finish(c, false);
}

static void on_ended(void *ctx, const char *why)
{
    struct wifi_ours *c = ctx;

    log_warning(
        "the camera's source has ended", F_STR("camera", c->options->name), F_STR("error", why));
    if (c->to)
        finish(c, false);
}

int wifi_ours_camera_open(void *ctx, enum wifi_frame_size size, unsigned buffers)
{
    struct wifi_ours *c = ctx;
    unsigned width = size == WIFI_QVGA ? 320 : 160, height = size == WIFI_QVGA ? 240 : 120;
    struct error e = ERROR_NULL;
    int r = grey_source_start(c->source, width, height, c->options->fps, &e);

    c->n_to = (size_t)width * height;
    if (r < 0)
        log_error(
            "the camera's source does not start", F_STR("camera", c->options->name), F_ERROR(&e));
    return r;
}

void wifi_ours_camera_close(void *ctx)
{
    struct wifi_ours *c = ctx;

    grey_source_stop(c->source);
    deferred_cancel(&c->no_picture);
    c->to = NULL;
}

void wifi_ours_capture(void *ctx, uint8_t *to)
{
    struct wifi_ours *c = ctx;

    c->to = to;
    if (grey_source_ask(c->source) < 0)
        loop_defer(c->loop, &c->no_picture);
}

/* --- life --------------------------------------------------------------------------------------- */

int wifi_ours_sensor_init(struct wifi_ours *c, struct error *e)
{
    static const struct grey_events events = {on_frame, on_ended};
    int r;

    deferred_init(&c->no_picture, on_no_picture);
    deferred_init(&c->not_encoded, on_not_encoded);
    deferred_init(&c->work, on_work);
    c->encoder = calloc(1, sizeof *c->encoder);
    if (!c->encoder)
        return error_set(e, -ENOMEM, "no memory");
    c->encoder->camera = c;
    r = grey_source_new(c->loop, c->options->source, &events, c, &c->source, e);
    if (r >= 0)
        grey_source_set_asked(c->source);
    return r;
}

void wifi_ours_sensor_fini(struct wifi_ours *c)
{
    deferred_cancel(&c->no_picture);
    deferred_cancel(&c->not_encoded);
    deferred_cancel(&c->work);
    c->source = grey_source_free(c->source);
    if (c->encoder && c->encoder->busy)
        c->encoder->camera = NULL;
    else if (c->encoder)
        encoder_free(c->encoder);
    c->encoder = NULL;
}
