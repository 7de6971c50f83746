/* test_assets.c - the page as it is built into the program. */
#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "web/assets.h"

/* What a browser fetches before it shows anything, as it goes over the wire. */
#define FIRST_LOAD_MAX_BYTES 52000
/* All there is: a gateway is on a small machine, and people are in fields. */
#define ALL_MAX_BYTES 120000
#define MAX_FILES 256

static void ungzip(const struct web_asset *a, uint8_t *out)
{
    z_stream z = {.next_in = (Bytef *)a->gz,
        .avail_in = (uInt)a->n_gz,
        .next_out = out,
        .avail_out = (uInt)a->n_bytes};
    cr_assert_eq(inflateInit2(&z, 15 + 16), Z_OK);
    cr_assert_eq(inflate(&z, Z_FINISH), Z_STREAM_END, "%s: gzip is damaged", a->path);
    cr_assert_eq(z.total_out, a->n_bytes, "%s: gzip has another length", a->path);
    inflateEnd(&z);
}

Test(web_assets, slash_is_the_index_page)
{
    const struct web_asset *a = web_asset_find("/");
    cr_assert_not_null(a);
    cr_assert_eq(a, web_asset_find("/index.html"));
    cr_assert_str_eq(a->type, "text/html; charset=utf-8");
    cr_assert_eq(memcmp(a->bytes, "<!doctype html>", 15), 0);
}

Test(web_assets, unknown_paths_are_not_found)
{
    cr_assert_null(web_asset_find(""));
    cr_assert_null(web_asset_find("/nothing.js"));
    cr_assert_null(web_asset_find("index.html"));
    cr_assert_null(web_asset_find("/../web/app.js"));
    cr_assert_null(web_asset_find("/app.js/"));
}

Test(web_assets, every_file_has_its_type_and_a_quoted_tag_of_its_own)
{
    cr_assert_gt(n_web_assets, 10);
    for (size_t i = 0; i < n_web_assets; i++) {
        const struct web_asset *a = &web_assets[i];
        cr_assert_eq(web_asset_find(a->path), a, "%s is there twice", a->path);
        cr_assert_gt(a->n_bytes, 0, "%s is empty", a->path);
        cr_assert_eq(strlen(a->etag), 18);
        cr_assert(a->etag[0] == '"' && a->etag[17] == '"');
        for (size_t k = 0; k < i; k++)
            cr_assert_str_neq(a->etag, web_assets[k].etag);
    }
    cr_assert_str_eq(web_asset_find("/app.js")->type, "text/javascript; charset=utf-8");
    cr_assert_str_eq(web_asset_find("/style.css")->type, "text/css; charset=utf-8");
    cr_assert_str_eq(web_asset_find("/icon.svg")->type, "image/svg+xml");
}

Test(web_assets, gzip_gives_the_same_bytes_and_is_smaller)
{
    for (size_t i = 0; i < n_web_assets; i++) {
        const struct web_asset *a = &web_assets[i];
        if (!a->gz)
            continue;
        uint8_t *plain = malloc(a->n_bytes);
        ungzip(a, plain);
        cr_assert_eq(memcmp(plain, a->bytes, a->n_bytes), 0, "%s", a->path);
        cr_assert_lt(a->n_gz, a->n_bytes, "%s", a->path);
        free(plain);
    }
}

static size_t on_the_wire(const struct web_asset *a)
{
    return a->gz ? a->n_gz : a->n_bytes;
}

/* Marks the file that is named up to `quote`, and all that it needs. */
static void reach(const char *name, char quote, bool *reached);

/* Whatever stands in quotes behind `before`. */
static void reach_after(const char *text, const char *before, char quote, bool *reached)
{
    for (const char *at = text; (at = strstr(at, before));) {
        at += strlen(before);
        reach(at, quote, reached);
    }
}

static void reach(const char *name, char quote, bool *reached)
{
    const char *end = strchr(name, quote);
    char path[64];

    if (!end || end == name || end - name >= (int)sizeof(path) - 1)
        return;
    snprintf(path, sizeof(path), "/%.*s", (int)(end - name), name);
    const struct web_asset *a = web_asset_find(path);
    if (!a || reached[a - web_assets])
        return;
    reached[a - web_assets] = true;

    char *text = strndup((const char *)a->bytes, a->n_bytes);
    reach_after(text, " href=\"", '"', reached);
    reach_after(text, " src=\"", '"', reached);
    reach_after(text, " from './", '\'', reached);
    free(text);
}

static bool is_reached(const bool *reached, const char *path)
{
    return reached[web_asset_find(path) - web_assets];
}

Test(web_assets, first_load_stays_small_and_the_rest_does_not_grow_without_being_noticed)
{
    bool reached[MAX_FILES] = {0};
    size_t first = 0, all = 0;

    cr_assert_leq(n_web_assets, MAX_FILES);
    reach("index.html\"", '"', reached);
    cr_assert(is_reached(reached, "/app.js") && is_reached(reached, "/dom.js"));
    cr_assert(is_reached(reached, "/style.css"));
    cr_assert(!is_reached(reached, "/panel.js") && !is_reached(reached, "/viewer.js"));
    for (size_t i = 0; i < n_web_assets; i++) {
        first += reached[i] ? on_the_wire(&web_assets[i]) : 0;
        all += on_the_wire(&web_assets[i]);
    }
    cr_assert_leq(first, FIRST_LOAD_MAX_BYTES, "%zu bytes", first);
    cr_assert_leq(all, ALL_MAX_BYTES, "%zu bytes", all);
    cr_log_info("first load: %zu bytes; all: %zu bytes", first, all);
}
