/* A playground as a drawing. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "firmware/sim/play_picture.h"
#include "loop/loop.h"

static struct play_world *w;
static struct play_picture *p;
static struct loop *l;
static char path[64], text[65536];
static int64_t now_us;

static int notify(void *ctx, const void *bytes, size_t n)
{
    return 0;
}

static void advertise(void *ctx, bool on)
{
}

static void reset(void *ctx)
{
}

static void lights(void *ctx, unsigned module)
{
    if (p)
        play_picture_changed(p);
}

static void display(void *ctx, unsigned line, const char *line_text)
{
}

static void setup(void)
{
    static const struct play_world_port port = {.notify = notify,
        .advertise = advertise,
        .reset = reset,
        .cut = reset,
        .lights = lights,
        .display = display};

    snprintf(path, sizeof path, "/tmp/warren-test-picture-%d.svg", getpid());
    cr_assert_eq(loop_new_virtual(0, 0, &l), 0);
    cr_assert_eq(
        play_world_new(&(struct play_world_config){.seed = 1, .n_modules = 12}, &port, &w), 0);
    play_world_start(w, 0);
    now_us = 5 * US_PER_S;
    play_world_run(w, now_us);
    play_world_connected(w, now_us, 247);
}

static void teardown(void)
{
    p = play_picture_free(p);
    w = play_world_free(w);
    unlink(path);
    cr_assert_null(loop_free(l));
}

TestSuite(play_picture, .init = setup, .fini = teardown, .timeout = 60);

static unsigned count(const char *word)
{
    unsigned n = 0;

    for (const char *at = text; (at = strstr(at, word)); at++)
        n++;
    return n;
}

static void read_file(void)
{
    FILE *f = fopen(path, "r");
    size_t n;

    cr_assert(f);
    n = fread(text, 1, sizeof text - 1, f);
    text[n] = '\0';
    fclose(f);
    cr_assert_gt(n, 0);
    cr_assert_str_eq(text + n - 7, "</svg>\n", "it is whole");
}

static void say(const char *line)
{
    play_world_written(w, now_us, line, strlen(line));
    now_us += US_PER_S;
    play_world_run(w, now_us);
    loop_advance(l, US_PER_S);
    read_file();
}

Test(play_picture, has_every_module_with_its_twelve_lights)
{
    struct error e = ERROR_NULL;

    cr_assert_eq(play_picture_new(l, path, w, &p, &e), 0, "%s", e.text);
    read_file();
    cr_expect_eq(count("<g "), 12);
    cr_expect_eq(count("fill=\"#333\""), 12 * PLAY_MODULE_LEDS, "dark");
    cr_expect(strstr(text, ">duck<") && strstr(text, ">b\xc3\xa4r<"));
}

Test(play_picture, is_drawn_anew_when_lights_change)
{
    struct error e = ERROR_NULL;

    cr_assert_eq(play_picture_new(l, path, w, &p, &e), 0, "%s", e.text);
    say("\"Play\":\"all\"\n");
    cr_expect_eq(count("rgb(0,255,0)"), 12 * PLAY_MODULE_LEDS);
    say("\"Win\":\"all\"\n");
    cr_expect_eq(count("hsl("), 12 * PLAY_MODULE_LEDS);
}

Test(play_picture, a_place_where_it_cannot_be_is_told)
{
    struct error e = ERROR_NULL;

    cr_expect_eq(play_picture_new(l, "/no/such/folder/x.svg", w, &p, &e), -ENOENT);
    cr_expect(strstr(e.text, "/no/such/folder/x.svg"), "%s", e.text);
    cr_expect_null(p);
}
