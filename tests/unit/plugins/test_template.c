#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <string.h>

#include "plugin.h"

#define STR(s) ((char *)(s))

/* Connected to a device that is played by the test. */
static struct fake_host *begin(void)
{
    struct fake_host *h = fake_host_new(plugin("template"));

    fake_host_option(h, "host", "thermometer.local");
    fake_host_start(h);
    fake_tcp_open(fake_tcp(h, 0));
    fake_host_turn(h);
    return h;
}

static void say(struct fake_host *h, const char *text)
{
    fake_tcp_feed(fake_tcp_last(h), text, strlen(text));
    fake_host_turn(h);
}

Test(template, connects_to_where_the_options_say)
{
    struct fake_host *h = begin();

    cr_assert(eq(str, fake_tcp(h, 0)->host, STR("thermometer.local")));
    cr_assert(eq(int, fake_tcp(h, 0)->port, 7000));
    cr_assert(fake_online(fake_dev(h)));
    fake_host_free(h);
}

Test(template, temperature_is_reported_however_it_is_cut)
{
    struct fake_host *h = begin();
    const char *text = "temperature 21.5\ntemperature -3.25\n";

    fake_tcp_feed_in(fake_tcp(h, 0), text, strlen(text), 1);
    fake_host_turn(h);
    cr_assert(eq(sz, fake_n_reports(fake_dev(h), "temperature"), 2));
    cr_assert(eq(str, STR(fake_value(fake_dev(h), "temperature")), STR("-3.25")));
    fake_host_free(h);
}

Test(template, becoming_hot_is_one_event)
{
    struct fake_host *h = begin();

    say(h, "temperature 39.9\ntemperature 40\ntemperature 55\n");
    cr_assert(eq(sz, fake_n_events(fake_dev(h), "template.hot"), 1));
    say(h, "temperature 20\ntemperature 41\n");
    cr_assert(eq(sz, fake_n_events(fake_dev(h), "template.hot"), 2));
    fake_host_free(h);
}

Test(template, rubbish_is_passed_over)
{
    struct fake_host *h = begin();

    say(h,
        "temperature nan\ntemperature 1e999\ntemperature 12 or so\ntemperature\n\xFF\xFE\nok\n\n");
    cr_assert(eq(sz, fake_n_reports(fake_dev(h), "temperature"), 0));
    cr_assert(fake_online(fake_dev(h)));
    fake_host_free(h);
}

Test(template, lamp_is_answered_when_the_device_says_ok)
{
    struct fake_host *h = begin();
    const struct fake_call *call = fake_run(fake_dev(h), "lamp", "on", "true", NULL);

    fake_host_turn(h);
    cr_assert(eq(str, STR(fake_tcp_text(fake_tcp(h, 0))), STR("lamp on\n")));
    cr_assert(not(call->over));
    say(h, "ok\n");
    cr_assert(eq(int, call->result, 0));
    cr_assert(call->over);
    fake_host_free(h);
}

Test(template, device_that_goes_away_is_tried_again)
{
    struct fake_host *h = begin();

    fake_tcp_close(fake_tcp(h, 0), -ECONNRESET);
    fake_host_turn(h);
    cr_assert(
        eq(str, STR(fake_why(fake_dev(h))), STR("the connection ended: Connection reset by peer")));
    fake_host_advance(h, FAKE_RETRY_FIRST_US);
    cr_assert(eq(uint, fake_n_starts(h), 2));
    fake_tcp_close(fake_tcp_last(h), -ECONNREFUSED);
    fake_host_advance(h, 2 * FAKE_RETRY_FIRST_US);
    fake_tcp_open(fake_tcp_last(h));
    fake_host_turn(h);
    cr_assert(fake_online(fake_dev(h)));
    fake_host_free(h);
}

Test(template, device_that_never_ends_its_line_is_cut_off)
{
    static char endless[100000];
    struct fake_host *h = begin();

    memset(endless, 'x', sizeof endless);
    fake_tcp_feed(fake_tcp(h, 0), endless, sizeof endless);
    fake_host_turn(h);
    cr_assert(not(fake_online(fake_dev(h))));
    fake_host_free(h);
}
