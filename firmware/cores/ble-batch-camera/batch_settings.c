/* batch_settings.c - F and T: loaded, written by a host, shown, saved beside everything else. */
#include "batch_camera_private.h"

/* How long the display says so; a host may write the next second. */
#define SETTINGS_LINE_US INT64_C(1500000)

static bool is_same(const struct batch_config *a, const struct batch_config *b)
{
    return a->frequency_s == b->frequency_s && a->threshold_permille == b->threshold_permille;
}

void batch_settings_show(struct batch_camera *c)
{
    char text[BATCH_CONFIG_MAX_BYTES];

    c->port.set_value(c->port.ctx, BATCH_CHAR_CONFIG, text, batch_config_write(&c->settings, text));
}

void batch_settings_load(struct batch_camera *c)
{
    struct batch_config s = {0};

    c->settings = (struct batch_config){
        .frequency_known = true,
        .threshold_known = true,
        .frequency_s = BATCH_DEFAULT_FREQUENCY_S,
        .threshold_permille = BATCH_DEFAULT_THRESHOLD_PERMILLE,
    };
    /* What was saved by other firmware may be anything. */
    if (c->port.load(c->port.ctx, &s)) {
        if (s.frequency_known && s.frequency_s >= BATCH_FREQUENCY_MIN_S &&
            s.frequency_s <= BATCH_FREQUENCY_MAX_S)
            c->settings.frequency_s = s.frequency_s;
        if (s.threshold_known && s.threshold_permille >= BATCH_THRESHOLD_MIN_PERMILLE &&
            s.threshold_permille <= BATCH_THRESHOLD_MAX_PERMILLE)
            c->settings.threshold_permille = s.threshold_permille;
    }
    c->saved = c->settings;
}

static void say(struct batch_camera *c, const char *text)
{
    batch_display(c, BATCH_LINE_SETTINGS, text);
    c->settings_line_us = c->now_us + SETTINGS_LINE_US;
}

/* What holds already is not written again: flash wears. */
static void save(struct batch_camera *c)
{
    if (c->saving) {
        c->save_again = true;
        return;
    }
    c->save_again = false;
    if (is_same(&c->settings, &c->saved)) {
        say(c, "Settings Saved!");
        return;
    }
    c->saved = c->settings;
    c->saving = true;
    if (c->port.save(c->port.ctx, &c->settings) < 0)
        batch_camera_saved(c, c->now_us, -1);
}

void batch_camera_saved(struct batch_camera *c, int64_t now_us, int result)
{
    c->now_us = now_us;
    if (!c->saving)
        return;
    c->saving = false;
    if (result < 0) {
        /* Not known what is in there now: the next write is not spared. */
        c->saved.frequency_s = 0;
        say(c, "Settings not saved");
    } else if (!c->save_again) {
        say(c, "Settings Saved!");
    }
    if (c->save_again)
        save(c);
}

void batch_settings_written(struct batch_camera *c, const void *text, size_t n)
{
    struct batch_config w;
    bool frequency_changed;

    batch_config_parse(text, n, &w);
    if (!w.frequency_known && !w.threshold_known) {
        say(c, "Settings refused");
        return;
    }
    frequency_changed = w.frequency_known && w.frequency_s != c->settings.frequency_s;
    if (w.frequency_known)
        c->settings.frequency_s = w.frequency_s;
    if (w.threshold_known)
        c->settings.threshold_permille = w.threshold_permille;
    if (frequency_changed)
        batch_lapse_changed(c);
    batch_settings_show(c);
    save(c);
    batch_push_retry(c);
}

void batch_settings_step(struct batch_camera *c)
{
    if (c->settings_line_us == 0 || c->now_us < c->settings_line_us)
        return;
    c->settings_line_us = 0;
    batch_display(c, BATCH_LINE_SETTINGS, "");
}

int64_t batch_settings_next_us(const struct batch_camera *c)
{
    return c->settings_line_us ? c->settings_line_us : BATCH_NEVER_US;
}
