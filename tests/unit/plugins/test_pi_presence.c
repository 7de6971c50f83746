#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <string.h>

#include "pi.h"

#define VALUE(h, key) STR(fake_value(fake_dev(h), key))

static void refuse_trigger(struct fake_host *h)
{
    fake_host_turn(h);
    fake_tcp_close(fake_tcp_last(h), -ECONNREFUSED);
    fake_host_turn(h);
}

/* Online by its pictures; then half a minute passes, and the trigger port is polled. */
static struct fake_host *with_pictures(void)
{
    struct fake_host *h = pi_online();
    struct fake_http *q;

    fake_host_watch(h, true);
    q = pi_stream(h);
    for (unsigned i = 0; i < 30; i++) {
        pi_part(q, i, 1767225600 + i, 100, 0);
        fake_host_advance(h, FAKE_S);
    }
    return h;
}

static void go_on(struct fake_host *h, unsigned seconds)
{
    static unsigned id = 1000;

    for (unsigned i = 0; i < seconds; i++, id++) {
        pi_part(fake_http_last(h), id, 1767225600 + id, 100, 0);
        fake_host_advance(h, FAKE_S);
    }
}

/* --- both ports ------------------------------------------------------------------------------- */

Test(pi_presence, is_online_when_commands_are_answered)
{
    struct fake_host *h = pi_online();

    cr_assert(eq(str, VALUE(h, "trigger"), STR("ok")));
    cr_assert(eq(str, VALUE(h, "dialect"), STR("warren")));
    cr_assert(eq(str, VALUE(h, "rss_mib"), STR("45.5")));
    cr_assert(eq(sz, fake_n_http(h), 0), "nobody looks");
    fake_host_free(h);
}

Test(pi_presence, is_offline_when_neither_port_answers)
{
    struct fake_host *h = pi_new();

    fake_host_start(h);
    refuse_trigger(h);
    cr_assert(not(fake_online(fake_dev(h))));
    cr_assert(eq(sz, fake_n_http(h), 1), "perhaps there are pictures");
    fake_http_close(fake_http(h, 0), -ECONNREFUSED);
    fake_host_turn(h);
    cr_assert(ne(ptr, strstr(fake_why(fake_dev(h)), "no pictures from port 8080"), NULL), "%s",
        fake_why(fake_dev(h)));
    cr_assert(
        ne(ptr, strstr(fake_why(fake_dev(h)), "the trigger port 9999 refuses connections"), NULL));
    cr_assert(eq(sz, fake_n_events(fake_dev(h), "device.error"), 0), "being offline says it all");
    fake_host_advance(h, FAKE_RETRY_FIRST_US);
    cr_assert(eq(uint, fake_n_starts(h), 2));
    pi_serve(h, "token - health\n", "RSS=45.5MiB SWAP=1.0%\n");
    cr_assert(fake_online(fake_dev(h)));
    fake_host_free(h);
}

Test(pi_presence, what_cannot_even_be_begun_is_said_and_tried_again)
{
    struct fake_host *h = pi_new();

    fake_host_refuse_links(h, true);
    fake_host_start(h);
    fake_host_turn(h);
    cr_assert(not(fake_online(fake_dev(h))));
    cr_assert(ne(ptr,
                  strstr(fake_why(fake_dev(h)),
                      "the gateway cannot connect to 10.0.0.7 port 9999: its log says why"),
                  NULL),
        "\"%s\"", fake_why(fake_dev(h)));
    fake_host_refuse_links(h, false);
    fake_host_advance(h, FAKE_RETRY_FIRST_US);
    pi_serve(h, "token - health\n", "RSS=45.5MiB SWAP=1.0%\n");
    cr_assert(fake_online(fake_dev(h)));
    fake_host_free(h);
}

Test(pi_presence, unplugged_camera_is_tried_with_back_off)
{
    struct fake_host *h = pi_new();

    fake_host_start(h);
    fake_host_advance(h, 600 * FAKE_S);
    cr_assert(gt(uint, fake_n_starts(h), 8));
    cr_assert(lt(uint, fake_n_starts(h), 20));
    cr_assert(eq(sz, fake_n_events(fake_dev(h), "device.error"), 0));
    fake_host_free(h);
}

Test(pi_presence, is_online_by_pictures_alone)
{
    struct fake_host *h = pi_new();
    struct wr_dev *dev = fake_dev(h);

    fake_host_start(h);
    refuse_trigger(h);
    pi_stream(h);
    cr_assert(fake_online(dev));
    cr_assert(eq(str, VALUE(h, "trigger"), STR("refused")));
    cr_assert(eq(sz, fake_n_events(dev, "device.error"), 1));
    cr_assert(ne(ptr, strstr(fake_value(dev, "trouble"), "refuses connections"), NULL));
    cr_assert(fake_http(h, 0)->over, "nobody looks, so it was only to see");
    fake_host_advance(h, 20 * FAKE_S);
    cr_assert(eq(sz, fake_n_http(h), 1));
    fake_host_free(h);
}

/* --- commands fail while pictures go on ------------------------------------------------------- */

Test(pi_presence, refused_trigger_is_said_while_pictures_go_on)
{
    struct fake_host *h = with_pictures();
    struct wr_dev *dev = fake_dev(h);
    size_t n;

    refuse_trigger(h);
    cr_assert(fake_online(dev));
    cr_assert(eq(str, VALUE(h, "trigger"), STR("refused")));
    cr_assert(ne(ptr,
        strstr(fake_event(dev, "device.error"), "the camera's trigger server does not run"), NULL));
    n = fake_n_frames(dev);
    for (int i = 0; i < 4; i++) {
        go_on(h, 30);
        refuse_trigger(h);
    }
    cr_assert(eq(sz, fake_n_frames(dev), n + 120));
    cr_assert(eq(sz, fake_n_events(dev, "device.error"), 1), "it is said once");
    cr_assert(eq(sz, fake_n_http(h), 1));
    fake_host_free(h);
}

Test(pi_presence, silent_trigger_is_said_while_pictures_go_on)
{
    struct fake_host *h = with_pictures();

    pi_expect(h, "health\n");
    go_on(h, 11);
    cr_assert(fake_online(fake_dev(h)));
    cr_assert(eq(str, VALUE(h, "trigger"), STR("silent")));
    cr_assert(
        ne(ptr, strstr(fake_value(fake_dev(h), "trouble"), "accepts and says nothing"), NULL));
    fake_host_free(h);
}

Test(pi_presence, reset_trigger_is_said_while_pictures_go_on)
{
    struct fake_host *h = with_pictures();

    fake_tcp_close(pi_expect(h, "health\n"), -ECONNRESET);
    fake_host_turn(h);
    cr_assert(fake_online(fake_dev(h)));
    cr_assert(eq(str, VALUE(h, "trigger"), STR("reset")));
    fake_host_free(h);
}

Test(pi_presence, trigger_that_closes_without_a_word_is_said)
{
    struct fake_host *h = with_pictures();

    fake_tcp_close(pi_expect(h, "health\n"), 0);
    fake_host_turn(h);
    cr_assert(eq(str, VALUE(h, "trigger"), STR("closed")));
    cr_assert(fake_online(fake_dev(h)));
    fake_host_free(h);
}

Test(pi_presence, user_is_told_why_his_command_cannot_be)
{
    struct fake_host *h = with_pictures();
    const struct fake_call *call;

    refuse_trigger(h);
    call = fake_run(fake_dev(h), "night_level", NULL);
    refuse_trigger(h);
    cr_assert(eq(int, call->result, -ECONNREFUSED));
    cr_assert(ne(ptr, strstr(call->json, "the trigger port 9999 refuses connections"), NULL));
    fake_host_free(h);
}

Test(pi_presence, trigger_that_comes_back_is_told_the_settings_again)
{
    struct fake_host *h = with_pictures();
    struct wr_dev *dev = fake_dev(h);

    refuse_trigger(h);
    fake_desire(dev, "ring.size", "77");
    refuse_trigger(h);
    cr_assert(eq(int, fake_applied(dev, "ring.size"), -ECONNREFUSED));
    go_on(h, 30);
    pi_serve(
        h, "token - health\n", "UNKNOWN_COMMAND\n"); /* somebody started the original instead */
    cr_assert(eq(str, VALUE(h, "trigger"), STR("ok")));
    cr_assert(eq(str, VALUE(h, "dialect"), STR("original")));
    pi_serve(h, "dump_config\n", PI_CONFIG);
    pi_serve(h, "set ring.size 77\n", "OK: changed ring.size from 300 to 77\n");
    cr_assert(eq(int, fake_applied(dev, "ring.size"), 0));
    cr_assert(eq(str, VALUE(h, "trouble"), STR("")));
    fake_host_free(h);
}

Test(pi_presence, camera_without_viewers_whose_trigger_died_is_looked_at_by_its_pictures)
{
    struct fake_host *h = pi_online();

    fake_host_advance(h, 30 * FAKE_S);
    refuse_trigger(h);
    cr_assert(fake_online(fake_dev(h)), "not before both were tried");
    pi_stream(h);
    cr_assert(fake_online(fake_dev(h)));
    cr_assert(eq(str, VALUE(h, "stream"), STR("closed")));
    fake_host_advance(h, 30 * FAKE_S);
    refuse_trigger(h);
    fake_http_close(fake_http_last(h), -EHOSTUNREACH);
    fake_host_turn(h);
    cr_assert(not(fake_online(fake_dev(h))));
    fake_host_free(h);
}

Test(pi_presence, camera_that_goes_away_under_a_viewer_is_offline)
{
    struct fake_host *h = with_pictures();

    fake_http_close(fake_http_last(h), -ECONNRESET);
    refuse_trigger(h);
    cr_assert(not(fake_online(fake_dev(h))));
    fake_host_free(h);
}

/* --- polling ---------------------------------------------------------------------------------- */

Test(pi_presence, health_is_asked_for_every_half_minute_and_only_when_idle)
{
    struct fake_host *h = pi_online();
    size_t n = fake_n_tcp(h);

    fake_host_advance(h, 29 * FAKE_S);
    cr_assert(eq(sz, fake_n_tcp(h), n));
    fake_run(fake_dev(h), "night_level", NULL);
    pi_expect(h, "night_level\n");
    fake_host_advance(h, 2 * FAKE_S);
    cr_assert(eq(sz, fake_n_tcp(h), n + 1), "a command is on its way");
    fake_tcp_feed(fake_tcp_last(h), "NO_DATA\n", 8);
    fake_tcp_close(fake_tcp_last(h), 0);
    fake_host_advance(h, 29 * FAKE_S);
    pi_serve(h, "health\n", "RSS=60.0MiB SWAP=3.0%\n");
    cr_assert(eq(str, VALUE(h, "swap_percent"), STR("3")));
    fake_host_free(h);
}
