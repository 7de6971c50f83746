/* faults.h - a disk on which the nth thing that is done fails: of the files, and of SQLite. */
#pragma once

#include <stdbool.h>

#include "store/files.h"

struct faults {
    struct files_ops ops;
    /* Which of them, from the next one on: 1 the next; 0 none. Sticky: all after it, too. */
    unsigned at;
    bool sticky;
    int error;  /* -ENOSPC, -EIO */
    unsigned n; /* done since faults_arm() */
    bool reached;
};

/* One per process: SQLite's part is registered in its table of file systems. */
struct faults *faults_begin(void);
void faults_arm(unsigned at, bool sticky, int error);
void faults_disarm(void);
bool faults_reached(void);
