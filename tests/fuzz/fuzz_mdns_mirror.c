/* fuzz_mdns_mirror.c - Avahi's messages into the mirror, with what a hostile network could announce.
 *
 * An input is a program for a builder of messages: each byte picks the next piece. Texts come from a
 * small set, so that messages are about the same things; TXT records are the input's own bytes, and
 * bodies are now and then another's, or cut. The invariants: ceilings hold, what goes was there, what
 * is told has an address that can be reached, and texts that end; nothing is left at the end.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "device/found.h"
#include "fakes/nowhere.h"
#include "input.h"
#include "mdns/mirror.h"

#define MESSAGES_MAX 64
#define FIFTY "fifty bytes of a name that is far longer than any x"
#define TOO_LONG FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY

static const char *name_of(struct input *in)
{
    static const char *const names[] = {
        "Porch", "Garden", "\xC3\xA4\x1b[2J", "", TOO_LONG, "a", "b", "c"};

    return input_pick(in, names, N_ELEMENTS(names));
}

static const char *type_of(struct input *in)
{
    static const char *const types[] = {"_http._tcp", "_http._tcp", "_ipp._tcp", "", TOO_LONG};

    return input_pick(in, types, N_ELEMENTS(types));
}

static const char *domain_of(struct input *in)
{
    static const char *const domains[] = {
        "local", "local", "", TOO_LONG, TOO_LONG TOO_LONG TOO_LONG TOO_LONG};

    return input_pick(in, domains, N_ELEMENTS(domains));
}

static const char *address_of(struct input *in)
{
    static const char *const addresses[] = {"192.0.2.1", "192.0.2.2", "2001:db8::1", "fe80::1",
        "127.0.0.1", "", "porch.local", TOO_LONG, "169.254.1.1"};

    return input_pick(in, addresses, N_ELEMENTS(addresses));
}

/* --- messages ---------------------------------------------------------------------------------- */

static void put_item(struct input *in, sd_bus_message *m)
{
    sd_bus_message_append(m, "iisss", input_next(in) % 3, input_next(in) % 2, name_of(in),
        type_of(in), domain_of(in));
}

static void put_txt(struct input *in, sd_bus_message *m)
{
    size_t n = input_next(in) % 40;

    sd_bus_message_open_container(m, 'a', "ay");
    for (size_t i = 0; i < n; i++) {
        size_t len = input_next(in); /* by itself: MIN() takes it twice */

        len = MIN(len, (size_t)(in->end - in->at));

        sd_bus_message_append_array(m, 'y', in->at, len);
        in->at += len;
    }
    sd_bus_message_close_container(m);
}

static void put_answer(struct input *in, sd_bus_message *m)
{
    put_item(in, m);
    sd_bus_message_append(
        m, "sisq", domain_of(in), input_next(in) % 2, address_of(in), (int)(input_next(in) * 257));
    if (input_next(in) % 16 != 0)
        put_txt(in, m);
}

/* --- what it tells ----------------------------------------------------------------------------- */

static size_t n_views;
static bool any_seen;

static bool wanted(void *ctx, const char *type)
{
    return strcmp(type, "_http._tcp") == 0;
}

static void view_added(void *ctx, struct mdns_view *v)
{
    n_views++;
}

static void view_gone(void *ctx, struct mdns_view *v)
{
    assert(n_views > 0);
    n_views--;
}

static void seen(void *ctx, const struct wr_found *s)
{
    assert(strcmp(s->bus, "mdns") == 0 && *s->name && s->n_props <= FOUND_MAX_PROPS);
    assert(mdns_rank(s->address, true) >= 0);
    for (size_t i = 0; i < s->n_props; i++)
        assert(*s->props[i].key && strlen(s->props[i].value) < MDNS_NAME_BYTES);
    any_seen = true;
}

static void lost(void *ctx, const struct wr_found *s)
{
    assert(any_seen && *s->address && s->n_props == 1);
}

static const struct mdns_mirror_events events = {
    .wanted = wanted, .view_added = view_added, .view_gone = view_gone, .seen = seen, .lost = lost};

static void take(struct input *in, struct mdns_mirror *mirror, sd_bus_message *m, uint8_t kind)
{
    if (kind == 0)
        mdns_mirror_take_new(mirror, m);
    else if (kind == 1)
        mdns_mirror_take_removed(mirror, m);
    else
        mdns_mirror_take_found(mirror, m);
}

/* Some bodies are another message's, or end too early. */
static void one_message(struct input *in, sd_bus *bus, struct mdns_mirror *mirror)
{
    uint8_t kind = input_next(in) % 4, body = input_next(in) % 16;
    sd_bus_message *m = NULL;

    if (sd_bus_message_new_signal(bus, &m, "/x", "x.y", "Z") < 0)
        return;
    body = body >= 3 ? kind : body;
    if (body >= 2)
        put_answer(in, m);
    else
        put_item(in, m);
    if (input_next(in) % 16 != 0)
        sd_bus_message_append(m, "u", (unsigned)input_next(in));
    if (sd_bus_message_seal(m, 1, 0) >= 0 && sd_bus_message_rewind(m, true) >= 0)
        take(in, mirror, m, kind);
    sd_bus_message_unref(m);
    assert(mirror->n_views <= MDNS_MAX_VIEWS && mirror->n_views == n_views);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, data + size};
    struct mdns_mirror mirror;
    struct nowhere nowhere = nowhere_open();

    n_views = 0;
    any_seen = false;
    mdns_mirror_init(&mirror, &events, NULL);
    for (int i = 0; i < MESSAGES_MAX && in.at < in.end; i++)
        one_message(&in, nowhere.bus, &mirror);
    mdns_mirror_tell(&mirror);
    mdns_mirror_clear(&mirror);
    assert(n_views == 0 && mirror.n_views == 0 && mirror.n_services == 0);
    nowhere_close(&nowhere);
    return 0;
}
