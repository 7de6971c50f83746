#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "config/param.h"

static const char *const MODES[] = {"off", "night", "day", NULL};
static const struct wr_param PORT = {.key = "port", .type = WR_INT, .min = 1, .max = 65535};
static const struct wr_param RATIO = {
    .key = "ratio", .type = WR_FLOAT, .unit = "%", .min = 0, .max = 100};
static const struct wr_param FLAG = {.key = "flag", .type = WR_BOOL};
static const struct wr_param MODE = {.key = "mode", .type = WR_STRING, .choices = MODES};
static const struct wr_param NAME = {.key = "name", .type = WR_STRING, .min = 2, .max = 8};
static const struct wr_param FREE = {.key = "free", .type = WR_STRING};
static const struct wr_param HOST = {
    .key = "host", .type = WR_STRING, .min = 1, .max = 253, .flags = WR_HOST};
static const struct wr_param NEED = {
    .key = "need", .type = WR_STRING, .flags = WR_HOST | WR_REQUIRED};
static const struct wr_param PEER = {.key = "peer", .type = WR_STRING, .flags = WR_HOST};
static const struct wr_param ADDRESS = {
    .key = "address", .type = WR_STRING, .flags = WR_BLE_ADDRESS};
static const struct wr_param TAGS = {.key = "tags", .type = WR_LIST};
static const struct wr_param MODE_LIST = {.key = "modes", .type = WR_LIST, .choices = MODES};
static const struct wr_param SECRET = {
    .key = "pin", .type = WR_INT, .min = 1000, .max = 9999, .flags = WR_SECRET};

/* The sentence of a refusal; "" when the text was taken. */
static const char *refusal(const struct wr_param *p, const char *text)
{
    static struct error e;
    struct param_value v = {.v = {.type = WR_INT, .i = 77}};
    int r;

    e = ERROR_NULL;
    r = param_from_text(p, text, &v, &e);
    if (r < 0) {
        cr_expect_eq(r, -EINVAL);
        cr_expect(
            v.v.type == WR_INT && v.v.i == 77 && !v.text, "the output is untouched on failure");
        return e.text;
    }
    cr_expect_eq(v.v.type, p->type);
    param_value_fini(&v);
    return "";
}

static struct param_value parsed(const struct wr_param *p, const char *text)
{
    struct param_value v = {0};
    struct error e = ERROR_NULL;

    cr_assert_eq(param_from_text(p, text, &v, &e), 0, "%s", e.text);
    return v;
}

static void expect_text(const struct wr_param *p, const char *text, const char *expected)
{
    struct param_value v = parsed(p, text);

    cr_expect_str_eq(v.v.s, expected);
    cr_expect_eq(v.v.s, v.text, "the value owns its text");
    param_value_fini(&v);
}

Test(param, reads_booleans_in_all_usual_words)
{
    for (const char *const *w =
             (const char *const[]){"true", "yes", "on", "1", "TRUE", "Yes", NULL};
         *w; w++)
        cr_expect(parsed(&FLAG, *w).v.b, "%s", *w);
    for (const char *const *w = (const char *const[]){"false", "no", "off", "0", "False", NULL}; *w;
         w++)
        cr_expect_not(parsed(&FLAG, *w).v.b, "%s", *w);
    cr_expect_str_eq(refusal(&FLAG, "maybe"), "expected true or false, got \"maybe\"");
    cr_expect_str_eq(refusal(&FLAG, ""), "expected true or false, got \"\"");
}

Test(param, reads_integers_within_their_range)
{
    cr_expect_eq(parsed(&PORT, "1").v.i, 1);
    cr_expect_eq(parsed(&PORT, "65535").v.i, 65535);
    cr_expect_str_eq(refusal(&PORT, "abc"), "expected an integer from 1 to 65535, got \"abc\"");
    cr_expect_str_eq(refusal(&PORT, "0"), "expected an integer from 1 to 65535, got 0");
    cr_expect_str_eq(refusal(&PORT, "65536"), "expected an integer from 1 to 65535, got 65536");
    cr_expect_str_eq(
        refusal(&PORT, "8080.5"), "expected an integer from 1 to 65535, got \"8080.5\"");
    cr_expect_str_eq(refusal(&PORT, "99999999999999999999"),
        "expected an integer from 1 to 65535, got \"99999999999999999999\"");
}

Test(param, no_bounds_means_any_number)
{
    struct wr_param any = {.key = "n", .type = WR_INT};

    cr_expect_eq(parsed(&any, "-9223372036854775808").v.i, INT64_MIN);
    cr_expect_eq(parsed(&any, "9223372036854775807").v.i, INT64_MAX);
    cr_expect_str_eq(refusal(&any, "x"), "expected an integer, got \"x\"");
}

Test(param, a_range_may_be_open_on_one_side)
{
    struct wr_param least = {.key = "n", .type = WR_FLOAT, .min = 1, .max = INFINITY};
    struct wr_param most = {.key = "n", .type = WR_INT, .min = -INFINITY, .max = 5};

    cr_expect_str_eq(refusal(&least, "0.5"), "expected a number of at least 1, got 0.5");
    cr_expect_str_eq(refusal(&most, "6"), "expected an integer of at most 5, got 6");
    cr_expect_eq(parsed(&most, "-1000000").v.i, -1000000);
}

Test(param, reads_finite_floats_only_and_names_the_unit)
{
    cr_expect_float_eq(parsed(&RATIO, "12.5").v.f, 12.5, 0);
    cr_expect_str_eq(refusal(&RATIO, "nan"), "expected a number from 0 to 100 %, got \"nan\"");
    cr_expect_str_eq(refusal(&RATIO, "1e999"), "expected a number from 0 to 100 %, got \"1e999\"");
    cr_expect_str_eq(refusal(&RATIO, "100.01"), "expected a number from 0 to 100 %, got 100.01");
}

Test(param, takes_a_choice_and_suggests_the_nearest)
{
    expect_text(&MODE, "night", "night");
    cr_expect_str_eq(refusal(&MODE, "nihgt"),
        "expected one of off, night, day, got \"nihgt\", did you mean \"night\"?");
    cr_expect_str_eq(refusal(&MODE, ""), "expected one of off, night, day, got \"\"");
}

Test(param, bounds_the_length_of_text)
{
    char longest[PARAM_MAX_TEXT + 2];

    expect_text(&NAME, "ab", "ab");
    cr_expect_str_eq(
        refusal(&NAME, "a"), "expected text of at least 2 and at most 8 bytes, got 1 bytes");
    cr_expect_str_eq(refusal(&NAME, "abcdefghi"),
        "expected text of at least 2 and at most 8 bytes, got 9 bytes");
    memset(longest, 'x', sizeof longest);
    longest[PARAM_MAX_TEXT + 1] = '\0';
    cr_expect_str_eq(refusal(&FREE, longest), "expected at most 4096 bytes, got 4097 bytes");
    longest[PARAM_MAX_TEXT] = '\0';
    cr_expect_str_eq(refusal(&FREE, longest), "");
    cr_expect_str_eq(refusal(&FREE, "\xFF"), "expected text, got bytes that are not UTF-8");
}

Test(param, a_host_is_a_name_or_an_address)
{
    char longest[301];

    expect_text(&HOST, "porch.local", "porch.local");
    expect_text(&HOST, "fe80::1%eth0", "fe80::1%eth0");
    cr_expect_str_eq(refusal(&HOST, "a b"),
        "expected the name or IP address of a host, without a port, got \"a b\"");
    cr_expect_str_eq(refusal(&HOST, "porch:9999"),
        "expected the name or IP address of a host, without a port, got \"porch:9999\"");
    cr_expect_str_eq(refusal(&HOST, ""),
        "expected the name or IP address of a host, without a port, got 0 bytes");
    memset(longest, 'x', sizeof longest);
    longest[300] = '\0';
    cr_expect_str_eq(refusal(&HOST, longest),
        "expected the name or IP address of a host, without a port, got 300 bytes");
    cr_expect_str_eq(
        refusal(&NEED, ""), "expected the name or IP address of a host, without a port, got \"\"");
    expect_text(&PEER, "", "");
}

Test(param, reads_lists_without_the_spaces_around_commas)
{
    expect_text(&TAGS, " a , b c,d\t", "a,b c,d");
    expect_text(&TAGS, "", "");
    expect_text(&MODE_LIST, "day,night", "day,night");
    cr_expect_str_eq(refusal(&TAGS, "a,,b"), "expected a list, got an empty element");
    cr_expect_str_eq(refusal(&TAGS, "a,"), "expected a list, got an empty element");
    cr_expect_str_eq(
        refusal(&MODE_LIST, "day,dusk"), "expected a list of off, night, day, got \"dusk\"");
}

Test(param, a_sentence_shows_no_secret_and_no_control_characters)
{
    cr_expect_str_eq(refusal(&SECRET, "12345"), "expected an integer from 1000 to 9999");
    cr_expect_str_eq(refusal(&SECRET, "hunter2"), "expected an integer from 1000 to 9999");
    cr_expect_str_eq(
        refusal(&PORT, "\x1b[31m\n"), "expected an integer from 1 to 65535, got \"?[31m?\"");
}

Test(param, a_sentence_cuts_what_is_long)
{
    char text[300];

    memset(text, 'z', sizeof text);
    text[sizeof text - 1] = '\0';
    cr_expect(strstr(refusal(&PORT, text), "zzz…\""), "%s", refusal(&PORT, text));
}

Test(param, many_choices_are_cut_and_what_was_got_is_still_told)
{
    static const char *choices[80];
    struct wr_param p = {.key = "c", .type = WR_STRING, .choices = choices};

    for (size_t i = 0; i + 1 < N_ELEMENTS(choices); i++)
        choices[i] = "a-choice";
    cr_expect(strstr(refusal(&p, "zz"), "a-choice, …, got \"zz\""), "%s", refusal(&p, "zz"));
}

Test(param, checks_values_that_come_as_values)
{
    struct error e = ERROR_NULL;

    cr_expect_eq(param_check(&PORT, &(struct wr_value){.type = WR_INT, .i = 80}, &e), 0);
    cr_expect_eq(param_check(&PORT, &(struct wr_value){.type = WR_BOOL}, &e), -EINVAL);
    cr_expect_str_eq(e.text, "expected an integer from 1 to 65535, got a value of type bool");
    cr_expect_eq(param_check(&RATIO, &(struct wr_value){.type = WR_FLOAT, .f = NAN}, &e), -EINVAL);
    cr_expect_eq(param_check(&PORT, &(struct wr_value){0}, &e), -EINVAL);
    cr_expect_str_eq(e.text, "expected an integer from 1 to 65535, got a value of type none");
}

Test(param, a_default_is_what_a_person_would_write)
{
    struct wr_param p = {.key = "n", .type = WR_FLOAT, .def = "2.5"};
    struct param_value v = {0};

    cr_expect_eq(param_default(&p, &v), 0);
    cr_expect(v.v.type == WR_FLOAT && v.v.f == 2.5);
    cr_expect_eq(param_default(&FREE, &v), 0);
    cr_expect_eq((int)v.v.type, 0, "no default: unset");
}

Test(param, copies_own_their_text)
{
    struct param_value a = parsed(&FREE, "hello"), b = {0}, unset = {0};

    cr_expect_eq(param_value_copy(&a, &b), 0);
    cr_expect(param_value_equal(&a.v, &b.v));
    cr_expect_neq(a.v.s, b.v.s);
    param_value_fini(&a);
    cr_expect_str_eq(b.v.s, "hello");
    param_value_fini(&b);
    param_value_fini(&b);
    cr_expect_eq(param_value_copy(&unset, &b), 0);
    cr_expect(param_value_equal(&unset.v, &b.v));
}

Test(param, equal_means_same_type_and_value)
{
    struct wr_value one = {.type = WR_INT, .i = 1}, two = {.type = WR_INT, .i = 2},
                    yes = {.type = WR_BOOL, .b = true};
    struct wr_value half = {.type = WR_FLOAT, .f = 0.5}, a = {.type = WR_STRING, .s = "a"},
                    b = {.type = WR_STRING, .s = "b"};

    cr_expect(param_value_equal(&one, &one));
    cr_expect_not(param_value_equal(&one, &two));
    cr_expect_not(param_value_equal(&one, &yes));
    cr_expect(param_value_equal(&half, &half));
    cr_expect_not(param_value_equal(&a, &b));
}

Test(param, finds_rows_by_key)
{
    const struct wr_param rows[] = {PORT, MODE, {0}};
    unsigned at = 9;

    cr_expect_eq(param_count(rows), 2);
    cr_expect_eq(param_count(NULL), 0);
    cr_expect_eq(param_find(rows, "mode", &at), &rows[1]);
    cr_expect_eq(at, 1);
    cr_expect_null(param_find(rows, "nothing", NULL));
    cr_expect_null(param_find(NULL, "mode", NULL));
}

Test(param, reads_bluetooth_addresses)
{
    expect_text(&ADDRESS, "00:AA:01:00:C0:01", "00:AA:01:00:C0:01");
    expect_text(&ADDRESS, "aa:bb:cc:dd:ee:ff", "aa:bb:cc:dd:ee:ff");
    expect_text(&ADDRESS, "", "");
    for (const char *const *a = (const char *const[]){"zz", "AA:BB:CC:DD:EE",
             "AA:BB:CC:DD:EE:FF:00", "AA-BB-CC-DD-EE-FF", "AA:BB:CC:DD:EE:FG", NULL};
         *a; a++)
        cr_expect_neq(strstr(refusal(&ADDRESS, *a),
                          "expected a Bluetooth address such as AA:BB:CC:DD:EE:FF, got "),
            NULL, "%s", *a);
}
