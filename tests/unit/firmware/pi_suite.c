#include "pi_suite.h"

#include <criterion/criterion.h>
#include <string.h>

struct fake_pi *w;

void fake_pi_begin(void)
{
    w = fake_pi_started();
}

void fake_pi_end(void)
{
    fake_pi_free(w);
    w = NULL;
}

void fake_pi_anew(void)
{
    fake_pi_end();
    w = fake_pi_new();
}

void expect_reply(const struct fake_peer *p, const char *text)
{
    cr_expect(p->finished);
    cr_expect_eq(p->n, strlen(text), "%zu bytes: %s", p->n, p->got);
    cr_expect_str_eq(p->got, text);
}

void expect_answer(const char *command, const char *reply)
{
    expect_reply(fake_pi_send(w, command), reply);
}
