#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "world.h"

static struct {
    bool came;
    unsigned n;
    int result;
    char json[256];
} answer;

static void answered(void *ctx, int result, const char *json)
{
    answer.came = true;
    answer.n++;
    answer.result = result;
    snprintf(answer.json, sizeof answer.json, "%s", json);
}

static struct device *toy_device;

static void setup(void)
{
    world_open(NULL);
    memset(&answer, 0, sizeof answer);
    toy_device = world_toy();
}

TestSuite(command, .init = setup, .fini = world_close);

static int run(const char *name, const char *args, struct error *e)
{
    _cleanup_(json_freep) json_t *j = args ? json_read(args, strlen(args), NULL) : NULL;

    return device_command(toy_device, name, j, answered, NULL, NULL, e);
}

Test(command, runs_on_a_later_turn_with_typed_arguments)
{
    toy.answer_at_once = true;
    toy.answer = "{\"said\":true}";
    cr_assert_eq(run("say", "{\"word\":\"moo\"}", NULL), 0);
    cr_assert_eq(toy.n_runs, 0);
    world_pass(1);
    cr_assert_eq(toy.n_runs, 1);
    cr_assert_eq(toy.args[0].i, 3);
    cr_assert_str_eq(toy.arg_text, "moo");
    cr_assert_eq(answer.result, 0);
    cr_assert_str_eq(answer.json, "{\"said\":true}");
    cr_assert_eq(world_events("command.done", NULL), 1);
}

Test(command, wrong_calls_are_refused_with_a_sentence)
{
    struct error e = ERROR_NULL;

    cr_assert_eq(run("sing", NULL, &e), -ENOENT);
    cr_assert_not_null(strstr(e.text, "no command \"sing\""));
    cr_assert_eq(run("say", NULL, &e), -EINVAL);
    cr_assert_not_null(strstr(e.text, "word"), "got: %s", e.text);
    cr_assert_eq(run("say", "{\"word\":\"moo\",\"n\":10}", &e), -EINVAL);
    cr_assert_eq(run("say", "{\"word\":\"moo\",\"loud\":true}", &e), -EINVAL);
    cr_assert_eq(run("alone", "{\"loud\":true}", &e), -EINVAL);
    world_pass(1);
    cr_assert_eq(toy.n_runs, 0);
    cr_assert_eq(answer.n, 0);
}

Test(command, without_an_answer_times_out_and_the_late_one_is_counted)
{
    run("say", "{\"word\":\"moo\"}", NULL);
    world_pass(1999000);
    cr_assert_eq(answer.n, 0);
    world_pass(2000);
    cr_assert_eq(answer.result, -ETIMEDOUT);
    cr_assert_eq(toy.dev->host->done(toy.dev, toy.call, 0, "1"), -ESTALE);
    cr_assert_eq(answer.n, 1);
    cr_assert_eq(device_stats(toy_device)->n_late_answers, 1);
    cr_assert_eq(world_events("command.failed", NULL), 1);
}

Test(command, an_error_of_run_is_the_answer)
{
    toy.run_result = -EIO;
    run("say", "{\"word\":\"moo\"}", NULL);
    world_pass(1);
    cr_assert_eq(answer.result, -EIO);
    cr_assert_gt(strlen(answer.json), 0);
}

Test(command, an_exclusive_one_is_alone)
{
    struct error e = ERROR_NULL;

    cr_assert_eq(run("alone", NULL, NULL), 0);
    cr_assert_eq(run("alone", NULL, &e), -EBUSY);
    cr_assert_eq(run("say", "{\"word\":\"moo\"}", NULL), 0);
    world_pass(1);
    toy.dev->host->done(toy.dev, toy.call, 0, NULL);
    cr_assert_eq(answer.n, 1);
    world_pass(20000000);
    cr_assert_eq(run("alone", NULL, NULL), 0);
}

Test(command, open_ones_end_when_the_device_stops)
{
    run("say", "{\"word\":\"moo\"}", NULL);
    world_pass(1);
    toy.online_at_start = false;
    toy.dev->host->online(toy.dev, false, "gone");
    world_pass(1);
    cr_assert_eq(answer.result, -ECANCELED);
    struct error e = ERROR_NULL;
    cr_assert_eq(run("say", "{\"word\":\"moo\"}", &e), -ENOTCONN);
    cr_assert_not_null(strstr(e.text, "gone"));
}

Test(command, an_abandoned_one_answers_nobody)
{
    struct command_call *call;

    cr_assert_eq(device_command(toy_device, "alone", NULL, answered, NULL, &call, NULL), 0);
    command_abandon(call);
    world_pass(60000000);
    cr_assert_eq(answer.n, 0);
}

Test(command, a_drivers_answer_that_is_no_json_is_not_passed_on)
{
    toy.answer_at_once = true;
    toy.answer = "{oops";
    run("alone", NULL, NULL);
    world_pass(1);
    cr_assert_eq(answer.result, -EBADMSG);
}

Test(command, there_is_a_ceiling)
{
    struct error e = ERROR_NULL;
    int n = 0;

    while (run("say", "{\"word\":\"moo\"}", &e) == 0)
        n++;
    cr_assert_eq(e.code, -EAGAIN);
    cr_assert_eq(n, 32);
}

static void run_from_inside(struct wr_dev *dev)
{
    cr_assert_eq(dev->host->publish(dev, "toy.said", NULL), 0);
}

static void on_said(struct bus_listener *l, struct event *e)
{
    if (strcmp(e->type, "toy.said") == 0)
        run("alone", NULL, NULL);
}

Test(command, one_that_comes_from_inside_a_drivers_call_waits_for_its_end)
{
    struct bus_listener l = {.event = on_said};

    bus_listen(world.bus, &l);
    toy.in_start = run_from_inside;
    toy.dev->host->online(toy.dev, false, "again");
    world_pass(3000000);
    run_from_inside(toy.dev);
    cr_assert_eq(toy.n_runs, 0);
    world_pass(1);
    cr_assert_eq(toy.n_runs, 1);
    cr_assert_not(toy.reentered);
    bus_unlisten(&l);
}

/* --- capture ---------------------------------------------------------------------------------- */

/* The smallest picture that the store takes: SOI, a frame header of 8 by 8, a scan, EOI. */
static const uint8_t tiny_jpeg[] = {0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0,
    0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0x55, 0xFF, 0xD9};

static struct wr_frame *picture(void)
{
    struct wr_frame *f = toy_frame(sizeof tiny_jpeg);

    memcpy(f->data, tiny_jpeg, sizeof tiny_jpeg);
    return f;
}

Test(command, capture_keeps_the_newest_frame)
{
    toy.dev->host->frame_publish(toy.dev, picture());
    cr_assert_eq(run("capture", NULL, NULL), 0);
    world_pass(1);
    world_wait(&answer.came);
    cr_assert_eq(answer.result, 0, "%s", answer.json);
    cr_assert_not_null(strstr(answer.json, "\"id\":1"));
    cr_assert_eq(world_events("capture.stored", NULL), 1);
}

Test(command, capture_without_a_fresh_frame_looks_until_one_comes)
{
    toy.dev->host->frame_publish(toy.dev, picture());
    world_pass(5000000);
    cr_assert_eq(run("capture", NULL, NULL), 0);
    world_pass(10);
    cr_assert(toy.watched);
    toy.dev->host->frame_publish(toy.dev, picture());
    world_wait(&answer.came);
    cr_assert_eq(answer.result, 0);
    world_pass(DEVICE_LINGER_US + 1000);
    cr_assert_not(toy.watched);
}

Test(command, capture_takes_no_frame_of_before_the_clock_was_set_back)
{
    struct wr_frame *f = picture();

    f->received_us += INT64_C(3600000000);
    toy.dev->host->frame_publish(toy.dev, f);
    cr_assert_eq(run("capture", NULL, NULL), 0);
    world_pass(10);
    cr_assert(toy.watched);
    toy.dev->host->frame_publish(toy.dev, picture());
    world_wait(&answer.came);
    cr_assert_eq(answer.result, 0);
}

Test(command, capture_of_a_camera_that_shows_nothing_times_out)
{
    cr_assert_eq(run("capture", NULL, NULL), 0);
    world_pass(11000000);
    cr_assert_eq(answer.result, -ETIMEDOUT);
    cr_assert_str_eq(answer.json, "no picture came in time");
}

Test(command, what_times_out_names_the_known_trouble)
{
    const struct wr_value trouble = {.type = WR_STRING, .s = "the lens cap is on"},
                          none = {.type = WR_STRING, .s = ""};

    toy.dev->host->report(toy.dev, "trouble", &trouble);
    cr_assert_eq(run("capture", NULL, NULL), 0);
    world_pass(11000000);
    cr_assert_str_eq(answer.json, "no picture came in time: the lens cap is on");
    cr_assert_eq(run("alone", NULL, NULL), 0);
    world_pass(11000000);
    cr_assert_str_eq(answer.json, "the device did not answer in time: the lens cap is on");
    toy.dev->host->report(toy.dev, "trouble", &none);
    cr_assert_eq(run("alone", NULL, NULL), 0);
    world_pass(11000000);
    cr_assert_str_eq(answer.json, "the device did not answer in time");
}

static struct {
    bool came;
    int result;
    uint64_t id;
} kept;

static void on_kept(struct wr_dev *dev, void *ctx, int result, uint64_t id)
{
    kept.came = true;
    kept.result = result;
    kept.id = id;
}

Test(command, a_drivers_capture_is_answered_when_it_is_durable)
{
    struct wr_capture meta = {
        .size = sizeof meta, .source = "batch", .key = "17", .latitude = 1, .longitude = 2};

    kept.came = false;
    cr_assert_eq(toy.dev->host->capture(toy.dev, picture(), &meta, on_kept, NULL), 0);
    cr_assert_not(kept.came);
    world_wait(&kept.came);
    cr_assert_eq(kept.result, 0);
    cr_assert_eq(kept.id, 1);
    kept.came = false;
    cr_assert_eq(toy.dev->host->capture(toy.dev, picture(), &meta, on_kept, NULL), 0);
    world_wait(&kept.came);
    cr_assert_eq(kept.result, -EEXIST);
    cr_assert_eq(kept.id, 1);
}

static uint64_t keep_with_sound(uint32_t size)
{
    static const char wav[] = "RIFF....WAVEfmt ";
    struct wr_capture meta = {
        .size = size, .latitude = 1, .longitude = 2, .sound = wav, .n_sound = sizeof wav};
    uint64_t before = store_usage(world.store)->capture_bytes;

    kept.came = false;
    cr_assert_eq(toy.dev->host->capture(toy.dev, picture(), &meta, on_kept, NULL), 0);
    world_wait(&kept.came);
    cr_assert_eq(kept.result, 0);
    return store_usage(world.store)->capture_bytes - before;
}

Test(command, a_drivers_capture_may_have_a_sound_and_older_drivers_know_of_none)
{
    uint64_t with = keep_with_sound(sizeof(struct wr_capture)),
             without = keep_with_sound(offsetof(struct wr_capture, sound));

    cr_assert_eq(with - without, sizeof "RIFF....WAVEfmt ");
}

Test(command, a_capture_is_not_answered_to_a_device_that_stopped)
{
    kept.came = false;
    cr_assert_eq(toy.dev->host->capture(toy.dev, picture(), NULL, on_kept, NULL), 0);
    toy.online_at_start = false;
    toy.dev->host->online(toy.dev, false, "gone");
    world_pass(1);
    bool stored = false;
    for (int i = 0; i < 5000 && !stored; i++) {
        usleep(1000);
        loop_turn(world.loop);
        stored = world_events("capture.stored", NULL) == 1;
    }
    cr_assert(stored);
    cr_assert_not(kept.came);
}

/* As at SIGTERM: the devices go first, and the store answers when it closes. Of no suite, whose end
 * would close the world again. */
Test(stopping, captures_on_their_way_to_the_disk_outlive_the_devices, .init = setup)
{
    enum { N = 8 };

    toy.dev->host->frame_publish(toy.dev, picture());
    for (int i = 0; i < N; i++)
        cr_assert_eq(run("capture", NULL, NULL), 0);
    world_pass(1);
    world_close();
    cr_assert_eq(answer.n, N);
}
