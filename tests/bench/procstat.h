/* procstat.h - what a process has used so far. */
#pragma once

#include <sys/types.h>

struct procstat {
    double cpu_s; /* all threads, from the scheduler (ns); a thread that has ended is missing */
    double rss_mb;
};

void procstat_read(pid_t pid, struct procstat *ret);
