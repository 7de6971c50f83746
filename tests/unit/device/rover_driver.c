/* rover_driver.c - a driver of devices that change their address, and can be reached in two ways: it
 * reports where it was told that its device is. */
#include <stdio.h>
#include <string.h>
#include <warren/driver.h>

enum { ADDRESS, BLE_ADDRESS, PORT, SERIAL };

static void report(struct wr_dev *dev, const char *text)
{
    struct wr_value value = {.type = WR_STRING, .s = text};

    dev->host->report(dev, "at", &value);
}

static int start(struct wr_dev *dev)
{
    report(dev, "");
    if (*dev->options[SERIAL].s)
        return dev->host->identify(dev, dev->options[SERIAL].s);
    return 0;
}

static void seen(struct wr_dev *dev, const struct wr_found *found)
{
    const char *port = "";
    char text[256];

    for (size_t i = 0; i < found->n_props; i++) {
        if (strcmp(found->props[i].key, "port") == 0)
            port = found->props[i].value;
    }
    snprintf(text, sizeof text, "%s %s %s", found->bus, found->address, port);
    report(dev, text);
}

static const struct wr_param options[] = {
    {.key = "address", .type = WR_STRING, .def = "", .flags = WR_HOST, .help = "Where it is"},
    {.key = "ble_address",
        .type = WR_STRING,
        .def = "",
        .flags = WR_BLE_ADDRESS,
        .help = "Where it is, by Bluetooth"},
    {.key = "port", .type = WR_INT, .def = "80", .min = 1, .max = 65535, .help = "Its port"},
    {.key = "serial", .type = WR_STRING, .def = "", .help = "What it says that it is"},
    {0},
};
static const struct wr_attribute attributes[] = {
    {.key = "at", .type = WR_STRING, .help = "Where it was seen"}, {0}};
static const struct wr_kind kinds[] = {{.name = "rover", .attributes = attributes}, {0}};
static const struct wr_match matches[] = {
    {"mdns", "txt.kind", "rover"}, {"ble", "name", "Rover-*"}, {0}};

WR_EXPORT const struct wr_driver warren_driver = {
    .abi = WR_ABI,
    .size = sizeof(struct wr_driver),
    .name = "rover",
    .version = "1",
    .summary = "Changes its address",
    .matches = matches,
    .options = options,
    .kinds = kinds,
    .start = start,
    .seen = seen,
};
