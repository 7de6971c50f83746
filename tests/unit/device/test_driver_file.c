#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "device/driver.h"
#include "files.h"

static char folder[64], path[128];
static uint8_t *image;
static size_t n_image;

static void setup(void)
{
    make_folder(folder);
    snprintf(path, sizeof path, "%s/tiny.so", folder);
    image = read_whole(TINY_DRIVER, &n_image);
    write_whole(path, image, n_image);
}

static void teardown(void)
{
    free(image);
    remove_folder(folder);
}

TestSuite(driver_file, .init = setup, .fini = teardown);

static void expect_refused(int code, const char *words)
{
    struct driver *d = NULL;
    struct error e = ERROR_NULL;

    cr_assert_eq(driver_load(path, 0, &d, &e), code, "%s", error_text(&e));
    cr_assert_null(d);
    cr_assert_not_null(strstr(error_text(&e), words), "got: %s", error_text(&e));
}

Test(driver_file, a_good_one_is_loaded_and_can_be_overwritten_while_it_is)
{
    struct driver *d = NULL;
    struct error e = ERROR_NULL;

    cr_assert_eq(driver_load(path, 0, &d, &e), 0, "%s", error_text(&e));
    cr_assert_str_eq(d->name, "tiny");
    memset(image, 0, n_image);
    write_whole(path, image, n_image);
    cr_assert_eq(truncate(path, 0), 0);
    cr_assert_str_eq(d->table->summary, "The smallest driver");
    driver_unload(d);
}

Test(driver_file, two_builds_of_one_file_are_loaded_side_by_side)
{
    struct driver *old = NULL, *new = NULL;
    size_t n;
    uint8_t *second = read_whole(TINY_DRIVER_2, &n);

    cr_assert_eq(driver_load(path, 0, &old, NULL), 0);
    write_whole(path, second, n);
    cr_assert_eq(driver_load(path, 0, &new, NULL), 0);
    cr_assert_str_eq(old->table->version, "1");
    cr_assert_str_eq(new->table->version, "2");
    driver_unload(old);
    cr_assert_str_eq(new->table->version, "2");
    driver_unload(new);
    free(second);
}

/* dlopen() of a cut-off file kills the process, so every length must be caught before. */
Test(driver_file, every_length_of_a_cut_off_file_is_refused_with_a_sentence)
{
    for (size_t n = 0; n < n_image; n++) {
        struct driver_head head;
        struct error e = ERROR_NULL;
        uint8_t *cut = malloc(n > 0 ? n : 1);

        memcpy(cut, image, n);
        cr_assert_eq(driver_image_check(cut, n, &head, &e), -ENOEXEC, "length %zu", n);
        cr_assert_gt(strlen(error_text(&e)), 20, "length %zu", n);
        free(cut);
    }
}

Test(driver_file, an_empty_file_is_refused)
{
    write_whole(path, "", 0);
    expect_refused(-ENOEXEC, "empty");
}

Test(driver_file, another_abi_is_refused)
{
    size_t n;
    uint8_t *other = read_whole(TINY_DRIVER_WRONG_ABI, &n);

    write_whole(path, other, n);
    free(other);
    expect_refused(-ENOEXEC, "built for ABI 2");
}

Test(driver_file, another_machine_is_refused)
{
    image[18] ^= 1;
    write_whole(path, image, n_image);
    expect_refused(-ENOEXEC, "another machine");
}

Test(driver_file, a_text_file_is_refused)
{
    char text[200];

    memset(text, 'x', sizeof text);
    write_whole(path, text, sizeof text);
    expect_refused(-ENOEXEC, "no ELF header");
}

Test(driver_file, a_shared_object_that_is_no_driver_is_refused)
{
    size_t n;
    uint8_t *other = read_whole(NO_DRIVER, &n);

    write_whole(path, other, n);
    free(other);
    expect_refused(-ENOEXEC, "no driver");
}

Test(driver_file, no_damaged_byte_crashes_the_check)
{
    for (size_t i = 0; i < n_image; i++) {
        struct driver_head head;
        uint8_t was = image[i];

        for (unsigned bit = 0; bit < 8; bit += 3) {
            image[i] = was ^ (uint8_t)(1u << bit);
            driver_image_check(image, n_image, &head, NULL);
        }
        image[i] = 0xFF;
        driver_image_check(image, n_image, &head, NULL);
        image[i] = was;
    }
}

Test(driver_file, a_file_that_everybody_may_write_is_refused)
{
    cr_assert_eq(chmod(path, 0666), 0);
    expect_refused(-EPERM, "the file is writable by everybody");
}

Test(driver_file, a_folder_that_everybody_may_write_is_refused)
{
    cr_assert_eq(chmod(folder, 0777), 0);
    expect_refused(-EPERM, "the folder is writable by everybody");
}

Test(driver_file, a_file_of_somebody_else_is_refused)
{
    if (geteuid() != 0)
        cr_skip_test("only root can give files away");
    cr_assert_eq(chown(path, 4242, 4242), 0);
    expect_refused(-EPERM, "belongs to user 4242");
}

Test(driver_file, a_folder_instead_of_a_file_is_refused)
{
    cr_assert_eq(unlink(path), 0);
    cr_assert_eq(mkdir(path, 0755), 0);
    expect_refused(-EINVAL, "not a regular file");
}

Test(driver_file, a_private_group_is_no_stranger)
{
    struct stat st = {.st_uid = geteuid(), .st_gid = getegid(), .st_mode = S_IFREG | 0664};

    cr_assert_eq(driver_owner_check(&st, "the file", NULL), st.st_uid == st.st_gid ? 0 : -EPERM);
    st.st_gid = 4242;
    cr_assert_eq(driver_owner_check(&st, "the file", NULL), -EPERM);
}
