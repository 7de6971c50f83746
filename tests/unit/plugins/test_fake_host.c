/* The fake host must find what drivers do wrong, or every driver's test is worth less. One slip per
 * test, in a driver made for it. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <string.h>

#include "fakes/host.h"

/* --- a driver whose one function is given by each test ---------------------------------------- */

struct state {
    struct wr_frame *frames[4];
    wr_handle handle;
    wr_handle call;
    unsigned n_ticks;
};

static const struct wr_param settings[] = {
    {.key = "level", .type = WR_INT, .min = 0, .max = 9, .help = "A level"}, {0}};
static const struct wr_attribute attributes[] = {
    {.key = "rssi", .type = WR_INT, .help = "Signal"}, {0}};
static const struct wr_topic topics[] = {
    {.type = "motion.started", .help = "Something moves"}, {0}};
static const struct wr_command commands[] = {
    {.name = "go", .timeout_ms = 2000, .help = "Goes"}, {0}};

static const struct wr_kind kinds[] = {
    {.name = "thing",
        .flags = WR_KIND_CAMERA,
        .settings = settings,
        .attributes = attributes,
        .topics = topics,
        .commands = commands,
        .state_size = sizeof(struct state)},
    {0},
};

static int configure(struct wr_dev *dev, const struct wr_setting *changed, size_t n)
{
    return dev->host->applied(dev, "level", 0);
}

static int run(struct wr_dev *dev, const struct wr_call *call)
{
    ((struct state *)dev->state)->call = call->id;
    return 0;
}

static struct fake_host *host_with(int (*start)(struct wr_dev *))
{
    /* Lives until the process of this test ends. */
    static struct wr_driver driver;

    driver = (struct wr_driver){.abi = WR_ABI,
        .size = sizeof driver,
        .name = "thing",
        .version = "1",
        .summary = "A thing",
        .kinds = kinds,
        .start = start,
        .configure = configure,
        .run = run};
    return fake_host_new(&driver);
}

static int just_online(struct wr_dev *dev)
{
    dev->host->online(dev, true, NULL);
    return 0;
}

/* Starts a driver that does one wrong thing; the test is over when the host has found it. */
static void misbehave(int (*start)(struct wr_dev *))
{
    struct fake_host *h = host_with(start);

    fake_host_start(h);
    fake_host_advance(h, 60 * FAKE_S);
    fake_host_free(h);
}

#define SLIP(name) Test(fake_host, name, .signal = SIGABRT)

/* --- what is found ---------------------------------------------------------------------------- */

static int publish_undeclared(struct wr_dev *dev)
{
    return dev->host->publish(dev, "motion.ended", NULL);
}

SLIP(finds_an_event_that_is_not_in_the_tables)
{
    misbehave(publish_undeclared);
}

static int publish_a_lot(struct wr_dev *dev)
{
    for (unsigned i = 0; i < 150; i++)
        dev->host->publish(dev, "motion.started", NULL);
    return dev->host->publish(dev, "motion.started", NULL) == -EAGAIN ? 0 : -EINVAL;
}

Test(fake_host, leaves_events_out_as_the_gateway_does)
{
    struct fake_host *h = host_with(publish_a_lot);

    fake_host_start(h);
    cr_assert(eq(sz, fake_n_events(fake_dev(h), "motion.started"), 100));
    cr_assert(eq(sz, fake_n_events_left_out(fake_dev(h)), 51));
    cr_assert(eq(uint, fake_n_starts(h), 1));
    fake_host_free(h);
}

static int publish_rubbish(struct wr_dev *dev)
{
    return dev->host->publish(dev, "motion.started", "{\"a\":}");
}

SLIP(finds_an_event_that_is_no_json)
{
    misbehave(publish_rubbish);
}

static int say_what_it_does(struct wr_dev *dev)
{
    dev->host->status(dev, "Looking");
    return 0;
}

SLIP(finds_a_call_that_an_older_gateway_does_not_have)
{
    struct fake_host *h = host_with(say_what_it_does);

    fake_host_older(h, offsetof(struct wr_host, status));
    fake_host_start(h);
}

static int report_unknown(struct wr_dev *dev)
{
    return dev->host->report(dev, "rsi", &(struct wr_value){.type = WR_INT, .i = 1});
}

SLIP(finds_a_value_that_is_not_in_the_tables)
{
    misbehave(report_unknown);
}

static int report_wrong_type(struct wr_dev *dev)
{
    return dev->host->report(dev, "rssi", &(struct wr_value){.type = WR_FLOAT, .f = 1});
}

SLIP(finds_a_value_of_another_type)
{
    misbehave(report_wrong_type);
}

static int publish_twice(struct wr_dev *dev)
{
    struct wr_frame *f = dev->host->frame_new(dev, 4);

    memcpy(f->data, "\xFF\xD8\xFF\xD9", 4);
    f->len = 4;
    dev->host->frame_publish(dev, f);
    return dev->host->frame_publish(dev, f);
}

SLIP(finds_a_frame_that_was_given_away_before)
{
    misbehave(publish_twice);
}

static int publish_too_long(struct wr_dev *dev)
{
    struct wr_frame *f = dev->host->frame_new(dev, 4);

    f->len = 5;
    return dev->host->frame_publish(dev, f);
}

SLIP(finds_a_frame_longer_than_its_room)
{
    misbehave(publish_too_long);
}

static int publish_overlays(struct wr_dev *dev)
{
    struct wr_overlay_block block = {.row = 1, .column = 1, .dx = -256};
    struct wr_overlay o = {.size = sizeof o,
        .device_seq = 7,
        .frame_width = 80,
        .frame_height = 80,
        .columns = 2,
        .rows = 2,
        .block = 40,
        .blocks = &block,
        .n_blocks = 1};
    int r = dev->host->overlay_publish(dev, &o);

    block = (struct wr_overlay_block){.row = 2};
    return r == 0 && dev->host->overlay_publish(dev, &o) == -EINVAL ? 0 : -EIO;
}

Test(fake_host, keeps_overlays_and_refuses_what_cannot_be)
{
    struct fake_host *h = host_with(publish_overlays);

    fake_host_start(h);
    cr_assert(eq(uint, fake_n_starts(h), 1));
    cr_assert(eq(sz, fake_n_overlays(fake_dev(h)), 1));
    cr_assert(eq(u64, fake_overlay(fake_dev(h), 0)->device_seq, 7));
    cr_assert(eq(i16, fake_overlay(fake_dev(h), 0)->blocks[0].dx, -256));
    fake_host_free(h);
}

static int publish_overlay_without_size(struct wr_dev *dev)
{
    struct wr_overlay o = {.intensity = 1};

    return dev->host->overlay_publish(dev, &o);
}

SLIP(finds_an_overlay_whose_size_is_not_filled_in)
{
    misbehave(publish_overlay_without_size);
}

static int hoard(struct wr_dev *dev)
{
    struct state *s = dev->state;

    for (int i = 0; i < 4; i++)
        s->frames[i] = dev->host->frame_new(dev, 100);
    return 0;
}

SLIP(finds_forgotten_frames)
{
    misbehave(hoard);
}

static int leak_timers(struct wr_dev *dev);

static void nothing(struct wr_dev *dev, void *ctx)
{
}

static int leak_timers(struct wr_dev *dev)
{
    for (int i = 0; i < 20; i++)
        dev->host->after(dev, 3600000000, nothing, NULL);
    return 0;
}

SLIP(finds_forgotten_timers)
{
    misbehave(leak_timers);
}

static void again_at_once(struct wr_dev *dev, void *ctx)
{
    if (!dev->host->after(dev, 0, again_at_once, NULL))
        return;
}

static int busy(struct wr_dev *dev)
{
    again_at_once(dev, NULL);
    return 0;
}

SLIP(finds_a_timer_without_time)
{
    misbehave(busy);
}

static int offline_without_reason(struct wr_dev *dev)
{
    dev->host->online(dev, false, NULL);
    return 0;
}

SLIP(finds_a_missing_reason)
{
    misbehave(offline_without_reason);
}

static int two_links(struct wr_dev *dev)
{
    static const struct wr_ble_events events = {.size = sizeof events};
    struct wr_ble_target target = {
        .size = sizeof target, .service = "5a3c0001-7a1b-4c59-9d6e-2f0f6a5b1c10"};

    dev->host->ble->connect(dev, &target, &events, NULL);
    return 0;
}

SLIP(finds_missing_callbacks)
{
    misbehave(two_links);
}

static struct wr_dev *escaped;

static int escape(struct wr_dev *dev)
{
    escaped = dev;
    return 0;
}

SLIP(finds_a_call_from_nowhere)
{
    struct fake_host *h = host_with(escape);

    fake_host_start(h);
    escaped->host->now_us(escaped);
}

static int fail_and_go_on(struct wr_dev *dev)
{
    escaped = dev;
    dev->host->child(dev, "module", "1", "one");
    return 0;
}

SLIP(finds_a_child_of_no_kind)
{
    misbehave(fail_and_go_on);
}

SLIP(finds_commands_that_are_never_answered)
{
    struct fake_host *h = host_with(just_online);

    fake_host_start(h);
    fake_run(fake_dev(h), "go", NULL);
    fake_host_advance(h, 3 * FAKE_S);
    fake_host_free(h);
}

/* --- what a driver may meet in ordinary life -------------------------------------------------- */

static void answer_late(struct wr_dev *dev, void *ctx)
{
    struct state *s = dev->state;

    s->n_ticks++;
    if (s->call)
        cr_assert(eq(int, dev->host->done(dev, s->call, 0, NULL), s->n_ticks == 2 ? 0 : -ESTALE));
}

static int slow(struct wr_dev *dev)
{
    dev->host->every(dev, 1000000, answer_late, NULL);
    return just_online(dev);
}

Test(fake_host, late_answers_are_stale)
{
    struct fake_host *h = host_with(slow);
    const struct fake_call *call;

    fake_host_start(h);
    fake_host_advance(h, FAKE_S);
    call = fake_run(fake_dev(h), "go", NULL);
    fake_host_advance(h, FAKE_S);
    cr_assert(call->over);
    cr_assert(eq(int, call->result, 0));
    fake_host_advance(h, FAKE_S);
    fake_host_free(h);
}

static void cancel_twice(struct wr_dev *dev, void *ctx)
{
    struct state *s = dev->state;

    cr_assert(eq(int, dev->host->cancel(dev, s->handle), 0));
    cr_assert(eq(int, dev->host->cancel(dev, s->handle), -ESTALE));
    cr_assert(eq(int, dev->host->cancel(dev, 0), -ESTALE));
}

static void never(struct wr_dev *dev, void *ctx)
{
    cr_fail("a cancelled timer fired");
}

static int cancelling(struct wr_dev *dev)
{
    struct state *s = dev->state;

    s->handle = dev->host->after(dev, 2000000, never, NULL);
    dev->host->after(dev, 1000000, cancel_twice, NULL);
    return just_online(dev);
}

Test(fake_host, cancelled_handles_are_stale_and_silent)
{
    struct fake_host *h = host_with(cancelling);

    fake_host_start(h);
    fake_host_advance(h, 10 * FAKE_S);
    fake_host_free(h);
}

Test(fake_host, open_commands_are_cancelled_by_stop)
{
    struct fake_host *h = host_with(just_online);
    const struct fake_call *call;

    fake_host_start(h);
    call = fake_run(fake_dev(h), "go", NULL);
    fake_host_turn(h);
    cr_assert(not(call->over));
    fake_host_stop(h);
    cr_assert(eq(int, call->result, -ECANCELED));
    fake_host_free(h);
}

static int frames_until_none(struct wr_dev *dev)
{
    struct wr_frame *frames[FAKE_FRAME_QUOTA + 1];
    size_t n = 0;

    while (n <= FAKE_FRAME_QUOTA && (frames[n] = dev->host->frame_new(dev, 10)))
        n++;
    cr_assert(eq(sz, n, FAKE_FRAME_QUOTA));
    while (n > 0)
        dev->host->frame_drop(dev, frames[--n]);
    return 0;
}

Test(fake_host, frames_have_a_quota)
{
    struct fake_host *h = host_with(frames_until_none);

    fake_host_start(h);
    fake_host_free(h);
}

static int ticking(struct wr_dev *dev)
{
    dev->host->every(dev, 1500000, answer_late, NULL);
    return 0;
}

Test(fake_host, time_passes_at_once_and_in_order)
{
    struct fake_host *h = host_with(ticking);

    fake_host_start(h);
    fake_host_advance(h, 10 * FAKE_S);
    cr_assert(eq(uint, ((struct state *)fake_dev(h)->state)->n_ticks, 6));
    cr_assert(eq(i64, fake_now_us(h), FAKE_NOW_US + 10 * FAKE_S));
    fake_host_free(h);
}

/* --- tables of another age -------------------------------------------------------------------- */

Test(driver_abi, a_member_is_there_when_all_of_it_is)
{
    struct wr_host h = {.size = offsetof(struct wr_host, away)};

    cr_assert_eq(WR_HAS(&h, now_us), true);
    cr_assert_eq(WR_HAS(&h, status), true);
    cr_assert_eq(WR_HAS(&h, away), false);
    cr_assert_eq(WR_HAS(&h, limit), false);
    h.size += sizeof h.away - 1;
    cr_assert_eq(WR_HAS(&h, away), false, "half a pointer is none");
    h.size += 1;
    cr_assert_eq(WR_HAS(&h, away), true);
}
