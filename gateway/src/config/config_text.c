/* config_text.c - a node of the file as the text of one value. */
#include <errno.h>
#include <string.h>

#include "config/config_fill.h"

static char *problem(
    const struct yaml_tree *t, const char *key, struct config_problems *problems, const char *what)
{
    config_problem_add(problems, false, t->at.line, t->at.column, key, "%s", what);
    return NULL;
}

static int append(struct buf *list, const struct yaml_tree *element)
{
    if (list->len > 0 && buf_append(list, ",", 1) < 0)
        return -ENOBUFS;
    return buf_append(list, element->text, strlen(element->text));
}

static char *join(const struct yaml_tree *t, const char *key, struct config_problems *problems)
{
    _cleanup_(buf_fini) struct buf list = BUF_INIT(PARAM_MAX_TEXT + 1);
    const char *text;

    for (size_t i = 0; i < t->n_children; i++) {
        const struct yaml_tree *element = &t->children[i];

        if (element->kind != YAML_TREE_TEXT || yaml_tree_is_nothing(element))
            return problem(element, key, problems, "expected a text in this list");
        if (!*element->text || strchr(element->text, ','))
            return problem(element, key, problems,
                "an element of a list must not be empty or have a comma in it");
        if (append(&list, element) < 0)
            return problem(t, key, problems, "the list is too long");
    }
    text = buf_text(&list);
    return text ? strdup(text) : problem(t, key, problems, "the list is too long");
}

char *config_text_of(const struct yaml_tree *t, const char *key, struct config_problems *problems)
{
    char *text;

    if (t->kind == YAML_TREE_LIST)
        return join(t, key, problems);
    if (t->kind == YAML_TREE_MAP)
        return problem(t, key, problems, "expected a value, got a map of further keys");
    if (yaml_tree_is_nothing(t))
        return problem(t, key, problems, "expected a value, got nothing (\"\" is an empty text)");
    text = strdup(t->text);
    return text ? text : problem(t, key, problems, "out of memory");
}
