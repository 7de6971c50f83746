#include "config/config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define READ_BYTES 16384

static int read_all(int fd, struct buf *ret, struct error *e)
{
    for (;;) {
        ssize_t n;
        size_t room = MIN(ret->max - ret->len + 1, (size_t)READ_BYTES);
        char piece[READ_BYTES];

        n = read(fd, piece, room);
        if (n == 0)
            return 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_set(e, -errno, "cannot be read: %s", error_name(-errno));
        if ((size_t)n > ret->max - ret->len)
            return error_set(e, -E2BIG, "is larger than %zu bytes", ret->max);
        if (buf_append(ret, piece, (size_t)n) < 0)
            return error_set(e, -ENOMEM, "out of memory");
    }
}

int config_file_read(const char *path, struct buf *ret, struct error *e)
{
    _cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0)
        return error_set(e, -errno, "cannot be read: %s", error_name(-errno));
    if (!S_ISREG(st.st_mode))
        return error_set(e, -EINVAL, "is not a regular file");
    return read_all(fd, ret, e);
}

int config_file_secret(const char *path, char **ret, struct error *e)
{
    _cleanup_(buf_fini) struct buf b = BUF_INIT(CONFIG_MAX_SECRET_BYTES);
    char *line;
    int r = config_file_read(path, &b, e);

    if (r < 0)
        return r;
    if (b.len == 0 || memchr(buf_data(&b), '\0', b.len))
        return error_set(e, -EINVAL, b.len == 0 ? "is empty" : "has a NUL in it");
    line = strndup((const char *)buf_data(&b), b.len);
    if (!line)
        return error_set(e, -ENOMEM, "out of memory");
    line[strcspn(line, "\r\n")] = '\0';
    if (!*line) {
        free(line);
        return error_set(e, -EINVAL, "has an empty first line");
    }
    *ret = line;
    return 0;
}
