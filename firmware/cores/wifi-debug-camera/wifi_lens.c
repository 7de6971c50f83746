/* wifi_lens.c - the sensor's pictures and what moves in them; see wifi_camera_private.h.
 *
 * There are two frames:
 *
 *     taken over the older ──▶ compared with the other, beside this thread ──▶ made a JPEG, beside it, too
 *
 * So a frame is only taken when nothing is compared, and its place is not being encoded: who is slow slows the sensor down, and no
 * picture is torn.
 */
#include "flow_light.h"
#include "wifi_camera_private.h"

/* A sensor that gave nothing is asked again so much later, and set up anew after some times. */
#define RETRY_US INT64_C(200000)
#define BROKEN_US INT64_C(2000000)
#define MAX_FAILURES 5

static const struct {
    uint16_t width, height;
    struct flow_shape shape;
} sizes[] = {
    [WIFI_QVGA] = {320, 240, {320, 240, WIFI_COLUMNS, WIFI_ROWS, 40}},
    [WIFI_QQVGA] = {160, 120, {160, 120, WIFI_COLUMNS, WIFI_ROWS, 20}},
};

/* --- memory ----------------------------------------------------------------------------------- */

static void free_all(struct wifi_camera *c)
{
    struct wifi_lens *l = &c->lens;

    for (unsigned i = 0; i < 2; i++)
        c->port.memory_free(c->port.ctx, l->frames[i]);
    c->port.memory_free(c->port.ctx, l->flow_room);
    l->frames[0] = l->frames[1] = l->flow_room = NULL;
    l->flow = NULL;
}

static bool take_memory(struct wifi_camera *c)
{
    struct wifi_lens *l = &c->lens;
    const struct flow_shape *shape = &sizes[l->size].shape;
    size_t n = (size_t)l->width * l->height, n_flow = flow_bytes(shape);

    l->frames[0] = c->port.memory_new(c->port.ctx, n);
    l->frames[1] = c->port.memory_new(c->port.ctx, n);
    l->flow_room = c->port.memory_new(c->port.ctx, n_flow);
    if (l->frames[0] && l->frames[1] && l->flow_room)
        l->flow = flow_init(l->flow_room, n_flow, shape, NULL);
    if (!l->flow)
        free_all(c);
    return l->flow != NULL;
}

/* --- life ------------------------------------------------------------------------------------- */

static bool is_busy(const struct wifi_lens *l)
{
    return l->capturing || l->comparing || l->encoding >= 0;
}

static void broken(struct wifi_camera *c, const char *why)
{
    c->port.log(c->port.ctx, why);
    c->port.camera_close(c->port.ctx);
    free_all(c);
    c->lens.state = WIFI_LENS_BROKEN;
    c->lens.next_us = c->now_us + BROKEN_US;
}

/* Nobody works on the frames. Numbers go on: the same one is never told of two frames. */
static void set_up(struct wifi_camera *c)
{
    struct wifi_lens *l = &c->lens;
    unsigned buffers = c->watch.leanness >= WIFI_LEAN_ONE_BUFFER ? 1 : 2;

    l->size = c->watch.leanness >= WIFI_LEAN_SMALL ? WIFI_QQVGA : c->kept.settings.frame_size;
    l->width = sizes[l->size].width;
    l->height = sizes[l->size].height;
    l->has_frame = l->follows = false;
    l->compute_us = 0;
    l->n_failures = 0;
    flow_summary_init(&l->summary, &FLOW_RULES_DEFAULT);
    if (!take_memory(c)) {
        broken(c, "no memory for pictures");
        return;
    }
    if (c->port.camera_open(c->port.ctx, l->size, buffers) < 0) {
        broken(c, "no sensor");
        return;
    }
    l->state = WIFI_LENS_OPEN;
    l->next_us = c->now_us;
}

static void close_now(struct wifi_camera *c)
{
    if (c->lens.state != WIFI_LENS_BROKEN)
        c->port.camera_close(c->port.ctx);
    free_all(c);
    c->lens.state = WIFI_LENS_CLOSED;
}

void wifi_lens_close(struct wifi_camera *c)
{
    if (c->lens.state == WIFI_LENS_CLOSED)
        return;
    if (is_busy(&c->lens))
        c->lens.state = WIFI_LENS_CLOSING;
    else
        close_now(c);
}

void wifi_lens_open(struct wifi_camera *c)
{
    wifi_lens_close(c);
    if (c->lens.state == WIFI_LENS_CLOSED)
        set_up(c);
}

/* --- frames ----------------------------------------------------------------------------------- */

static int64_t interval_us(const struct wifi_camera *c)
{
    return 1000000 / (int64_t)c->watch.fps;
}

/* Beside the core's thread, which changes nothing of this before wifi_lens_compared(). */
static void compare(void *arg)
{
    struct wifi_camera *c = arg;
    struct wifi_lens *l = &c->lens;
    const uint8_t *now = l->frames[l->newest], *before = l->frames[!l->newest];
    int64_t start_us = c->port.now_us(c->port.ctx);

    l->found.brightness = flow_brightness(now, (size_t)l->width * l->height);
    flow_run(l->flow, before, now, l->follows);
    l->found.took_us = c->port.now_us(c->port.ctx) - start_us;
}

void wifi_lens_compared(struct wifi_camera *c)
{
    struct wifi_lens *l = &c->lens;

    l->comparing = false;
    if (l->state != WIFI_LENS_OPEN)
        return;
    flow_summary_update(&l->summary, l->flow, l->found.brightness, l->taken_us);
    l->compute_us += l->found.took_us;
    l->follows = true;
    wifi_pictures_frame(c);
}

/* Nothing to compare it with. */
static void first_frame(struct wifi_camera *c)
{
    flow_summary_first(&c->lens.summary, c->lens.taken_us);
    wifi_pictures_frame(c);
}

static void failed(struct wifi_camera *c)
{
    struct wifi_lens *l = &c->lens;

    l->next_us = c->now_us + RETRY_US;
    if (++l->n_failures == MAX_FAILURES && l->encoding < 0)
        broken(c, "the sensor gives no pictures: it is set up anew");
    else if (l->n_failures >= MAX_FAILURES)
        l->n_failures = MAX_FAILURES - 1; /* once the encoder has done */
}

void wifi_lens_captured(struct wifi_camera *c, bool taken)
{
    struct wifi_lens *l = &c->lens;

    l->capturing = false;
    if (l->state != WIFI_LENS_OPEN)
        return;
    if (!taken) {
        failed(c);
        return;
    }
    l->n_failures = 0;
    l->newest = !l->newest;
    l->frame_id++;
    l->taken_us = c->now_us;
    l->next_us = l->started_us + interval_us(c);
    l->comparing = l->has_frame;
    if (l->has_frame)
        c->port.work(c->port.ctx, compare, c);
    else
        first_frame(c);
    l->has_frame = true;
}

static bool is_place_free(const struct wifi_lens *l)
{
    return !l->capturing && !l->comparing && l->encoding != (int)!l->newest;
}

static void take_frame(struct wifi_camera *c)
{
    struct wifi_lens *l = &c->lens;

    /* On a grid: one that is a little late does not put off all that follow. */
    bool in_time = c->now_us < l->next_us + interval_us(c);

    l->capturing = true;
    l->started_us = in_time ? l->next_us : c->now_us;
    c->port.capture(c->port.ctx, l->frames[!l->newest]);
}

void wifi_lens_step(struct wifi_camera *c)
{
    struct wifi_lens *l = &c->lens;

    if (l->state == WIFI_LENS_CLOSING && !is_busy(l))
        close_now(c);
    if (l->state == WIFI_LENS_CLOSED && c->server)
        set_up(c);
    if (l->state == WIFI_LENS_BROKEN && c->now_us >= l->next_us)
        set_up(c);
    if (l->state == WIFI_LENS_OPEN && c->now_us >= l->next_us && is_place_free(l))
        take_frame(c);
}

int64_t wifi_lens_next_us(const struct wifi_camera *c)
{
    const struct wifi_lens *l = &c->lens;

    if (l->state == WIFI_LENS_BROKEN || (l->state == WIFI_LENS_OPEN && is_place_free(l)))
        return l->next_us;
    return WIFI_NEVER_US;
}
