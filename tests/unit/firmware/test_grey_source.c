/* Frames of drawn scenes, of JPEGs in a folder and of the garden, in time and in size. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "firmware/pi-trigger-camera/jpeg_codec.h"
#include "firmware/sim/grey_source.h"
#include "firmware/sim/motion_scene.h"
#include "loop/loop.h"
#include "loop/worker.h"

#define PATIENCE_US (30 * US_PER_S)

struct world {
    struct loop *loop;
    struct grey_source *source;
    unsigned n_frames;
    size_t n_grey; /* bytes that are looked at */
    uint8_t *grey; /* the last one */
    int64_t taken_us;
    char why[200];
};

static void frame(void *ctx, const uint8_t *grey, int64_t taken_us)
{
    struct world *w = ctx;

    memcpy(w->grey, grey, w->n_grey);
    w->taken_us = taken_us;
    w->n_frames++;
}

static void ended(void *ctx, const char *why)
{
    struct world *w = ctx;

    snprintf(w->why, sizeof w->why, "%s", why);
}

static struct world *world_new(const char *spec)
{
    static const struct grey_events events = {frame, ended};
    struct world *w = calloc(1, sizeof *w);
    struct error e = ERROR_NULL;

    cr_assert_eq(loop_new_virtual(1000000, 0, &w->loop), 0);
    cr_assert_eq(
        grey_source_new(w->loop, spec, &events, w, &w->source, &e), 0, "%s", error_text(&e));
    w->grey = malloc(320 * 240);
    return w;
}

static void world_start(struct world *w, unsigned width, unsigned height, unsigned fps)
{
    struct error e = ERROR_NULL;

    w->n_grey = (size_t)width * height;
    cr_assert_geq(grey_source_start(w->source, width, height, fps, &e), 0, "%s", error_text(&e));
}

/* In steps in which the worker's answer comes, too. */
static void wait_frames(struct world *w, unsigned n)
{
    int64_t end = clock_mono_us() + PATIENCE_US;

    while (w->n_frames < n && !*w->why && clock_mono_us() < end) {
        loop_advance(w->loop, 10 * US_PER_MS);
        usleep(500);
    }
    cr_assert_geq(w->n_frames, n, "%u frames; %s", w->n_frames, w->why);
}

static void world_free(struct world *w)
{
    grey_source_free(w->source);
    loop_free(w->loop);
    free(w->grey);
    free(w);
}

Test(grey_source, a_scene_goes_one_step_on_with_each_frame)
{
    struct world *w = world_new("walk");
    struct motion_scene *scene;
    uint8_t *want = malloc(320 * 240);

    cr_assert_eq(motion_scene_new("walk", &scene), 0);
    world_start(w, 320, 240, 10);
    for (unsigned n = 1; n <= 30; n++) {
        wait_frames(w, n);
        motion_scene_draw(scene, n - 1, 320, 240, want);
        cr_assert_arr_eq(w->grey, want, 320 * 240, "frame %u", n);
    }
    free(want);
    motion_scene_free(scene);
    world_free(w);
}

Test(grey_source, gives_as_many_frames_as_it_is_asked_for)
{
    struct world *w = world_new("pan");
    unsigned n;

    world_start(w, 160, 120, 5);
    wait_frames(w, 1);
    n = w->n_frames;
    int64_t began = w->taken_us;
    wait_frames(w, n + 10);
    /* the worker may have missed some, but none comes early */
    cr_assert_geq(w->taken_us - began, 10 * US_PER_S / 5);
    grey_source_stop(w->source);
    n = w->n_frames;
    for (unsigned i = 0; i < 200; i++)
        loop_advance(w->loop, 10 * US_PER_MS);
    cr_assert_eq(w->n_frames, n);
    world_free(w);
}

Test(grey_source, changes_its_size_while_it_runs)
{
    struct world *w = world_new("still");
    uint8_t corner;

    world_start(w, 320, 240, 25);
    wait_frames(w, 2);
    corner = w->grey[320 * 240 - 1];
    world_start(w, 160, 120, 25);
    wait_frames(w, w->n_frames + 2);
    cr_assert(abs(w->grey[160 * 120 - 1] - corner) < 30);
    world_free(w);
}

static void put_jpeg(
    const char *folder, const char *name, uint8_t grey, unsigned width, unsigned height)
{
    uint8_t *pixels = malloc((size_t)width * height);
    struct jpeg_bytes jpeg = {0};
    char path[300];

    memset(pixels, grey, (size_t)width * height);
    cr_assert_eq(jpeg_encode_grey(pixels, width, height, 90, &jpeg), 0);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    cr_assert(f && fwrite(jpeg.bytes, 1, jpeg.n, f) == jpeg.n && fclose(f) == 0);
    jpeg_bytes_fini(&jpeg);
    free(pixels);
}

Test(grey_source, shows_the_jpegs_of_a_folder_in_its_size)
{
    char folder[] = "/tmp/warren-grey-XXXXXX", path[300];
    bool seen[2] = {false, false};

    cr_assert(mkdtemp(folder));
    put_jpeg(folder, "a.jpg", 40, 640, 480);
    put_jpeg(folder, "b.jpg", 200, 320, 240);
    struct world *w = world_new(folder);
    world_start(w, 320, 240, 20);
    for (unsigned n = 1; n <= 6; n++) {
        wait_frames(w, n);
        uint8_t middle = w->grey[120 * 320 + 160];
        cr_assert(abs(middle - 40) < 4 || abs(middle - 200) < 4, "%u", middle);
        seen[middle > 100] = true;
    }
    cr_assert(seen[0] && seen[1]);
    world_free(w);
    snprintf(path, sizeof path, "rm -r %s", folder);
    cr_assert_eq(system(path), 0);
}

Test(grey_source, shows_the_garden)
{
    struct world *w = world_new("drawn:day");
    unsigned least = 255, most = 0;

    world_start(w, 320, 240, 10);
    wait_frames(w, 1);
    for (size_t i = 0; i < w->n_grey; i++) {
        least = w->grey[i] < least ? w->grey[i] : least;
        most = w->grey[i] > most ? w->grey[i] : most;
    }
    cr_assert(least < 60 && most > 200, "%u…%u", least, most);
    world_free(w);
}

Test(grey_source, says_why_it_ends)
{
    char folder[] = "/tmp/warren-grey-XXXXXX";

    cr_assert(mkdtemp(folder));
    struct world *w = world_new(folder);
    world_start(w, 320, 240, 10);
    for (int64_t end = clock_mono_us() + PATIENCE_US; !*w->why && clock_mono_us() < end;
         usleep(500))
        loop_advance(w->loop, 10 * US_PER_MS);
    cr_assert(strstr(w->why, "no JPEGs"), "%s", w->why);
    world_free(w);
    rmdir(folder);
}

Test(grey_source, what_is_no_source_is_refused_with_a_sentence)
{
    static const struct grey_events events = {frame, ended};
    struct grey_source *s = NULL;
    struct error e = ERROR_NULL;
    struct loop *l;

    cr_assert_eq(loop_new_virtual(0, 0, &l), 0);
    cr_assert_eq(grey_source_new(l, "pan:99,0", &events, NULL, &s, &e), -EINVAL);
    cr_assert(strstr(error_text(&e), "pan:DX,DY"), "%s", error_text(&e));
    cr_assert_eq(grey_source_new(l, "nowhere", &events, NULL, &s, &e), -EINVAL);
    cr_assert_null(s);
    loop_free(l);
}

Test(grey_source, what_is_asked_for_comes_once_and_is_the_scenes_next)
{
    struct world *w = world_new("walk");
    struct motion_scene *scene;
    uint8_t *want = malloc(320 * 240);

    cr_assert_eq(motion_scene_new("walk", &scene), 0);
    grey_source_set_asked(w->source);
    cr_assert_eq(grey_source_ask(w->source), -ENOTCONN);
    world_start(w, 320, 240, 10);
    for (unsigned n = 1; n <= 5; n++) {
        for (unsigned i = 0; i < 50; i++)
            loop_advance(w->loop, 10 * US_PER_MS);
        cr_assert_eq(w->n_frames, n - 1);
        cr_assert_eq(grey_source_ask(w->source), 0);
        wait_frames(w, n);
        motion_scene_draw(scene, n - 1, 320, 240, want);
        cr_assert_arr_eq(w->grey, want, 320 * 240, "frame %u", n);
    }
    free(want);
    motion_scene_free(scene);
    world_free(w);
}

static void wait_for_gate(void *ctx)
{
    char byte;

    (void)!read(*(int *)ctx, &byte, 1);
}

static void passed(void *ctx, int result)
{
}

Test(grey_source, what_is_asked_for_comes_when_the_worker_has_room_again)
{
    struct world *w = world_new("pan:2,0");
    int gate[2];

    cr_assert_eq(pipe(gate), 0);
    grey_source_set_asked(w->source);
    world_start(w, 160, 120, 10);
    for (int i = 0; i < WORK_MAX_PENDING; i++)
        cr_assert_eq(work_submit(w->loop, wait_for_gate, passed, gate, NULL), 0);
    cr_assert_eq(grey_source_ask(w->source), 0);
    cr_assert_eq(w->n_frames, 0);
    close(gate[1]);
    wait_frames(w, 1);
    world_free(w);
    close(gate[0]);
}

Test(grey_source, of_what_comes_by_itself_the_newest_is_given_or_the_next)
{
    struct world *w = world_new("drawn:day");

    grey_source_set_asked(w->source);
    world_start(w, 320, 240, 5);
    cr_assert_eq(grey_source_ask(w->source), 0); /* there is none yet */
    wait_frames(w, 1);
    for (unsigned i = 0; i < 100; i++)
        loop_advance(w->loop, 10 * US_PER_MS);
    cr_assert_eq(w->n_frames, 1);
    cr_assert_eq(grey_source_ask(w->source), 0); /* there is one, for which no time must pass */
    for (int64_t end = clock_mono_us() + PATIENCE_US; w->n_frames < 2 && clock_mono_us() < end;
         usleep(500))
        loop_turn(w->loop);
    cr_assert_eq(w->n_frames, 2);
    world_free(w);
}
