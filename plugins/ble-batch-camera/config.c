/* config.c - the two settings. Ours can be read: what holds is known, only what differs is written, and
 * it is read back. The older ones tell nothing, so what was written counts when the camera is seen again;
 * and they write it to their flash each time, in the middle of everything, so what was confirmed once is
 * not written again, and nothing in the middle of a batch.
 */
#include "camera.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* In the driver's memory: what an older camera has been told, as text. */
#define TOLD_KEY "told"

static struct config *config_of(const struct wr_dev *dev)
{
    return &camera_of(dev)->config;
}

static bool any(const struct batch_config *c)
{
    return c->frequency_known || c->threshold_known;
}

static bool is_ours(const struct wr_dev *dev)
{
    return camera_of(dev)->link.dialect == DIALECT_WARREN;
}

/* Those of `from` over those of `into`. */
static void merge(struct batch_config *into, const struct batch_config *from)
{
    if (from->frequency_known) {
        into->frequency_known = true;
        into->frequency_s = from->frequency_s;
    }
    if (from->threshold_known) {
        into->threshold_known = true;
        into->threshold_permille = from->threshold_permille;
    }
}

static void report(struct wr_dev *dev, const struct batch_config *c)
{
    if (c->frequency_known)
        wr_report_int(dev, "frequency", c->frequency_s);
    if (c->threshold_known)
        wr_report_float(dev, "threshold", c->threshold_permille / 10.0);
}

static void applied(struct wr_dev *dev, const struct batch_config *c, int result)
{
    if (c->frequency_known)
        dev->host->applied(dev, "frequency", result);
    if (c->threshold_known)
        dev->host->applied(dev, "threshold", result);
}

/* Takes out of `wanted` what holds already, and says so. */
static void settle(struct wr_dev *dev, const struct batch_config *holds)
{
    struct batch_config *w = &config_of(dev)->wanted, same = {0};

    same.frequency_known =
        w->frequency_known && holds->frequency_known && w->frequency_s == holds->frequency_s;
    same.threshold_known = w->threshold_known && holds->threshold_known &&
        w->threshold_permille == holds->threshold_permille;
    w->frequency_known = w->frequency_known && !same.frequency_known;
    w->threshold_known = w->threshold_known && !same.threshold_known;
    applied(dev, &same, 0);
}

static void go_on(struct wr_dev *dev)
{
    struct config *c = config_of(dev);
    void (*then)(struct wr_dev * dev) = c->then;

    c->then = NULL;
    if (then)
        then(dev);
}

/* --- reading (ours) --------------------------------------------------------------------------- */

static void was_read(struct wr_dev *dev, void *ctx, int result, const uint8_t *bytes, size_t n)
{
    struct config *c = config_of(dev);
    struct batch_config holds = {0};

    if (!c->reading)
        return; /* of a link before */
    c->reading = false;
    if (result == 0)
        batch_config_parse(bytes, n, &holds);
    c->holds = holds;
    report(dev, &holds);
    if (c->checking) {
        c->checking = false;
        settle(dev, &holds);
        applied(dev, &c->wanted, -EIO); /* it did not take these */
        if (any(&c->wanted))
            tell_trouble(dev, "The camera did not take its settings");
        c->wanted = (struct batch_config){0};
    }
    go_on(dev);
}

void config_read(struct wr_dev *dev, void (*then)(struct wr_dev *dev))
{
    struct camera *c = camera_of(dev);

    c->config.then = then;
    c->config.reading = true;
    if (!(c->link.config_props & WR_BLE_READ) ||
        dev->host->ble->read(dev, c->link.seek.link, BATCH_CONFIG_UUID, was_read, NULL) < 0)
        was_read(dev, NULL, -EOPNOTSUPP, NULL, 0);
}

/* --- what older cameras were told ------------------------------------------------------------- */

static struct batch_config told(struct wr_dev *dev)
{
    struct batch_config c = {0};
    const void *text;
    size_t n = 0;

    text = dev->host->store->get(dev, TOLD_KEY, &n);
    if (text)
        batch_config_parse(text, n, &c);
    return c;
}

void config_seen(struct wr_dev *dev)
{
    struct config *c = config_of(dev);
    struct batch_config all;
    char text[BATCH_CONFIG_MAX_BYTES];

    if (!any(&c->written))
        return;
    all = told(dev);
    merge(&all, &c->written);
    dev->host->store->put(dev, TOLD_KEY, text, batch_config_write(&all, text), NULL, NULL);
    report(dev, &c->written);
    applied(dev, &c->written, 0);
    c->written = (struct batch_config){0};
}

/* --- writing ---------------------------------------------------------------------------------- */

/* Takes out of `wanted` what was just sent; what was desired meanwhile stays. */
static void no_longer_wanted(struct config *c)
{
    const struct batch_config *s = &c->sending;
    struct batch_config *w = &c->wanted;

    if (s->frequency_known && s->frequency_s == w->frequency_s)
        w->frequency_known = false;
    if (s->threshold_known && s->threshold_permille == w->threshold_permille)
        w->threshold_known = false;
}

static void was_written(struct wr_dev *dev, void *ctx, int result, const uint8_t *bytes, size_t n)
{
    struct config *c = config_of(dev);

    if (!c->writing)
        return; /* of a link before */
    c->writing = false;
    if (result < 0) {
        applied(dev, &c->sending, result);
        tell_trouble(dev, "The camera did not take its settings: %s", strerror(-result));
        no_longer_wanted(c);
    } else if (is_ours(dev)) {
        c->checking = true;
        config_read(dev, c->then);
        return;
    } else {
        merge(&c->written, &c->sending);
        no_longer_wanted(c);
        wr_status(dev, "The settings were sent; they count when the camera is seen again");
    }
    go_on(dev);
}

/* Percents that only a camera that sleeps takes; the others ignore them in silence. */
static bool is_low(const struct batch_config *c)
{
    return c->threshold_known && c->threshold_permille < BATCH_THRESHOLD_OLD_MIN_PERMILLE;
}

void config_generation(struct wr_dev *dev)
{
    const struct camera *c = camera_of(dev);
    bool awake = !is_ours(dev) && c->generation.is == GENERATION_AWAKE;
    struct batch_config *w = &config_of(dev)->wanted;

    if (c->link.dialect == DIALECT_V0)
        return; /* which has no threshold */
    if (WR_HAS(dev->host, limit))
        dev->host->limit(dev, "threshold", awake ? BATCH_THRESHOLD_OLD_MIN_PERMILLE / 10.0 : 0,
            awake ? BATCH_THRESHOLD_MAX_PERMILLE / 10.0 : 0);
    if (!awake || !is_low(w))
        return;
    w->threshold_known = false;
    dev->host->applied(dev, "threshold", -ERANGE);
    tell_trouble(dev, "This camera takes thresholds of 10 to 95 %% only");
}

/* What can be written now. A low threshold waits until it is known who gets it. */
static struct batch_config due(const struct wr_dev *dev)
{
    struct batch_config c = config_of(dev)->wanted;

    if (!is_ours(dev) && camera_of(dev)->generation.is != GENERATION_ASLEEP && is_low(&c))
        c.threshold_known = false;
    return c;
}

void config_flush(struct wr_dev *dev, void (*then)(struct wr_dev *dev))
{
    struct camera *cam = camera_of(dev);
    struct config *c = &cam->config;
    bool response = cam->link.config_props & WR_BLE_WRITE;
    char text[BATCH_CONFIG_MAX_BYTES];

    if (c->writing || c->reading) {
        c->then = then ? then : c->then;
        return;
    }
    c->then = then;
    c->sending = due(dev);
    if (!any(&c->sending) || !cam->link.config_props || cam->link.state != LINK_READY) {
        go_on(dev);
        return;
    }
    c->writing = true;
    if (link_write(dev, BATCH_CONFIG_UUID, response, text, batch_config_write(&c->sending, text),
            was_written) < 0) {
        c->writing = false; /* the link is over or full: the next online tells them again */
        go_on(dev);
    }
}

bool config_unconfirmed(const struct wr_dev *dev)
{
    return any(&config_of(dev)->written);
}

void config_lost(struct wr_dev *dev)
{
    struct config *c = config_of(dev);

    c->writing = c->reading = c->checking = false;
    c->then = NULL;
    c->wanted = c->holds = (struct batch_config){0}; /* all that is desired comes again */
}

/* --- what people desire ----------------------------------------------------------------------- */

static void want_frequency(struct wr_dev *dev, uint32_t s)
{
    struct config *c = config_of(dev);

    if (camera_of(dev)->link.dialect == DIALECT_V0) {
        trigger_every(dev, s);
        wr_report_int(dev, "frequency", s);
        dev->host->applied(dev, "frequency", 0);
        return;
    }
    c->wanted.frequency_known = true;
    c->wanted.frequency_s = s;
}

static void want_threshold(struct wr_dev *dev, double percent)
{
    struct camera *cam = camera_of(dev);
    uint16_t permille = (uint16_t)lround(percent * 10);

    if (cam->link.dialect == DIALECT_V0) {
        dev->host->applied(dev, "threshold", -EOPNOTSUPP);
    } else {
        cam->config.wanted.threshold_known = true;
        cam->config.wanted.threshold_permille = permille;
        config_generation(dev);
    }
}

int config_configure(struct wr_dev *dev, const struct wr_setting *changed, size_t n)
{
    struct camera *cam = camera_of(dev);
    struct batch_config holds;

    for (size_t i = 0; i < n; i++) {
        if (changed[i].index == SETTING_FREQUENCY)
            want_frequency(dev, (uint32_t)changed[i].value.i);
        else
            want_threshold(dev, changed[i].value.f);
    }
    if (cam->link.dialect == DIALECT_V0)
        return 0;
    if (!cam->link.config_props) {
        applied(dev, &cam->config.wanted, -EOPNOTSUPP); /* the first that pushed batches */
        cam->config.wanted = (struct batch_config){0};
        return 0;
    }
    holds = is_ours(dev) ? cam->config.holds : told(dev);
    if (!is_ours(dev))
        report(dev, &holds);
    settle(dev, &holds);
    if (is_ours(dev) || older_calm(dev))
        config_flush(dev, NULL);
    return 0;
}
