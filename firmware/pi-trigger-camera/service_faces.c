/* service_faces.c - who talks to the camera: commands from the trigger port, viewers over HTTP, and
 * faces of another dialect. */
#include "service_private.h"

#include "http_face.h"
#include "trigger_face.h"

/* --- HTTP ------------------------------------------------------------------------------------- */

void service_publish(void *ctx, const struct pi_frame_meta *meta, const uint8_t *jpeg, size_t n)
{
    struct service *s = ctx;

    if (s->http)
        http_face_publish(s->http, meta, jpeg, n);
}

void service_live(void *ctx, bool live)
{
    struct service *s = ctx;

    if (!live && s->http)
        http_face_stop_streams(s->http);
}

static bool http_newest(void *ctx, struct pi_ring_frame *ret)
{
    return pi_camera_newest(&((struct service *)ctx)->camera, ret);
}

static unsigned http_fps(void *ctx)
{
    return (unsigned)((struct service *)ctx)->camera.config.mjpeg_fps;
}

static const struct http_face_events http_events = {.newest = http_newest, .fps = http_fps};

/* --- triggers --------------------------------------------------------------------------------- */

int service_send(
    void *ctx, void *peer, const void *head, size_t n_head, const void *body, size_t n_body)
{
    return ((struct service *)ctx)->peers.send(peer, head, n_head, body, n_body);
}

void service_finish(void *ctx, void *peer)
{
    ((struct service *)ctx)->peers.finish(peer);
}

static void on_command(void *ctx, void *peer, const char *text, size_t n)
{
    struct service *s = ctx;

    pi_camera_trigger(&s->camera, service_now(s), peer, text, n);
    service_step(s);
}

static void on_refused(void *ctx, void *peer, const char *why)
{
    pi_camera_refuse(&((struct service *)ctx)->camera, peer, why);
}

static void on_drained(void *ctx, void *peer)
{
    struct service *s = ctx;

    pi_camera_drained(&s->camera, service_now(s), peer);
}

static void on_gone(void *ctx, void *peer)
{
    pi_camera_gone(&((struct service *)ctx)->camera, peer);
}

static const struct trigger_events trigger_events = {
    .command = on_command, .refused = on_refused, .drained = on_drained, .gone = on_gone};

void service_set_peers(struct service *s, const struct service_peer_events *events)
{
    s->peers = *events;
}

void service_trigger(struct service *s, void *peer, const char *text, size_t n)
{
    on_command(s, peer, text, n);
}

void service_peer_drained(struct service *s, void *peer)
{
    on_drained(s, peer);
}

void service_peer_gone(struct service *s, void *peer)
{
    on_gone(s, peer);
}

void service_set_quietly(struct service *s, const struct pi_key *k, struct span value)
{
    pi_camera_set(&s->camera, service_now(s), k, value);
    service_step(s);
}

/* --- opening ---------------------------------------------------------------------------------- */

int service_open_faces(struct service *s, struct error *e)
{
    const struct pi_config *g = &s->config.config;
    const struct http_face_config http = {
        s->config.listen, (uint16_t)g->mjpeg_port, g->export_base_dir};
    int r;

    if (s->config.seed_dialect)
        return 0;
    r = trigger_face_new(s->loop, s->config.listen, (uint16_t)g->network_trigger_port,
        &trigger_events, s, &s->triggers, e);
    if (r >= 0 && g->mjpeg_enable)
        r = http_face_new(s->loop, &http, &http_events, s, &s->http, e);
    s->peers =
        (struct service_peer_events){.send = trigger_face_send, .finish = trigger_face_finish};
    return r;
}
