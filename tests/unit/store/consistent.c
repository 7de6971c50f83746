#include "consistent.h"

#include "base/sha256.h"

static void expect_sound(struct fixture *f, const struct page *p, size_t i, const char *when)
{
    struct opened o = fixture_open_file(f, p->rows[i].id, CAPTURE_SOUND);
    char head[13] = "";

    if (p->rows[i].sound_bytes == 0) {
        cr_assert_eq(o.result, -ENOENT, "%s", when);
        return;
    }
    cr_assert_eq(o.result, 0, "%s: a sound cannot be opened: %d", when, o.result);
    cr_assert_eq(o.bytes, p->rows[i].sound_bytes, "%s", when);
    cr_assert_eq(read(o.fd, head, 12), 12);
    cr_assert_str_eq(head, "RIFF....WAVE", "%s", when);
    close(o.fd);
}

static void expect_row(struct fixture *f, const struct page *p, size_t i, const char *when)
{
    struct opened o = fixture_open_file(f, p->rows[i].id, CAPTURE_IMAGE);
    uint8_t digest[32], *bytes;
    size_t n;

    cr_assert_eq(
        o.result, 0, "%s: capture %d cannot be opened: %d", when, (int)p->rows[i].id, o.result);
    cr_assert_eq(files_read(o.fd, 1u << 20, &bytes, &n), 0);
    close(o.fd);
    sha256(bytes, n, digest);
    cr_assert_arr_eq(
        digest, p->rows[i].sha256, 32, "%s: capture %d has other bytes", when, (int)p->rows[i].id);
    cr_assert_eq(n, p->rows[i].bytes);
    free(bytes);
}

void expect_consistent(struct fixture *f, const char *when)
{
    static struct page p;
    uint64_t bytes = 0;
    size_t n_sounds = 0;

    fixture_settle(f);
    fixture_list(f, &p);
    for (size_t i = 0; i < p.n; i++) {
        expect_row(f, &p, i, when);
        expect_sound(f, &p, i, when);
        bytes += p.rows[i].bytes + p.rows[i].sound_bytes;
        n_sounds += p.rows[i].sound_bytes > 0;
    }
    cr_assert_eq(fixture_count(f, "captures", ".jpg"), p.n, "%s: files without rows", when);
    cr_assert_eq(fixture_count(f, "captures", ".wav"), n_sounds, "%s: sounds without rows", when);
    cr_assert_eq(fixture_count(f, "captures", ".tmp"), 0, "%s: half-written files", when);
    cr_assert_eq(store_usage(f->store)->n_captures, p.n, "%s: totals", when);
    cr_assert_eq(store_usage(f->store)->capture_bytes, bytes, "%s: totals", when);
}
