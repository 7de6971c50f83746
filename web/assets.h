/* assets.h - the files of the page, built into the program. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct web_asset {
    const char *path; /* as asked for: "/app.js"; "/" is index.html */
    const char *type; /* Content-Type */
    /* Quoted; changes with the bytes. The same for both encodings: send it weak, or with Vary. */
    const char *etag;
    const uint8_t *bytes;
    size_t n_bytes;
    const uint8_t *gz; /* the same as gzip; NULL where that is not smaller */
    size_t n_gz;
};

/* All of them, in the order of web/meson.build. */
extern const struct web_asset web_assets[];
extern const size_t n_web_assets;

/* The file for a request path (no query, no escapes); NULL: there is none. */
const struct web_asset *web_asset_find(const char *path);
