/* found_driver.c - drivers to be found by, one per build: NAME, MATCHES, and by macros
 *
 *     BLUETOOTH       its address is one of Bluetooth's
 *     TWO_WAYS        found by Bluetooth and in the network, with an option for each
 *     PICKY           probe() takes what is named "Picky …", and stumbles over "Broken …"
 *     REJECTS_TWINS   connects, and sees that what is at an address with ":99" at its end is none of
 *                     its kind
 */
#include <errno.h>
#include <string.h>
#include <warren/driver.h>

#ifdef BLUETOOTH
#define ADDRESS_FLAGS WR_BLE_ADDRESS
#else
#define ADDRESS_FLAGS 0
#endif

static int start(struct wr_dev *dev)
{
#ifdef REJECTS_TWINS
    const char *address = dev->options[0].s;
    size_t n = strlen(address);

    if (n > 3 && strcmp(address + n - 3, ":99") == 0) {
        dev->host->reject(dev, "it is a lantern, not a lamp");
        return 0;
    }
#endif
    dev->host->online(dev, true, NULL);
#ifdef TWO_WAYS
    return 0;
#else
    return dev->host->identify(dev, dev->options[0].s);
#endif
}

#ifdef PICKY
static int probe(const struct wr_found *found)
{
    if (strncmp(found->name, "Broken", 6) == 0)
        return -EIO;
    return strncmp(found->name, "Picky", 5) == 0 ? 0 : -ENODEV;
}
#endif

static const struct wr_param options[] = {
#ifdef TWO_WAYS
    {.key = "host",
        .type = WR_STRING,
        .def = "",
        .flags = WR_HOST,
        .help = "Where it is in the network"},
    {.key = "ble_address",
        .type = WR_STRING,
        .def = "",
        .flags = WR_BLE_ADDRESS,
        .help = "… and on the air"},
#else
    {.key = "address",
        .type = WR_STRING,
        .flags = WR_REQUIRED | ADDRESS_FLAGS,
        .help = "Where it is"},
#endif
    {.key = "level", .type = WR_INT, .def = "5", .min = 0, .max = 9, .help = "How bright"},
    {.key = "port", .type = WR_INT, .def = "80", .min = 1, .max = 65535, .help = "Its port"},
    {0},
};
static const struct wr_kind kinds[] = {{.name = NAME}, {0}};
static const struct wr_match matches[] = {MATCHES, {0}};

WR_EXPORT const struct wr_driver warren_driver = {
    .abi = WR_ABI,
    .size = sizeof(struct wr_driver),
    .name = NAME,
    .version = "1",
    .summary = "Is found",
    .matches = matches,
    .options = options,
    .kinds = kinds,
#ifdef PICKY
    .probe = probe,
#endif
    .start = start,
};
