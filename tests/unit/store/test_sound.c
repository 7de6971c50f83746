/* A sound beside a picture: kept, counted, opened and removed with it. */
#include "consistent.h"

static struct fixture f;

static void begin(void)
{
    fixture_begin(&f);
    f.sounds = true;
    fixture_open(&f);
}

static void end(void)
{
    fixture_end(&f);
}

TestSuite(sound, .init = begin, .fini = end, .timeout = 30);

static struct answer act(int (*call)(struct store *, uint64_t, store_fn, void *), uint64_t id)
{
    struct answer a = {0};

    cr_assert_eq(call(f.store, id, on_result, &a), 0);
    fixture_wait(&f, &a.done);
    return a;
}

static int pin(struct store *s, uint64_t id, store_fn fn, void *ctx)
{
    return store_capture_pin(s, id, true, fn, ctx);
}

Test(sound, is_kept_beside_its_picture_and_told)
{
    struct opened o;
    uint8_t *bytes;
    size_t n;

    fixture_put_wait(&f, "porch", NULL, 0, 7);
    cr_expect(fixture_exists(&f, "captures/porch/2026-03-01/1.jpg"));
    cr_expect(fixture_exists(&f, "captures/porch/2026-03-01/1.wav"));
    cr_expect_not_null(strstr(f.events, "\"sound\":1007"), "%s", f.events);
    o = fixture_open_file(&f, 1, CAPTURE_SOUND);
    cr_assert_eq(o.result, 0);
    cr_assert_eq(files_read(o.fd, 8192, &bytes, &n), 0);
    close(o.fd);
    cr_assert_eq(n, FIXTURE_SOUND_BYTES(7));
    cr_assert_arr_eq(bytes, fixture_sound(7), n);
    free(bytes);
    fixture_reopen(&f);
    expect_consistent(&f, "after a restart");
}

Test(sound, that_is_none_has_no_file)
{
    fixture_put_wait(&f, "porch", NULL, 0, 2);
    cr_expect_eq(fixture_count(&f, "captures", ".wav"), 0);
    cr_expect_not_null(strstr(f.events, "\"sound\":null"));
    cr_expect_eq(fixture_open_file(&f, 1, CAPTURE_SOUND).result, -ENOENT);
    cr_expect_eq(store_usage(f.store)->n_captures, 1);
}

static int put_sound(const void *sound, size_t n)
{
    static const uint8_t jpeg[] = {0xff, 0xd8, 0xff, 0xd9};
    struct frame *frame = fixture_frame(&f, jpeg, sizeof jpeg);
    const struct capture_meta meta = {.device = "porch", .sound = sound, .n_sound = n};
    int r = store_capture(f.store, frame, &meta, NULL, NULL);

    frame_unref(frame);
    return r;
}

Test(sound, that_cannot_be_is_refused_at_once)
{
    cr_expect_eq(put_sound("<html><script>", 14), -EINVAL);
    cr_expect_eq(put_sound("RIFF....WAV", 11), -EINVAL);
    cr_expect_eq(put_sound(NULL, 100), -EINVAL);
    cr_expect_eq(put_sound(fixture_sound(1), WR_SOUND_MAX_BYTES + 1), -EINVAL);
    cr_expect_eq(store_usage(f.store)->n_pending, 0);
}

Test(sound, counts_as_the_picture_does)
{
    uint64_t with, without;

    f.sounds = false;
    fixture_put_wait(&f, "porch", NULL, 0, 7);
    without = store_usage(f.store)->capture_bytes;
    act(store_capture_remove, 1);
    f.sounds = true;
    fixture_put_wait(&f, "porch", NULL, 0, 7);
    with = store_usage(f.store)->capture_bytes;
    cr_expect_eq(with, without + FIXTURE_SOUND_BYTES(7));
    act(pin, 2);
    cr_expect_eq(store_usage(f.store)->pinned_bytes, with);
}

Test(sound, is_counted_by_retention_and_goes_with_its_picture)
{
    for (unsigned i = 0; i < 20; i++)
        fixture_put_wait(&f, "porch", NULL, 0, 7);
    f.config.max_bytes = store_usage(f.store)->capture_bytes / 2;
    store_configure(f.store, &f.config);
    for (int i = 0; i < 60; i++) {
        loop_advance(f.loop, 250 * US_PER_MS);
        fixture_settle(&f);
    }
    cr_expect_eq(store_usage(f.store)->n_captures, 10);
    cr_expect_eq(fixture_count(&f, "captures", ".wav"), 10);
    expect_consistent(&f, "after retention");
}

Test(sound, goes_with_a_picture_that_is_removed)
{
    fixture_put_wait(&f, "porch", NULL, 0, 7);
    cr_expect_eq(act(store_capture_remove, 1).result, 0);
    cr_expect_not(fixture_exists(&f, "captures/porch"), "nothing is left in its folder");
    cr_expect_eq(store_usage(f.store)->capture_bytes, 0);
}

Test(sound, of_a_picture_that_is_there_already_is_not_kept)
{
    fixture_put_wait(&f, "porch", "IMG_1", 0, 2);
    cr_expect_eq(fixture_put_wait(&f, "porch", "IMG_1", 0, 7).result, -EEXIST);
    cr_expect_eq(fixture_count(&f, "captures", ".wav"), 0);
    expect_consistent(&f, "kept once");
}

Test(sound, whose_file_somebody_deleted_is_forgotten_and_the_picture_stays)
{
    static struct page p;
    char path[256];

    fixture_put_wait(&f, "porch", NULL, 0, 7);
    unlink(fixture_path(&f, "captures/porch/2026-03-01/1.wav", path));
    cr_expect_eq(fixture_open_file(&f, 1, CAPTURE_SOUND).result, -ENOENT);
    fixture_settle(&f);
    fixture_list(&f, &p);
    cr_assert_eq(p.n, 1);
    cr_expect_eq(p.rows[0].sound_bytes, 0);
    expect_consistent(&f, "without its sound");
}

Test(sound, of_a_picture_that_is_refused_leaves_nothing)
{
    static const uint8_t rubbish[100] = {0xff, 0xd8};
    struct capture_meta meta = {.device = "porch", .sound = fixture_sound(7), .n_sound = 1007};
    struct frame *frame = fixture_frame(&f, rubbish, sizeof rubbish);
    struct answer a = {0};

    cr_assert_eq(store_capture(f.store, frame, &meta, on_capture, &a), 0);
    frame_unref(frame);
    fixture_wait(&f, &a.done);
    cr_expect_eq(a.result, -EINVAL);
    cr_expect_eq(fixture_count(&f, "captures", ""), 0);
}
