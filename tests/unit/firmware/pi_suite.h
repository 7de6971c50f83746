/* pi_suite.h - suites about the camera's core: each test has one of its own, started. */
#pragma once

#include "fake_pi_port.h"

extern struct fake_pi *w;

/* TestSuite(…, .init = fake_pi_begin, .fini = fake_pi_end) */
void fake_pi_begin(void);
void fake_pi_end(void);
/* Another one, which is not set up yet: fake_pi_init(). */
void fake_pi_anew(void);

/* The reply is over and is this. */
void expect_reply(const struct fake_peer *p, const char *text);
/* The camera answers so at once. */
void expect_answer(const char *command, const char *reply);
