#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "config_watch.h"
#include "loop/loop.h"

#define S INT64_C(1000000)
#define FILE_NAME "warren.yaml"

static struct {
    char folder[64], path[96];
    struct loop *loop;
    struct config_watch *watch;
    unsigned n; /* told so often */
} world;

static void changed(void *ctx)
{
    world.n++;
}

/* The kernel's events are there at once; time is ours. */
static void pass(int64_t us)
{
    for (int i = 0; i < 20; i++)
        loop_turn(world.loop);
    loop_advance(world.loop, us);
    for (int i = 0; i < 20; i++)
        loop_turn(world.loop);
}

static void put(const char *path, int flags, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644);

    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void watch(void)
{
    struct stat st;

    cr_assert_eq(stat(world.path, &st), 0);
    cr_assert_eq(config_watch_new(world.loop, world.path, &st, changed, NULL, &world.watch), 0);
    pass(5 * S);
    cr_assert_eq(world.n, 0, "nothing has changed");
}

static void setup(void)
{
    strcpy(world.folder, "/tmp/warren-config-XXXXXX");
    cr_assert_not_null(mkdtemp(world.folder));
    snprintf(world.path, sizeof world.path, "%s/" FILE_NAME, world.folder);
    cr_assert_eq(loop_new_virtual(0, 0, &world.loop), 0);
    put(world.path, 0, "devices: {}\n");
}

static void teardown(void)
{
    char command[128];

    config_watch_free(world.watch);
    loop_free(world.loop);
    snprintf(command, sizeof command, "rm -r %s", world.folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(config_watch, .init = setup, .fini = teardown);

Test(config_watch, a_saved_file_is_told_once_when_it_has_settled)
{
    watch();
    put(world.path, O_TRUNC, "devices: {a: {driver: demo}}\n");
    pass(CONFIG_SETTLE_US - 1);
    cr_assert_eq(world.n, 0);
    pass(1);
    cr_assert_eq(world.n, 1);
    pass(60 * S);
    cr_assert_eq(world.n, 1);
}

/* Each piece opens and closes the file, as a shell's >> does. */
Test(config_watch, a_file_that_grows_slowly_is_told_when_it_is_whole)
{
    watch();
    put(world.path, O_TRUNC, "devices:\n");
    for (int i = 0; i < 20; i++) {
        pass(CONFIG_SETTLE_US * 9 / 10);
        cr_assert_eq(world.n, 0, "after %d pieces", i);
        put(world.path, O_APPEND, "  # more\n");
    }
    pass(CONFIG_SETTLE_US);
    cr_assert_eq(world.n, 1);
}

/* One that is slower than we wait, but has not closed the file. */
Test(config_watch, who_has_it_open_for_writing_is_waited_for)
{
    int fd;

    watch();
    fd = open(world.path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    for (int i = 0; i < 5; i++) {
        cr_assert_eq(write(fd, "#\n", 2), 2);
        pass(10 * S);
        cr_assert_eq(world.n, 0, "after %d pieces", i);
    }
    close(fd);
    pass(CONFIG_SETTLE_US);
    cr_assert_eq(world.n, 1);
}

Test(config_watch, who_never_closes_it_is_not_waited_for_for_ever)
{
    char other[96];
    int fd;

    watch();
    fd = open(world.path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    cr_assert_eq(write(fd, "#\n", 2), 2);
    pass(CONFIG_SETTLE_US);
    /* Something else happens in the folder, so that the file is looked at. */
    snprintf(other, sizeof other, "%s/other", world.folder);
    put(other, 0, "x");
    pass(CONFIG_WRITER_MAX_US - S);
    cr_assert_eq(world.n, 0);
    pass(2 * S);
    cr_assert_eq(world.n, 1);
    close(fd);
}

Test(config_watch, an_editor_that_replaces_the_file_is_told_of)
{
    char new[96];

    watch();
    snprintf(new, sizeof new, "%s/.new", world.folder);
    put(new, 0, "devices: {b: {driver: demo}}\n");
    cr_assert_eq(rename(new, world.path), 0);
    pass(2 * S);
    cr_assert_eq(world.n, 1);
}

Test(config_watch, a_file_that_goes_and_comes_back_is_told_of_when_it_is_back)
{
    watch();
    unlink(world.path);
    pass(10 * S);
    cr_assert_eq(world.n, 0, "without a file there is nothing to take");
    put(world.path, 0, "devices: {c: {driver: demo}}\n");
    pass(2 * S);
    cr_assert_eq(world.n, 1);
}

Test(config_watch, other_files_are_none_of_its_business)
{
    char other[96];

    watch();
    snprintf(other, sizeof other, "%s/warren.yaml.bak", world.folder);
    put(other, 0, "x");
    pass(10 * S);
    cr_assert_eq(world.n, 0);
}

Test(config_watch, what_changed_before_it_was_watched_is_told)
{
    struct stat st;

    cr_assert_eq(stat(world.path, &st), 0);
    put(world.path, O_APPEND, "# more\n");
    cr_assert_eq(config_watch_new(world.loop, world.path, &st, changed, NULL, &world.watch), 0);
    pass(2 * S);
    cr_assert_eq(world.n, 1);
}

Test(config_watch, what_was_read_for_another_reason_is_no_news)
{
    watch();
    put(world.path, O_APPEND, "# more\n");
    pass(1000);
    config_watch_taken(world.watch);
    pass(10 * S);
    cr_assert_eq(world.n, 0);
}

Test(config_watch, a_folder_that_is_not_there_is_an_error)
{
    struct stat st = {0};

    cr_assert_lt(
        config_watch_new(world.loop, "/nonexistent/w.yaml", &st, changed, NULL, &world.watch), 0);
    cr_assert_null(world.watch);
}
