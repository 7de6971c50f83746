#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "ctl/args.h"

#define MAX_ARGV 32

/* Splits "devices --json" at spaces; valid until the next call. */
static int parse(const char *line, struct args *a, struct error *e)
{
    static char text[1024];
    const char *argv[MAX_ARGV] = {"warrenctl"};
    int argc = 1;

    snprintf(text, sizeof text, "%s", line);
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    *e = ERROR_NULL;
    return args_parse(argc, argv, a, e);
}

static const char *refusal(const char *line)
{
    static struct error e;
    struct args a;

    cr_expect_eq(parse(line, &a, &e), -EINVAL, "%s", line);
    return e.text;
}

static struct args *taken(const char *line)
{
    static struct args a;
    struct error e;

    cr_assert_eq(parse(line, &a, &e), 0, "%s: %s", line, e.text);
    return &a;
}

Test(args, a_command_and_its_words)
{
    struct args *a = taken("command porch save path=/tmp/x count=3");

    cr_expect_str_eq(a->command->name, "command");
    cr_assert_eq(a->of_command.n_words, 4);
    cr_expect_str_eq(a->of_command.words[0], "porch");
    cr_expect_str_eq(a->of_command.words[3], "count=3");
}

Test(args, a_command_may_have_two_words)
{
    struct args *a = taken("plugin ls");

    cr_expect_str_eq(a->command->name, "plugin ls");
    cr_expect_eq(a->of_command.n_words, 0);
    cr_expect_str_eq(refusal("plugin"), "expected \"plugin ls\"");
    cr_expect_str_eq(refusal("plugin rm"), "expected \"plugin ls\"");
}

Test(args, options_may_stand_anywhere)
{
    struct args *a = taken("--json --url http://x captures --limit 5 --device=porch");

    cr_expect(a->json);
    cr_expect_str_eq(a->url, "http://x");
    cr_expect_str_eq(a->of_command.options[0], "porch");
    cr_expect_str_eq(a->of_command.options[1], "5");
    a = taken("captures -n 5 --url=http://y");
    cr_expect_str_eq(a->url, "http://y");
    cr_expect_str_eq(a->of_command.options[1], "5");
    cr_expect_null(a->of_command.options[0]);
    cr_expect_not(a->json);
}

Test(args, two_hyphens_end_the_options)
{
    struct args *a = taken("command -- porch save --url");

    cr_expect_null(a->url);
    cr_assert_eq(a->of_command.n_words, 3);
    cr_expect_str_eq(a->of_command.words[2], "--url");
}

Test(args, a_hyphen_alone_is_a_value)
{
    cr_expect_str_eq(taken("capture-get 7 -o -")->of_command.options[0], "-");
}

Test(args, some_options_have_no_value)
{
    struct args *a = taken("wifi enable --open porch Home");

    cr_expect_str_eq(a->of_command.options[1], "");
    cr_expect_null(a->of_command.options[0]);
    cr_expect_str_eq(a->of_command.words[1], "Home");
    cr_expect_str_eq(refusal("wifi enable porch Home --open=yes"), "--open takes no value");
}

Test(args, what_is_wrong_is_said)
{
    cr_expect_str_eq(refusal(""), "expected a command");
    cr_expect_str_eq(
        refusal("devcies"), "there is no command \"devcies\", did you mean \"devices\"?");
    cr_expect_str_eq(refusal("banana"), "there is no command \"banana\"");
    cr_expect_str_eq(refusal("plugin"), "expected \"plugin ls\"");
    cr_expect_str_eq(refusal("wifi on"),
        "expected \"wifi enable\" or \"wifi disable\" or \"wifi status\" or \"wifi open\"");
    cr_expect_str_eq(refusal("device"), "device: expected DEVICE");
    cr_expect_str_eq(refusal("device a b"), "device: \"b\" is too much");
    cr_expect_str_eq(refusal("command porch"), "command: expected DEVICE NAME [KEY=VALUE…]");
    cr_expect_str_eq(refusal("devices --limit 3"), "devices does not know the option --limit");
    cr_expect_str_eq(refusal("devices -n 3"), "devices does not know the option -n");
    cr_expect_str_eq(refusal("captures --limit"), "--limit: expected a value after it");
    cr_expect_str_eq(refusal("captures --limitless=3"), "there is no option --limitless=3");
}

Test(args, an_option_that_nobody_has_is_not_asked_for_a_value)
{
    cr_expect_str_eq(refusal("-V"), "there is no option -V");
    cr_expect_str_eq(refusal("devices -x"), "there is no option -x");
    cr_expect_str_eq(refusal("devices -x 3"), "there is no option -x");
    cr_expect_str_eq(refusal("devices --verbose"), "there is no option --verbose");
    cr_expect_str_eq(refusal("devices -d"), "-d: expected a value after it");
    cr_expect_str_eq(refusal("devices --url"), "--url: expected a value after it");
}

Test(args, help_and_version_need_nothing_else)
{
    struct args *a = taken("--help");

    cr_expect(a->help && !a->command);
    a = taken("command --help");
    cr_expect(a->help);
    cr_expect_str_eq(a->command->name, "command");
    cr_expect(taken("plugin ls -h")->help);
    cr_expect_str_eq(taken("plugin --help")->command->name, "plugin ls");
    a = taken("wifi --help");
    cr_expect(!a->command);
    cr_expect_str_eq(a->group, "wifi", "several begin so");
    cr_expect(taken("--version")->version);
    cr_expect_str_eq(refusal("banana --help"), "there is no command \"banana\"");
}

Test(args, words_have_a_ceiling)
{
    const char *argv[ARGS_MAX_WORDS + 3] = {"warrenctl", "command"};
    struct error e = ERROR_NULL;
    struct args a;

    for (int i = 2; i < ARGS_MAX_WORDS + 3; i++)
        argv[i] = "a=b";
    cr_expect_eq(args_parse(ARGS_MAX_WORDS + 1, argv, &a, &e), 0);
    cr_expect_eq(args_parse(ARGS_MAX_WORDS + 3, argv, &a, &e), -E2BIG);
}

Test(args, every_command_is_complete)
{
    size_t n;
    const struct ctl_command *commands = ctl_commands(&n);

    for (size_t i = 0; i < n; i++) {
        cr_expect(commands[i].run && *commands[i].summary, "%s", commands[i].name);
        cr_expect_leq(commands[i].min_words, commands[i].max_words);
        for (size_t k = 0; commands[i].options && commands[i].options[k].name; k++)
            cr_expect(k < CTL_MAX_OPTIONS && commands[i].options[k].help, "%s", commands[i].name);
    }
}
