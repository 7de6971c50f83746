#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/clock.h"
#include "base/json_member.h"
#include "base/version.h"
#include "ble/ble.h"
#include "http/api.h"
#include "loop/loop.h"
#include "mdns/mdns.h"

static int one_plugin(void *ctx, const struct driver_status *s)
{
    struct wr_json *j = ctx;

    wr_json_object(j);
    wr_json_key(j, "name");
    wr_json_string(j, *s->name ? s->name : NULL);
    wr_json_key(j, "file");
    wr_json_string(j, s->file);
    wr_json_key(j, "version");
    wr_json_string(j, *s->version ? s->version : NULL);
    wr_json_key(j, "summary");
    wr_json_string(j, *s->summary ? s->summary : NULL);
    wr_json_key(j, "state");
    wr_json_string(j, s->loaded ? "loaded" : "refused");
    wr_json_key(j, "why");
    wr_json_string(j, *s->why ? s->why : NULL);
    wr_json_key(j, "options");
    param_rows_to_json(j, s->options);
    wr_json_end(j);
    return 0;
}

void plugins_list(struct api *a, struct http_request *q, const struct route_args *args)
{
    struct buf b = BUF_INIT(API_MAX_REPLY_BYTES);
    struct wr_json j = list_begin(&b);

    drivers_each(a->drivers, one_plugin, &j);
    reply_list_consume(q, &b, &j, NULL);
}

static void one_adapter(void *ctx, const struct ble_adapter_info *a)
{
    struct wr_json *j = ctx;

    wr_json_object(j);
    member_string(j, "name", a->name);
    member_string(j, "address", a->address);
    wr_json_key(j, "powered");
    wr_json_bool(j, a->powered);
    wr_json_key(j, "used");
    wr_json_bool(j, a->used);
    wr_json_key(j, "scanning");
    wr_json_bool(j, a->scanning);
    member_uint(j, "links", a->n_links);
    wr_json_end(j);
}

static void bluetooth(struct wr_json *j, const struct ble *b)
{
    const char *why = ble_why(b);

    wr_json_key(j, "bluetooth");
    wr_json_object(j);
    wr_json_key(j, "ready");
    wr_json_bool(j, ble_is_ready(b));
    member_string(j, "why", *why ? why : NULL);
    wr_json_key(j, "adapters");
    wr_json_array(j);
    ble_each_adapter(b, one_adapter, j);
    wr_json_end(j);
    wr_json_end(j);
}

static void mdns(struct wr_json *j, const struct mdns *m)
{
    const char *why = mdns_why(m);

    wr_json_key(j, "mdns");
    wr_json_object(j);
    wr_json_key(j, "ready");
    wr_json_bool(j, mdns_is_ready(m));
    member_string(j, "why", *why ? why : NULL);
    member_uint(j, "services", mdns_n_services(m));
    wr_json_end(j);
}

void info_get(struct api *a, struct http_request *q, const struct route_args *args)
{
    const struct store_usage *u = store_usage(a->store);
    struct buf b = BUF_INIT(API_MAX_REPLY_BYTES);
    struct wr_json j = buf_json(&b);
    char time[CLOCK_TEXT_BYTES];
    struct utsname host;

    uname(&host);
    wr_json_object(&j);
    member_string(&j, "version", WARREN_VERSION);
    member_string(&j, "boot_id", a->boot_id);
    member_string(&j, "time", clock_format(loop_wall_us(a->loop), time));
    member_uint(&j, "uptime_s", (uint64_t)((loop_now_us(a->loop) - a->started_us) / US_PER_S));
    member_uint(&j, "driver_abi", WR_ABI);
    member_string(&j, "host", host.nodename);
    member_string(&j, "machine", host.machine);
    wr_json_key(&j, "storage");
    wr_json_object(&j);
    member_uint(&j, "captures", u->n_captures);
    member_uint(&j, "capture_bytes", u->capture_bytes);
    member_uint(&j, "pinned_bytes", u->pinned_bytes);
    member_uint(&j, "free_bytes", u->free_bytes);
    member_uint(&j, "total_bytes", u->total_bytes);
    wr_json_key(&j, "full");
    wr_json_bool(&j, u->full);
    wr_json_end(&j);
    if (a->ble)
        bluetooth(&j, a->ble);
    if (a->mdns)
        mdns(&j, a->mdns);
    wr_json_end(&j);
    reply_json_consume(q, 200, &b, &j);
}

void healthz_get(struct api *a, struct http_request *q, const struct route_args *args)
{
    static const struct http_reply_header no_store = {"Cache-Control", "no-store"};

    http_reply(q, 200, "text/plain; charset=utf-8", "ok\n", 3, &no_store, 1);
}

static bool check(struct wr_json *j, const char *name, bool ok, const char *detail)
{
    wr_json_object(j);
    member_string(j, "name", name);
    wr_json_key(j, "ok");
    wr_json_bool(j, ok);
    member_string(j, "detail", detail);
    wr_json_end(j);
    return ok;
}

static int count_refused(void *ctx, const struct driver_status *s)
{
    unsigned *n = ctx;

    n[s->loaded ? 0 : 1]++;
    return 0;
}

/* Ready: pictures can be taken and kept. A refused driver or an absent device is told, but is no
 * reason to restart us. */
void readyz_get(struct api *a, struct http_request *q, const struct route_args *args)
{
    struct buf b = BUF_INIT(API_MAX_REPLY_BYTES);
    struct wr_json j = buf_json(&b);
    unsigned drivers[2] = {0, 0};
    char text[128], trouble[STORE_TROUBLE_BYTES];
    bool ready;

    drivers_each(a->drivers, count_refused, drivers);
    wr_json_object(&j);
    wr_json_key(&j, "checks");
    wr_json_array(&j);
    store_trouble(a->store, trouble);
    ready = check(&j, "store", !*trouble, *trouble ? trouble : "writable");
    snprintf(text, sizeof text, "%u loaded, %u refused", drivers[0], drivers[1]);
    check(&j, "drivers", drivers[1] == 0, text);
    snprintf(text, sizeof text, "%zu online, %zu offline, %zu in error",
        devices_count(a->devices, DEVICE_ONLINE),
        devices_count(a->devices, DEVICE_OFFLINE) + devices_count(a->devices, DEVICE_STARTING),
        devices_count(a->devices, DEVICE_ERROR));
    check(&j, "devices", devices_count(a->devices, DEVICE_ERROR) == 0, text);
    wr_json_end(&j);
    wr_json_key(&j, "ready");
    wr_json_bool(&j, ready);
    wr_json_end(&j);
    reply_json_consume(q, ready ? 200 : 503, &b, &j);
}
