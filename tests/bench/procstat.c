#include "procstat.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

static double task_cpu_s(const char *path)
{
    unsigned long long ns = 0;
    FILE *f = fopen(path, "re");

    if (f) {
        if (fscanf(f, "%llu", &ns) != 1)
            ns = 0;
        fclose(f);
    }
    return (double)ns / 1e9;
}

static double tasks_cpu_s(pid_t pid)
{
    char path[300];
    double sum = 0;
    struct dirent *e;
    DIR *d;

    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    d = opendir(path);
    while (d && (e = readdir(d))) {
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", (int)pid, e->d_name);
        sum += task_cpu_s(path);
    }
    if (d)
        closedir(d);
    return sum;
}

static double rss_mb(pid_t pid)
{
    char line[256];
    long kb = 0;
    FILE *f;

    snprintf(line, sizeof line, "/proc/%d/status", (int)pid);
    f = fopen(line, "re");
    while (f && kb == 0 && fgets(line, sizeof line, f))
        if (sscanf(line, "VmRSS: %ld", &kb) != 1)
            kb = 0;
    if (f)
        fclose(f);
    return (double)kb / 1024;
}

void procstat_read(pid_t pid, struct procstat *ret)
{
    ret->cpu_s = tasks_cpu_s(pid);
    ret->rss_mb = rss_mb(pid);
}
