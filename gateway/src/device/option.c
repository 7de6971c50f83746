/* option.c - how a device is reached: the options as they were given, as they are in effect, and
 * what becomes of them by a change. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/json_member.h"
#include "base/text.h"
#include "device/device.h"

/* --- as they were given ----------------------------------------------------------------------- */

static const struct config_pair *given_pair(const struct device *d, const char *key)
{
    for (size_t i = 0; d->given && i < d->given->n_options; i++) {
        if (strcmp(d->given->options[i].key, key) == 0)
            return &d->given->options[i];
    }
    return NULL;
}

static const char *given_text(const struct device *d, const char *key)
{
    const struct config_pair *pair = given_pair(d, key);

    return pair ? pair->text : json_string_value(json_object_get(d->given_options, key));
}

/* Which of these it is that reaches it comes first; one that is found in two ways has two. */
static const char *const address_keys[] = {"address", "host", "ble_address"};

const char *device_nth_address(const struct device *d, size_t i)
{
    const char *text;

    if (i >= N_ELEMENTS(address_keys))
        return NULL;
    text = given_text(d, address_keys[i]);
    return text ? text : "";
}

const char *device_address(const struct device *d)
{
    const char *text = "";

    for (size_t i = 0; text && !*text; i++)
        text = device_nth_address(d, i);
    return text ? text : "";
}

int64_t device_port(const struct device *d)
{
    const struct wr_param *rows = d->driver ? d->driver->table->options : NULL;
    const char *given = given_text(d, "port");
    int64_t port = 0;
    unsigned i;

    if (rows && param_find(rows, "port", &i) && i < d->n_options && d->options[i].v.type == WR_INT)
        return d->options[i].v.i;
    return given && text_to_int(given, &port) == 0 ? port : 0;
}

bool device_is_at(const struct device *d, const char *address, const char *port)
{
    int64_t of_device = device_port(d), of_thing = 0;

    if (port && of_device != 0 && text_to_int(port, &of_thing) == 0 && of_thing != of_device)
        return false;
    for (size_t i = 0; i < N_ELEMENTS(address_keys); i++) {
        const char *text = given_text(d, address_keys[i]);

        if (text && strcasecmp(text, address) == 0)
            return true;
    }
    return false;
}

const char *device_ble_address_key(const struct wr_param *rows)
{
    for (; rows && rows->key; rows++) {
        if (rows->flags & WR_BLE_ADDRESS)
            return rows->key;
    }
    return NULL;
}

const char *device_ble_address(const struct device *d)
{
    const char *key = d->driver ? device_ble_address_key(d->driver->table->options) : NULL;
    const char *text = key ? given_text(d, key) : NULL;

    return text ? text : "";
}

/* --- as they are ------------------------------------------------------------------------------ */

/* The configuration may name a secret's file instead. */
static const char *owner_of(const struct device *d, const struct wr_param *row)
{
    char file_key[WR_NAME_MAX + sizeof "_file"];

    snprintf(file_key, sizeof file_key, "%s_file", row->key);
    if (given_pair(d, row->key) || (row->flags & WR_SECRET && given_pair(d, file_key)))
        return "config";
    return json_object_get(d->given_options, row->key) ? "database" : "default";
}

/* In effect; where the options do not fit the driver's table none is, and what was given is shown,
 * so that it can be mended. */
static void value_json(const struct device *d, size_t i, struct wr_json *j)
{
    static const struct wr_value unset = {0};
    const struct wr_param *row = &d->driver->table->options[i];
    const struct wr_value *v = i < d->n_options ? &d->options[i].v : &unset;
    const json_t *given = json_object_get(d->given_options, row->key);
    _cleanup_(freep) char *text = NULL;

    if (v->type == 0 && given && !(row->flags & WR_SECRET))
        text = json_text(given);
    wr_json_key(j, "value");
    if (text)
        wr_json_raw(j, text, strlen(text));
    else
        param_to_json(j, row, v);
}

void device_options_json(const struct device *d, struct wr_json *j)
{
    const struct wr_param *rows = d->driver && !d->pub.parent ? d->driver->table->options : NULL;

    wr_json_object(j);
    for (size_t i = 0; rows && rows[i].key; i++) {
        wr_json_key(j, rows[i].key);
        wr_json_object(j);
        param_row_to_json(j, &rows[i]);
        value_json(d, i, j);
        member_string(j, "owner", owner_of(d, &rows[i]));
        wr_json_end(j);
    }
    wr_json_end(j);
}

/* --- as they shall be ------------------------------------------------------------------------- */

int device_options_change(
    const struct device *d, const json_t *change, json_t **ret, struct error *e)
{
    _cleanup_(json_freep) json_t *whole = NULL;
    const char *key;
    json_t *value;
    int r;

    if (!json_is_object(change))
        return error_set(e, -EINVAL, "options: expected an object");
    whole = d->given_options ? json_deep_copy(d->given_options) : json_object();
    if (!whole)
        return error_set(e, -ENOMEM, "no memory");
    json_object_foreach((json_t *)change, key, value)
    {
        if (json_is_null(value))
            json_object_del(whole, key);
        else if (json_object_set_new(whole, key, json_deep_copy(value)) < 0)
            return error_set(e, -ENOMEM, "no memory");
    }
    r = d->driver ? devices_check_options(d->all, d, d->driver, whole, e) : 0;
    if (r < 0)
        return r;
    *ret = steal(whole);
    return 0;
}
