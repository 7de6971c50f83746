#include "ctl/args.h"

#include <errno.h>
#include <string.h>

#include "base/suggest.h"

/* Those that every command has. */
static const char *const FLAGS[] = {"json", "help", "version"};

struct parser {
    struct args *a;
    const char *const *argv;
    int argc, at;
    struct error *e;
    const char *found
        [ARGS_MAX_WORDS]; /* options that belong to the command, as written: name, then value */
    unsigned n_words, n_found;
};

/* What is kept for an option that has no value. */
static const char NO_VALUE[] = "";

static const struct ctl_option *find_long(const struct ctl_option *o, const char *name, size_t n)
{
    for (; o && o->name; o++) {
        if (strlen(o->name) == n && memcmp(o->name, name, n) == 0)
            return o;
    }
    return NULL;
}

/* --- the command ------------------------------------------------------------------------------ */

/* Which words of the line are the command's name: 0, 1 or 2. */
static unsigned match_name(const char *name, const char *const *words, unsigned n_words)
{
    const char *space = strchr(name, ' ');
    size_t n = space ? (size_t)(space - name) : strlen(name);

    if (n_words == 0 || strlen(words[0]) != n || memcmp(words[0], name, n) != 0)
        return 0;
    if (!space)
        return 1;
    return n_words > 1 && strcmp(words[1], space + 1) == 0 ? 2 : 0;
}

/* The first word, of `len`, fits several. */
static int refuse_half(struct parser *p, size_t len)
{
    char names[ERROR_TEXT_MAX] = "";
    size_t n, n_text = 0;
    const struct ctl_command *commands = ctl_commands(&n);

    for (size_t i = 0; i < n && n_text < sizeof names; i++) {
        if (strncmp(commands[i].name, p->a->words[0], len) == 0 && commands[i].name[len] == ' ')
            n_text += (size_t)snprintf(names + n_text, sizeof names - n_text, "%s\"%s\"",
                n_text > 0 ? " or " : "", commands[i].name);
    }
    return error_set(p->e, -EINVAL, "expected %s", names);
}

/* Half a name, as "plugin" or "wifi": who asks for its help gets that of the whole, or a list of those that begin so. */
static int take_half(struct parser *p, size_t at, size_t len)
{
    size_t n;
    const struct ctl_command *commands = ctl_commands(&n);

    if (!p->a->help)
        return refuse_half(p, len);
    if (at + 1 < n && strncmp(commands[at + 1].name, commands[at].name, len + 1) == 0)
        p->a->group = p->a->words[0];
    else
        p->a->command = &commands[at];
    return 0;
}

/* No name fits. */
static int refuse_command(struct parser *p)
{
    struct suggest near = {.wanted = p->a->words[0]};
    char hint[96];
    size_t n;
    const struct ctl_command *commands = ctl_commands(&n);

    for (size_t i = 0; i < n; i++) {
        size_t len = strcspn(commands[i].name, " ");

        if (commands[i].name[len] && strncmp(commands[i].name, p->a->words[0], len) == 0 &&
            !p->a->words[0][len])
            return take_half(p, i, len);
        suggest_offer(&near, commands[i].name);
    }
    return error_set(p->e, -EINVAL, "there is no command \"%.60s\"%s", p->a->words[0],
        suggest_text(&near, hint, sizeof hint));
}

static int find_command(struct parser *p)
{
    size_t n;
    const struct ctl_command *commands = ctl_commands(&n);

    for (size_t i = 0; i < n; i++) {
        unsigned taken = match_name(commands[i].name, p->a->words, p->n_words);

        if (taken == 0)
            continue;
        p->a->command = &commands[i];
        p->a->of_command.words = p->a->words + taken;
        p->a->of_command.n_words = p->n_words - taken;
        return 0;
    }
    return refuse_command(p);
}

/* --- its options ------------------------------------------------------------------------------ */

/* The command need not be known yet when its options come: all that is no flag takes a value. */
static bool is_flag(const char *name)
{
    for (size_t i = 0; i < N_ELEMENTS(FLAGS); i++) {
        if (strcmp(name, FLAGS[i]) == 0)
            return true;
    }
    return false;
}

static int set_flag(struct parser *p, const char *name)
{
    p->a->json |= strcmp(name, "json") == 0;
    p->a->help |= strcmp(name, "help") == 0;
    p->a->version |= strcmp(name, "version") == 0;
    return 0;
}

static const struct ctl_option *option_of(const struct ctl_command *c, const char *word)
{
    if (word[1] == '-')
        return find_long(c->options, word + 2, strcspn(word + 2, "="));
    for (const struct ctl_option *o = c->options; o && o->name; o++) {
        if (o->letter && word[1] == o->letter && !word[2])
            return o;
    }
    return NULL;
}

static bool is_url(const char *word)
{
    return strcmp(word, "--url") == 0 || strncmp(word, "--url=", 6) == 0;
}

/* As some command has it, and all of that name are alike in whether they take a value. One that no command has takes none, so that
 * the next word is none. */
static const struct ctl_option *any_option(const char *word)
{
    static const struct ctl_option url = {.name = "url", .value = "URL"};
    size_t n;
    const struct ctl_command *commands = ctl_commands(&n);
    const struct ctl_option *o = is_url(word) ? &url : NULL;

    for (size_t i = 0; i < n && !o; i++)
        o = option_of(&commands[i], word);
    return o;
}

/* In this word after `equals` or in the next; NULL, and said: it has none, or should have none. */
static const char *value_of(
    struct parser *p, const struct ctl_option *o, const char *word, const char *equals)
{
    if (!o->value && equals)
        return error_set(p->e, -EINVAL, "--%s takes no value", o->name), NULL;
    if (!o->value)
        return NO_VALUE;
    if (equals)
        return equals + 1;
    if (p->at + 1 < p->argc)
        return p->argv[++p->at];
    return error_set(p->e, -EINVAL, "%.60s: expected a value after it", word), NULL;
}

/* The option at p->at with its value. */
static int keep_option(struct parser *p, const char *word, const char *equals)
{
    const struct ctl_option *o = any_option(word);
    const char *value;

    if (!o)
        return error_set(p->e, -EINVAL, "there is no option %.60s", word);
    value = value_of(p, o, word, equals);
    if (!value)
        return -EINVAL;
    if (is_url(word)) {
        p->a->url = value;
        return 0;
    }
    if (p->n_found + 2 > ARGS_MAX_WORDS)
        return error_set(p->e, -E2BIG, "too many options");
    p->found[p->n_found++] = word;
    p->found[p->n_found++] = value;
    return 0;
}

static int take_option(struct parser *p, const char *word)
{
    if (strcmp(word, "-h") == 0)
        return set_flag(p, "help");
    if (word[1] == '-' && is_flag(word + 2))
        return set_flag(p, word + 2);
    return keep_option(p, word, word[1] == '-' ? strchr(word, '=') : NULL);
}

static int bind_options(struct parser *p)
{
    const struct ctl_command *c = p->a->command;

    for (unsigned i = 0; i < p->n_found; i += 2) {
        const struct ctl_option *o = option_of(c, p->found[i]);

        if (!o)
            return error_set(
                p->e, -EINVAL, "%s does not know the option %.60s", c->name, p->found[i]);
        p->a->of_command.options[o - c->options] = p->found[i + 1];
    }
    return 0;
}

static int check_words(const struct parser *p)
{
    const struct ctl_command *c = p->a->command;
    unsigned n = p->a->of_command.n_words;

    if (n < c->min_words)
        return error_set(p->e, -EINVAL, "%s: expected %s", c->name, c->words);
    if (n > c->max_words)
        return error_set(p->e, -EINVAL, "%s: \"%.60s\" is too much", c->name,
            p->a->of_command.words[c->max_words]);
    return 0;
}

static int split(struct parser *p)
{
    bool options = true;

    for (p->at = 1; p->at < p->argc; p->at++) {
        const char *word = p->argv[p->at];

        if (options && strcmp(word, "--") == 0) {
            options = false;
        } else if (options && word[0] == '-' && word[1]) {
            int r = take_option(p, word);

            if (r < 0)
                return r;
        } else if (p->n_words == ARGS_MAX_WORDS) {
            return error_set(p->e, -E2BIG, "more than %d words", ARGS_MAX_WORDS);
        } else {
            p->a->words[p->n_words++] = word;
        }
    }
    return 0;
}

int args_parse(int argc, const char *const *argv, struct args *ret, struct error *e)
{
    struct parser p = {.a = ret, .argv = argv, .argc = argc, .e = e};
    int r;

    *ret = (struct args){0};
    r = split(&p);
    if (r < 0)
        return r;
    if (ret->version || (ret->help && p.n_words == 0))
        return 0;
    if (p.n_words == 0)
        return error_set(e, -EINVAL, "expected a command");
    r = find_command(&p);
    if (r < 0 || ret->help)
        return r;
    r = bind_options(&p);
    return r < 0 ? r : check_words(&p);
}
