#include "found_world.h"

TestSuite(found, .init = found_open, .fini = found_close);

#define S INT64_C(1000000)
#define A "AA:BB:CC:DD:EE:01"
#define B "AA:BB:CC:DD:EE:02"

/* --- whose is it? ----------------------------------------------------------------------------- */

Test(found, is_recognised_by_the_pattern_of_its_name)
{
    const char *data = "";

    cr_assert_eq(found_see(A, "Lamp-7", "", "-60"), 0);
    cr_assert_str_eq(found_at(A)->driver, "lamp");
    cr_assert_str_eq(found_at(A)->name, "Lamp-7");
    cr_assert_str_eq(found_at(A)->bus, "ble");
    cr_assert_str_eq(found_at(A)->id, "ble-aa-bb-cc-dd-ee-01");
    cr_assert_eq(world_events("device.found", &data), 1);
    cr_assert_str_eq(
        data, "{\"id\":\"ble-aa-bb-cc-dd-ee-01\",\"name\":\"Lamp-7\",\"driver\":\"lamp\"}");
}

Test(found, is_recognised_by_a_service)
{
    cr_assert_eq(found_see(A, "", UUID_LANTERN, "-60"), 0);
    cr_assert_str_eq(found_at(A)->driver, "lantern");
}

Test(found, what_no_driver_knows_is_not_kept)
{
    cr_assert_eq(found_see(A, "Kettle", "0000180f-0000-1000-8000-00805f9b34fb", ""), -ENODEV);
    cr_assert_eq(found_count(), 0);
    cr_assert_eq(world_events("device.found", NULL), 0);
}

Test(found, another_bus_is_another_match)
{
    struct wr_found seen = {
        .size = sizeof seen, .bus = "mdns", .address = "lamp.local", .name = "Lamp-7"};

    cr_assert_eq(found_report(here.found, &seen), -ENODEV);
}

Test(found, a_probe_decides_where_there_is_one)
{
    cr_assert_eq(found_see(A, "Picky-1", "", ""), 0);
    cr_assert_str_eq(found_at(A)->driver, "picky");
    cr_assert_eq(found_see(B, "Lax-1", "", ""), -ENODEV);
}

Test(found, a_probe_that_fails_ends_the_asking)
{
    cr_assert_eq(found_see(A, "Broken-1", "", ""), -ENODEV);
    cr_assert_eq(found_count(), 0);
}

Test(found, of_two_drivers_the_one_that_was_loaded_first_counts)
{
    cr_assert_eq(found_see(A, "Lamp-7", UUID_LANTERN, ""), 0);
    cr_assert_str_eq(found_at(A)->driver, "lamp");
    cr_assert_eq(found_count(), 1);
}

/* --- what is kept ----------------------------------------------------------------------------- */

Test(found, each_sighting_tells_what_is_so_now)
{
    int64_t first;

    cr_assert_eq(found_see(A, "", UUID_LANTERN, "-60"), 0);
    first = found_at(A)->first_seen_us;
    world_pass(5 * S);
    cr_assert_eq(found_see(A, "Lantern", UUID_LANTERN, "-40"), 0);
    cr_assert_str_eq(found_at(A)->name, "Lantern", "a name may come later");
    cr_assert_str_eq(found_prop(found_at(A), "rssi_dbm"), "-40");
    cr_assert_str_eq(found_prop(found_at(A), "adapter"), "hci0");
    cr_assert_eq(found_see(A, "", UUID_LANTERN, "-50"), 0);
    cr_assert_str_eq(found_at(A)->name, "Lantern", "and is not in every packet");
    cr_assert_eq(found_at(A)->first_seen_us, first);
    cr_assert_eq(found_at(A)->last_seen_us, first + 5 * S);
    cr_assert_eq(world_events("device.found", NULL), 1);
}

Test(found, what_is_not_seen_any_more_is_forgotten)
{
    const char *data = "";

    found_see(A, "Lamp-7", "", "");
    world_pass(FOUND_TTL_US / 2);
    found_see(B, "Lamp-8", "", "");
    world_pass(FOUND_TTL_US * 3 / 4);
    cr_assert_null(found_at(A));
    cr_assert_not_null(found_at(B));
    cr_assert_eq(world_events("found.removed", &data), 1);
    cr_assert_str_eq(
        data, "{\"id\":\"ble-aa-bb-cc-dd-ee-01\",\"name\":\"Lamp-7\",\"driver\":\"lamp\"}");
    cr_assert_eq(found_see(A, "Lamp-7", "", ""), 0);
    cr_assert_eq(world_events("device.found", NULL), 3, "it is news again");
}

Test(found, there_is_a_ceiling)
{
    char address[32];

    for (int i = 0; i < FOUND_MAX_PER_BUS; i++) {
        snprintf(address, sizeof address, "AA:BB:CC:DD:%02X:%02X", i >> 8, i & 255);
        cr_assert_eq(found_see(address, "Lamp", "", ""), -ENODEV);
        cr_assert_eq(found_see(address, "Lamp-1", "", ""), 0);
    }
    cr_assert_eq(found_see("00:00:00:00:00:01", "Lamp-1", "", ""), -ENOSPC);
    cr_assert_eq(found_see(address, "Lamp-1", "", "-30"), 0, "those that are known stay so");
    cr_assert_eq(found_count(), FOUND_MAX_PER_BUS);
    world_pass(2 * FOUND_TTL_US);
    cr_assert_eq(found_see("00:00:00:00:00:01", "Lamp-1", "", ""), 0);
}

Test(found, a_flood_on_one_bus_leaves_the_other_its_places)
{
    char address[32];

    for (int i = 0; i < FOUND_MAX_PER_BUS; i++) {
        snprintf(address, sizeof address, "AA:BB:CC:DD:EE:%02X", i);
        cr_assert_eq(found_see(address, "Lamp-1", "", ""), 0);
    }
    cr_assert_eq(found_see("00:00:00:00:00:01", "Lamp-1", "", ""), -ENOSPC);
    for (int i = 0; i < FOUND_MAX_PER_BUS; i++) {
        snprintf(address, sizeof address, "192.0.2.%d", i);
        cr_assert_eq(found_announce(address, "_lantern._tcp", "80"), 0);
    }
    cr_assert_eq(found_announce("192.0.2.200", "_lantern._tcp", "80"), -ENOSPC);
    cr_assert_eq(found_count(), 2 * FOUND_MAX_PER_BUS);
}

Test(found, properties_have_a_ceiling)
{
    struct wr_prop props[FOUND_MAX_PROPS + 8];
    struct wr_found seen = {.size = sizeof seen,
        .bus = "ble",
        .address = A,
        .name = "Lamp-1",
        .props = props,
        .n_props = N_ELEMENTS(props)};

    for (size_t i = 0; i < N_ELEMENTS(props); i++)
        props[i] = (struct wr_prop){"service", "x"};
    cr_assert_eq(found_report(here.found, &seen), 0);
    cr_assert_eq(found_at(A)->n_props, FOUND_MAX_PROPS);
}

Test(found, no_two_things_share_an_id)
{
    char a[128], b[128], first[WR_NAME_MAX + 1];

    memset(a, 'x', sizeof a);
    a[120] = '\0';
    memcpy(b, a, sizeof b);
    b[119] = 'y';
    cr_assert_eq(found_see(a, "Lamp-1", "", ""), 0);
    cr_assert_eq(found_see(b, "Lamp-2", "", ""), 0);
    cr_assert_str_neq(found_at(a)->name, found_at(b)->name);
    snprintf(first, sizeof first, "%s", found_at(a)->id);
    cr_assert_str_neq(first, found_at(b)->id);
    cr_assert_eq(found_see("a.b", "Lamp-3", "", ""), 0);
    cr_assert_eq(found_see("a-b", "Lamp-4", "", ""), 0);
    snprintf(first, sizeof first, "%s", found_at("a.b")->id);
    cr_assert_str_neq(first, found_at("a-b")->id);
    cr_assert_eq(found_count(), 4);
}

Test(found, nonsense_of_a_scanner_is_refused)
{
    char address[200];

    memset(address, 'x', sizeof address);
    address[199] = '\0';
    cr_assert_eq(found_see("", "Lamp-1", "", ""), -EINVAL);
    cr_assert_eq(found_see(address, "Lamp-1", "", ""), -EINVAL);
}

Test(found, names_are_made_fit_for_people)
{
    char name[400] = "Lamp-\x1b[2J\xff ";

    for (int i = 0; i < 100; i++)
        strcat(name, "€");
    cr_assert_eq(found_see(A, name, "", ""), 0);
    cr_assert_eq(strncmp(found_at(A)->name, "Lamp-?[2J? €€", 16), 0, "%s", found_at(A)->name);
    cr_assert_str_eq(found_at(A)->name + strlen(found_at(A)->name) - 3, "…");
}

/* --- drivers come and go ---------------------------------------------------------------------- */

Test(found, what_only_a_driver_that_went_knew_is_forgotten)
{
    found_see(A, "Lamp-7", "", "");
    found_see(B, "Lamp-8", UUID_LANTERN, "");
    found_remove_driver("lamp");
    cr_assert_eq(found_count(), 0);
    cr_assert_eq(world_events("found.removed", NULL), 2);
    cr_assert_eq(found_see(A, "Lamp-7", "", ""), -ENODEV);
    cr_assert_eq(found_see(B, "Lamp-8", UUID_LANTERN, ""), 0);
    cr_assert_str_eq(found_at(B)->driver, "lantern");
}

Test(found, a_driver_that_comes_is_asked_at_the_next_sighting)
{
    found_remove_driver("lamp");
    cr_assert_eq(found_see(A, "Lamp-7", "", ""), -ENODEV);
    found_put_driver("lamp");
    cr_assert_eq(found_see(A, "Lamp-7", "", ""), 0);
    cr_assert_str_eq(found_at(A)->driver, "lamp");
}
