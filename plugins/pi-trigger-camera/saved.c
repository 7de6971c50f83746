/* saved.c - what save and pastStack made: our service gives it out at /captures/<name>, and it
 * becomes a capture. Of the original only the path on the camera is told.
 */
#include "camera.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* While the gateway has no frame to spare. */
#define TRIES_MAX 10
#define TRY_AGAIN_US (300 * US_PER_MS)
/* Longest answer: a path, each byte of which may be escaped, and a few numbers. */
#define ANSWER_MAX (6 * PATH_MAX_BYTES + 1024)

static const char *name_of(const struct saved *s)
{
    const char *slash = strrchr(s->path, '/');

    return slash ? slash + 1 : s->path;
}

static void finish(struct wr_dev *dev, struct saved *s, uint64_t id, const char *note)
{
    char text[ANSWER_MAX], path[PATH_MAX_BYTES];
    struct wr_json j = wr_json_into(text, sizeof text);

    wr_text_clean(s->path, strlen(s->path), path, sizeof path);
    wr_json_object(&j);
    wr_json_key(&j, "path");
    wr_json_string(&j, path);
    json_time(&j, "captured_at", s->time_us);
    if (s->stacked) {
        json_time(&j, "first_at", s->first_us);
        wr_json_key(&j, "frames");
        wr_json_uint(&j, s->n_frames);
    }
    wr_json_key(&j, "age_s");
    wr_json_float(&j, (double)(s->age_us / 10000) / 100);
    wr_json_key(&j, "capture");
    if (id > 0)
        wr_json_uint(&j, id);
    else
        wr_json_null(&j);
    if (note) {
        wr_json_key(&j, "note");
        wr_json_string(&j, note);
    }
    wr_json_end(&j);
    dev->host->done(dev, s->call, 0, wr_json_text(&j));
    s->call = 0;
}

static void stored(struct wr_dev *dev, void *ctx, int result, uint64_t id)
{
    struct saved *s = ctx;
    char note[WHY_MAX];

    if (result == 0 || result == -EEXIST) {
        finish(dev, s, id, NULL);
        return;
    }
    snprintf(note, sizeof note, "it is on the camera only; the gateway could not keep it: %s",
        strerror(-result));
    finish(dev, s, 0, note);
}

/* NULL: the name is none that the database is to hold. */
static const char *key_of(const struct saved *s)
{
    const char *name = name_of(s);
    char clean[WR_NAME_MAX + 1];

    return wr_text_clean(name, strlen(name), clean, sizeof clean) ? name : NULL;
}

static void keep(struct wr_dev *dev, struct saved *s, struct wr_frame *frame)
{
    struct wr_capture meta = {
        .size = sizeof meta,
        .captured_us = s->time_us,
        .source = s->stacked ? "stack" : "save",
        .key = key_of(s),
        .latitude = NAN,
        .longitude = NAN,
    };
    int r = dev->host->capture(dev, frame, &meta, stored, s);

    if (r < 0)
        stored(dev, s, r, 0);
}

static void fetch(struct wr_dev *dev, void *ctx);

static void fetched(
    struct wr_dev *dev, wr_handle h, void *ctx, const struct wr_http_response *response)
{
    struct saved *s = ctx;
    char note[WHY_MAX];

    if (response->frame) {
        if (response->status == 200) {
            keep(dev, s, response->frame);
            return;
        }
        dev->host->frame_drop(dev, response->frame);
    } else if (response->status == 200 && response->body_len > 0 && ++s->n_tries < TRIES_MAX &&
        dev->host->after(dev, TRY_AGAIN_US, fetch, s)) {
        return;
    }
    if (response->result < 0)
        snprintf(note, sizeof note, "it could not be fetched: %.200s", response->error);
    else if (response->status != 200)
        snprintf(note, sizeof note, "it could not be fetched: HTTP status %d", response->status);
    else
        snprintf(note, sizeof note, "it could not be fetched: the gateway has too much to do");
    finish(dev, s, 0, note);
}

/* The name as a part of a URL. */
static void escape(const char *name, char *out, size_t cap)
{
    size_t n = 0;

    for (; *name && n + 4 < cap; name++) {
        unsigned char c = (unsigned char)*name;

        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
            strchr("-._~", c))
            out[n++] = (char)c;
        else
            n += (size_t)snprintf(out + n, cap - n, "%%%02X", c);
    }
    out[n] = '\0';
}

static void fetch(struct wr_dev *dev, void *ctx)
{
    struct saved *s = ctx;
    char path[URL_MAX - 300] = "/captures/", url[URL_MAX];
    struct wr_http_request request = {
        .size = sizeof request,
        .url = url,
        .connect_timeout_ms = option_ms(dev, OPTION_CONNECT_TIMEOUT),
        .timeout_ms = option_ms(dev, OPTION_COMMAND_TIMEOUT),
        .max_bytes = WR_FRAME_MAX_BYTES,
    };

    escape(name_of(s), path + strlen(path), sizeof path - strlen(path));
    camera_url(dev, path, url);
    if (dev->host->http->request(dev, &request, true, fetched, s) == 0)
        finish(dev, s, 0, "it could not be fetched: the gateway has too much to do");
}

static bool is_jpeg_name(const char *path)
{
    size_t n = strlen(path);

    return n > 4 &&
        (strcmp(path + n - 4, ".jpg") == 0 || (n > 5 && strcmp(path + n - 5, ".jpeg") == 0));
}

/* Why it is not even tried; NULL: it is. */
static const char *not_fetched(const struct wr_dev *dev, const struct saved *s)
{
    if (camera_of(dev)->presence.dialect != DIALECT_WARREN)
        return "it is on the camera only: the original service gives no files out";
    if (!is_jpeg_name(s->path))
        return "it is on the camera only: captures are JPEGs";
    return NULL;
}

void saved_begin(struct wr_dev *dev, const struct saved *s)
{
    struct camera *c = camera_of(dev);
    struct saved copy = *s;
    const char *note = not_fetched(dev, s);

    for (int i = 0; i < SAVED_MAX && !note; i++) {
        if (c->saved[i].call != 0)
            continue;
        c->saved[i] = *s;
        fetch(dev, &c->saved[i]);
        return;
    }
    finish(dev, &copy, 0,
        note ? note : "it is on the camera only: too many are being fetched already");
}
