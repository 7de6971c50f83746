/* tiny_driver.c - the smallest driver, as a file to check, cut off, replace and load. VERSION tells
 * two builds of it apart. */
#include <warren/driver.h>

static int tiny_start(struct wr_dev *dev)
{
    dev->host->online(dev, true, NULL);
    return 0;
}

static const struct wr_kind kinds[] = {{.name = "tiny"}, {0}};
static const struct wr_match matches[] = {{.bus = "auto"}, {0}};

WR_EXPORT const struct wr_driver warren_driver = {
    .abi = WR_ABI + WRONG_ABI,
    .size = sizeof(struct wr_driver),
    .name = "tiny",
    .version = VERSION,
    .summary = "The smallest driver",
    .matches = matches,
    .kinds = kinds,
    .start = tiny_start,
};
