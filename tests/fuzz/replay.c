/* replay.c - runs every file of a corpus folder through a fuzz target, so that the plain suite
 * keeps what the fuzzers found. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input has exactly its size on the heap, so that a sanitizer or valgrind sees every byte read
 * too far. */
static void replay_file(const char *path)
{
    struct stat st;
    FILE *f = fopen(path, "rb");
    uint8_t *data;

    if (!f || fstat(fileno(f), &st) < 0) {
        perror(path);
        exit(1);
    }
    data = malloc((size_t)st.st_size);
    if (st.st_size > 0 && (!data || fread(data, (size_t)st.st_size, 1, f) != 1)) {
        perror(path);
        exit(1);
    }
    printf("%s: %lld bytes\n", path, (long long)st.st_size);
    fflush(stdout);
    LLVMFuzzerTestOneInput(data, (size_t)st.st_size);
    free(data);
    fclose(f);
}

int main(int argc, char **argv)
{
    struct dirent **files;
    int n, n_run = 0;

    if (argc != 2) {
        fprintf(stderr, "usage: %s <corpus folder>\n", argv[0]);
        return 2;
    }
    n = scandir(argv[1], &files, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        char path[4096];

        snprintf(path, sizeof path, "%s/%s", argv[1], files[i]->d_name);
        if (files[i]->d_name[0] != '.') {
            replay_file(path);
            n_run++;
        }
        free(files[i]);
    }
    if (n >= 0)
        free(files);
    if (n_run == 0)
        fprintf(stderr, "%s: nothing in it\n", argv[1]);
    return n_run == 0;
}
