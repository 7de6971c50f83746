#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/yaml_tree.h"

static struct yaml_tree *tree(const char *text)
{
    struct yaml_tree *t = NULL;
    struct yaml_place at = {0};
    struct error e = ERROR_NULL;

    cr_assert_eq(yaml_tree_read(text, strlen(text), &t, &at, &e), 0, "%u:%u: %s", at.line,
        at.column, e.text);
    return t;
}

/* "line:column: sentence" of a refusal. */
static const char *refusal_n(const char *text, size_t n)
{
    static char out[400];
    struct yaml_tree *t = NULL;
    struct yaml_place at = {0};
    struct error e = ERROR_NULL;

    cr_assert_lt(yaml_tree_read(text, n, &t, &at, &e), 0);
    cr_expect_null(t);
    snprintf(out, sizeof out, "%u:%u: %s", at.line, at.column, e.text);
    return out;
}

static const char *refusal(const char *text)
{
    return refusal_n(text, strlen(text));
}

Test(yaml_tree, everything_knows_its_place)
{
    struct yaml_tree *t = tree("a: 1\n\nb:\n  c: [x, y]\n");
    const struct yaml_tree *a = yaml_tree_find(t, "a"), *b = yaml_tree_find(t, "b"),
                           *c = yaml_tree_find(b, "c");

    cr_expect(t->kind == YAML_TREE_MAP && t->n_children == 2);
    cr_expect_str_eq(a->text, "1");
    cr_expect(a->key_at.line == 1 && a->key_at.column == 1 && a->at.line == 1 && a->at.column == 4);
    cr_expect(
        b->key_at.line == 3 && b->kind == YAML_TREE_MAP && b->at.line == 4 && b->at.column == 3);
    cr_expect(c->kind == YAML_TREE_LIST && c->n_children == 2);
    cr_expect_str_eq(c->children[1].text, "y");
    cr_expect(c->children[1].at.line == 4 && c->children[1].at.column == 10);
    cr_expect_null(yaml_tree_find(t, "z"));
    yaml_tree_free(t);
}

Test(yaml_tree, an_empty_file_is_an_empty_map)
{
    for (const char *const *text = (const char *const[]){"", "\n\n", "# only a comment\n", NULL};
         *text; text++) {
        struct yaml_tree *t = tree(*text);

        cr_expect(t->kind == YAML_TREE_MAP && t->n_children == 0);
        yaml_tree_free(t);
    }
}

Test(yaml_tree, nothing_is_told_from_an_empty_text)
{
    struct yaml_tree *t = tree("a:\nb: ~\nc: null\nd: \"\"\ne: 'null'\nf: x\n");
    const char *const nothing = "abc", *const something = "def";
    char key[2] = "";

    for (const char *k = nothing; *k; k++) {
        key[0] = *k;
        cr_expect(yaml_tree_is_nothing(yaml_tree_find(t, key)), "%s", key);
    }
    for (const char *k = something; *k; k++) {
        key[0] = *k;
        cr_expect_not(yaml_tree_is_nothing(yaml_tree_find(t, key)), "%s", key);
    }
    cr_expect_str_eq(yaml_tree_what(yaml_tree_find(t, "a")), "nothing");
    cr_expect_str_eq(yaml_tree_what(yaml_tree_find(t, "d")), "a text");
    cr_expect_str_eq(yaml_tree_what(t), "a map");
    yaml_tree_free(t);
}

Test(yaml_tree, a_key_that_is_there_twice_names_the_first)
{
    cr_expect_str_eq(refusal("a: 1\nb: 2\na: 3\n"), "3:1: \"a\" is there twice, first in line 1");
    cr_expect_str_eq(refusal("x:\n  a: 1\n  a: 1\n"), "3:3: \"a\" is there twice, first in line 2");
}

Test(yaml_tree, puzzles_are_refused)
{
    cr_expect_str_eq(refusal("a: &x 1\n"),
        "1:4: anchors and aliases are not supported here: write the value out");
    cr_expect_str_eq(
        refusal("a: *x\n"), "1:4: anchors and aliases are not supported here: write the value out");
    cr_expect_str_eq(refusal("a: &x [1]\n"),
        "1:4: anchors and aliases are not supported here: write the value out");
    cr_expect_str_eq(refusal("a: !!str 1\n"), "1:4: tags are not supported here");
    cr_expect_str_eq(refusal("a: !x {b: 1}\n"), "1:4: tags are not supported here");
    cr_expect_str_eq(
        refusal("a: 1\n---\nb: 2\n"), "2:1: a second document begins here; only one is read");
    cr_expect_str_eq(refusal("? [a, b]\n: 1\n"), "1:3: a key must be a text");
    cr_expect_str_eq(refusal("? {a: b}\n: 1\n"), "1:3: a key must be a text");
    cr_expect_str_eq(refusal("a: \"x\\0y\"\n"), "1:4: a text must not contain a NUL");
}

Test(yaml_tree, slips_are_told_where_they_are)
{
    cr_expect_str_eq(refusal("a: [1, 2\nb: 3\n"),
        "2:2: not YAML: did not find expected ',' or ']' while parsing a flow sequence that began "
        "in line 1");
    cr_expect_str_eq(refusal("a:\n\tb: 1\n"), "2:1: indented by a tab: YAML takes spaces only");
    cr_expect_str_eq(
        refusal("a: b: c\n"), "1:5: not YAML: mapping values are not allowed in this context");
    cr_expect_str_eq(
        refusal("a: 1\nb: \"\xFF\"\n"), "2:5: not UTF-8 text: invalid leading UTF-8 octet");
}

Test(yaml_tree, depth_has_a_ceiling)
{
    char text[200] = "";

    for (unsigned i = 0; i < YAML_TREE_MAX_DEPTH; i++)
        strcat(text, "[");
    for (unsigned i = 0; i < YAML_TREE_MAX_DEPTH; i++)
        strcat(text, "]");
    yaml_tree_free(tree(text));
    memmove(text + 1, text, strlen(text) + 1);
    strcat(text, "]");
    cr_expect_str_eq(refusal(text), "1:17: nested deeper than 16");
}

Test(yaml_tree, size_has_a_ceiling)
{
    size_t n = YAML_TREE_MAX_BYTES + 1;
    char *text = malloc(n);

    memset(text, '#', n);
    cr_expect_str_eq(refusal_n(text, n), "0:0: larger than 1048576 bytes");
    free(text);
}

static char *repeat(const char *what, size_t times)
{
    size_t n = strlen(what);
    char *text = malloc(n * times + 3), *out = text;

    *out++ = '[';
    for (size_t i = 0; i < times; i++, out += n)
        memcpy(out, what, n);
    strcpy(out, "]");
    return text;
}

Test(yaml_tree, entries_in_one_place_have_a_ceiling)
{
    char *most = repeat("1,", YAML_TREE_MAX_CHILDREN),
         *more = repeat("1,", YAML_TREE_MAX_CHILDREN + 1);

    yaml_tree_free(tree(most));
    cr_expect(strstr(refusal(more), "more than 2000 entries in one place"), "%s", refusal(more));
    free(most);
    free(more);
}

Test(yaml_tree, entries_in_all_have_a_ceiling)
{
    char *inner = repeat("1,", 200), comma[512], *all;

    snprintf(comma, sizeof comma, "%s,", inner);
    all = repeat(comma, YAML_TREE_MAX_NODES / 200 + 1);
    cr_expect(strstr(refusal(all), "more than 100000 entries in all"), "%s", refusal(all));
    free(inner);
    free(all);
}
