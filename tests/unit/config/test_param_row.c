#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>

#include "config/param.h"

static const char *why(struct wr_param p)
{
    static struct error e;

    e = ERROR_NULL;
    cr_expect_eq(param_check_row(&p, &e), e.code);
    return e.text;
}

Test(param_row, sound_rows_pass)
{
    cr_expect_str_eq(why((struct wr_param){.key = "night.max_level_2",
                         .type = WR_INT,
                         .min = -5,
                         .max = 5,
                         .def = "0",
                         .help = "x"}),
        "");
    cr_expect_str_eq(
        why((struct wr_param){.key = "a", .type = WR_STRING, .flags = WR_SECRET | WR_REQUIRED}),
        "");
    cr_expect_str_eq(
        why((struct wr_param){.key = "a", .type = WR_FLOAT, .min = 0, .max = INFINITY}), "");
    cr_expect_str_eq(why((struct wr_param){.key = "a", .type = WR_LIST, .def = ""}), "");
}

Test(param_row, keys_are_lower_case_words_with_dots)
{
    cr_expect_str_eq(why((struct wr_param){.key = "Port", .type = WR_INT}),
        "a key must be 1 to 63 of a-z, 0-9, _ and .");
    cr_expect_neq(why((struct wr_param){.key = "", .type = WR_INT})[0], '\0');
    cr_expect_neq(why((struct wr_param){.key = NULL, .type = WR_INT})[0], '\0');
    cr_expect_neq(why((struct wr_param){
                      .key = "a234567890123456789012345678901234567890123456789012345678901234",
                      .type = WR_INT})[0],
        '\0');
    cr_expect_eq(why((struct wr_param){
                     .key = "a23456789012345678901234567890123456789012345678901234567890123",
                     .type = WR_INT})[0],
        '\0');
}

Test(param_row, the_sentence_names_the_row)
{
    cr_expect_str_eq(
        why((struct wr_param){.key = "a"}), "a: has no type that this gateway knows (0)");
    cr_expect_str_eq(why((struct wr_param){.key = "a", .type = 9}),
        "a: has no type that this gateway knows (9)");
    cr_expect_str_eq(why((struct wr_param){.key = "a", .type = WR_INT, .min = 5, .max = 1}),
        "a: its range is empty (5 to 1)");
    cr_expect_str_eq(why((struct wr_param){.key = "a", .type = WR_INT, .min = NAN, .max = 1}),
        "a: its range is empty (nan to 1)");
    cr_expect_str_eq(why((struct wr_param){.key = "a", .type = WR_STRING, .max = 1e6}),
        "a: its length must lie within 0 and 4096 bytes");
    cr_expect_str_eq(why((struct wr_param){.key = "a", .type = WR_INT, .help = "\xFF"}),
        "a: its help is not UTF-8");
}

Test(param_row, a_default_must_be_a_value_of_the_row)
{
    cr_expect_str_eq(
        why((struct wr_param){.key = "a", .type = WR_INT, .min = 1, .max = 9, .def = "0"}),
        "a: default: expected an integer from 1 to 9, got 0");
    cr_expect_str_eq(
        why((struct wr_param){.key = "a", .type = WR_INT, .def = "1", .flags = WR_REQUIRED}),
        "a: is required and has a default");
    cr_expect_str_eq(
        why((struct wr_param){.key = "a", .type = WR_STRING, .def = "x", .flags = WR_SECRET}),
        "a: is a secret and has a default");
}

Test(param_row, a_bluetooth_address_is_text)
{
    cr_expect_str_eq(
        why((struct wr_param){.key = "a", .type = WR_STRING, .flags = WR_BLE_ADDRESS}), "");
    cr_expect_str_eq(why((struct wr_param){.key = "a", .type = WR_LIST, .flags = WR_BLE_ADDRESS}),
        "a: only text without choices can be a Bluetooth address");
    cr_expect_str_eq(
        why((struct wr_param){.key = "a", .type = WR_STRING, .def = "x", .flags = WR_BLE_ADDRESS}),
        "a: default: expected a Bluetooth address such as AA:BB:CC:DD:EE:FF, got \"x\"");
}

Test(param_row, a_host_is_text)
{
    static const char *const choices[] = {"a", NULL};

    cr_expect_str_eq(why((struct wr_param){.key = "a", .type = WR_STRING, .flags = WR_HOST}), "");
    cr_expect_str_eq(why((struct wr_param){.key = "a", .type = WR_INT, .flags = WR_HOST}),
        "a: only text without choices can be a host");
    cr_expect_str_eq(
        why((struct wr_param){.key = "a", .type = WR_STRING, .choices = choices, .flags = WR_HOST}),
        "a: only text without choices can be a host");
    cr_expect_str_eq(
        why((struct wr_param){.key = "a", .type = WR_STRING, .def = "a b", .flags = WR_HOST}),
        "a: default: expected the name or IP address of a host, without a port, got \"a b\"");
}

Test(param_row, choices_are_text_that_can_be_chosen)
{
    static const char *const none[] = {NULL}, *const comma[] = {"a,b", NULL},
                             *const bad[] = {"\xFE", NULL}, *const good[] = {"a", NULL};

    cr_expect_str_eq(why((struct wr_param){.key = "a", .type = WR_STRING, .choices = none}),
        "a: its list of choices is empty");
    cr_expect_str_eq(why((struct wr_param){.key = "a", .type = WR_LIST, .choices = comma}),
        "a: choice 1 is empty, has a comma, or is not UTF-8");
    cr_expect_str_eq(why((struct wr_param){.key = "a", .type = WR_STRING, .choices = bad}),
        "a: choice 1 is empty, has a comma, or is not UTF-8");
    cr_expect_str_eq(why((struct wr_param){.key = "a", .type = WR_INT, .choices = good}),
        "a: only strings and lists have choices");
    cr_expect_str_eq(why((struct wr_param){.key = "a", .type = WR_STRING, .choices = comma}), "");
}

Test(param_row, a_table_has_every_key_once)
{
    const struct wr_param twice[] = {{.key = "a", .type = WR_INT}, {.key = "b", .type = WR_INT},
        {.key = "a", .type = WR_BOOL}, {0}};
    const struct wr_param file[] = {{.key = "pin", .type = WR_STRING, .flags = WR_SECRET},
        {.key = "pin_file", .type = WR_STRING}, {0}};
    const struct wr_param plain[] = {
        {.key = "log", .type = WR_STRING}, {.key = "log_file", .type = WR_STRING}, {0}};
    struct error e = ERROR_NULL;

    cr_expect_eq(param_check_table(twice, &e), -EINVAL);
    cr_expect_str_eq(e.text, "a: is there twice");
    cr_expect_eq(param_check_table(file, &e), -EINVAL);
    cr_expect_str_eq(e.text, "pin_file: that is how the secret of that name is read from a file");
    cr_expect_eq(param_check_table(plain, &e), 0);
    cr_expect_eq(param_check_table(NULL, &e), 0);
}

Test(param_row, a_table_has_a_ceiling)
{
    static struct wr_param rows[PARAM_MAX_ROWS + 2];
    static char keys[PARAM_MAX_ROWS + 1][8];
    struct error e = ERROR_NULL;

    for (size_t i = 0; i <= PARAM_MAX_ROWS; i++) {
        snprintf(keys[i], sizeof keys[i], "k%zu", i);
        rows[i] = (struct wr_param){.key = keys[i], .type = WR_INT};
    }
    cr_expect_eq(param_check_table(rows, &e), -E2BIG);
    rows[PARAM_MAX_ROWS].key = NULL;
    cr_expect_eq(param_check_table(rows, &e), 0);
}
