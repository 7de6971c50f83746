/* demo.c - a camera without hardware: what a driver can do, all of it, with nothing behind it.
 *
 * It is there as soon as it is loaded (a match on bus "auto"). Pictures come only while somebody
 * looks. The settings act on what is seen; the commands take every type of argument. Good for
 * trying the gateway, for its tests, and for the pages that are made from the tables.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <warren/driver.h>
#include <warren/frame.h>
#include <warren/json_write.h>

#include "overlay.h"
#include "pictures.h"

#define US_PER_S 1000000
/* Rounds of the ball per event, so that a day of looking does not fill the history. */
#define ROUNDS_PER_EVENT 10
#define COUNT_EVERY_US 100000

/* The order in the tables below. */
enum option { OPTION_FPS, OPTION_NAME };
enum setting {
    SETTING_SPEED,
    SETTING_PAUSED,
    SETTING_NIGHT,
    SETTING_GREETING,
    SETTING_GAIN,
    SETTING_SHOWS
};
enum command { COMMAND_LOOK, COMMAND_COUNT, COMMAND_FAIL };

struct demo {
    wr_handle timer; /* runs while somebody looks */
    int64_t speed;
    bool paused, night;
    unsigned position; /* 0 … DEMO_FRAMES - 1 */
    unsigned n_rounds;
    uint64_t n_pictures;
    struct demo_motion motion;

    wr_handle counter, count_call; /* the command `count` on its way */
    int64_t counted, count_to;
};

/* --- pictures --------------------------------------------------------------------------------- */

static void report_int(struct wr_dev *dev, const char *key, int64_t i)
{
    dev->host->report(dev, key, &(struct wr_value){.type = WR_INT, .i = i});
}

static void report_float(struct wr_dev *dev, const char *key, double f)
{
    dev->host->report(dev, key, &(struct wr_value){.type = WR_FLOAT, .f = f});
}

static void report_bool(struct wr_dev *dev, const char *key, bool b)
{
    dev->host->report(dev, key, &(struct wr_value){.type = WR_BOOL, .b = b});
}

static void report_text(struct wr_dev *dev, const char *key, enum wr_type type, const char *s)
{
    dev->host->report(dev, key, &(struct wr_value){.type = type, .s = s});
}

static const uint8_t *picture(const struct demo *d, size_t *ret_n)
{
    const uint32_t *end = &demo_ends[d->night][d->position];
    uint32_t begin = end == &demo_ends[0][0] ? 0 : end[-1];

    *ret_n = *end - begin;
    return demo_bytes + begin;
}

static void show(struct wr_dev *dev)
{
    struct demo *d = dev->state;
    size_t n;
    const uint8_t *jpeg = picture(d, &n);
    struct wr_frame *frame = dev->host->frame_new(dev, n);

    d->n_pictures++;
    if (!frame)
        return; /* readers are slow: this picture is left out, the host counts it */
    memcpy(frame->data, jpeg, n);
    frame->len = n;
    frame->captured_us = dev->host->wall_us(dev);
    frame->device_seq = d->n_pictures;
    frame->flags = d->night ? WR_FRAME_NIGHT : 0;
    dev->host->frame_publish(dev, frame);
    demo_overlay(dev, &d->motion, d->n_pictures, d->position, dev->options[OPTION_FPS].i);
}

static void round_over(struct wr_dev *dev)
{
    struct demo *d = dev->state;
    char text[64];
    struct wr_json j = wr_json_into(text, sizeof text);

    report_int(dev, "pictures", (int64_t)d->n_pictures);
    if (++d->n_rounds % ROUNDS_PER_EVENT != 0)
        return;
    wr_json_object(&j);
    wr_json_key(&j, "rounds");
    wr_json_uint(&j, d->n_rounds);
    wr_json_end(&j);
    dev->host->publish(dev, "demo.round", wr_json_text(&j));
}

static void tick(struct wr_dev *dev, void *ctx)
{
    struct demo *d = dev->state;

    show(dev);
    if (d->paused)
        return;
    d->position += (unsigned)d->speed;
    if (d->position >= DEMO_FRAMES) {
        d->position %= DEMO_FRAMES;
        round_over(dev);
    }
}

static void watch(struct wr_dev *dev, bool wanted)
{
    struct demo *d = dev->state;

    dev->host->cancel(dev, d->timer);
    d->timer =
        wanted ? dev->host->every(dev, US_PER_S / dev->options[OPTION_FPS].i, tick, NULL) : 0;
    report_bool(dev, "watched", wanted);
    report_float(dev, "fps", wanted ? (double)dev->options[OPTION_FPS].i : 0);
}

/* --- settings --------------------------------------------------------------------------------- */

static void set_night(struct wr_dev *dev, bool night)
{
    struct demo *d = dev->state;

    if (d->night != night)
        dev->host->publish(dev, night ? "camera.night" : "camera.day", NULL);
    d->night = night;
    report_text(dev, "things", WR_LIST, night ? "hills,moon,ball" : "hills,sun,ball");
}

static void apply(struct wr_dev *dev, const struct wr_setting *s)
{
    struct demo *d = dev->state;

    switch ((enum setting)s->index) {
    case SETTING_SPEED:
        d->speed = s->value.i;
        break;
    case SETTING_PAUSED:
        d->paused = s->value.b;
        break;
    case SETTING_NIGHT:
        set_night(dev, s->value.b);
        break;
    case SETTING_GREETING:
    case SETTING_GAIN:
    case SETTING_SHOWS:
        break; /* remembered by the host, told back below, and that is all */
    }
}

static const struct wr_param settings[];

static int configure(struct wr_dev *dev, const struct wr_setting *changed, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *key = settings[changed[i].index].key;

        apply(dev, &changed[i]);
        dev->host->report(dev, key, &changed[i].value);
        dev->host->applied(dev, key, 0);
    }
    return 0;
}

/* --- commands --------------------------------------------------------------------------------- */

static int run_look(struct wr_dev *dev, const struct wr_call *call)
{
    struct demo *d = dev->state;
    const struct wr_value *a = call->args;
    char text[1024];
    struct wr_json j = wr_json_into(text, sizeof text);

    /* Turning the camera is another moment of the loop. */
    d->position = (unsigned)(a[0].i + 180) * DEMO_FRAMES / 361;
    wr_json_object(&j);
    wr_json_key(&j, "pan");
    wr_json_int(&j, a[0].i);
    wr_json_key(&j, "zoom");
    wr_json_float(&j, a[1].f);
    wr_json_key(&j, "smooth");
    wr_json_bool(&j, a[2].b);
    wr_json_key(&j, "corner");
    wr_json_string(&j, a[3].s);
    wr_json_key(&j, "tags");
    wr_json_string(&j, a[4].s);
    wr_json_key(&j, "note");
    wr_json_string(&j, a[5].type ? a[5].s : NULL);
    wr_json_key(&j, "by");
    wr_json_string(&j, dev->options[OPTION_NAME].s);
    wr_json_end(&j);
    if (!wr_json_text(&j))
        return dev->host->done(dev, call->id, -EMSGSIZE, "tags and note are too long together");
    return dev->host->done(dev, call->id, 0, wr_json_text(&j));
}

static void count_tick(struct wr_dev *dev, void *ctx)
{
    struct demo *d = dev->state;
    char text[64];

    d->counted++;
    snprintf(text, sizeof text, "{\"counted\":%lld,\"of\":%lld}", (long long)d->counted,
        (long long)d->count_to);
    dev->host->publish(dev, "transfer.progress", text);
    if (d->counted < d->count_to)
        return;
    dev->host->cancel(dev, d->counter);
    snprintf(text, sizeof text, "%lld", (long long)d->counted);
    dev->host->done(dev, d->count_call, 0, text);
}

/* Takes a while: answered later. WR_EXCLUSIVE, so there is only one at a time. */
static int run_count(struct wr_dev *dev, const struct wr_call *call)
{
    struct demo *d = dev->state;

    dev->host->cancel(dev, d->counter); /* one that nobody waits for any more */
    d->count_call = call->id;
    d->count_to = call->args[0].i;
    d->counted = 0;
    d->counter = dev->host->every(dev, COUNT_EVERY_US, count_tick, NULL);
    return d->counter ? 0 : -EAGAIN;
}

static int run(struct wr_dev *dev, const struct wr_call *call)
{
    switch ((enum command)call->index) {
    case COMMAND_LOOK:
        return run_look(dev, call);
    case COMMAND_COUNT:
        return run_count(dev, call);
    case COMMAND_FAIL:
        return dev->host->done(dev, call->id, -EIO, call->args[0].s);
    }
    return -ENOSYS;
}

/* --- life ------------------------------------------------------------------------------------- */

static void report_settings(struct wr_dev *dev)
{
    struct demo *d = dev->state;

    report_int(dev, "speed", d->speed);
    report_bool(dev, "paused", d->paused);
    report_bool(dev, "night", d->night);
    report_text(dev, "greeting", WR_STRING, "hello");
    report_float(dev, "gain", 1.0);
    report_text(dev, "shows", WR_LIST, "time,name");
}

static int start(struct wr_dev *dev)
{
    struct demo *d = dev->state;

    d->speed = 1;
    dev->host->clock(dev, WR_CLOCK_UTC);
    report_settings(dev);
    report_text(dev, "things", WR_LIST, "hills,sun,ball");
    report_text(dev, "scene", WR_STRING, "hills with a ball");
    report_int(dev, "pictures", 0);
    report_bool(dev, "watched", false);
    report_float(dev, "fps", 0);
    dev->host->online(dev, true, NULL);
    return 0;
}

/* --- tables ----------------------------------------------------------------------------------- */

static const struct wr_param options[] = {
    [OPTION_FPS] = {.key = "fps",
        .type = WR_INT,
        .unit = "fps",
        .def = "15",
        .min = 1,
        .max = 60,
        .help = "Pictures per second"},
    [OPTION_NAME] = {.key = "name",
        .type = WR_STRING,
        .def = "Demo",
        .max = 40,
        .help = "What it calls itself in its answers"},
    {0},
};

static const char *const corners[] = {"top-left", "top-right", "bottom-left", "bottom-right", NULL};
static const char *const overlays[] = {"time", "name", "grid", NULL};

static const struct wr_param settings[] = {
    [SETTING_SPEED] =
        {.key = "speed", .type = WR_INT, .min = 1, .max = 8, .help = "How fast the ball jumps"},
    [SETTING_PAUSED] = {.key = "paused",
        .type = WR_BOOL,
        .help = "The same picture again and again"},
    [SETTING_NIGHT] = {.key = "night", .type = WR_BOOL, .help = "The moon instead of the sun"},
    [SETTING_GREETING] = {.key = "greeting",
        .type = WR_STRING,
        .max = 80,
        .help = "A text that is only remembered"},
    [SETTING_GAIN] = {.key = "gain",
        .type = WR_FLOAT,
        .min = 0.5,
        .max = 4,
        .help = "A number that is only remembered"},
    [SETTING_SHOWS] = {.key = "shows",
        .type = WR_LIST,
        .choices = overlays,
        .help = "A list that is only remembered"},
    {0},
};

static const struct wr_attribute attributes[] = {
    {.key = "fps", .type = WR_FLOAT, .unit = "fps", .help = "Pictures per second now"},
    {.key = "pictures", .type = WR_INT, .help = "Pictures so far"},
    {.key = "watched", .type = WR_BOOL, .help = "Somebody looks"},
    {.key = "scene", .type = WR_STRING, .help = "What is drawn"},
    {.key = "things", .type = WR_LIST, .help = "What is in it"},
    {0},
};

static const struct wr_param look_args[] = {
    {.key = "pan",
        .type = WR_INT,
        .unit = "°",
        .def = "0",
        .min = -180,
        .max = 180,
        .help = "Where to"},
    {.key = "zoom", .type = WR_FLOAT, .def = "1", .min = 1, .max = 4, .help = "How near"},
    {.key = "smooth", .type = WR_BOOL, .def = "true", .help = "Without a jump"},
    {.key = "corner",
        .type = WR_STRING,
        .def = "top-left",
        .choices = corners,
        .help = "What to look at first"},
    {.key = "tags", .type = WR_LIST, .def = "", .max = 200, .help = "Words between commas"},
    {.key = "note", .type = WR_STRING, .max = 200, .help = "Anything"},
    {0},
};

static const struct wr_param count_args[] = {
    {.key = "to",
        .type = WR_INT,
        .flags = WR_REQUIRED,
        .min = 1,
        .max = 100,
        .help = "Ten a second"},
    {0},
};

static const struct wr_param fail_args[] = {
    {.key = "why",
        .type = WR_STRING,
        .def = "because somebody asked for it",
        .max = 200,
        .help = "The sentence that comes back"},
    {0},
};

static const struct wr_command commands[] = {
    [COMMAND_LOOK] = {.name = "look",
        .args = look_args,
        .help = "Turns the camera; says what it understood"},
    [COMMAND_COUNT] = {.name = "count",
        .args = count_args,
        .timeout_ms = 15000,
        .flags = WR_EXCLUSIVE,
        .help = "Takes its time and tells how far it is"},
    [COMMAND_FAIL] = {.name = "fail",
        .args = fail_args,
        .role = WR_ROLE_ADMIN,
        .help = "Goes wrong"},
    {0},
};

static const struct wr_topic topics[] = {
    {.type = "camera.night", .help = "The sun went down"},
    {.type = "camera.day", .help = "The sun came up"},
    {.type = "demo.round", .help = "The ball has been round ten times"},
    {.type = "transfer.progress", .flags = WR_TOPIC_LIVE, .help = "How far `count` is"},
    {0},
};

static const struct wr_match matches[] = {
    {.bus = "auto"},
    {0},
};

static const struct wr_kind kinds[] = {
    {.name = "demo",
        .flags = WR_KIND_CAMERA,
        .settings = settings,
        .attributes = attributes,
        .commands = commands,
        .topics = topics,
        .state_size = sizeof(struct demo)},
    {0},
};

WR_EXPORT const struct wr_driver warren_driver = {
    .abi = WR_ABI,
    .size = sizeof(struct wr_driver),
    .name = "demo",
    .version = "1.0",
    .summary = "A camera without hardware",
    .matches = matches,
    .options = options,
    .kinds = kinds,
    .start = start,
    .watch = watch,
    .configure = configure,
    .run = run,
};
