#include "loop/child_log.h"

#include <string.h>

#include "base/log.h"
#include "loop/loop.h"

void child_log_init(struct child_log *g, struct loop *l, const char *program)
{
    *g = (struct child_log){.loop = l, .program = program, .period_us = loop_now_us(l)};
}

static void tell_left_out(struct child_log *g)
{
    if (g->n_left_out > 0)
        log_info("a child says too much", F_STR("program", g->program),
            F_INT("lines_left_out", g->n_left_out));
    g->n_left_out = 0;
}

static void tell_line(struct child_log *g)
{
    int64_t now_us = loop_now_us(g->loop);

    if (g->n == 0)
        return;
    g->line[g->n] = '\0';
    g->n = 0;
    if (now_us - g->period_us >= CHILD_LOG_PERIOD_US) {
        g->period_us = now_us;
        g->n_lines = 0;
        tell_left_out(g);
    }
    if (g->n_lines++ < CHILD_LOG_LINES_PER_PERIOD)
        log_info("a child says", F_STR("program", g->program), F_STR("line", g->line));
    else
        g->n_left_out++;
}

/* A carriage return ends a line as well: progress displays have nothing else. */
void child_log_bytes(struct child_log *g, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] == '\n' || bytes[i] == '\r' || bytes[i] == '\0') {
            tell_line(g);
            continue;
        }
        g->line[g->n++] = bytes[i];
        if (g->n == CHILD_LOG_LINE_BYTES)
            tell_line(g);
    }
}

void child_log_end(struct child_log *g)
{
    tell_line(g);
    tell_left_out(g);
}
