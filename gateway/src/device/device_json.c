/* device_json.c - a device as REST shows it (docs/rest.md). Order of keys in tables is the order of
 * the driver's rows. */
#include <errno.h>

#include "base/json_member.h"
#include "device/device.h"
#include "device/host_ble.h"

/* Texts that a driver left out or left empty are null alike. */
static void key_string(struct wr_json *j, const char *key, const char *value)
{
    member_string(j, key, value && *value ? value : NULL);
}

static void attributes(const struct device *d, struct wr_json *j)
{
    int64_t offset;

    wr_json_key(j, "attributes");
    wr_json_object(j);
    for (size_t i = 0; i < d->n_attributes; i++) {
        const struct wr_attribute *row = &d->kind->attributes[i];

        if (d->attributes[i].time_us == 0)
            continue;
        wr_json_key(j, row->key);
        wr_json_object(j);
        wr_json_key(j, "value");
        param_to_json(j, NULL, &d->attributes[i].value.v);
        key_string(j, "unit", row->unit);
        key_string(j, "help", row->help);
        member_time(j, "time", d->attributes[i].time_us);
        wr_json_end(j);
    }
    /* How long ago a device was switched on helps nobody. */
    if (d->clock.clock == WR_CLOCK_UTC && clock_map_offset(&d->clock, &offset)) {
        wr_json_key(j, "clock_offset_us");
        wr_json_object(j);
        wr_json_key(j, "value");
        wr_json_int(j, offset);
        key_string(j, "unit", "us");
        key_string(j, "help",
            "Our clock minus the device's, by the fastest frame of the last two minutes");
        member_time(j, "time", d->last_seen_us);
        wr_json_end(j);
    }
    wr_json_end(j);
}

/* Why a setting was not taken, by what its driver said of it. */
static const char *refusal(int result)
{
    switch (result) {
    case -EOPNOTSUPP:
        return "this device has no such setting";
    case -EINVAL:
    case -ERANGE:
        return "the device does not take this value";
    case -EIO:
        return "the device did not take it";
    case -EAGAIN:
        return "it could not be sent just now";
    case -ETIMEDOUT:
        return "the device did not answer in time";
    default:
        return result < 0 ? error_name(result) : NULL;
    }
}

static void settings(const struct device *d, struct wr_json *j)
{
    wr_json_key(j, "settings");
    wr_json_object(j);
    for (unsigned i = 0; i < d->n_settings; i++) {
        const struct wr_param row = setting_row(d, i);
        const struct setting_state *s = &d->settings[i];

        wr_json_key(j, row.key);
        wr_json_object(j);
        param_row_to_json(j, &row);
        wr_json_key(j, "desired");
        param_to_json(j, &row, &s->desired.v);
        wr_json_key(j, "reported");
        param_to_json(j, &row, &s->reported.v);
        wr_json_key(j, "pending");
        wr_json_bool(j, setting_pending(d, i));
        key_string(j, "error", refusal(s->result));
        wr_json_key(j, "owner");
        wr_json_string(j, s->from_config ? "config" : "database");
        wr_json_end(j);
    }
    wr_json_end(j);
}

static void commands(const struct device *d, struct wr_json *j)
{
    static const char *const roles[] = {
        [WR_ROLE_OPERATOR] = "operator", [WR_ROLE_VIEWER] = "viewer", [WR_ROLE_ADMIN] = "admin"};

    wr_json_key(j, "commands");
    wr_json_object(j);
    for (size_t i = 0; i < device_n_commands(d); i++) {
        const struct wr_command *row = device_command_row(d, i);

        wr_json_key(j, row->name);
        wr_json_object(j);
        key_string(j, "help", row->help);
        wr_json_key(j, "timeout_ms");
        wr_json_uint(j, row->timeout_ms ? row->timeout_ms : 10000);
        wr_json_key(j, "exclusive");
        wr_json_bool(j, row->flags & WR_EXCLUSIVE);
        wr_json_key(j, "role");
        wr_json_string(j, row->role <= WR_ROLE_ADMIN ? roles[row->role] : "admin");
        wr_json_key(j, "args");
        param_rows_to_json(j, row->args);
        wr_json_end(j);
    }
    wr_json_end(j);
}

/* Its Bluetooth link; null for what has none. */
static void ble_link(const struct device *d, struct wr_json *j)
{
    struct ble_link_stats s;

    wr_json_key(j, "link");
    if (!device_ble_stats(d, &s)) {
        wr_json_null(j);
        return;
    }
    wr_json_object(j);
    key_string(j, "address", s.address);
    key_string(j, "adapter", s.adapter);
    wr_json_key(j, "rssi_dbm");
    if (s.has_rssi)
        wr_json_int(j, s.rssi_dbm);
    else
        wr_json_null(j);
    member_uint(j, "mtu", s.mtu);
    member_uint(j, "bytes_per_s", s.bytes_per_s);
    member_uint(j, "bytes", s.n_bytes);
    member_uint(j, "notifications", s.n_notifications);
    member_uint(j, "retries", s.n_retries);
    wr_json_end(j);
}

static void fixed(const struct device *d, struct wr_json *j)
{
    wr_json_key(j, "fixed");
    wr_json_array(j);
    for (unsigned key = 0; key < DEVICE_N_KEYS; key++)
        if (device_is_fixed(d, key))
            wr_json_string(j, device_key_name(key));
    wr_json_end(j);
}

void device_edited_json(const struct device *d, struct wr_json *j)
{
    wr_json_object(j);
    key_string(j, "name", d->name);
    wr_json_key(j, "enabled");
    wr_json_bool(j, d->enabled);
    key_string(j, "flow", CONFIG_FLOWS[d->flow]);
    wr_json_key(j, "options");
    device_options_json(d, j);
    wr_json_key(j, "desired");
    wr_json_object(j);
    for (unsigned i = 0; i < d->n_settings; i++) {
        const struct wr_param row = setting_row(d, i);

        wr_json_key(j, row.key);
        param_to_json(j, &row, &d->settings[i].desired.v);
    }
    wr_json_end(j);
    wr_json_end(j);
}

void device_json(const struct device *d, struct wr_json *j)
{
    static const char *const owners[] = {"config", "database", "driver", "parent"};

    wr_json_object(j);
    key_string(j, "id", d->id);
    key_string(j, "name", d->name);
    key_string(j, "kind", d->kind_name);
    key_string(j, "driver", d->driver_name);
    key_string(j, "state", device_state_name(d->state));
    key_string(j, "why", d->why);
    key_string(j, "parent", d->pub.parent ? d->pub.parent->id : NULL);
    wr_json_key(j, "channel");
    if (d->channel)
        wr_json_int(j, d->channel);
    else
        wr_json_null(j);
    wr_json_key(j, "camera");
    wr_json_bool(j, device_is_camera(d));
    wr_json_key(j, "overlay");
    wr_json_bool(j, device_has_overlay(d));
    key_string(j, "flow", device_is_camera(d) ? CONFIG_FLOWS[d->flow] : NULL);
    wr_json_key(j, "enabled");
    wr_json_bool(j, d->enabled);
    key_string(j, "owner", owners[d->owner]);
    fixed(d, j);
    ble_link(d, j);
    wr_json_key(j, "options");
    device_options_json(d, j);
    attributes(d, j);
    settings(d, j);
    commands(d, j);
    member_time(j, "last_seen", d->last_seen_us);
    wr_json_end(j);
}
