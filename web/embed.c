/* embed.c - build tool: writes the files of the page as one C source with the table of assets.h.
 *
 * usage: embed OUTPUT.c FILE…
 *
 * Each file is there twice: as it is, and as gzip (level 9, no name, no time: the same input
 * gives the same output). It runs on the machine that builds, so it shares no code with the
 * gateway. */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* A page of small files: what is larger was put into the list by mistake. */
#define MAX_FILE_BYTES (1u << 20)
#define GZIP_WINDOW (15 + 16)

struct blob {
    uint8_t *bytes;
    size_t n;
};

static const struct {
    const char *suffix, *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".webmanifest", "application/manifest+json"},
};

static void die(const char *what, const char *name)
{
    fprintf(stderr, "embed: %s: %s\n", name, what);
    exit(1);
}

static const char *type_of(const char *name)
{
    const char *suffix = strrchr(name, '.');
    for (size_t i = 0; suffix && i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(suffix, types[i].suffix) == 0)
            return types[i].type;
    die("no content type is known for this suffix", name);
    return NULL;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static struct blob blob_new(size_t n, const char *name)
{
    struct blob b = {malloc(n ? n : 1), n};
    if (!b.bytes)
        die("out of memory", name);
    return b;
}

static struct blob read_file(const char *name)
{
    FILE *f = fopen(name, "rb");
    if (!f)
        die(strerror(errno), name);
    struct blob b = blob_new(MAX_FILE_BYTES, name);
    b.n = fread(b.bytes, 1, MAX_FILE_BYTES, f);
    if (ferror(f) || !feof(f))
        die("cannot be read, or is larger than 1 MiB", name);
    fclose(f);
    return b;
}

/* n is 0 in the result when gzip does not make it smaller. */
static struct blob gzip(struct blob in, const char *name)
{
    z_stream z = {0};
    if (deflateInit2(&z, 9, Z_DEFLATED, GZIP_WINDOW, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        die("zlib does not start", name);
    struct blob out = blob_new(deflateBound(&z, in.n), name);
    z.next_in = in.bytes;
    z.avail_in = (uInt)in.n;
    z.next_out = out.bytes;
    z.avail_out = (uInt)out.n;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END)
        die("zlib failed", name);
    out.n = z.total_out < in.n ? z.total_out : 0;
    deflateEnd(&z);
    return out;
}

/* FNV-1a, 64 bit: told apart are versions of one file, not attackers. */
static uint64_t hash(struct blob b)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < b.n; i++)
        h = (h ^ b.bytes[i]) * 0x100000001b3u;
    return h;
}

static void write_array(FILE *out, const char *kind, size_t index, struct blob b)
{
    fprintf(out, "static const uint8_t %s_%zu[] = {", kind, index);
    for (size_t i = 0; i < b.n; i++)
        fprintf(out, "%s%u,", i % 32 ? "" : "\n", b.bytes[i]);
    fputs("\n};\n", out);
}

static void write_row(FILE *out, size_t i, const char *name, struct blob plain, struct blob gz)
{
    fprintf(out, "    {\"/%s\", \"%s\", \"\\\"%016" PRIx64 "\\\"\", bytes_%zu, %zu, ",
        base_name(name), type_of(name), hash(plain), i, plain.n);
    if (gz.n)
        fprintf(out, "gz_%zu, %zu},\n", i, gz.n);
    else
        fputs("NULL, 0},\n", out);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        die("usage: embed OUTPUT.c FILE…", "arguments");
    size_t n = (size_t)argc - 2;
    char **names = argv + 2;
    struct blob *plain = calloc(n, sizeof(*plain)), *gz = calloc(n, sizeof(*gz));
    FILE *out = fopen(argv[1], "w");
    if (!plain || !gz || !out)
        die(strerror(errno), argv[1]);
    fputs("/* Written by web/embed.c. */\n#include \"web/assets.h\"\n\n", out);
    for (size_t i = 0; i < n; i++) {
        plain[i] = read_file(names[i]);
        gz[i] = gzip(plain[i], names[i]);
        write_array(out, "bytes", i, plain[i]);
        if (gz[i].n)
            write_array(out, "gz", i, gz[i]);
    }
    fputs("\nconst struct web_asset web_assets[] = {\n", out);
    for (size_t i = 0; i < n; i++)
        write_row(out, i, names[i], plain[i], gz[i]);
    fputs("};\nconst size_t n_web_assets = sizeof(web_assets) / sizeof(web_assets[0]);\n", out);
    for (size_t i = 0; i < n; i++) {
        free(plain[i].bytes);
        free(gz[i].bytes);
    }
    free(plain);
    free(gz);
    if (fclose(out) != 0)
        die(strerror(errno), argv[1]);
    return 0;
}
