/* consistent.h - whether rows and files agree. */
#pragma once

#include "support.h"

/* Each row has its file, whose bytes have the row's digest, and its sound; each file has its row; nothing is
 * half-written; the totals are right. */
void expect_consistent(struct fixture *f, const char *when);
