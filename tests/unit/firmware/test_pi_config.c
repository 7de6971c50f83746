#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "pi_config.h"
#include "pi_text.h"

#define SPAN(text) ((struct span){(text), strlen(text)})

static const struct pi_key *key(const char *path)
{
    const struct pi_key *k = pi_key_find(path, strlen(path));

    cr_assert(k, "%s", path);
    return k;
}

/* Sets, and expects the value's text afterwards; NULL: a refusal that changes nothing. */
static void expect_set(struct pi_config *c, const char *path, const char *value, const char *after)
{
    char before[PI_TEXT_MAX], now[PI_TEXT_MAX], why[PI_CONFIG_WHY_MAX] = "";

    pi_config_text(c, key(path), before, sizeof before);
    int r = pi_config_set(c, key(path), SPAN(value), why, sizeof why);
    pi_config_text(c, key(path), now, sizeof now);
    cr_expect_eq(r, after ? 0 : -EINVAL, "%s %s", path, value);
    cr_expect_str_eq(now, after ? after : before, "%s %s", path, value);
    cr_expect(after || why[0]);
}

/* The file that the first service of this kind comes with. */
static const char first_dump[] = "{\n"
                                 "    \"camera\": {\n"
                                 "        \"codec\": \"rgb\",\n"
                                 "        \"framerate\": 10,\n"
                                 "        \"height\": 768,\n"
                                 "        \"video_mode\": \"stream\",\n"
                                 "        \"width\": 1024\n"
                                 "    },\n"
                                 "    \"export\": {\n"
                                 "        \"auto_save_interval_s\": 900,\n"
                                 "        \"auto_save_use_ring\": false,\n"
                                 "        \"base_dir\": \"./captures\",\n"
                                 "        \"formats\": [\n"
                                 "            \"jpg\",\n"
                                 "            \"png\"\n"
                                 "        ],\n"
                                 "        \"save_before_s\": 5,\n"
                                 "        \"stack_count\": 4,\n"
                                 "        \"stack_dark_frames\": true\n"
                                 "    },\n"
                                 "    \"logging\": {\n"
                                 "        \"level\": \"INFO\"\n"
                                 "    },\n"
                                 "    \"mjpeg_server\": {\n"
                                 "        \"enable\": true,\n"
                                 "        \"fps\": 2,\n"
                                 "        \"port\": 8080\n"
                                 "    },\n"
                                 "    \"network\": {\n"
                                 "        \"trigger_port\": 9999\n"
                                 "    },\n"
                                 "    \"night\": {\n"
                                 "        \"bright_threshold\": 240,\n"
                                 "        \"dark_threshold\": 50,\n"
                                 "        \"enable\": true,\n"
                                 "        \"exposure_us\": 2000000,\n"
                                 "        \"gain\": 6.0,\n"
                                 "        \"min_dark_frames\": 20,\n"
                                 "        \"mode\": \"still\"\n"
                                 "    },\n"
                                 "    \"ring\": {\n"
                                 "        \"downscale\": {\n"
                                 "            \"enable\": false,\n"
                                 "            \"height\": 192,\n"
                                 "            \"width\": 256\n"
                                 "        },\n"
                                 "        \"size\": 300\n"
                                 "    }\n"
                                 "}";

Test(pi_config, an_untouched_one_dumps_as_the_file_people_have)
{
    struct pi_config c;
    char text[PI_CONFIG_DUMP_MAX];

    pi_config_init(&c);
    cr_expect_eq(pi_config_dump(&c, text, sizeof text), (int)strlen(first_dump));
    cr_expect_str_eq(text, first_dump);
    cr_expect_eq(pi_config_dump(&c, text, strlen(first_dump)), -ENOBUFS);
}

Test(pi_config, dumps_our_own_keys_once_they_are_touched)
{
    struct pi_config c;
    char text[PI_CONFIG_DUMP_MAX];

    pi_config_init(&c);
    expect_set(&c, "camera.capture_timeout_s", "2.5", "2.5");
    expect_set(&c, "ring.max_mib", "32", "32");
    pi_config_dump(&c, text, sizeof text);
    cr_expect(
        strstr(text, "    \"camera\": {\n        \"capture_timeout_s\": 2.5,\n        \"codec\""));
    cr_expect(strstr(text, "        },\n        \"max_mib\": 32,\n        \"size\": 300\n"));
}

Test(pi_config, dumps_ascii_only_and_empty_lists)
{
    struct pi_config c;
    char text[PI_CONFIG_DUMP_MAX];

    pi_config_init(&c);
    expect_set(
        &c, "export.base_dir", "/\"a\\\xc3\xa9\xf0\x9f\x90\x87", "/\"a\\\xc3\xa9\xf0\x9f\x90\x87");
    expect_set(&c, "export.formats", "[]", "[]");
    pi_config_dump(&c, text, sizeof text);
    cr_expect(strstr(text,
                  "\"base_dir\": \"/\\\"a\\\\\\u00e9\\ud83d\\udc07\",\n        \"formats\": [],\n"),
        "%s", text);
}

Test(pi_config, the_table_is_sorted_as_a_dump_is_and_its_first_values_are_valid)
{
    struct pi_config c;

    pi_config_init(&c);
    for (size_t i = 0; i < pi_n_keys; i++) {
        char why[PI_CONFIG_WHY_MAX];
        cr_expect_eq(pi_config_set(&c, &pi_keys[i], SPAN(pi_keys[i].fallback), why, sizeof why), 0,
            "%s", pi_keys[i].path);
        cr_expect(pi_keys[i].help && pi_keys[i].help[0]);
        if (i == 0)
            continue;
        /* '.' sorts before any letter, so comparing the texts compares part by part */
        cr_expect_lt(strcmp(pi_keys[i - 1].path, pi_keys[i].path), 0, "%s", pi_keys[i].path);
    }
}

Test(pi_config, old_values_read_as_python_writes_them)
{
    struct pi_config c;
    char text[PI_TEXT_MAX];

    pi_config_init(&c);
    const char *rows[][2] = {{"night.gain", "6.0"}, {"night.enable", "True"},
        {"ring.downscale.enable", "False"}, {"export.formats", "['jpg', 'png']"},
        {"camera.width", "1024"}, {"logging.level", "INFO"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        pi_config_text(&c, key(rows[i][0]), text, sizeof text);
        cr_expect_str_eq(text, rows[i][1]);
    }
}

Test(pi_config, whole_numbers_are_checked)
{
    struct pi_config c;

    pi_config_init(&c);
    expect_set(&c, "camera.framerate", "5", "5");
    expect_set(&c, "camera.framerate", "120", "120");
    expect_set(&c, "camera.framerate", "0", NULL);
    expect_set(&c, "camera.framerate", "121", NULL);
    expect_set(&c, "camera.framerate", "5.5", NULL);
    expect_set(&c, "camera.framerate", "abc", NULL);
    expect_set(&c, "camera.framerate", "99999999999999999999", NULL);
    expect_set(&c, "export.save_before_s", "2.5", NULL);
}

Test(pi_config, floats_are_checked)
{
    struct pi_config c;

    pi_config_init(&c);
    expect_set(&c, "night.gain", "4", "4.0");
    expect_set(&c, "night.gain", "2.25", "2.25");
    expect_set(&c, "night.gain", "nan", NULL);
    expect_set(&c, "night.gain", "1e3", NULL);
    expect_set(&c, "night.gain", "0", NULL);
    expect_set(&c, "night.gain", "", NULL);
}

Test(pi_config, booleans_are_words_and_nothing_else)
{
    struct pi_config c;

    pi_config_init(&c);
    expect_set(&c, "night.enable", "no", "False");
    expect_set(&c, "night.enable", "YES", "True");
    expect_set(&c, "night.enable", "0", "False");
    expect_set(&c, "night.enable", "True", "True");
    expect_set(&c, "night.enable", "maybe", NULL);
    expect_set(&c, "night.enable", "2", NULL);
}

Test(pi_config, lists_take_every_notation_in_use)
{
    struct pi_config c;

    pi_config_init(&c);
    expect_set(&c, "export.formats", "jpg", "['jpg']");
    expect_set(&c, "export.formats", "npy,jpg", "['jpg', 'npy']");
    expect_set(&c, "export.formats", "png npy", "['png', 'npy']");
    expect_set(&c, "export.formats", "['jpg', 'png']", "['jpg', 'png']");
    expect_set(&c, "export.formats", "[\"npy\"]", "['npy']");
    expect_set(&c, "export.formats", "bmp", NULL);
    expect_set(&c, "export.formats", "jpg bmp", NULL);
}

Test(pi_config, texts_are_checked)
{
    struct pi_config c;
    char longest[PI_TEXT_MAX + 1];

    pi_config_init(&c);
    expect_set(&c, "logging.level", "debug", "DEBUG");
    expect_set(&c, "logging.level", "LOUD", NULL);
    expect_set(&c, "night.mode", "slow_video", "slow_video");
    expect_set(&c, "export.base_dir", "/a b", "/a b");
    expect_set(&c, "export.base_dir", "/a\tb", NULL);
    expect_set(&c, "export.base_dir", "/\xff", NULL);
    memset(longest, 'x', PI_TEXT_MAX);
    longest[PI_TEXT_MAX] = '\0';
    expect_set(&c, "export.base_dir", longest, NULL);
    longest[PI_TEXT_MAX - 1] = '\0';
    expect_set(&c, "export.base_dir", longest, longest);
}

Test(pi_config, says_what_it_expects)
{
    char text[PI_CONFIG_WHY_MAX];
    const char *rows[][2] = {{"camera.framerate", "a whole number from 1 to 120"},
        {"night.gain", "a number from 0.1 to 100"}, {"night.enable", "true or false"},
        {"export.formats", "a list of jpg, png, npy"}, {"night.mode", "one of still|slow_video"},
        {"export.base_dir", "a line of text of 1 to 255 bytes"}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        pi_key_expected(key(rows[i][0]), text, sizeof text);
        cr_expect_str_eq(text, rows[i][1]);
    }
}

Test(pi_config, knows_no_branches_as_keys)
{
    cr_expect_null(pi_key_find("camera", 6));
    cr_expect_null(pi_key_find("camera.width.x", 14));
    cr_expect_null(pi_key_find("camera.widt", 11));
    cr_expect_null(pi_key_find("", 0));
}
