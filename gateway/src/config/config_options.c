/* config_options.c - the one table of what can be configured. The file check, the environment, the
 * JSON Schema and the docs follow from it. */
#include "config/config.h"

static const char *const LEVELS[] = {"debug", "info", "warning", "error", NULL};
static const char *const FORMATS[] = {"logfmt", "json", NULL};

/* A hundred years: more is a mistake. */
#define MAX_DAYS 36500

static const struct config_option OPTIONS[] = {
    {
        .path = "http.listen",
        .param = {.key = "listen",
            .type = WR_STRING,
            .def = "127.0.0.1:8080",
            .help = "Where browsers and tools connect: address:port, [v6]:port, or a port on "
                    "loopback."},
        .offset = offsetof(struct config, http.listen),
        .kind = CONFIG_AS_LISTEN,
    },
    {
        .path = "http.allow_unauthenticated",
        .param = {.key = "allow_unauthenticated",
            .type = WR_BOOL,
            .def = "false",
            .help = "Let anybody who can connect do everything, also on addresses other than "
                    "loopback."},
        .offset = offsetof(struct config, http.allow_unauthenticated),
        .live = true,
    },
    {
        .path = "http.origins",
        .param = {.key = "origins",
            .type = WR_LIST,
            .def = "",
            .help = "Origins that pages may come from (https://warren.example); empty: loopback "
                    "names on any port."},
        .offset = offsetof(struct config, http.origins),
        .kind = CONFIG_AS_ORIGINS,
        .live = true,
    },
    {
        .path = "http.max_connections",
        .param = {.key = "max_connections",
            .type = WR_INT,
            .min = 8,
            .max = 65535,
            .def = "1000",
            .help = "Most connections at once; for a further one the longest silent one is closed, "
                    "else it is refused."},
        .offset = offsetof(struct config, http.max_connections),
        .live = true,
    },
    {
        .path = "store.path",
        .param = {.key = "path",
            .type = WR_STRING,
            .min = 1,
            .max = 1024,
            .def = "/var/lib/warren",
            .help = "The folder of the database and of the captures."},
        .offset = offsetof(struct config, store.path),
    },
    {
        .path = "store.max_bytes",
        .param = {.key = "max_bytes",
            .type = WR_STRING,
            .unit = "bytes",
            .def = "0",
            .help = "Most bytes that captures may take, the oldest go first; 0: no limit."},
        .offset = offsetof(struct config, store.max_bytes),
        .kind = CONFIG_AS_BYTES,
        .live = true,
    },
    {
        .path = "store.max_percent",
        .param = {.key = "max_percent",
            .type = WR_FLOAT,
            .unit = "%",
            .min = 0,
            .max = 100,
            .def = "80",
            .help = "Most of the disk that captures may take, the oldest go first; 0: no limit."},
        .offset = offsetof(struct config, store.max_percent),
        .live = true,
    },
    {
        .path = "store.max_days",
        .param = {.key = "max_days",
            .type = WR_FLOAT,
            .unit = "days",
            .min = 0,
            .max = MAX_DAYS,
            .def = "0",
            .help = "How long captures are kept; 0: no limit."},
        .offset = offsetof(struct config, store.max_days),
        .live = true,
    },
    {
        .path = "store.events_max_days",
        .param = {.key = "events_max_days",
            .type = WR_FLOAT,
            .unit = "days",
            .min = 0,
            .max = MAX_DAYS,
            .def = "30",
            .help = "How long events are kept; 0: no limit."},
        .offset = offsetof(struct config, store.events_max_days),
        .live = true,
    },
    {
        .path = "store.events_max",
        .param = {.key = "events_max",
            .type = WR_INT,
            .min = 0,
            .max = 100000000,
            .def = "200000",
            .help = "How many events are kept (of 512 bytes on average); of the device that has "
                    "most the oldest go first; 0: no limit."},
        .offset = offsetof(struct config, store.events_max),
        .live = true,
    },
    {
        .path = "store.min_free_bytes",
        .param = {.key = "min_free_bytes",
            .type = WR_STRING,
            .unit = "bytes",
            .def = "256MiB",
            .help = "With less than this free on the disk the oldest captures go, too, and "
                    "storage.low is said."},
        .offset = offsetof(struct config, store.min_free_bytes),
        .kind = CONFIG_AS_BYTES,
        .live = true,
    },
    {
        .path = "plugins.folder",
        .param = {.key = "folder",
            .type = WR_STRING,
            .min = 1,
            .max = 1024,
            .def = WARREN_PLUGIN_DIR,
            .help = "Drivers are loaded from this folder, and it is watched: a driver put there is "
                    "loaded at once. More folders are separated by colons."},
        .offset = offsetof(struct config, plugins.folder),
        .built_in = true,
    },
    {
        .path = "ble.enabled",
        .param = {.key = "enabled",
            .type = WR_BOOL,
            .def = "true",
            .help = "Use Bluetooth, where a driver wants it."},
        .offset = offsetof(struct config, ble.enabled),
    },
    {
        .path = "ble.bus",
        .param = {.key = "bus",
            .type = WR_STRING,
            .min = 1,
            .max = 1024,
            .def = "system",
            .help = "The D-Bus that bluetoothd is on: system, or an address as "
                    "unix:path=/run/dbus/system_bus_socket."},
        .offset = offsetof(struct config, ble.bus),
    },
    {
        .path = "ble.adapters",
        .param = {.key = "adapters",
            .type = WR_LIST,
            .def = "",
            .help = "The adapters to use, by name (hci0) or address; empty: all."},
        .offset = offsetof(struct config, ble.adapters),
        .live = true,
    },
    {
        .path = "ble.scan",
        .param = {.key = "scan",
            .type = WR_BOOL,
            .def = "true",
            .help =
                "Look for devices that are nobody's yet. Those that are configured or adopted are "
                "looked for in any case."},
        .offset = offsetof(struct config, ble.scan),
        .live = true,
    },
    {
        .path = "ble.scan_seconds",
        .param = {.key = "scan_seconds",
            .type = WR_FLOAT,
            .unit = "s",
            .min = 1,
            .max = 3600,
            .def = "10",
            .help = "How long a look lasts."},
        .offset = offsetof(struct config, ble.scan_seconds),
        .live = true,
    },
    {
        .path = "ble.scan_every_seconds",
        .param = {.key = "scan_every_seconds",
            .type = WR_FLOAT,
            .unit = "s",
            .min = 1,
            .max = 86400,
            .def = "30",
            .help = "From one look to the next; not below scan_seconds, which then looks always. "
                    "While links are open the gateway looks for 3 s each minute."},
        .offset = offsetof(struct config, ble.scan_every_seconds),
        .live = true,
    },
    {
        .path = "ble.adopt",
        .param = {.key = "adopt",
            .type = WR_BOOL,
            .def = "false",
            .help = "What a driver recognises becomes a device by itself."},
        .offset = offsetof(struct config, ble.adopt),
        .live = true,
    },
    {
        .path = "mdns.enabled",
        .param = {.key = "enabled",
            .type = WR_BOOL,
            .def = "true",
            .help = "Look for devices that announce themselves in the network, where a driver "
                    "wants it and avahi-daemon runs."},
        .offset = offsetof(struct config, mdns.enabled),
    },
    {
        .path = "mdns.bus",
        .param = {.key = "bus",
            .type = WR_STRING,
            .min = 1,
            .max = 1024,
            .def = "system",
            .help = "The D-Bus that avahi-daemon is on: system, or an address as "
                    "unix:path=/run/dbus/system_bus_socket."},
        .offset = offsetof(struct config, mdns.bus),
    },
    {
        .path = "log.level",
        .param = {.key = "level",
            .type = WR_STRING,
            .choices = LEVELS,
            .def = "info",
            .help = "What is logged: this level and above."},
        .offset = offsetof(struct config, log.level),
        .live = true,
    },
    {
        .path = "log.format",
        .param = {.key = "format",
            .type = WR_STRING,
            .choices = FORMATS,
            .def = "logfmt",
            .help = "How lines look: logfmt for people, json for collectors."},
        .offset = offsetof(struct config, log.format),
        .live = true,
    },
};

const struct config_option *config_options(size_t *ret_n)
{
    *ret_n = N_ELEMENTS(OPTIONS);
    return OPTIONS;
}
