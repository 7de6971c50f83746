/* problems.h - what config_parse() says, as the lines that people read. */
#pragma once

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/config.h"

/* The printed problems of a text that must be refused; the config of one that must be taken. Valid
 * until the next call. */
static inline const char *printed(const struct config_problems *p)
{
    static char text[16384];
    struct buf out = BUF_INIT(sizeof text - 1);

    cr_assert_eq(config_problems_print(p, &out), 0);
    snprintf(text, sizeof text, "%.*s", (int)out.len, (const char *)buf_data(&out));
    buf_fini(&out);
    return text;
}

static inline const char *refused(const char *yaml)
{
    struct config *c = NULL;
    struct config_problems p;
    const char *text;

    cr_expect_lt(config_parse("warren.yaml", yaml, strlen(yaml), NULL, &c, &p), 0);
    cr_expect_null(c, "the output is untouched on failure");
    cr_expect_gt(p.n_errors, 0);
    text = printed(&p);
    config_problems_fini(&p);
    return text;
}

static inline struct config *taken_with(const char *yaml, const char *const *env)
{
    struct config *c = NULL;
    struct config_problems p;

    cr_assert_eq(
        config_parse("warren.yaml", yaml, strlen(yaml), env, &c, &p), 0, "%s", printed(&p));
    cr_expect_eq(p.n, 0, "%s", printed(&p));
    config_problems_fini(&p);
    return c;
}

static inline struct config *taken(const char *yaml)
{
    return taken_with(yaml, NULL);
}
