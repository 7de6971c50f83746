#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loop/watch_dir.h"
#include "wait.h"

#define SETTLE_US (200 * US_PER_MS)
#define RESCAN_US (30 * US_PER_S)

struct folder {
    struct loop *loop;
    struct watch_dir *watch;
    char path[64];
    int n;
    bool frees;
};

static void changed(void *ctx)
{
    struct folder *f = ctx;

    f->n++;
    if (f->frees)
        f->watch = watch_dir_free(f->watch);
}

static int folder_watch(struct folder *f, const char *sub, int64_t rescan_us)
{
    *f = (struct folder){.path = "/tmp/warren-watch-XXXXXX"};
    cr_assert_not_null(mkdtemp(f->path));
    cr_assert_eq(chdir(f->path), 0);
    cr_assert_eq(loop_new_virtual(0, 0, &f->loop), 0);
    return watch_dir_new(f->loop, sub, SETTLE_US, rescan_us, changed, f, &f->watch);
}

static void folder_over(struct folder *f)
{
    char command[128];

    watch_dir_free(f->watch);
    loop_free(f->loop);
    snprintf(command, sizeof command, "rm -r %s", f->path);
    cr_assert_eq(system(command), 0);
}

static void write_file(const char *path)
{
    FILE *f = fopen(path, "w");

    cr_assert_not_null(f);
    fputs("x", f);
    fclose(f);
}

/* The kernel queues its events at once; then the burst settles on the virtual clock. */
static void settle(struct folder *f)
{
    some_turns(f->loop);
    loop_advance(f->loop, SETTLE_US);
}

static void assert_tells(struct folder *f, int n, const char *what)
{
    settle(f);
    cr_assert_eq(f->n, n, "%s: %d calls", what, f->n);
}

Test(watch_dir, tells_of_files_written_moved_and_deleted)
{
    struct folder f;

    cr_assert_eq(folder_watch(&f, ".", 0), 0);
    assert_tells(&f, 0, "nothing happened");
    write_file("a.so");
    assert_tells(&f, 1, "written");
    rename("a.so", "../warren-watch-moved");
    assert_tells(&f, 2, "moved out");
    rename("../warren-watch-moved", "b.so");
    assert_tells(&f, 3, "moved in");
    unlink("b.so");
    assert_tells(&f, 4, "deleted");
    folder_over(&f);
}

Test(watch_dir, tells_of_links_made)
{
    struct folder f;

    cr_assert_eq(folder_watch(&f, ".", 0), 0);
    cr_assert_eq(symlink("/nowhere", "a.so"), 0);
    assert_tells(&f, 1, "made");
    folder_over(&f);
}

static struct {
    unsigned n;
    bool last;
    char name[32];
} said;

static void writing(void *ctx, const char *name, bool is)
{
    said.n++;
    said.last = is;
    snprintf(said.name, sizeof said.name, "%s", name);
}

Test(watch_dir, tells_that_a_file_is_being_written)
{
    struct folder f;
    int fd;

    cr_assert_eq(folder_watch(&f, ".", 0), 0);
    cr_assert_eq(watch_dir_tell_writing(f.watch, writing), 0);
    fd = open("a.so", O_WRONLY | O_CREAT, 0644);
    cr_assert_eq(write(fd, "x", 1), 1);
    assert_tells(&f, 0, "open");
    cr_assert(said.n == 1 && said.last);
    cr_assert_str_eq(said.name, "a.so");
    close(fd);
    assert_tells(&f, 1, "closed");
    cr_assert(said.n == 2 && !said.last);
    folder_over(&f);
}

Test(watch_dir, a_file_that_is_still_written_to_is_not_told)
{
    struct folder f;
    int fd;

    cr_assert_eq(folder_watch(&f, ".", 0), 0);
    fd = open("a.so", O_WRONLY | O_CREAT, 0644);
    cr_assert_eq(write(fd, "x", 1), 1);
    assert_tells(&f, 0, "open");
    close(fd);
    assert_tells(&f, 1, "closed");
    folder_over(&f);
}

Test(watch_dir, a_burst_is_told_once_after_it_settled)
{
    struct folder f;

    cr_assert_eq(folder_watch(&f, ".", 0), 0);
    for (int i = 0; i < 5; i++) {
        write_file("a.so");
        some_turns(f.loop);
        loop_advance(f.loop, SETTLE_US - 1);
        cr_assert_eq(f.n, 0);
    }
    loop_advance(f.loop, 1);
    cr_assert_eq(f.n, 1);
    folder_over(&f);
}

Test(watch_dir, thousands_of_changes_are_no_trouble)
{
    struct folder f;
    char name[32];

    cr_assert_eq(folder_watch(&f, ".", 0), 0);
    for (int i = 0; i < 3000; i++) {
        snprintf(name, sizeof name, "file-with-a-name-%d", i);
        write_file(name);
    }
    for (int i = 0; i < 200; i++)
        loop_turn(f.loop);
    loop_advance(f.loop, SETTLE_US);
    cr_assert_eq(f.n, 1);
    folder_over(&f);
}

Test(watch_dir, looks_besides_at_times)
{
    struct folder f;

    cr_assert_eq(folder_watch(&f, ".", RESCAN_US), 0);
    loop_advance(f.loop, 3 * RESCAN_US);
    cr_assert_eq(f.n, 3);
    folder_over(&f);
}

Test(watch_dir, waits_for_a_folder_that_is_not_there)
{
    struct folder f;

    cr_assert_eq(folder_watch(&f, "later", RESCAN_US), 0);
    loop_advance(f.loop, RESCAN_US);
    cr_assert_eq(f.n, 1);
    mkdir("later", 0755);
    loop_advance(f.loop, RESCAN_US);
    cr_assert_eq(f.n, 2);
    write_file("later/a.so");
    assert_tells(&f, 3, "watched from the rescan on");
    folder_over(&f);
}

Test(watch_dir, follows_the_name_when_the_folder_is_replaced)
{
    struct folder f;

    cr_assert_eq(folder_watch(&f, "plugins", RESCAN_US), 0);
    mkdir("plugins", 0755);
    loop_advance(f.loop, RESCAN_US);
    rename("plugins", "old");
    mkdir("plugins", 0755);
    assert_tells(&f, 2, "moved away");
    write_file("plugins/a.so");
    assert_tells(&f, 3, "the new one");
    write_file("old/a.so");
    assert_tells(&f, 3, "the old one is nobody's");
    unlink("plugins/a.so");
    rmdir("plugins");
    assert_tells(&f, 4, "deleted");
    mkdir("plugins", 0755);
    loop_advance(f.loop, RESCAN_US);
    write_file("plugins/a.so");
    assert_tells(&f, 6, "there again");
    folder_over(&f);
}

Test(watch_dir, without_rescans_the_folder_must_be_there)
{
    struct folder f;

    cr_assert_eq(folder_watch(&f, "nowhere", 0), -ENOENT);
    write_file("file");
    cr_assert_eq(watch_dir_new(f.loop, "file", 0, 0, changed, &f, &f.watch), -ENOTDIR);
    cr_assert_null(f.watch);
    folder_over(&f);
}

Test(watch_dir, may_be_freed_when_it_tells)
{
    struct folder f;

    cr_assert_eq(folder_watch(&f, ".", RESCAN_US), 0);
    f.frees = true;
    write_file("a.so");
    assert_tells(&f, 1, "written");
    cr_assert_null(f.watch);
    loop_advance(f.loop, RESCAN_US);
    cr_assert_eq(f.n, 1);
    folder_over(&f);
}
