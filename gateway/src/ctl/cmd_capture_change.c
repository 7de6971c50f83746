/* cmd_capture_change.c - `capture-pin`, `capture-unpin` and `capture-delete`, of one picture after
 * the other. The first that is refused ends it; those before it are done, and are shown. */
#include <stdlib.h>

#include "ctl/ctl.h"

/* What is asked for each, and how that is told; `body` NULL: none, and its answer has none. */
struct change {
    const char *method, *told;
    json_t *body;
};

static enum ctl_exit change_one(
    struct ctl *c, const struct change *change, const char *id, json_t *done)
{
    json_t *capture = NULL;
    char path[CTL_PATH_BYTES], escaped[192];
    enum ctl_exit code;

    snprintf(path, sizeof path, "/api/v1/captures/%s", ctl_escape(id, escaped, sizeof escaped));
    code = ctl_call(c, change->method, path, change->body, CTL_TIMEOUT_US, &capture);
    if (code != CTL_OK)
        return code;
    if (!json_is_object(capture)) {
        json_decref(capture);
        capture =
            json_pack("{s:I,s:b}", "id", (json_int_t)strtoll(id, NULL, 10), change->told, true);
    }
    json_array_append_new(done, capture);
    if (!c->json)
        fprintf(c->out, "%s: %s\n", id, change->told);
    return CTL_OK;
}

static enum ctl_exit change_all(
    struct ctl *c, const struct ctl_args *args, const struct change *change)
{
    _cleanup_(json_freep) json_t *done = json_array();
    enum ctl_exit code = CTL_OK;

    for (unsigned i = 0; i < args->n_words && code == CTL_OK; i++)
        code = change_one(c, change, args->words[i], done);
    if (c->json && json_array_size(done) > 0)
        ctl_print_items(c, done);
    return code;
}

static enum ctl_exit set_pinned(struct ctl *c, const struct ctl_args *args, bool pinned)
{
    _cleanup_(json_freep) json_t *body = json_pack("{s:b}", "pinned", pinned);
    const struct change change = {
        .method = "PATCH", .told = pinned ? "pinned" : "not pinned", .body = body};

    return change_all(c, args, &change);
}

enum ctl_exit ctl_capture_pin(struct ctl *c, const struct ctl_args *args)
{
    return set_pinned(c, args, true);
}

enum ctl_exit ctl_capture_unpin(struct ctl *c, const struct ctl_args *args)
{
    return set_pinned(c, args, false);
}

enum ctl_exit ctl_capture_delete(struct ctl *c, const struct ctl_args *args)
{
    const struct change change = {.method = "DELETE", .told = "deleted"};

    return change_all(c, args, &change);
}
