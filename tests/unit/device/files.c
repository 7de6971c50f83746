#include "files.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

uint8_t *read_whole(const char *path, size_t *ret_n)
{
    FILE *f = fopen(path, "re");
    struct stat st;
    uint8_t *bytes;

    cr_assert_not_null(f, "%s", path);
    cr_assert_eq(fstat(fileno(f), &st), 0);
    bytes = malloc((size_t)st.st_size);
    cr_assert_eq(fread(bytes, 1, (size_t)st.st_size, f), (size_t)st.st_size);
    fclose(f);
    *ret_n = (size_t)st.st_size;
    return bytes;
}

void write_whole(const char *path, const void *bytes, size_t n)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    cr_assert_geq(fd, 0, "%s", path);
    cr_assert_eq(write(fd, bytes, n), (ssize_t)n);
    close(fd);
}

void make_folder(char out[64])
{
    snprintf(out, 64, "/tmp/warren-test-XXXXXX");
    cr_assert_not_null(mkdtemp(out));
    cr_assert_eq(chmod(out, 0755), 0);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    return remove(path);
}

void remove_folder(const char *path)
{
    nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
