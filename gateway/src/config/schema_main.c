/* schema_main.c - writes config/warren.schema.json; run by `ninja schema`. */
#include <stdio.h>

#include "config/config.h"

int main(int argc, char **argv)
{
    _cleanup_(buf_fini) struct buf schema = BUF_INIT(1u << 20);
    FILE *f;

    if (argc != 2) {
        fprintf(stderr, "usage: %s FILE\n", argv[0]);
        return 2;
    }
    if (config_schema(&schema) < 0) {
        fprintf(stderr, "out of memory\n");
        return 1;
    }
    f = fopen(argv[1], "w");
    if (!f || fwrite(buf_data(&schema), schema.len, 1, f) != 1 || fclose(f) != 0) {
        perror(argv[1]);
        return 1;
    }
    return 0;
}
