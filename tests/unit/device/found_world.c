#include "found_world.h"

#include <unistd.h>

struct found_world here;

void found_put_driver(const char *name)
{
    static const char *const built[][2] = {{"buoy", BUOY_DRIVER}, {"lamp", LAMP_DRIVER},
        {"lantern", LANTERN_DRIVER}, {"picky", PICKY_DRIVER}, {"rover", ROVER_DRIVER}};
    char path[128];
    uint8_t *bytes = NULL;
    size_t n = 0;

    for (size_t i = 0; i < N_ELEMENTS(built); i++) {
        if (strcmp(built[i][0], name) == 0)
            bytes = read_whole(built[i][1], &n);
    }
    cr_assert_not_null(bytes);
    snprintf(path, sizeof path, "%s/%s.so", here.folder, name);
    write_whole(path, bytes, n);
    free(bytes);
    if (here.drivers)
        world_pass(DRIVERS_RESCAN_US);
}

void found_remove_driver(const char *name)
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s.so", here.folder, name);
    cr_assert_eq(unlink(path), 0);
    world_pass(DRIVERS_RESCAN_US);
}

static void begin(void)
{
    devices_load(world.devices);
    cr_assert_eq(drivers_new(world.loop, world.bus, world.devices, here.folder, &here.drivers), 0);
    cr_assert_eq(found_new(world.loop, world.bus, world.devices, here.drivers, &here.found), 0);
    world_pass(1);
}

static void end(void)
{
    here.found = found_free(here.found);
    devices_set_drivers(world.devices, NULL);
    world.devices = devices_free(world.devices);
    here.drivers = drivers_free(here.drivers);
}

void found_open(void)
{
    world_open(NULL);
    found_join();
}

void found_join(void)
{
    memset(&here, 0, sizeof here);
    make_folder(here.folder);
    found_put_driver("lamp");
    found_put_driver("lantern");
    found_put_driver("picky");
    begin();
}

void found_restart(void)
{
    char folder[64];

    end();
    world_leave(folder);
    world_open(folder);
    begin();
}

void found_part(void)
{
    end();
    remove_folder(here.folder);
}

void found_close(void)
{
    found_part();
    world_close();
}

int found_see(const char *address, const char *name, const char *service, const char *rssi)
{
    struct wr_prop props[3] = {{"adapter", "hci0"}};
    struct wr_found seen = {.size = sizeof seen,
        .bus = "ble",
        .address = address,
        .name = name,
        .props = props,
        .n_props = 1};

    if (*service)
        props[seen.n_props++] = (struct wr_prop){"service", service};
    if (*rssi)
        props[seen.n_props++] = (struct wr_prop){"rssi_dbm", rssi};
    return found_report(here.found, &seen);
}

int found_announce(const char *address, const char *type, const char *port)
{
    const struct wr_prop props[] = {{"type", type}, {"port", port}};
    const struct wr_found seen = {.size = sizeof seen,
        .bus = "mdns",
        .address = address,
        .name = "Thing",
        .props = props,
        .n_props = 2};

    return found_report(here.found, &seen);
}

struct look {
    const char *address;
    struct found_item item;
    bool is;
};

static int look_at(void *ctx, const struct found_item *i)
{
    struct look *look = ctx;

    if (strcmp(i->address, look->address) != 0)
        return 0;
    look->item = *i;
    look->is = true;
    return 1;
}

const struct found_item *found_at(const char *address)
{
    static struct look look;

    look = (struct look){.address = address};
    found_each(here.found, look_at, &look);
    return look.is ? &look.item : NULL;
}

const char *found_prop(const struct found_item *i, const char *key)
{
    for (size_t k = 0; k < i->n_props; k++) {
        if (strcmp(i->props[k].key, key) == 0)
            return i->props[k].value;
    }
    return "none";
}

static int count(void *ctx, const struct found_item *i)
{
    size_t *n = ctx;

    (*n)++;
    return 0;
}

size_t found_count(void)
{
    size_t n = 0;

    found_each(here.found, count, &n);
    return n;
}
