#include "support.h"

#include <fcntl.h>
#include <math.h>

#include "base/sha256.h"
#include "picture.h"

static struct fixture f;

static void begin(void)
{
    fixture_begin(&f);
    fixture_open(&f);
}

static void end(void)
{
    fixture_end(&f);
}

TestSuite(capture, .init = begin, .fini = end, .timeout = 30);

Test(capture, is_kept_with_all_that_is_known_of_it)
{
    static struct page p;
    struct answer a = fixture_put_wait(&f, "porch", "IMG_1", TEST_NOON_US - 5 * US_PER_S, 1);
    uint8_t digest[32];
    size_t n;
    uint8_t *bytes = picture_make(64, 48, 1, &n);

    cr_assert_eq(a.result, 0);
    cr_assert_eq(a.id, 1);
    fixture_list(&f, &p);
    cr_assert_eq(p.n, 1);
    cr_expect_not(p.more);
    cr_expect_str_eq(p.rows[0].device, "porch");
    cr_expect_str_eq(p.rows[0].key, "IMG_1");
    cr_expect_str_eq(p.rows[0].source, "command");
    cr_expect_eq(p.rows[0].captured_us, TEST_NOON_US - 5 * US_PER_S);
    cr_expect_eq(p.rows[0].received_us, TEST_NOON_US);
    cr_expect_eq(p.rows[0].width, 64);
    cr_expect_eq(p.rows[0].height, 48);
    cr_expect_eq(p.rows[0].bytes, n);
    cr_expect_eq(p.rows[0].latitude, 48.5);
    cr_expect_eq(p.rows[0].longitude, -1.25);
    cr_expect_not(p.rows[0].pinned);
    sha256(bytes, n, digest);
    cr_expect_arr_eq(p.rows[0].sha256, digest, 32);
    free(bytes);
}

Test(capture, file_lies_under_device_and_day_with_the_pictures_date)
{
    struct stat st;
    char path[256];

    fixture_put_wait(&f, "porch", NULL, TEST_NOON_US - DAY_US, 1);
    cr_assert_eq(stat(fixture_path(&f, "captures/porch/2026-02-28/1.jpg", path), &st), 0);
    cr_expect_eq(st.st_mtim.tv_sec, (TEST_NOON_US - DAY_US) / US_PER_S);
    cr_expect_eq(st.st_mode & 0777, 0640);
    cr_expect_eq(fixture_count(&f, "captures", ".tmp"), 0);
}

Test(capture, is_announced_when_it_is_durable)
{
    fixture_put_wait(&f, "porch", NULL, 0, 1);
    cr_expect_not_null(strstr(f.events,
        "capture.stored porch {\"id\":1,\"captured_at\":\"2026-03-01T12:00:00.000000Z\""));
    cr_expect_not_null(strstr(f.events, "\"width\":64,\"height\":48,"));
}

Test(capture, of_unknown_time_and_place_gets_the_time_of_arrival_and_no_place)
{
    struct capture_meta meta = {.device = "porch", .latitude = NAN, .longitude = NAN};
    static struct page p;
    struct answer a = {0};
    size_t n;
    uint8_t *bytes = picture_make(32, 32, 1, &n);
    struct frame *frame = fixture_frame(&f, bytes, n);

    cr_assert_eq(store_capture(f.store, frame, &meta, on_capture, &a), 0);
    frame_unref(frame);
    free(bytes);
    fixture_wait(&f, &a.done);
    fixture_list(&f, &p);
    cr_expect_eq(p.rows[0].captured_us, TEST_NOON_US);
    cr_expect_str_empty(p.rows[0].key);
    cr_expect(isnan(p.rows[0].latitude) && isnan(p.rows[0].longitude));
}

Test(capture, of_the_same_key_is_kept_once)
{
    struct answer first = fixture_put_wait(&f, "porch", "IMG_1", 0, 1);
    struct answer again = fixture_put_wait(&f, "porch", "IMG_1", 0, 2);
    struct answer other = fixture_put_wait(&f, "shed", "IMG_1", 0, 3);

    cr_expect_eq(again.result, -EEXIST);
    cr_expect_eq(again.id, first.id);
    cr_expect_eq(other.result, 0);
    cr_expect_eq(fixture_count(&f, "captures", ".jpg"), 2);
}

Test(capture, of_the_same_key_in_one_batch_is_kept_once)
{
    struct answer a[3];

    for (unsigned i = 0; i < 3; i++)
        cr_assert_eq(fixture_put(&f, "porch", "IMG_1", 0, i, &a[i]), 0);
    for (unsigned i = 0; i < 3; i++)
        fixture_wait(&f, &a[i].done);
    cr_expect_eq(a[0].result, 0);
    cr_expect_eq(a[1].result, -EEXIST);
    cr_expect_eq(a[2].result, -EEXIST);
    cr_expect_eq(a[2].id, a[0].id);
    cr_expect_eq(fixture_count(&f, "captures", ".jpg"), 1);
}

static int put_bytes(const void *bytes, size_t n)
{
    const struct capture_meta meta = {
        .device = "porch", .source = "batch", .latitude = NAN, .longitude = NAN};
    struct frame *frame = fixture_frame(&f, bytes, n);
    struct answer a = {0};
    int r = store_capture(f.store, frame, &meta, on_capture, &a);

    frame_unref(frame);
    cr_assert_eq(r, 0);
    fixture_wait(&f, &a.done);
    return a.result;
}

Test(capture, that_is_no_whole_jpeg_is_refused)
{
    size_t n;
    uint8_t *bytes = picture_make(64, 48, 1, &n);

    cr_expect_eq(put_bytes("hello", 5), -EINVAL);
    cr_expect_eq(put_bytes(bytes, n - 2), -EINVAL, "without its end");
    bytes[0] = 0;
    cr_expect_eq(put_bytes(bytes, n), -EINVAL, "without its beginning");
    free(bytes);
    cr_expect_eq(fixture_count(&f, "captures", ""), 0);
    cr_expect_eq(fixture_put_wait(&f, "porch", NULL, 0, 1).id, 1, "no id was used up");
}

Test(capture, may_be_padded_at_its_end)
{
    size_t n;
    uint8_t *bytes = picture_make(64, 48, 1, &n), *padded = calloc(1, n + 100);

    memcpy(padded, bytes, n);
    cr_expect_eq(put_bytes(padded, n + 100), 0);
    free(padded);
    free(bytes);
}

Test(capture, over_64_megapixels_is_refused)
{
    size_t n;
    uint8_t *bytes = picture_make(64, 48, 1, &n), *sof = bytes;

    while (!(sof[0] == 0xff && sof[1] == 0xc0))
        sof++;
    memcpy(sof + 5, "\x20\x00\x20\x00", 4); /* 8192 × 8192 */
    cr_expect_eq(put_bytes(bytes, n), 0);
    memcpy(sof + 5, "\x20\x01\x20\x00", 4); /* one row more */
    cr_expect_eq(put_bytes(bytes, n), -EINVAL);
    free(bytes);
}

Test(capture, with_names_that_could_leave_the_folder_is_refused_at_once)
{
    const char *const devices[] = {"", "..", "a/b", "Porch", "-a", "a.b"};
    struct answer a;

    for (size_t i = 0; i < N_ELEMENTS(devices); i++)
        cr_expect_eq(fixture_put(&f, devices[i], NULL, 0, 1, &a), -EINVAL, "%s", devices[i]);
    cr_expect_eq(fixture_put(&f, "porch", "\xff", 0, 1, &a), -EINVAL);
}

Test(capture, key_may_be_any_text_for_it_names_no_file)
{
    static struct page p;

    cr_expect_eq(fixture_put_wait(&f, "porch", "../../etc/passwd", 0, 1).result, 0);
    fixture_list(&f, &p);
    cr_expect_str_eq(p.rows[0].key, "../../etc/passwd");
    cr_expect(fixture_exists(&f, "captures/porch/2026-03-01/1.jpg"));
}

Test(capture, too_many_waiting_are_refused_and_none_is_lost)
{
    static struct answer a[STORE_MAX_PENDING_CAPTURES + 1];

    for (size_t i = 0; i < STORE_MAX_PENDING_CAPTURES; i++)
        cr_assert_eq(fixture_put(&f, "porch", NULL, 0, (unsigned)i, &a[i]), 0);
    cr_expect_eq(fixture_put(&f, "porch", NULL, 0, 0, &a[STORE_MAX_PENDING_CAPTURES]), -EAGAIN);
    cr_expect_eq(store_usage(f.store)->n_pending, STORE_MAX_PENDING_CAPTURES);
    for (size_t i = 0; i < STORE_MAX_PENDING_CAPTURES; i++) {
        fixture_wait(&f, &a[i].done);
        cr_expect_eq(a[i].result, 0);
        cr_expect_eq(a[i].id, i + 1, "ids are given in the order of arrival");
    }
    cr_expect_not(a[STORE_MAX_PENDING_CAPTURES].done);
    cr_expect_eq(store_usage(f.store)->n_pending, 0);
    cr_expect_eq(store_usage(f.store)->n_captures, STORE_MAX_PENDING_CAPTURES);
    cr_expect_eq(fixture_count(&f, "captures", ".jpg"), STORE_MAX_PENDING_CAPTURES);
}

Test(capture, that_waits_when_the_store_closes_is_still_kept)
{
    struct answer a, b;
    static struct page p;

    fixture_put(&f, "porch", NULL, 0, 1, &a);
    fixture_put(&f, "shed", NULL, 0, 2, &b);
    fixture_close(&f);
    cr_expect(a.done && b.done);
    cr_expect_eq(a.result, 0);
    fixture_open(&f);
    fixture_list(&f, &p);
    cr_expect_eq(p.n, 2);
}

Test(capture, ids_are_not_used_again_after_removal_and_restart)
{
    struct answer removed = {0};

    fixture_put_wait(&f, "porch", NULL, 0, 1);
    fixture_put_wait(&f, "porch", NULL, 0, 2);
    cr_assert_eq(store_capture_remove(f.store, 2, on_result, &removed), 0);
    fixture_wait(&f, &removed.done);
    cr_expect_eq(removed.result, 0);
    fixture_reopen(&f);
    cr_expect_eq(fixture_put_wait(&f, "porch", NULL, 0, 3).id, 3);
}

Test(capture, that_is_removed_takes_file_thumbnail_and_empty_folders_with_it)
{
    struct answer removed = {0};
    struct opened thumb;

    fixture_put_wait(&f, "porch", NULL, 0, 1);
    thumb = fixture_open_file(&f, 1, CAPTURE_THUMB);
    cr_assert_eq(thumb.result, 0);
    close(thumb.fd);
    cr_expect(fixture_exists(&f, "thumbs/0/1.jpg"));
    cr_assert_eq(store_capture_remove(f.store, 1, on_result, &removed), 0);
    fixture_wait(&f, &removed.done);
    cr_expect_not(fixture_exists(&f, "thumbs/0/1.jpg"));
    cr_expect_not(fixture_exists(&f, "captures/porch"));
    cr_expect_not_null(
        strstr(f.events, "capture.removed porch {\"ids\":[1],\"reason\":\"request\"}"));
    cr_expect_eq(store_usage(f.store)->n_captures, 0);
    cr_expect_eq(store_usage(f.store)->capture_bytes, 0);
    cr_expect_eq(
        fixture_put_wait(&f, "porch", NULL, 0, 2).result, 0, "the folder can be made again");
}

Test(capture, that_is_not_there_cannot_be_pinned_removed_or_opened)
{
    struct answer pinned = {0}, removed = {0};

    cr_assert_eq(store_capture_pin(f.store, 7, true, on_result, &pinned), 0);
    cr_assert_eq(store_capture_remove(f.store, 7, on_result, &removed), 0);
    fixture_wait(&f, &pinned.done);
    fixture_wait(&f, &removed.done);
    cr_expect_eq(pinned.result, -ENOENT);
    cr_expect_eq(removed.result, -ENOENT);
    cr_expect_eq(fixture_open_file(&f, 7, CAPTURE_IMAGE).result, -ENOENT);
    cr_expect_eq(fixture_open_file(&f, 7, CAPTURE_THUMB).result, -ENOENT);
}

Test(capture, removed_twice_in_one_batch_is_announced_once)
{
    struct answer a = {0}, b = {0};
    const char *first;

    fixture_put_wait(&f, "porch", NULL, 0, 1);
    store_capture_remove(f.store, 1, on_result, &a);
    store_capture_remove(f.store, 1, on_result, &b);
    fixture_wait(&f, &a.done);
    fixture_wait(&f, &b.done);
    cr_expect_eq(a.result, 0);
    cr_expect_eq(b.result, -ENOENT);
    first = strstr(f.events, "capture.removed");
    cr_assert_not_null(first);
    cr_expect_null(strstr(first + 1, "capture.removed"));
}

Test(capture, pin_is_kept_and_counted)
{
    struct answer pinned = {0};
    static struct page p;

    fixture_put_wait(&f, "porch", NULL, 0, 1);
    cr_assert_eq(store_capture_pin(f.store, 1, true, on_result, &pinned), 0);
    fixture_wait(&f, &pinned.done);
    cr_expect_eq(pinned.result, 0);
    cr_expect_eq(store_usage(f.store)->pinned_bytes, store_usage(f.store)->capture_bytes);
    fixture_reopen(&f);
    fixture_list(&f, &p);
    cr_expect(p.rows[0].pinned);
    cr_expect_gt(store_usage(f.store)->pinned_bytes, 0);
}

Test(capture, image_opens_with_the_bytes_that_were_given)
{
    size_t n;
    uint8_t *bytes = picture_make(64, 48, 5, &n), *got = malloc(n);
    struct opened o;

    fixture_put_wait(&f, "porch", NULL, 0, 5);
    o = fixture_open_file(&f, 1, CAPTURE_IMAGE);
    cr_assert_eq(o.result, 0);
    cr_expect_eq(o.bytes, n);
    cr_expect_eq(pread(o.fd, got, n, 0), (ssize_t)n);
    cr_expect_arr_eq(got, bytes, n);
    cr_expect_eq(fcntl(o.fd, F_GETFL) & O_ACCMODE, O_RDONLY);
    cr_expect(fcntl(o.fd, F_GETFD) & FD_CLOEXEC);
    close(o.fd);
    free(got);
    free(bytes);
}

Test(capture, thumbnail_is_made_when_asked_for_and_again_when_it_is_gone_or_spoiled)
{
    char path[256];
    struct opened o;
    int fd;

    fixture_put_wait(&f, "porch", NULL, 0, 5);
    for (int i = 0; i < 3; i++) {
        o = fixture_open_file(&f, 1, CAPTURE_THUMB);
        cr_assert_eq(o.result, 0);
        cr_expect_gt(o.bytes, 100);
        close(o.fd);
        fixture_path(&f, "thumbs/0/1.jpg", path);
        cr_assert(fixture_exists(&f, "thumbs/0/1.jpg"));
        if (i == 0) {
            unlink(path);
        } else { /* what a power cut leaves */
            fd = open(path, O_WRONLY | O_TRUNC);
            close(fd);
        }
    }
}

Test(capture, thumbnails_asked_for_at_once_all_come)
{
    static struct opened o[40];

    for (unsigned i = 0; i < 4; i++)
        fixture_put_wait(&f, "porch", NULL, 0, i);
    for (unsigned i = 0; i < N_ELEMENTS(o); i++)
        cr_assert_eq(store_capture_open(f.store, 1 + i % 4, CAPTURE_THUMB, on_opened, &o[i]), 0);
    for (unsigned i = 0; i < N_ELEMENTS(o); i++) {
        fixture_wait(&f, &o[i].done);
        cr_expect_eq(o[i].result, 0);
        close(o[i].fd);
    }
    cr_expect_eq(fixture_count(&f, "thumbs", ".tmp"), 0);
}

Test(capture, thumbnail_that_cannot_be_kept_is_served_all_the_same)
{
    char path[256], other[256];
    struct opened o;
    FILE *file;

    fixture_put_wait(&f, "porch", NULL, 0, 5);
    file = fopen(fixture_path(&f, "thumbs/0", path), "w"); /* where the folder should be */
    fclose(file);
    o = fixture_open_file(&f, 1, CAPTURE_THUMB);
    cr_assert_eq(o.result, 0);
    cr_expect_eq(pread(o.fd, other, 2, 0), 2);
    cr_expect_arr_eq(other, "\xff\xd8", 2);
    close(o.fd);
}

Test(capture, thumbnails_being_made_when_the_store_closes_are_cancelled)
{
    static struct opened o[8];

    for (unsigned i = 0; i < N_ELEMENTS(o); i++) {
        fixture_put_wait(&f, "porch", NULL, 0, i);
        cr_assert_eq(store_capture_open(f.store, 1 + i, CAPTURE_THUMB, on_opened, &o[i]), 0);
    }
    loop_turn(f.loop);
    fixture_close(&f);
    for (unsigned i = 0; i < N_ELEMENTS(o); i++) {
        cr_expect(o[i].done);
        cr_expect(o[i].result == 0 || o[i].result == -ECANCELED, "%d", o[i].result);
        if (o[i].result == 0)
            close(o[i].fd);
    }
}

Test(capture, whose_file_somebody_deleted_goes_when_it_is_asked_for)
{
    static struct page p;
    char path[256];

    fixture_put_wait(&f, "porch", NULL, 0, 1);
    fixture_put_wait(&f, "porch", NULL, 0, 2);
    unlink(fixture_path(&f, "captures/porch/2026-03-01/1.jpg", path));
    cr_expect_eq(fixture_open_file(&f, 1, CAPTURE_IMAGE).result, -ENOENT);
    fixture_settle(&f);
    fixture_list(&f, &p);
    cr_expect_eq(p.n, 1);
    cr_expect_not_null(
        strstr(f.events, "capture.removed porch {\"ids\":[1],\"reason\":\"missing\"}"));
}

Test(capture, row_stays_when_the_whole_folder_is_away)
{
    static struct page p;
    char from[256], to[256];

    fixture_put_wait(&f, "porch", NULL, 0, 1);
    cr_assert_eq(rename(fixture_path(&f, "captures/porch", from), fixture_path(&f, "away", to)), 0);
    cr_expect_eq(fixture_open_file(&f, 1, CAPTURE_IMAGE).result, -ENOENT);
    fixture_settle(&f);
    fixture_list(&f, &p);
    cr_expect_eq(p.n, 1);
}

/* As who empties a disk by hand does, while the gateway runs. */
Test(capture, is_kept_when_its_folders_were_removed)
{
    char command[256];
    struct opened o;
    struct answer a;

    cr_assert_eq(fixture_put_wait(&f, "porch", NULL, 0, 1).result, 0);
    for (unsigned i = 0; i < 2; i++) {
        snprintf(command, sizeof command, "rm -rf %s/captures%s", f.path, i == 0 ? "" : "/porch");
        cr_assert_eq(system(command), 0);
        a = fixture_put_wait(&f, "porch", NULL, 0, 2 + i);
        cr_assert_eq(a.result, 0);
        o = fixture_open_file(&f, a.id, CAPTURE_IMAGE);
        cr_expect_eq(o.result, 0);
        close(o.fd);
        cr_expect_eq(fixture_count(&f, "captures/porch", ".jpg"), 1);
    }
}

Test(capture, is_not_opened_through_a_link)
{
    char path[256], target[256];

    fixture_put_wait(&f, "porch", NULL, 0, 1);
    fixture_path(&f, "captures/porch/2026-03-01/1.jpg", path);
    rename(path, fixture_path(&f, "outside.jpg", target));
    cr_assert_eq(symlink(target, path), 0);
    cr_expect_lt(fixture_open_file(&f, 1, CAPTURE_IMAGE).result, 0);
}

/* --- lists ------------------------------------------------------------------------------------ */

static void list(const struct capture_filter *filter, struct page *ret)
{
    ret->done = false;
    cr_assert_eq(store_captures(f.store, filter, on_captures, ret), 0);
    fixture_wait(&f, &ret->done);
    cr_assert_eq(ret->result, 0);
}

Test(capture, pages_are_newest_first_and_meet_without_gap_or_repetition)
{
    struct capture_filter filter = {.limit = 7};
    static struct page p;
    bool seen[41] = {0};
    size_t n = 0;
    int64_t before = INT64_MAX;

    for (unsigned i = 0; i < 40; i++) /* two of each time, not in their order */
        fixture_put_wait(
            &f, i % 2 ? "porch" : "shed", NULL, TEST_NOON_US + (i * 7 % 20) * US_PER_S, i);
    do {
        list(&filter, &p);
        for (size_t i = 0; i < p.n; i++, n++) {
            cr_expect_leq(p.rows[i].captured_us, before);
            cr_expect_not(seen[p.rows[i].id]);
            seen[p.rows[i].id] = true;
            before = p.rows[i].captured_us;
        }
        filter.before_id = p.rows[p.n - 1].id;
        filter.before_us = p.rows[p.n - 1].captured_us;
    } while (p.more);
    cr_expect_eq(n, 40);
}

Test(capture, lists_are_filtered_by_device_and_time)
{
    struct capture_filter filter = {.device = "porch", .limit = 100};
    static struct page p;

    for (unsigned i = 0; i < 10; i++)
        fixture_put_wait(&f, i % 2 ? "porch" : "shed", NULL, TEST_NOON_US + i * US_PER_S, i);
    list(&filter, &p);
    cr_expect_eq(p.n, 5);
    filter = (struct capture_filter){
        .from_us = TEST_NOON_US + 3 * US_PER_S, .to_us = TEST_NOON_US + 6 * US_PER_S, .limit = 100};
    list(&filter, &p);
    cr_assert_eq(p.n, 3);
    cr_expect_eq(p.rows[0].id, 6);
    cr_expect_eq(p.rows[2].id, 4);
    filter.device = "nobody";
    list(&filter, &p);
    cr_expect_eq(p.n, 0);
}

Test(capture, page_of_an_impossible_size_is_refused)
{
    const struct capture_filter none = {.limit = 0}, much = {.limit = STORE_MAX_PAGE + 1};
    struct page *p = NULL;

    cr_expect_eq(store_captures(f.store, &none, on_captures, p), -EINVAL);
    cr_expect_eq(store_captures(f.store, &much, on_captures, p), -EINVAL);
}

Test(capture, one_is_found_by_its_id)
{
    static struct page p;

    fixture_put_wait(&f, "porch", NULL, 0, 1);
    cr_assert_eq(store_capture_get(f.store, 1, on_captures, &p), 0);
    fixture_wait(&f, &p.done);
    cr_expect_eq(p.n, 1);
    p.done = false;
    cr_assert_eq(store_capture_get(f.store, 2, on_captures, &p), 0);
    fixture_wait(&f, &p.done);
    cr_expect_eq(p.n, 0);
}

Test(capture, lists_use_the_indexes)
{
    static const char *const lists[] = {
        "EXPLAIN QUERY PLAN SELECT id FROM captures WHERE captured_us >= 0 AND captured_us < 9 AND "
        "(captured_us, id) < (9, 9)"
        " ORDER BY captured_us DESC, id DESC",
        "EXPLAIN QUERY PLAN SELECT id FROM captures WHERE device = 'a' AND captured_us >= 0 AND "
        "captured_us < 9 AND"
        " (captured_us, id) < (9, 9) ORDER BY captured_us DESC, id DESC",
        "EXPLAIN QUERY PLAN SELECT id, bytes FROM captures WHERE pinned = 0 ORDER BY received_us",
        "EXPLAIN QUERY PLAN SELECT id FROM events WHERE id < 9 AND device = 'a' ORDER BY id DESC",
        "EXPLAIN QUERY PLAN SELECT id FROM events WHERE id < 9 AND type = 'a' ORDER BY id DESC",
    };
    char path[256];
    struct db d;

    cr_assert_eq(db_open_readonly(&d, fixture_path(&f, "warren.db", path), NULL, NULL), 0);
    for (size_t i = 0; i < N_ELEMENTS(lists); i++) {
        sqlite3_stmt *q;

        cr_assert_eq(sqlite3_prepare_v2(d.handle, lists[i], -1, &q, NULL), SQLITE_OK, "%s",
            sqlite3_errmsg(d.handle));
        while (sqlite3_step(q) == SQLITE_ROW) {
            const char *plan = db_text(q, 3);
            cr_expect(
                strstr(plan, "USING") && !strstr(plan, "TEMP B-TREE"), "%s: %s", lists[i], plan);
        }
        sqlite3_finalize(q);
    }
    db_close(&d);
}
