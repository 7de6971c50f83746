/* Input: a path, a line feed, a query. A path that is taken must be harmless whatever is done with
 * it. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "http/target.h"

static void must(bool ok)
{
    if (!ok)
        abort();
}

/* Between slashes there is a name, and nothing but a name. */
static void check_segments(const char *path)
{
    for (const char *s = path; s; s = strchr(s + 1, '/')) {
        size_t n = strcspn(s + 1, "/");

        must(n > 0 || s[1] == '\0');
        must(!(n == 1 && s[1] == '.') && !(n == 2 && s[1] == '.' && s[2] == '.'));
    }
}

static void fuzz_path(const char *bytes, size_t n)
{
    char *path = malloc(n + 1);
    const char *why = NULL;
    int r;

    memcpy(path, bytes, n);
    r = target_path_decode(path, n, &why);
    must((r < 0) == (why != NULL));
    if (r >= 0) {
        must((size_t)r <= n && strlen(path) == (size_t)r && path[0] == '/');
        must(text_is_utf8(path, (size_t)r));
        for (int i = 0; i < r; i++)
            must((unsigned char)path[i] >= 0x20 && path[i] != 0x7f);
        check_segments(path);
    }
    free(path);
}

static void fuzz_query(const char *query)
{
    static const char *const names[] = {"limit", "a", ""};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t cap = 1 + strlen(query) % 16;
        char *out = malloc(cap);
        int r = target_query_get(query, names[i], out, cap);

        if (r >= 0)
            must((size_t)r < cap && strlen(out) == (size_t)r && text_is_utf8(out, (size_t)r));
        free(out);
    }
}

/* Comes to the end, and each name that it tells can be asked for. */
static void fuzz_names(const char *query)
{
    const char *at = query;
    char name[16], value[4096];
    size_t n = 0;
    int r;

    while ((r = target_query_next(&at, name, sizeof name)) != -ENOENT) {
        must(++n <= strlen(query) && at <= query + strlen(query));
        if (r >= 0)
            must(strlen(name) == (size_t)r && text_is_utf8(name, (size_t)r) &&
                target_query_get(query, name, value, sizeof value) != -ENOENT);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data, *lf = size ? memchr(bytes, '\n', size) : NULL;
    size_t n = lf ? (size_t)(lf - bytes) : size;

    fuzz_path(bytes, n);
    if (lf) {
        char *query = strndup(lf + 1, size - n - 1);

        fuzz_query(query);
        fuzz_names(query);
        free(query);
    }
    return 0;
}
