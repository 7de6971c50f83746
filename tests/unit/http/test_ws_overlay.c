#include <string.h>
#include <warren/overlay.h>

#include "live.h"

TestSuite(ws_overlay, .init = live_open, .fini = live_close, .timeout = 60);

#define WANTED "\"devices\":[\"*\"],\"frames\":true,\"overlays\":true"

/* What was found in the frame `seq`; its intensity is the number's last byte. */
static void overlay(uint32_t seq)
{
    struct overlay o = {.active = true, .intensity = (uint8_t)seq};

    cr_assert_eq(device_publish_overlay(live.toy, seq, &o), 0);
}

/* The next binary message is an overlay of that frame. */
static void read_overlay(int fd, uint32_t seq)
{
    cr_assert_eq(ws_client_read(&live.talk, fd), 0x82);
    cr_assert_eq(live.talk.reply[1], 2, "an overlay");
    cr_assert_eq(picture_seq(), seq);
    cr_assert_eq(picture_channel(), device_channel(live.toy));
    cr_assert_eq(picture_length(), 36);
    cr_assert_eq(live.talk.n_reply, 32 + 36);
    cr_assert_eq((uint8_t)live.talk.reply[32 + 13], (uint8_t)seq);
}

static void read_picture(int fd, uint32_t seq)
{
    viewer_read_picture(fd);
    cr_assert_eq(picture_seq(), seq);
}

Test(ws_overlay, follows_its_frame_to_who_asked_for_it)
{
    int with = viewer_new(WANTED), without = viewer_new("\"devices\":[\"*\"],\"frames\":true"),
        other = viewer_new("\"devices\":[\"*\"],\"frames\":true,\"overlays\":[\"porch\"]");

    for (uint32_t n = 1; n <= 20; n++) {
        live_picture(30000);
        overlay(n);
        read_picture(with, n);
        read_overlay(with, n);
        read_picture(without, n);
        read_picture(other, n);
    }
    cr_expect(client_silent(&live.talk, with));
    cr_expect(client_silent(&live.talk, without));
    cr_expect(client_silent(&live.talk, other));
    cr_expect_eq(ws_hub_stats(live.api.ws)->n_overlays_sent, 20);
    cr_expect_eq(ws_hub_stats(live.api.ws)->n_overlays_skipped, 0);
    close(with);
    close(without);
    close(other);
}

Test(ws_overlay, comes_at_once_with_the_newest_picture)
{
    int fd;

    live_picture(1000);
    live_picture(1000);
    overlay(2);
    fd = viewer_new(WANTED);
    read_picture(fd, 2);
    read_overlay(fd, 2);
    close(fd);
}

Test(ws_overlay, comes_to_who_asks_for_it_later)
{
    int fd = viewer_new("\"devices\":[\"*\"],\"frames\":true");

    live_picture(1000);
    overlay(1);
    read_picture(fd, 1);
    ws_client_say(&live.talk, fd, "{\"id\":2,\"type\":\"subscribe\"," WANTED "}");
    cr_expect_eq(ws_client_read(&live.talk, fd), 0x81);
    read_overlay(fd, 1);
    ws_client_say(&live.talk, fd, "{\"id\":3,\"type\":\"subscribe\"," WANTED "}");
    cr_expect_eq(ws_client_read(&live.talk, fd), 0x81);
    cr_expect(client_silent(&live.talk, fd), "it was sent");
    close(fd);
}

/* What looks for motion takes its time: the next pictures do not wait for it. */
Test(ws_overlay, comes_late_for_a_picture_that_others_have_followed)
{
    int fd = viewer_new(WANTED);

    for (uint32_t n = 1; n <= 9; n++) {
        live_picture(1000);
        read_picture(fd, n);
    }
    overlay(8);
    read_overlay(fd, 8);
    overlay(9);
    read_overlay(fd, 9);
    cr_expect_eq(ws_hub_stats(live.api.ws)->n_overlays_skipped, 0);
    close(fd);
}

Test(ws_overlay, that_is_too_late_or_overtaken_is_not_sent)
{
    int fd = viewer_new(WANTED);

    for (uint32_t n = 1; n <= 9; n++) {
        live_picture(1000);
        read_picture(fd, n);
    }
    overlay(1);
    overlay(9);
    read_overlay(fd, 9);
    overlay(8);
    cr_expect(client_silent(&live.talk, fd));
    cr_expect_eq(ws_hub_stats(live.api.ws)->n_overlays_skipped, 2);
    close(fd);
}

/* Of a camera that does not number them, and finds more of them than it has pictures. */
Test(ws_overlay, may_be_one_of_several_of_a_picture)
{
    int fd = viewer_new(WANTED);

    live_picture(1000);
    read_picture(fd, 1);
    overlay(1);
    read_overlay(fd, 1);
    overlay(1);
    read_overlay(fd, 1);
    close(fd);
}

Test(ws_overlay, of_a_picture_that_was_not_sent_is_not_sent)
{
    int fd = viewer_new(WANTED ",\"max_fps\":1");

    live_picture(1000);
    overlay(1);
    read_picture(fd, 1);
    read_overlay(fd, 1);
    live_picture(1000);
    overlay(2);
    cr_expect(client_silent(&live.talk, fd));
    cr_expect_eq(ws_hub_stats(live.api.ws)->n_overlays_skipped, 0, "that is no trouble");
    close(fd);
}

Test(ws_overlay, without_a_frame_is_for_nobody_here)
{
    struct wr_overlay o = {.size = sizeof o, .device_seq = 5};
    int fd = viewer_new(WANTED);

    live_picture(1000);
    read_picture(fd, 1);
    cr_assert_eq(toy.dev->host->overlay_publish(toy.dev, &o), 0);
    world_pass(3000000);
    cr_expect_not_null(last_overlay(world.last, device_channel(live.toy)));
    cr_expect(client_silent(&live.talk, fd));
    close(fd);
}

Test(ws_overlay, of_a_slow_viewer_fits_the_picture_it_gets)
{
    int slow = viewer_new(WANTED);
    uint32_t last = 0;
    unsigned n = 0;

    for (uint32_t i = 1; i <= 200; i++) {
        live_picture(200000);
        live_turns(i % 10 == 0);
        overlay(i);
    }
    while (!client_silent(&live.talk, slow)) {
        cr_assert_eq(ws_client_read(&live.talk, slow), 0x82);
        if (live.talk.reply[1] == 1) {
            cr_assert_gt(picture_seq(), last);
            last = picture_seq();
            continue;
        }
        cr_assert_eq(picture_seq(), last, "an overlay belongs to the picture before it");
        n++;
    }
    cr_expect_eq(last, 200);
    cr_expect_gt(n, 0);
    cr_expect_gt(ws_hub_stats(live.api.ws)->n_overlays_skipped, 0);
    cr_expect_eq(ws_hub_stats(live.api.ws)->n_overlays_sent, n);
    close(slow);
}

/* An overlay is not acknowledged, and counts for nothing there. */
Test(ws_overlay, leaves_acknowledgements_as_they_are)
{
    int fd = viewer_new(WANTED);

    live_picture(1000);
    overlay(1);
    read_picture(fd, 1);
    read_overlay(fd, 1);
    ws_client_say(&live.talk, fd, "{\"type\":\"ack\",\"channel\":1,\"seq\":1}");
    for (uint32_t n = 2; n <= 5; n++) {
        live_picture(1000);
        live_turns(3);
        overlay(n);
        live_turns(3);
    }
    read_picture(fd, 2);
    read_overlay(fd, 2);
    read_picture(fd, 3);
    read_overlay(fd, 3);
    cr_expect(client_silent(&live.talk, fd), "two are in flight");
    ws_client_say(&live.talk, fd, "{\"type\":\"ack\",\"channel\":1,\"seq\":3}");
    read_picture(fd, 5);
    read_overlay(fd, 5);
    close(fd);
}

Test(ws_overlay, costs_no_allocation)
{
    int fd[4];

    for (unsigned i = 0; i < N_ELEMENTS(fd); i++)
        fd[i] = viewer_new(WANTED);
    for (uint32_t n = 1; n <= 120; n++) {
        allocations_count(n > 20);
        live_picture(30000);
        overlay(n);
        for (unsigned i = 0; i < N_ELEMENTS(fd); i++) {
            read_picture(fd[i], n);
            read_overlay(fd[i], n);
        }
    }
    allocations_count(false);
    cr_expect_eq(allocations(), 0, "%lu allocations for 400 overlays", allocations());
    for (unsigned i = 0; i < N_ELEMENTS(fd); i++)
        close(fd[i]);
}
