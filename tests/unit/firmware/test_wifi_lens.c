/* The sensor, the encoder, and what is done when processor or memory do not suffice. */
#include <criterion/criterion.h>
#include <string.h>

#include "fake_wifi_port.h"

static struct fake_wifi f;

static void begin(void)
{
    fake_wifi_begin(&f);
}

static void end(void)
{
    fake_wifi_end(&f);
}

TestSuite(wifi_lens, .init = begin, .fini = end);

static unsigned frames_in(int64_t us)
{
    unsigned before = f.n_frames;

    fake_wifi_pass(&f, us);
    return f.n_frames - before;
}

Test(wifi_lens, takes_pictures_while_there_is_a_network)
{
    fake_wifi_pass(&f, 1000000);
    cr_expect_eq(f.n_opens, 0);
    fake_wifi_online(&f);
    fake_wifi_pass(&f, 1000000);
    cr_expect_eq(f.n_opens, 1);
    cr_expect_eq(f.size, WIFI_QVGA);
    cr_expect_eq(f.buffers, 2);
    cr_expect_eq(frames_in(10000000), 100);
    wifi_camera_lost(f.camera, f.now_us);
    fake_wifi_pass(&f, 100000);
    cr_expect_not(f.sensor_open);
    cr_expect_eq(f.n_memory, 0);
}

Test(wifi_lens, as_many_as_are_set)
{
    fake_wifi_online(&f);
    fake_wifi_control(&f, "{\"cmd\":\"set\",\"stream_fps\":25}");
    fake_wifi_pass(&f, 1000000);
    cr_expect_eq(frames_in(4000000), 100);
    fake_wifi_control(&f, "{\"cmd\":\"set\",\"stream_fps\":1}");
    fake_wifi_pass(&f, 1000000);
    cr_expect_eq(frames_in(4000000), 4);
}

Test(wifi_lens, as_many_also_where_each_is_a_little_late)
{
    fake_wifi_online(&f);
    f.late_us = 7000;
    fake_wifi_pass(&f, 1000000);
    cr_expect_geq(frames_in(10000000), 99);
}

Test(wifi_lens, those_that_were_missed_do_not_come_all_at_once)
{
    fake_wifi_online(&f);
    fake_wifi_pass(&f, 1000000);
    f.now_us += 5000000; /* nobody stepped it for so long */
    cr_expect_leq(frames_in(1000000), 11);
}

Test(wifi_lens, fewer_when_the_processor_is_busy_and_more_when_it_is_calm)
{
    fake_wifi_online(&f);
    fake_wifi_pass(&f, 1000000);
    f.cpu = 71;
    fake_wifi_pass(&f, 3000000);
    cr_expect_leq(frames_in(1000000), 6);
    fake_wifi_pass(&f, 20000000);
    cr_expect_leq(frames_in(2000000), 3);
    f.cpu = 60;
    fake_wifi_pass(&f, 20000000);
    cr_expect_leq(frames_in(2000000), 3, "calm enough to stay, not to go up");
    f.cpu = 50;
    fake_wifi_pass(&f, 12000000);
    cr_expect_eq(frames_in(1000000), 10);
}

Test(wifi_lens, when_memory_is_short_one_buffer_then_a_small_picture)
{
    fake_wifi_online(&f);
    fake_wifi_pass(&f, 4000000);
    f.heap = 79 * 1024;
    fake_wifi_pass(&f, 1100000);
    cr_expect_eq(f.buffers, 1);
    cr_expect_eq(f.size, WIFI_QVGA);
    f.heap = 81 * 1024;
    fake_wifi_pass(&f, 10000000);
    cr_expect_eq(f.size, WIFI_QVGA, "that was enough");
    f.heap = 79 * 1024;
    fake_wifi_pass(&f, 5000000);
    cr_expect_eq(f.size, WIFI_QQVGA);
    cr_expect_eq(frames_in(2000000), 10);
    f.heap = 150 * 1024;
    fake_wifi_control(&f, "{\"cmd\":\"set\",\"stream_fps\":8}");
    fake_wifi_pass(&f, 1000000);
    cr_expect_eq(f.size, WIFI_QVGA, "who sets something wants it tried");
    cr_expect_eq(f.buffers, 2);
}

Test(wifi_lens, a_sensor_that_gives_nothing_is_set_up_anew)
{
    fake_wifi_online(&f);
    f.blind = true;
    fake_wifi_pass(&f, 10000000);
    cr_expect_gt(f.n_opens, 2);
    f.blind = false;
    fake_wifi_pass(&f, 3000000);
    cr_expect_eq(frames_in(1000000), 10);
}

Test(wifi_lens, a_sensor_that_is_not_there_is_looked_for)
{
    f.no_sensor = true;
    fake_wifi_online(&f);
    fake_wifi_pass(&f, 5000000);
    cr_expect_str_eq(f.log, "no sensor");
    cr_expect_eq(f.listening, 80);
    f.no_sensor = false;
    fake_wifi_pass(&f, 2500000);
    cr_expect_geq(frames_in(1000000), 10);
}

Test(wifi_lens, without_memory_for_pictures_the_rest_goes_on)
{
    fake_wifi_control(&f, "{\"cmd\":\"set\",\"web_enabled\":false}");
    fake_wifi_control(&f, "{\"cmd\":\"configure\",\"ssid\":\"Home\"}");
    fake_wifi_control(&f, "{\"cmd\":\"enable\"}");
    wifi_camera_joined(f.camera, f.now_us, "10.0.0.7");
    f.no_memory = true;
    fake_wifi_control(&f, "{\"cmd\":\"set\",\"web_enabled\":true}");
    fake_wifi_pass(&f, 1000000);
    cr_expect(strstr(f.status, "could not begin"));
    f.no_memory = false;
    fake_wifi_pass(&f, 6000000);
    cr_expect_eq(f.listening, 80);
    cr_expect_geq(frames_in(1000000), 10);
}

Test(wifi_lens, a_slow_encoder_slows_the_sensor_and_tears_no_picture)
{
    fake_wifi_online(&f);
    fake_wifi_pass(&f, 500000);
    f.slow_encoder = true;
    fake_wifi_get(&f, 0, "/stream", "");
    fake_wifi_pass(&f, 500000);
    cr_expect(f.encoding);
    cr_expect_leq(frames_in(2000000), 1);
    f.slow_encoder = false;
    fake_wifi_pass(&f, 500000);
    cr_expect_geq(frames_in(1000000), 9);
}

Test(wifi_lens, who_asks_is_answered_while_frames_are_compared)
{
    fake_wifi_online(&f);
    fake_wifi_pass(&f, 500000);
    f.slow_worker = true;
    fake_wifi_pass(&f, 500000);
    cr_assert_not_null(f.job);
    fake_wifi_get(&f, 0, "/metrics", "");
    cr_expect(strstr(f.connections[0].out, "HTTP/1.1 200 OK\r\n"));
    cr_expect_eq(frames_in(1000000), 0, "nothing is taken over what is compared");
    fake_wifi_get(&f, 1, "/overlay", "Accept: text/event-stream\r\n");
    fake_wifi_clear(&f, 1);
    f.slow_worker = false;
    fake_wifi_pass(&f, 1000);
    cr_expect(strstr(f.connections[1].out, "event: overlay\n"));
    cr_expect_geq(frames_in(1000000), 9);
}

Test(wifi_lens, wifi_that_ends_while_frames_are_compared_waits_for_it)
{
    fake_wifi_online(&f);
    f.slow_worker = true;
    fake_wifi_pass(&f, 500000);
    cr_assert_not_null(f.job);
    fake_wifi_control(&f, "{\"cmd\":\"disable\"}");
    fake_wifi_pass(&f, 500000);
    cr_expect(f.sensor_open);
    cr_expect_gt(f.n_memory, 0);
    fake_wifi_control(&f, "{\"cmd\":\"enable\"}");
    wifi_camera_joined(f.camera, f.now_us, "10.0.0.7");
    f.slow_worker = false;
    fake_wifi_pass(&f, 500000);
    cr_expect_geq(frames_in(1000000), 9);
}

Test(wifi_lens, wifi_that_ends_while_a_picture_is_encoded_waits_for_it)
{
    fake_wifi_online(&f);
    fake_wifi_pass(&f, 500000);
    f.slow_encoder = true;
    fake_wifi_get(&f, 0, "/stream", "");
    fake_wifi_pass(&f, 500000);
    fake_wifi_control(&f, "{\"cmd\":\"disable\"}");
    fake_wifi_pass(&f, 500000);
    cr_expect_gt(f.n_memory, 0);
    cr_expect_eq(f.listening, 0);
    fake_wifi_control(&f, "{\"cmd\":\"enable\"}");
    wifi_camera_joined(f.camera, f.now_us, "10.0.0.7");
    f.slow_encoder = false;
    fake_wifi_pass(&f, 500000);
    cr_expect_eq(f.listening, 80, "and then begins again");
    cr_expect_geq(frames_in(1000000), 9);
}

Test(wifi_lens, a_picture_that_does_not_fit_is_made_worse)
{
    fake_wifi_online(&f);
    f.jpeg_bytes = 60000;
    fake_wifi_get(&f, 0, "/stream", "");
    fake_wifi_pass(&f, 700000);
    cr_expect_eq(f.encode.quality, 50);
    cr_expect(strstr(f.connections[0].out, "Content-Length: 30000\r\n"));
}

/* What the board is asked for: static memory beside the radios', and pictures in the large one. */
Test(wifi_lens, memory_is_within_its_budget)
{
    cr_expect_lt(wifi_camera_bytes(), 4 * 1024);
    fake_wifi_online(&f);
    for (unsigned k = 0; k < 6; k++)
        fake_wifi_get(&f, k, k < 3 ? "/stream" : "/overlay", "Accept: text/event-stream\r\n");
    for (unsigned k = 0; k < 6; k++)
        f.connections[k].room = 5000 * (k + 1);
    fake_wifi_pass(&f, 9000000);
    cr_expect_lt(f.memory_most, 512 * 1024, "%zu", f.memory_most);
}
