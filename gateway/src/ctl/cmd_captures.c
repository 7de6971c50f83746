/* cmd_captures.c - `captures` and `capture-get`. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "ctl/ctl.h"
#include "ctl/table.h"
#include "loop/http_client.h"
#include "loop/loop.h"

#define CELL 128
#define DEFAULT_LIMIT 20
/* What the gateway gives in one page; more is fetched page by page. */
#define PAGE 100
#define MAX_LIMIT 1000000

/* "2026-01-01 12:00:00Z" of an RFC 3339 time with its fraction. */
static const char *when(const json_t *time, char *out, size_t cap)
{
    ctl_text(time, out, cap);
    if (strlen(out) < 20 || out[10] != 'T')
        return out;
    out[10] = ' ';
    memcpy(out + 19, "Z", 2);
    return out;
}

static void add_capture(struct table *t, const json_t *capture)
{
    char text[CELL], width[32], height[32];

    table_add(t, TABLE_BOLD, ctl_member(capture, "id", text, sizeof text));
    table_add(t, TABLE_PLAIN, ctl_member(capture, "device", text, sizeof text));
    table_add(t, TABLE_PLAIN, when(json_object_get(capture, "captured_at"), text, sizeof text));
    snprintf(text, sizeof text, "%sx%s", ctl_member(capture, "width", width, sizeof width),
        ctl_member(capture, "height", height, sizeof height));
    table_add(t, TABLE_PLAIN, text);
    table_add(t, TABLE_PLAIN, ctl_member(capture, "bytes", text, sizeof text));
    table_add(t, TABLE_PLAIN, ctl_member(capture, "source", text, sizeof text));
    table_add(t, TABLE_YELLOW, json_is_true(json_object_get(capture, "pinned")) ? "pinned" : "");
}

static enum ctl_exit show_captures(struct ctl *c, json_t *items)
{
    static const char *const heads[] = {
        "ID", "DEVICE", "CAPTURED", "SIZE", "BYTES", "SOURCE", "", NULL};
    _cleanup_(table_fini) struct table t = table_new(heads);
    size_t i;
    json_t *capture;

    if (json_array_size(items) == 0) {
        fprintf(c->err, "No captures.\n");
        return CTL_OK;
    }
    json_array_foreach(items, i, capture) add_capture(&t, capture);
    return table_print(&t, c->out, c->colour) < 0 ? ctl_fail(c, CTL_REFUSED, "out of memory")
                                                  : CTL_OK;
}

enum ctl_exit ctl_captures(struct ctl *c, const struct ctl_args *args)
{
    _cleanup_(json_freep) json_t *items = NULL, *known = NULL;
    const char *device = args->options[0];
    int64_t limit = DEFAULT_LIMIT;
    char path[512], escaped[192];
    enum ctl_exit code;

    if (args->options[1] &&
        (text_to_int(args->options[1], &limit) < 0 || limit < 1 || limit > MAX_LIMIT))
        return ctl_fail(c, CTL_USAGE, "--limit: expected an integer from 1 to %d", MAX_LIMIT);
    snprintf(path, sizeof path, "/api/v1/captures?limit=%lld%s%s", (long long)MIN(limit, PAGE),
        device ? "&device=" : "", device ? ctl_escape(device, escaped, sizeof escaped) : "");
    code = ctl_list(c, path, (size_t)limit, &items);
    if (code == CTL_OK && device && json_array_size(items) == 0)
        code = ctl_get_device(c, device, &known); /* those of a removed device stay */
    if (code != CTL_OK)
        return code;
    return c->json ? ctl_print_items(c, items) : show_captures(c, items);
}

/* --- capture-get ------------------------------------------------------------------------------ */

/* A file appears under its name when it is whole. */
struct download {
    struct ctl *ctl;
    FILE *file;
    char part[1040];
    int status, result;
    uint64_t n_bytes;
    char error[256];
    struct buf problem; /* of a refusal */
};

static int on_head(void *ctx, int status, const struct http_header *headers, size_t n_headers)
{
    struct download *d = ctx;

    d->status = status;
    return 0;
}

static int on_body(void *ctx, const uint8_t *bytes, size_t n)
{
    struct download *d = ctx;

    if (d->status != 200)
        return buf_append(&d->problem, bytes, n);
    d->n_bytes += n;
    return fwrite(bytes, 1, n, d->file) == n ? 0 : -EIO;
}

static void on_done(void *ctx, int result, const char *error)
{
    struct download *d = ctx;

    d->result = result;
    snprintf(d->error, sizeof d->error, "%s", error ? error : error_name(result));
    loop_stop(d->ctl->loop);
}

static int fetch(struct ctl *c, const char *id, struct download *d)
{
    static const struct http_fetch_events events = {on_head, on_body, on_done};
    char url[1024], escaped[192];
    const struct http_fetch_options options = {
        .url = url, .connect_timeout_us = CTL_TIMEOUT_US, .silence_timeout_us = CTL_TIMEOUT_US};
    struct http_fetch *f;
    int r;

    snprintf(url, sizeof url, "%s/api/v1/captures/%s/image.jpg", c->url,
        ctl_escape(id, escaped, sizeof escaped));
    r = http_fetch_start(c->client, &options, &events, d, &f);
    if (r >= 0)
        loop_run(c->loop);
    return r;
}

static enum ctl_exit judge(struct ctl *c, struct download *d, const char *name)
{
    if (d->result == -EIO || fflush(d->file) != 0)
        return ctl_fail(c, CTL_REFUSED, "%s cannot be written", name);
    if (d->result < 0)
        return ctl_fail(c, CTL_UNREACHABLE, "cannot reach %s: %s", c->url, d->error);
    return d->status == 200 ? CTL_OK : ctl_refused(c, d->status, &d->problem);
}

static enum ctl_exit download(struct ctl *c, const char *id, const char *name, struct download *d)
{
    enum ctl_exit code;

    if (fetch(c, id, d) < 0)
        code = ctl_fail(c, CTL_USAGE, "%s: not a URL that can be asked", c->url);
    else
        code = judge(c, d, name);
    buf_fini(&d->problem);
    return code;
}

static enum ctl_exit to_file(struct ctl *c, const char *id, const char *name, struct download *d)
{
    enum ctl_exit code;

    if ((size_t)snprintf(d->part, sizeof d->part, "%s.part", name) >= sizeof d->part)
        return ctl_fail(c, CTL_USAGE, "the name of the file is too long");
    d->file = fopen(d->part, "wb");
    if (!d->file)
        return ctl_fail(c, CTL_USAGE, "%s cannot be written: %s", d->part, error_name(-errno));
    code = download(c, id, name, d);
    if (fclose(d->file) != 0 && code == CTL_OK)
        code = ctl_fail(c, CTL_REFUSED, "%s cannot be written", d->part);
    if (code == CTL_OK && rename(d->part, name) < 0)
        code = ctl_fail(c, CTL_USAGE, "%s cannot be written: %s", name, error_name(-errno));
    if (code != CTL_OK)
        unlink(d->part);
    return code;
}

static void show_download(struct ctl *c, const char *name, uint64_t n_bytes)
{
    _cleanup_(json_freep) json_t *j =
        json_pack("{s:s,s:I}", "file", name, "bytes", (json_int_t)n_bytes);

    if (c->json)
        ctl_print_json(c, j);
    else
        fprintf(c->out, "%s: %llu bytes\n", name, (unsigned long long)n_bytes);
}

enum ctl_exit ctl_capture_get(struct ctl *c, const struct ctl_args *args)
{
    struct download d = {.ctl = c, .problem = BUF_INIT(64u << 10)};
    const char *name = args->options[0];
    char made[256];
    enum ctl_exit code;

    if (name && strcmp(name, "-") == 0) {
        d.file = c->out;
        return download(c, args->words[0], "standard output", &d);
    }
    if (!name && strchr(args->words[0], '/'))
        return ctl_fail(c, CTL_USAGE, "an ID has no slash in it");
    snprintf(made, sizeof made, "capture-%s.jpg", args->words[0]);
    code = to_file(c, args->words[0], name ? name : made, &d);
    if (code == CTL_OK)
        show_download(c, name ? name : made, d.n_bytes);
    return code;
}
