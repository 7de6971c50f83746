#include "http/routes.h"

#include <errno.h>
#include <string.h>

#include "http/query.h"

static const struct wr_param page_query[] = {
    {.key = "limit",
        .type = WR_INT,
        .def = "50",
        .min = 1,
        .max = STORE_MAX_PAGE,
        .help = "Rows per page"},
    {.key = "cursor", .type = WR_STRING, .help = "The `next` of the page before"},
    {.key = "device", .type = WR_STRING, .help = "Only of this device"},
    {.key = "from", .type = WR_STRING, .help = "Not older than this RFC 3339 time"},
    {.key = "to", .type = WR_STRING, .help = "Older than this RFC 3339 time"},
    {0},
};
static const struct wr_param events_query[] = {
    {.key = "limit",
        .type = WR_INT,
        .def = "50",
        .min = 1,
        .max = STORE_MAX_PAGE,
        .help = "Rows per page"},
    {.key = "cursor", .type = WR_STRING, .help = "The `next` of the page before"},
    {.key = "device", .type = WR_STRING, .help = "Only of this device"},
    {.key = "type",
        .type = WR_STRING,
        .help = "Only of this type; a * at the end stands for anything"},
    {.key = "from", .type = WR_STRING, .help = "Not older than this RFC 3339 time"},
    {.key = "to", .type = WR_STRING, .help = "Older than this RFC 3339 time"},
    {0},
};
static const struct wr_param stream_query[] = {
    {.key = "device", .type = WR_STRING, .help = "Only of this device"},
    {.key = "type",
        .type = WR_STRING,
        .help = "Only of this type; a * at the end stands for anything"},
    {0},
};
/* Pages put the time behind a picture's address, so that browsers fetch it anew. */
#define FOR_CACHES                                                                                 \
    {.key = "t", .type = WR_STRING, .help = "Not looked at: makes an address a new one"},          \
    {                                                                                              \
        .key = "_", .type = WR_STRING, .help = "The same"                                          \
    }

#define WITH_OVERLAY                                                                               \
    {                                                                                              \
        .key = "overlay", .type = WR_INT, .def = "0", .max = 1,                                    \
        .help = "1: what moves is drawn into the picture"                                          \
    }

static const struct wr_param picture_query[] = {FOR_CACHES, {0}};
static const struct wr_param frame_query[] = {WITH_OVERLAY, FOR_CACHES, {0}};
static const struct wr_param mjpeg_query[] = {
    {.key = "max_fps",
        .type = WR_FLOAT,
        .min = 0.1,
        .max = 120,
        .help = "At most so many pictures a second; all of them when it is not given"},
    WITH_OVERLAY,
    FOR_CACHES,
    {0},
};

#define V1 "/api/v1"

static const struct route table[] = {
    {HTTP_GET, V1 "/devices", PERMISSION_VIEW, devices_list, "All devices", NULL, NULL,
        "DeviceList", NULL},
    {HTTP_POST, V1 "/devices", PERMISSION_ADMIN, devices_post, "Add a device", NULL, "NewDevice",
        "Device", NULL},
    {HTTP_GET, V1 "/devices/{id}", PERMISSION_VIEW, device_get, "One device", NULL, NULL, "Device",
        NULL},
    {HTTP_PATCH, V1 "/devices/{id}", PERMISSION_OPERATE, device_patch, "Rename, enable, set", NULL,
        "DeviceChange", "Device", NULL},
    {HTTP_DELETE, V1 "/devices/{id}", PERMISSION_ADMIN, device_delete,
        "Remove a device that was added or adopted", NULL, NULL, NULL, NULL},
    {HTTP_POST, V1 "/devices/{id}/commands/{name}", PERMISSION_OPERATE, device_command_post,
        "Run a command and wait for its answer", NULL, "CommandArguments", "CommandResult", NULL},
    {HTTP_GET, V1 "/devices/{id}/frame.jpg", PERMISSION_VIEW, device_frame, "The newest picture",
        frame_query, NULL, NULL, "image/jpeg"},
    {HTTP_GET, V1 "/devices/{id}/stream.mjpeg", PERMISSION_VIEW, device_mjpeg,
        "Live pictures for programs that know nothing else", mjpeg_query, NULL, NULL,
        "multipart/x-mixed-replace"},
    {HTTP_GET, V1 "/devices/{id}/overlay", PERMISSION_VIEW, device_overlay,
        "What moves in the newest picture, as far as it is known", NULL, NULL, "Overlay", NULL},
    {HTTP_GET, V1 "/devices/{id}/overlay/stream", PERMISSION_VIEW, device_overlay_stream,
        "The same for each picture as it comes", NULL, NULL, NULL, "text/event-stream"},
    {HTTP_GET, V1 "/found", PERMISSION_VIEW, found_list, "What was seen and nobody owns", NULL,
        NULL, "FoundList", NULL},
    {HTTP_POST, V1 "/found/{id}/adopt", PERMISSION_ADMIN, found_adopt_post, "Make it a device",
        NULL, "Adoption", "Device", NULL},
    {HTTP_GET, V1 "/captures", PERMISSION_VIEW, captures_list, "Kept pictures, newest first",
        page_query, NULL, "CaptureList", NULL},
    {HTTP_GET, V1 "/captures/{id}", PERMISSION_VIEW, capture_get, "One kept picture", NULL, NULL,
        "Capture", NULL},
    {HTTP_PATCH, V1 "/captures/{id}", PERMISSION_OPERATE, capture_patch, "Pin it, or let it go",
        NULL, "CaptureChange", "Capture", NULL},
    {HTTP_DELETE, V1 "/captures/{id}", PERMISSION_OPERATE, capture_delete, "Remove it", NULL, NULL,
        NULL, NULL},
    {HTTP_GET, V1 "/captures/{id}/image.jpg", PERMISSION_VIEW, capture_image, "The picture",
        picture_query, NULL, NULL, "image/jpeg"},
    {HTTP_GET, V1 "/captures/{id}/thumb.jpg", PERMISSION_VIEW, capture_thumb, "A small one",
        picture_query, NULL, NULL, "image/jpeg"},
    {HTTP_GET, V1 "/captures/{id}/sound.wav", PERMISSION_VIEW, capture_sound,
        "What was to be heard; 404 where `sound` is null", picture_query, NULL, NULL, "audio/wav"},
    {HTTP_GET, V1 "/events", PERMISSION_VIEW, events_list, "What happened, newest first",
        events_query, NULL, "EventList", NULL},
    {HTTP_GET, V1 "/events/stream", PERMISSION_VIEW, events_stream,
        "Events as they happen; Last-Event-ID goes on where it ended", stream_query, NULL, NULL,
        "text/event-stream"},
    {HTTP_GET, V1 "/plugins", PERMISSION_VIEW, plugins_list, "Drivers, loaded and refused", NULL,
        NULL, "PluginList", NULL},
    {HTTP_GET, V1 "/info", PERMISSION_VIEW, info_get, "Version, boot, storage", NULL, NULL, "Info",
        NULL},
    {HTTP_GET, V1 "/openapi.json", PERMISSION_VIEW, openapi_get, "This interface as OpenAPI 3.1",
        NULL, NULL, "OpenApi", NULL},
    {HTTP_GET, "/healthz", PERMISSION_PUBLIC, healthz_get, "The loop turns", NULL, NULL, NULL,
        "text/plain"},
    {HTTP_GET, "/readyz", PERMISSION_PUBLIC, readyz_get, "Pictures can be kept; with reasons", NULL,
        NULL, "Ready", NULL},
    {HTTP_GET, "/metrics", PERMISSION_VIEW, metrics_get, "Prometheus", NULL, NULL, NULL,
        "text/plain"},
};

const struct route *routes(size_t *ret_n)
{
    *ret_n = N_ELEMENTS(table);
    return table;
}

int routes_check(struct error *e)
{
    for (size_t i = 0; i < N_ELEMENTS(table); i++) {
        if (table[i].permission == PERMISSION_UNSET || !table[i].handle || !table[i].summary ||
            table[i].path[0] != '/')
            return error_set(
                e, -EINVAL, "the route %s has no permission, function or summary", table[i].path);
    }
    return 0;
}

const char *http_method_name(enum http_method m)
{
    static const char *const names[] = {
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "?"};

    return names[m];
}

/* One segment of the path against one of the pattern; {id} and {name} take any of at most 63
 * bytes. */
static bool segment_matches(
    const char *p, size_t np, const char *s, size_t ns, struct route_args *args)
{
    char *into;

    if (p[0] != '{')
        return np == ns && memcmp(p, s, np) == 0;
    into = strncmp(p, "{id}", np) == 0 ? args->id : args->name;
    if (ns == 0 || ns > WR_NAME_MAX)
        return false;
    memcpy(into, s, ns);
    into[ns] = '\0';
    return true;
}

static bool path_matches(const char *pattern, const char *path, struct route_args *args)
{
    while (*pattern == '/' && *path == '/') {
        size_t np = strcspn(++pattern, "/"), ns = strcspn(++path, "/");

        if (!segment_matches(pattern, np, path, ns, args))
            return false;
        pattern += np;
        path += ns;
    }
    return !*pattern && !*path;
}

const struct route *route_find(
    enum http_method method, const char *path, struct route_args *ret_args, unsigned *ret_allow)
{
    const struct route *found = NULL;

    *ret_allow = 0;
    for (size_t i = 0; i < N_ELEMENTS(table); i++) {
        struct route_args args = {0};

        if (!path_matches(table[i].path, path, &args))
            continue;
        *ret_allow |= 1u << table[i].method | (table[i].method == HTTP_GET ? 1u << HTTP_HEAD : 0);
        if (!found &&
            (table[i].method == method || (method == HTTP_HEAD && table[i].method == HTTP_GET))) {
            found = &table[i];
            *ret_args = args;
        }
    }
    return found;
}

static void reply_allow(struct http_request *q, unsigned allow)
{
    char text[64] = "";

    for (enum http_method m = HTTP_GET; m < HTTP_OTHER; m++) {
        if (!(allow & 1u << m))
            continue;
        if (text[0])
            strcat(text, ", ");
        strcat(text, http_method_name(m));
    }
    reply_method_not_allowed(q, text);
}

void route_dispatch(struct api *a, struct http_request *q)
{
    struct route_args args = {0};
    struct error e = ERROR_NULL;
    unsigned allow;
    const struct route *r = route_find(http_method(q), http_path(q), &args, &allow);
    int status;

    if (!r && allow) {
        reply_allow(q, allow);
        return;
    }
    if (!r) {
        reply_problem(q, 404, "there is nothing at %s", http_path(q));
        return;
    }
    status = auth_check(a->auth, q, r->permission, args.id[0] ? args.id : NULL, &e);
    if (status == 0 && query_check(http_query(q), r->query, &e) < 0)
        status = 400;
    if (status != 0)
        reply_problem(q, status, "%s", error_text(&e));
    else
        r->handle(a, q, &args);
}
