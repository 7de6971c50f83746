/* test_assets.c - the page as it is built into the program. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "web/assets.h"

/* Everything the first load fetches, as it goes over the wire. */
#define FIRST_LOAD_MAX_BYTES 64000

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

Test(web_assets, first_load_stays_small)
{
    size_t n = 0;
    for (size_t i = 0; i < n_web_assets; i++)
        n += web_assets[i].gz ? web_assets[i].n_gz : web_assets[i].n_bytes;
    cr_assert_leq(n, FIRST_LOAD_MAX_BYTES, "%zu bytes", n);
    cr_log_info("first load: %zu bytes", n);
}
