#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_file.h"
#include "file_store.h"

static char folder[] = "/tmp/warren-pi-files-XXXXXX";

static void make_folder(void)
{
    cr_assert(mkdtemp(folder));
}

static void remove_folder(void)
{
    char command[256];

    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(file_store, .init = make_folder, .fini = remove_folder);

static unsigned count_files(const char *path)
{
    DIR *d = opendir(path);
    unsigned n = 0;

    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d))
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    if (d)
        closedir(d);
    return n;
}

static void expect_text(const char *path, const char *text)
{
    char got[256] = "";
    FILE *f = fopen(path, "r");

    cr_assert(f, "%s", path);
    size_t n = fread(got, 1, sizeof got - 1, f);
    fclose(f);
    got[n] = '\0';
    cr_expect_str_eq(got, text);
}

Test(file_store, a_file_is_there_when_it_is_whole)
{
    char path[512], in[128];
    struct new_file *f;

    snprintf(in, sizeof in, "%s/a/b", folder);
    cr_assert_eq(new_file_open(in, "x.jpg", &f), 0);
    cr_assert_eq(new_file_write(f, "abc", 3), 0);
    snprintf(path, sizeof path, "%s/x.jpg", in);
    cr_expect_neq(access(path, F_OK), 0, "not yet");
    cr_assert_eq(new_file_commit(f, path, sizeof path), 0);
    cr_expect_eq(path[0], '/');
    expect_text(path, "abc");
    cr_expect_eq(count_files(in), 1);
}

Test(file_store, a_name_that_is_taken_gets_a_number)
{
    char path[512];
    struct new_file *f, *g;
    const char *ends[] = {"/x.jpg", "/x_2.jpg", "/x_3.jpg"};

    for (int i = 0; i < 3; i++) {
        cr_assert_eq(new_file_open(folder, "x.jpg", &f), 0);
        cr_assert_eq(new_file_commit(f, path, sizeof path), 0);
        cr_expect_str_eq(strrchr(path, '/'), ends[i]);
    }
    cr_assert_eq(new_file_open(folder, "y", &f), 0);
    cr_assert_eq(new_file_open(folder, "y", &g), 0, "two at a time");
    new_file_write(f, "f", 1);
    new_file_write(g, "g", 1);
    cr_assert_eq(new_file_commit(f, path, sizeof path), 0);
    cr_assert_eq(new_file_commit(g, path, sizeof path), 0);
    cr_expect_str_eq(strrchr(path, '/'), "/y_2");
    expect_text(path, "g");
    cr_expect_eq(count_files(folder), 5);
}

Test(file_store, what_is_discarded_leaves_nothing)
{
    struct new_file *f;

    cr_assert_eq(new_file_open(folder, "x.jpg", &f), 0);
    new_file_write(f, "abc", 3);
    new_file_discard(f);
    cr_expect_eq(count_files(folder), 0);
}

Test(file_store, a_folder_that_cannot_be_is_told)
{
    struct new_file *f;

    cr_expect_eq(new_file_open("/proc/warren", "x.jpg", &f), -ENOENT);
    cr_expect_eq(new_file_open("/dev/null/x", "x.jpg", &f), -ENOTDIR);
}

Test(file_store, a_text_is_replaced_and_the_one_before_kept)
{
    char path[128], before[160];

    snprintf(path, sizeof path, "%s/config.json", folder);
    snprintf(before, sizeof before, "%s.bak", path);
    cr_assert_eq(file_replace(path, "one", 3), 0);
    cr_expect_neq(access(before, F_OK), 0);
    cr_assert_eq(file_replace(path, "two", 3), 0);
    cr_assert_eq(file_replace(path, "three", 5), 0);
    expect_text(path, "three");
    expect_text(before, "two");
    cr_expect_eq(count_files(folder), 2);
    cr_expect_eq(file_replace("/no/such/folder/x", "a", 1), -ENOENT);
}

/* --- config.json ------------------------------------------------------------------------------ */

static void note(void *ctx, const char *path)
{
    strcat(ctx, path);
    strcat(ctx, " ");
}

static int parse(const char *text, struct pi_config *c, char *unknown, struct error *e)
{
    pi_config_init(c);
    unknown[0] = '\0';
    *e = ERROR_NULL;
    return config_parse(text, strlen(text), c, note, unknown, e);
}

Test(config_file, what_was_dumped_is_read_again)
{
    struct pi_config c, d;
    char text[PI_CONFIG_DUMP_MAX], again[PI_CONFIG_DUMP_MAX], unknown[256];
    struct error e;

    pi_config_init(&c);
    c.camera_framerate = 7;
    c.night_gain = 2.25;
    c.night_enable = false;
    c.ring_max_mib = 32;
    c.export_formats = PI_FORMAT_NPY;
    strcpy(c.export_base_dir, "/\xc3\xa9 \"x\"");
    pi_config_dump(&c, text, sizeof text);
    cr_assert_eq(parse(text, &d, unknown, &e), 0, "%s", error_text(&e));
    pi_config_dump(&d, again, sizeof again);
    cr_expect_str_eq(text, again);
    cr_expect_str_eq(unknown, "");
}

Test(config_file, keys_that_are_left_out_stay)
{
    struct pi_config c;
    char unknown[256];
    struct error e;

    cr_expect_eq(parse("{}", &c, unknown, &e), 0);
    cr_expect_eq(c.camera_width, 1024);
    cr_expect_eq(parse("{\"night\": {\"gain\": 3}}", &c, unknown, &e), 0);
    cr_expect_float_eq(c.night_gain, 3, 1e-9);
    cr_expect_eq(c.night_exposure_us, 2000000);
}

Test(config_file, unknown_keys_are_named)
{
    struct pi_config c;
    char unknown[256];
    struct error e;

    cr_expect_eq(parse("{\"camera\": {\"widht\": 5, \"width\": 640}, \"cloud\": {\"camera\": {}}, "
                       "\"camera.height\": 3}",
                     &c, unknown, &e),
        0);
    cr_expect_str_eq(unknown, "camera.widht cloud camera.height ");
    cr_expect_eq(c.camera_width, 640);
}

Test(config_file, a_wrong_value_changes_nothing_and_is_told)
{
    const struct {
        const char *text, *sentence;
    } rows[] = {
        {"{\"camera\": {\"width\": 640, \"height\": \"tall\"}}",
            "camera.height: expected a whole number from 16 to 8192"},
        {"{\"camera\": {\"framerate\": 5.5}}",
            "camera.framerate: expected a whole number from 1 to 120"},
        {"{\"camera\": {\"framerate\": 0}}",
            "camera.framerate: expected a whole number from 1 to 120"},
        {"{\"camera\": {\"framerate\": true}}",
            "camera.framerate: expected a whole number from 1 to 120"},
        {"{\"camera\": {\"framerate\": null}}",
            "camera.framerate: expected a whole number from 1 to 120"},
        {"{\"camera\": {\"framerate\": {}}}",
            "camera.framerate: expected a whole number from 1 to 120"},
        {"{\"night\": {\"enable\": 1}}", "night.enable: expected true or false"},
        {"{\"export\": {\"formats\": \"jpg\"}}",
            "export.formats: expected a list of jpg, png, npy"},
        {"{\"export\": {\"formats\": [\"j\", \"p\", \"g\"]}}",
            "export.formats: expected a list of jpg, png, npy"},
        {"{\"export\": {\"base_dir\": \"a\\nb\"}}",
            "export.base_dir: expected a line of text of 1 to 255 bytes"},
        {"{\"ring\": {\"downscale\": true}}", "ring.downscale: expected an object"},
        {"[]", "expected an object"},
    };
    struct pi_config c;
    char unknown[256];
    struct error e;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cr_expect_eq(parse(rows[i].text, &c, unknown, &e), -EINVAL, "%s", rows[i].text);
        cr_expect_str_eq(error_text(&e), rows[i].sentence);
        cr_expect_eq(c.camera_width, 1024);
    }
    cr_expect_lt(parse("{\"camera\": ", &c, unknown, &e), 0);
    cr_expect(strstr(error_text(&e), "line 1"), "%s", error_text(&e));
}

Test(config_file, settings_of_a_command_line)
{
    struct pi_config c;
    struct error e = ERROR_NULL;

    pi_config_init(&c);
    cr_expect_eq(config_assign("night.enable=no", &c, &e), 0);
    cr_expect_not(c.night_enable);
    cr_expect_eq(config_assign("export.base_dir=/a=b", &c, &e), 0);
    cr_expect_str_eq(c.export_base_dir, "/a=b");
    cr_expect_eq(config_assign("night.enable", &c, &e), -EINVAL);
    cr_expect_str_eq(error_text(&e), "\"night.enable\" is not key=value");
    cr_expect_eq(config_assign("night=1", &c, &e), -EINVAL);
    cr_expect_str_eq(error_text(&e), "there is no setting night");
    cr_expect_eq(config_assign("camera.width=wide", &c, &e), -EINVAL);
    cr_expect_str_eq(error_text(&e), "camera.width: expected a whole number from 16 to 8192");
}
