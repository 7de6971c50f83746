/* fuzz_ble_mirror.c - BlueZ's messages into the mirror of its tree, as a hostile bus could send them.
 *
 * An input is a program for a builder of messages: each byte picks the next piece. Strings, numbers
 * and variants come from a small set of likely ones and from the input's own bytes, so that paths
 * collide, types are not what they should be, and objects come before their parents. The invariants:
 * ceilings hold, every "gone" was there, nothing is left at the end.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "ble/mirror.h"
#include "fakes/nowhere.h"
#include "input.h"

/* Longer than any of BlueZ's, and than the room for one. */
#define FIFTY "/fifty_bytes_of_a_path_that_is_far_longer_than_any"
#define TOO_LONG FIFTY FIFTY FIFTY
#define MESSAGES_MAX 32
#define PIECES_MAX 24

static const char *path_of(struct input *in)
{
    static const char *const paths[] = {"/", "/org/bluez", "/org/bluez/hci0", "/org/bluez/hci1",
        "/org/bluez/hci0/dev_00_AA_01_00_00_23", "/org/bluez/hci0/dev_00_AA_01_00_00_24",
        "/org/bluez/hci0/dev_00_AA_01_00_00_23/service000a",
        "/org/bluez/hci0/dev_00_AA_01_00_00_23/service000a/char000b",
        "/org/bluez/hci0/dev_00_AA_01_00_00_23/service000a/char000e",
        "/org/bluez/hci1/dev_00_AA_01_00_00_23/service000a/char000b/desc000c", TOO_LONG};

    return input_pick(in, paths, N_ELEMENTS(paths));
}

static const char *interface_of(struct input *in)
{
    static const char *const interfaces[] = {"org.bluez.Adapter1", "org.bluez.Device1",
        "org.bluez.GattService1", "org.bluez.GattCharacteristic1",
        "org.freedesktop.DBus.Properties", ""};

    return input_pick(in, interfaces, N_ELEMENTS(interfaces));
}

static const char *key_of(struct input *in)
{
    static const char *const keys[] = {"Address", "AddressType", "Name", "RSSI", "TxPower", "UUIDs",
        "ManufacturerData", "ServiceData", "Connected", "ServicesResolved", "Powered",
        "Discovering", "UUID", "Flags", "MTU", "Value", "Alias", ""};

    return input_pick(in, keys, N_ELEMENTS(keys));
}

static const char *text_of(struct input *in)
{
    static const char *const texts[] = {"", "00:AA:01:00:00:23", "random", "notify", "read",
        "write-without-response", "fe0f", "4FAFC201-1FB5-459E-8FCC-C5C9C331914B",
        "4fafc201-1fb5-459e-8fcc-c5c9c331914", "T-Camera\x1b[2J", "\xC3\xA4", "x"};

    return input_pick(in, texts, N_ELEMENTS(texts));
}

/* --- variants ---------------------------------------------------------------------------------- */

static void put_bytes(struct input *in, sd_bus_message *m)
{
    uint8_t bytes[300];
    size_t n = input_next(in) * 2u % sizeof bytes;

    memset(bytes, input_next(in), n);
    sd_bus_message_append_array(m, 'y', bytes, n);
}

static void put_strings(struct input *in, sd_bus_message *m)
{
    size_t n = input_next(in) % PIECES_MAX;

    sd_bus_message_open_container(m, 'a', "s");
    for (size_t i = 0; i < n; i++)
        sd_bus_message_append(m, "s", text_of(in));
    sd_bus_message_close_container(m);
}

/* a{qv} or a{sv}, of bytes or of something else */
static void put_data(struct input *in, sd_bus_message *m, char key)
{
    const char entry[] = {key, 'v', '\0'}, dict[] = {'{', key, 'v', '}', '\0'};
    size_t n = input_next(in) % PIECES_MAX;

    sd_bus_message_open_container(m, 'a', dict);
    for (size_t i = 0; i < n; i++) {
        sd_bus_message_open_container(m, 'e', entry);
        if (key == 'q')
            sd_bus_message_append(m, "q", (int)input_next(in));
        else
            sd_bus_message_append(m, "s", text_of(in));
        if (input_next(in) % 4 == 0) {
            sd_bus_message_append(m, "v", "s", "no bytes");
        } else {
            sd_bus_message_open_container(m, 'v', "ay");
            put_bytes(in, m);
            sd_bus_message_close_container(m);
        }
        sd_bus_message_close_container(m);
    }
    sd_bus_message_close_container(m);
}

static void put_variant(struct input *in, sd_bus_message *m)
{
    static const char *const types[] = {"s", "b", "n", "q", "as", "ay", "a{qv}", "a{sv}", "o", "u"};
    const char *type = input_pick(in, types, N_ELEMENTS(types));

    sd_bus_message_open_container(m, 'v', type);
    if (strcmp(type, "s") == 0)
        sd_bus_message_append(m, "s", text_of(in));
    else if (strcmp(type, "o") == 0)
        sd_bus_message_append(m, "o", path_of(in));
    else if (strcmp(type, "as") == 0)
        put_strings(in, m);
    else if (strcmp(type, "ay") == 0)
        put_bytes(in, m);
    else if (type[0] == 'a')
        put_data(in, m, type[2]);
    else
        sd_bus_message_append(m, type, (int)(int8_t)input_next(in));
    sd_bus_message_close_container(m);
}

static void put_props(struct input *in, sd_bus_message *m)
{
    size_t n = input_next(in) % PIECES_MAX;

    sd_bus_message_open_container(m, 'a', "{sv}");
    for (size_t i = 0; i < n; i++) {
        sd_bus_message_open_container(m, 'e', "sv");
        sd_bus_message_append(m, "s", key_of(in));
        put_variant(in, m);
        sd_bus_message_close_container(m);
    }
    sd_bus_message_close_container(m);
}

static void put_interfaces(struct input *in, sd_bus_message *m)
{
    size_t n = input_next(in) % 4;

    sd_bus_message_open_container(m, 'a', "{sa{sv}}");
    for (size_t i = 0; i < n; i++) {
        sd_bus_message_open_container(m, 'e', "sa{sv}");
        sd_bus_message_append(m, "s", interface_of(in));
        put_props(in, m);
        sd_bus_message_close_container(m);
    }
    sd_bus_message_close_container(m);
}

static void put_objects(struct input *in, sd_bus_message *m)
{
    size_t n = input_next(in) % PIECES_MAX;

    sd_bus_message_open_container(m, 'a', "{oa{sa{sv}}}");
    for (size_t i = 0; i < n; i++) {
        sd_bus_message_open_container(m, 'e', "oa{sa{sv}}");
        sd_bus_message_append(m, "o", path_of(in));
        put_interfaces(in, m);
        sd_bus_message_close_container(m);
    }
    sd_bus_message_close_container(m);
}

/* --- messages ---------------------------------------------------------------------------------- */

static size_t n_there;

static void on_news(void *ctx, struct mirror_object *o, unsigned what)
{
    n_there += (what & MIRROR_ADDED) != 0;
    assert(mirror_find(ctx, o->kind, o->path) == o);
    assert(strlen(o->path) < MIRROR_PATH_BYTES);
}

static void on_gone(void *ctx, struct mirror_object *o)
{
    assert(n_there > 0 && mirror_find(ctx, o->kind, o->path) == o);
    n_there--;
}

static void on_value(void *ctx, struct mirror_object *o, const uint8_t *bytes, size_t n)
{
    assert(o->kind == MIRROR_CHAR && (bytes || n == 0));
}

static const struct mirror_events events = {.news = on_news, .gone = on_gone, .value = on_value};

/* Some bodies are not what the member's name says. */
static void one_message(struct input *in, sd_bus *bus, struct mirror *mirror)
{
    static const char *const members[] = {
        "InterfacesAdded", "InterfacesRemoved", "PropertiesChanged", "GetManagedObjects"};
    uint8_t member = input_next(in) % 4, body = input_next(in) % 8;
    sd_bus_message *m = NULL;

    if (sd_bus_message_new_signal(
            bus, &m, path_of(in), "org.freedesktop.DBus.ObjectManager", members[member]) < 0)
        return;
    body = body >= 4 ? member : body;
    if (body == 0 || body == 1)
        sd_bus_message_append(m, "o", path_of(in));
    if (body == 2)
        sd_bus_message_append(m, "s", interface_of(in));
    if (body == 0)
        put_interfaces(in, m);
    else if (body == 1)
        put_strings(in, m);
    else if (body == 2)
        put_props(in, m), put_strings(in, m);
    else
        put_objects(in, m);
    if (sd_bus_message_seal(m, 1, 0) >= 0 && sd_bus_message_rewind(m, true) >= 0) {
        mirror->now_us++;
        if (member == 0)
            mirror_take_added(mirror, m);
        else if (member == 1)
            mirror_take_removed(mirror, m);
        else if (member == 2)
            mirror_take_changed(mirror, m);
        else
            mirror_take_objects(mirror, m);
    }
    sd_bus_message_unref(m);
    assert(mirror->n <= MIRROR_MAX_OBJECTS && mirror->n == n_there);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, data + size};
    struct mirror mirror;
    struct nowhere nowhere = nowhere_open();

    n_there = 0;
    mirror_init(&mirror, &events, &mirror);
    for (int i = 0; i < MESSAGES_MAX && in.at < in.end; i++)
        one_message(&in, nowhere.bus, &mirror);
    mirror_clear(&mirror);
    assert(n_there == 0 && mirror.n == 0);
    mirror_fini(&mirror);
    nowhere_close(&nowhere);
    return 0;
}
