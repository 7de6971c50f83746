/* batch_lapse.c - a picture every F seconds, and what comes of it. */
#include "batch_camera_private.h"

static int64_t interval_us(const struct batch_camera *c)
{
    return (int64_t)c->settings.frequency_s * 1000000;
}

void batch_lapse_start(struct batch_camera *c)
{
    c->last_capture_us = c->now_us;
    c->next_capture_us = c->now_us + interval_us(c);
}

void batch_lapse_changed(struct batch_camera *c)
{
    c->next_capture_us = c->last_capture_us + interval_us(c);
}

static char *put_number(char *at, const char *word, uint16_t v)
{
    char digits[5];
    unsigned n = 0;

    while (*word)
        *at++ = *word++;
    do
        digits[n++] = (char)('0' + v % 10);
    while ((v /= 10) > 0);
    while (n > 0)
        *at++ = digits[--n];
    return at;
}

/* For who stands before the camera. */
static void tell_losses(struct batch_camera *c)
{
    char text[sizeof "Failed 65535 Lost 65535"];

    if (c->pictures.n_failed == 0 && c->pictures.n_dropped == 0)
        return;
    *put_number(
        put_number(text, "Failed ", c->pictures.n_failed), " Lost ", c->pictures.n_dropped) = 0;
    batch_display(c, BATCH_LINE_SYSTEM, text);
}

/* Whatever came of it: hosts and display hear how it stands. */
static void capture_over(struct batch_camera *c)
{
    c->capturing = false;
    c->memory_due = true;
    tell_losses(c);
    batch_push_retry(c);
    batch_window_changed(c);
}

/* Without the mark of a JPEG it is not one, and no host would take it. */
static bool is_picture(const uint8_t *jpeg, size_t n)
{
    return jpeg && n >= 4 && n <= BATCH_LINK_MAX_PICTURE_BYTES && jpeg[0] == 0xff &&
        jpeg[1] == 0xd8;
}

void batch_camera_picture(struct batch_camera *c, int64_t now_us, const void *jpeg, size_t n)
{
    c->now_us = now_us;
    if (!c->capturing)
        return;
    if (is_picture(jpeg, n))
        batch_picture_keep(c, jpeg, n);
    else
        batch_count(&c->pictures.n_failed);
    capture_over(c);
    batch_camera_step(c, now_us);
}

void batch_lapse_step(struct batch_camera *c)
{
    if (c->capturing && c->now_us >= c->capture_limit_us) {
        batch_count(&c->pictures.n_failed);
        capture_over(c);
    }
    if (c->capturing || c->now_us < c->next_capture_us)
        return;
    /* Pictures keep to a grid; what was missed is not made up for. */
    c->last_capture_us = c->next_capture_us;
    c->next_capture_us += interval_us(c);
    if (c->next_capture_us <= c->now_us)
        batch_lapse_start(c);
    c->capturing = true;
    c->capture_limit_us = c->now_us + BATCH_CAPTURE_LIMIT_US;
    if (c->port.capture(c->port.ctx) < 0) {
        batch_count(&c->pictures.n_failed);
        capture_over(c);
    }
}

int64_t batch_lapse_next_us(const struct batch_camera *c)
{
    return c->capturing ? c->capture_limit_us : c->next_capture_us;
}

void batch_camera_place(struct batch_camera *c, const struct batch_place *place)
{
    c->place = place ? *place : (struct batch_place){0};
}
