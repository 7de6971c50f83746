#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "ctl/ctl.h"

static const char ARGUMENTS[] = "[{\"key\":\"count\",\"type\":\"int\"},{\"key\":\"level\",\"type\":"
                                "\"float\"},{\"key\":\"night\",\"type\":\"bool\"},"
                                "{\"key\":\"path\",\"type\":\"string\"},{\"key\":\"modes\","
                                "\"type\":\"list\"},{\"key\":\"new\",\"type\":\"quaternion\"}]";
static const char SETTINGS[] =
    "{\"night.enable\":{\"type\":\"bool\"},\"gain\":{\"type\":\"float\"}}";

/* The object as JSON, or what was said. */
static const char *result(const char *table, const char *const *words, enum ctl_exit expected)
{
    static char text[512];
    char *said = NULL, *json;
    size_t n;
    struct ctl c = {.out = stdout, .err = open_memstream(&said, &n)};
    json_t *rows = json_read(table, strlen(table), NULL), *object = NULL;
    unsigned n_words = 0;
    enum ctl_exit code;

    while (words[n_words])
        n_words++;
    code = ctl_pairs(&c, rows, "argument", words, n_words, &object);
    fclose(c.err);
    cr_expect_eq(code, expected, "%s", said);
    cr_expect_eq(object != NULL, code == CTL_OK);
    json = object ? json_text(object) : NULL;
    snprintf(text, sizeof text, "%s", json ? json : said);
    free(json);
    free(said);
    json_decref(object);
    json_decref(rows);
    return text;
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

Test(value, values_are_typed_by_the_table)
{
    cr_expect_str_eq(
        result(ARGUMENTS, WORDS("count=-3", "level=0.5", "night=on", "path=/a=b", "modes=a,b"),
            CTL_OK),
        "{\"count\":-3,\"level\":0.5,\"night\":true,\"path\":\"/a=b\",\"modes\":[\"a\",\"b\"]}");
    cr_expect_str_eq(result(ARGUMENTS, WORDS("path=", "modes=", "path2"), CTL_USAGE),
        "warrenctl: expected KEY=VALUE, got \"path2\"\n");
    cr_expect_str_eq(
        result(ARGUMENTS, WORDS("path=5", "modes="), CTL_OK), "{\"path\":\"5\",\"modes\":[]}");
    cr_expect_str_eq(result(ARGUMENTS, WORDS(), CTL_OK), "{}");
}

Test(value, settings_are_a_table_by_key)
{
    cr_expect_str_eq(result(SETTINGS, WORDS("night.enable=no", "gain=2.5"), CTL_OK),
        "{\"night.enable\":false,\"gain\":2.5}");
}

Test(value, what_does_not_fit_is_told)
{
    cr_expect_str_eq(result(ARGUMENTS, WORDS("count=3.5"), CTL_USAGE),
        "warrenctl: count: expected an integer, got \"3.5\"\n");
    cr_expect_str_eq(result(ARGUMENTS, WORDS("level=nan"), CTL_USAGE),
        "warrenctl: level: expected a number, got \"nan\"\n");
    cr_expect_str_eq(result(ARGUMENTS, WORDS("night=2"), CTL_USAGE),
        "warrenctl: night: expected true or false, got \"2\"\n");
    cr_expect_str_eq(result(ARGUMENTS, WORDS("path=\xFF"), CTL_USAGE),
        "warrenctl: path: expected text in UTF-8, got \"\xFF\"\n");
    cr_expect_str_eq(result(ARGUMENTS, WORDS("cuont=3"), CTL_USAGE),
        "warrenctl: there is no argument \"cuont\", did you mean \"count\"?\n");
    cr_expect_str_eq(result(SETTINGS, WORDS("gian=3"), CTL_USAGE),
        "warrenctl: there is no argument \"gian\", did you mean \"gain\"?\n");
    cr_expect_str_eq(result(ARGUMENTS, WORDS("count=1", "count=2"), CTL_USAGE),
        "warrenctl: count: is given twice\n");
    cr_expect_str_eq(result(ARGUMENTS, WORDS("new=1"), CTL_USAGE),
        "warrenctl: new: this warrenctl is too old to know its type\n");
}
