/* child_log.h - what a child writes to its standard error, as lines of our log (of process.c). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;

/* A longer line comes in pieces. */
#define CHILD_LOG_LINE_BYTES 512
/* More in one period are counted and not shown: a child may not fill our log. */
#define CHILD_LOG_LINES_PER_PERIOD 40
#define CHILD_LOG_PERIOD_US INT64_C(10000000)

struct child_log {
    struct loop *loop;
    const char *program;
    char line[CHILD_LOG_LINE_BYTES + 1];
    size_t n;
    int64_t period_us; /* when it began */
    unsigned n_lines, n_left_out;
};

void child_log_init(struct child_log *g, struct loop *l, const char *program);
void child_log_bytes(struct child_log *g, const char *bytes, size_t n);
/* A last line without an end, and what was left out. */
void child_log_end(struct child_log *g);
