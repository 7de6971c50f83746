/* memory_use.c - see memory_use.h. These files are made by the kernel as they are read: nothing
 * waits for a disk. */
#include "memory_use.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

static int read_text(const char *path, char *out, size_t cap)
{
    _cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0)
        return -errno;
    n = read(fd, out, cap - 1);
    if (n < 0)
        return -errno;
    out[n] = '\0';
    return 0;
}

/* "Name:   1234 kB" as bytes; 0: there is no such line. */
static uint64_t line_bytes(const char *text, const char *name)
{
    const char *p = strstr(text, name);

    return p ? strtoull(p + strlen(name), NULL, 10) * 1024 : 0;
}

int memory_read(struct pi_memory *ret)
{
    char text[4096];
    int r = read_text("/proc/self/statm", text, sizeof text);

    if (r < 0)
        return r;
    char *resident = strchr(text, ' ');
    uint64_t pages = resident ? strtoull(resident, NULL, 10) : 0;
    r = read_text("/proc/meminfo", text, sizeof text);
    if (r < 0)
        return r;
    uint64_t total = line_bytes(text, "SwapTotal:"), left = line_bytes(text, "SwapFree:");
    ret->rss_bytes = pages * (uint64_t)sysconf(_SC_PAGESIZE);
    ret->swap_percent =
        total > 0 && left <= total ? 100.0 * (double)(total - left) / (double)total : 0;
    return 0;
}

int memory_peak(uint64_t *ret_bytes)
{
    char text[4096];
    int r = read_text("/proc/self/status", text, sizeof text);

    if (r < 0)
        return r;
    *ret_bytes = line_bytes(text, "VmHWM:");
    return *ret_bytes > 0 ? 0 : -ENODATA;
}
