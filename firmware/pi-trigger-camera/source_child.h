/* source_child.h - a program that writes JPEGs to its standard output, one after the other:
 * rpicam-vid, ffmpeg. */
#pragma once

#include "source.h"

struct process;

/* More words than any of these programs is started with. */
#define CHILD_MAX_ARGS 48

/* Words of a command line, built one by one. */
struct child_args {
    const char *argv[CHILD_MAX_ARGS + 1]; /* ends with NULL */
    unsigned n;
    char text[2048]; /* of those that are made here */
    size_t n_text;
};

void child_arg(struct child_args *a, const char *word);
/* Made into the args' own room. */
void child_argf(struct child_args *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

struct source_child {
    struct source source; /* first */
    struct process *process;
    bool ending;  /* it was told to end: what it still writes is of no use */
    bool pending; /* another start waits for that: one camera serves one program at a time */
    struct jpeg_split *split;
    char *argument;
    /* The command line for what is wanted. */
    void (*build)(const char *argument, const struct pi_source_want *want, struct child_args *ret);
    struct pi_source_want want;
    char program[64];
};

int source_child_new(const char *argument,
    void (*build)(const char *argument, const struct pi_source_want *want, struct child_args *ret),
    struct source **ret, struct error *e);
