/* rest_capture_files.c - the picture of a capture, its thumbnail, and its sound. */
#include <errno.h>
#include <stdio.h>

#include "base/text.h"
#include "http/pending.h"
#include "http/range.h"

static const struct kind {
    const char *noun, *type, *ending, *tag; /* tag: behind the picture's digest */
} kinds[] = {
    [CAPTURE_IMAGE] = {"picture", "image/jpeg", "jpg", ""},
    [CAPTURE_THUMB] = {"picture", "image/jpeg", "jpg", "-thumb"},
    [CAPTURE_SOUND] = {"sound", "audio/wav", "wav", "-sound"},
};

static void file_answer(
    void *ctx, int result, int fd, uint64_t bytes, const struct capture_row *row)
{
    static const char *const caching = "private, max-age=31536000, immutable";
    _cleanup_(freep) struct pending *p = ctx;
    _cleanup_(closep) int file = result == 0 ? fd : -1;
    const struct kind *k = &kinds[p->file];
    struct http_request *q = pending_take(p);
    char etag[80], sha256[65], name[WR_NAME_MAX + 64];
    struct http_reply_header headers[] = {{"Cache-Control", caching}, {"Content-Disposition", name},
        {"X-Content-Type-Options", "nosniff"}};

    if (!q)
        return;
    if (result < 0) {
        reply_problem(q, status_of(result),
            result == -ENOENT ? "there is no such %s" : "the %s cannot be read", k->noun);
        return;
    }
    text_hex(row->sha256, sizeof row->sha256, sha256);
    snprintf(etag, sizeof etag, "\"%s%s\"", sha256, k->tag);
    if (!etag_allows(http_field(q, HTTP_FIELD_IF_MATCH), etag)) {
        reply_problem(q, 412, "the %s is not the one that If-Match names", k->noun);
        return;
    }
    snprintf(name, sizeof name, "inline; filename=\"%s-%llu.%s\"", row->device,
        (unsigned long long)row->id, k->ending);
    http_reply_file(q, k->type, file, bytes, etag, headers, N_ELEMENTS(headers));
    file = -1;
}

static void send_file(
    struct api *a, struct http_request *q, const struct route_args *args, enum capture_file which)
{
    struct pending *p;
    uint64_t id;
    int r;

    if (!request_capture(q, args, &id) || !(p = pending_new(a, q, args)))
        return;
    p->file = which;
    r = store_capture_open(a->store, id, which, file_answer, p);
    if (r < 0)
        pending_failed(p, r, NULL);
}

void capture_image(struct api *a, struct http_request *q, const struct route_args *args)
{
    send_file(a, q, args, CAPTURE_IMAGE);
}

void capture_thumb(struct api *a, struct http_request *q, const struct route_args *args)
{
    send_file(a, q, args, CAPTURE_THUMB);
}

void capture_sound(struct api *a, struct http_request *q, const struct route_args *args)
{
    send_file(a, q, args, CAPTURE_SOUND);
}
