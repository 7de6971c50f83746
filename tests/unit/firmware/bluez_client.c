#include "bluez_client.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "loop/wait.h"

__attribute__((format(printf, 2, 3))) static void note(
    struct bluez_client *c, const char *format, ...)
{
    size_t n = strlen(c->log);
    va_list a;

    va_start(a, format);
    vsnprintf(c->log + n, sizeof c->log - n, format, a);
    va_end(a);
}

static int on_added(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    struct bluez_client *c = ctx;
    const char *path;

    cr_assert_gt(sd_bus_message_read(m, "o", &path), 0);
    cr_assert_lt(c->n_objects, 128);
    cr_expect(!client_has(c, path), "%s came twice", path);
    snprintf(c->objects[c->n_objects++], 96, "%s", path);
    note(c, "+%s\n", path);
    return 0;
}

static int on_removed(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    struct bluez_client *c = ctx;
    const char *path;

    cr_assert_gt(sd_bus_message_read(m, "o", &path), 0);
    note(c, "-%s\n", path);
    for (unsigned i = 0; i < c->n_objects; i++)
        if (strcmp(c->objects[i], path) == 0) {
            memmove(c->objects[i], c->objects[i + 1], (--c->n_objects - i) * sizeof c->objects[0]);
            return 0;
        }
    cr_expect_fail("%s was not there", path);
    return 0;
}

static void take_value(struct bluez_client *c, sd_bus_message *m)
{
    const void *bytes;
    size_t n = 0;

    cr_assert_gt(sd_bus_message_enter_container(m, 'v', "ay"), 0);
    cr_assert_gt(sd_bus_message_read_array(m, 'y', &bytes, &n), 0);
    sd_bus_message_exit_container(m);
    c->n_values++;
    c->n_value_bytes += (unsigned)n;
}

static int on_changed(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    struct bluez_client *c = ctx;
    const char *interface, *name, *path = sd_bus_message_get_path(m);

    cr_assert_gt(sd_bus_message_read(m, "s", &interface), 0);
    cr_assert_gt(sd_bus_message_enter_container(m, 'a', "{sv}"), 0);
    while (sd_bus_message_enter_container(m, 'e', "sv") > 0) {
        sd_bus_message_read(m, "s", &name);
        if (strcmp(name, "Value") == 0) {
            take_value(c, m);
        } else {
            note(c, "%s:%s\n", path, name);
            sd_bus_message_skip(m, "v");
        }
        sd_bus_message_exit_container(m);
    }
    sd_bus_message_exit_container(m);
    cr_assert_gt(sd_bus_message_enter_container(m, 'a', "s"), 0);
    while (sd_bus_message_read(m, "s", &name) > 0)
        note(c, "%s:-%s\n", path, name);
    return 0;
}

static void on_ready(void *ctx, struct dbus *d)
{
    ((struct bluez_client *)ctx)->ready = true;
}

void client_open(struct bluez_client *c, struct loop *l, const char *address)
{
    static const struct dbus_events events = {.ready = on_ready};
    struct error e = ERROR_NULL;

    memset(c, 0, sizeof *c);
    c->loop = l;
    cr_assert_eq(dbus_open(l, address, &events, c, &c->dbus, &e), 0, "%s", e.text);
    sd_bus_match_signal_async(dbus_bus(c->dbus), NULL, "org.bluez", "/",
        "org.freedesktop.DBus.ObjectManager", "InterfacesAdded", on_added, NULL, c);
    sd_bus_match_signal_async(dbus_bus(c->dbus), NULL, "org.bluez", "/",
        "org.freedesktop.DBus.ObjectManager", "InterfacesRemoved", on_removed, NULL, c);
    sd_bus_match_signal_async(dbus_bus(c->dbus), NULL, "org.bluez", NULL,
        "org.freedesktop.DBus.Properties", "PropertiesChanged", on_changed, NULL, c);
    WAIT_UNTIL(l, c->ready);
}

void client_close(struct bluez_client *c)
{
    sd_bus_message_unref(c->answer);
    c->answer = NULL;
    c->dbus = dbus_free(c->dbus);
}

bool client_has(const struct bluez_client *c, const char *path)
{
    for (unsigned i = 0; i < c->n_objects; i++)
        if (strcmp(c->objects[i], path) == 0)
            return true;
    return false;
}

const char *client_find(const struct bluez_client *c, const char *end)
{
    for (unsigned i = 0; i < c->n_objects; i++) {
        size_t n = strlen(c->objects[i]), k = strlen(end);

        if (n >= k && strcmp(c->objects[i] + n - k, end) == 0)
            return c->objects[i];
    }
    return NULL;
}

bool client_logged(const struct bluez_client *c, const char *line)
{
    char whole[160];

    snprintf(whole, sizeof whole, "%s\n", line);
    return strstr(c->log, whole) != NULL;
}

static int on_answer(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    struct bluez_client *c = ctx;
    const sd_bus_error *error = sd_bus_message_get_error(m);
    const char *bluez = error ? strstr(error->name, "org.bluez.Error.") : NULL;

    c->answered = true;
    snprintf(c->error, sizeof c->error, "%s",
        bluez       ? bluez + strlen("org.bluez.Error.")
            : error ? error->name
                    : "");
    sd_bus_message_unref(c->answer);
    c->answer = sd_bus_message_ref(m);
    return 0;
}

static void send_call(struct bluez_client *c, const char *path, const char *interface,
    const char *method, const char *types, va_list a)
{
    sd_bus_message *m = NULL;

    c->answered = false;
    cr_assert_geq(
        sd_bus_message_new_method_call(dbus_bus(c->dbus), &m, "org.bluez", path, interface, method),
        0);
    if (types)
        cr_assert_geq(sd_bus_message_appendv(m, types, a), 0);
    cr_assert_geq(sd_bus_call_async(dbus_bus(c->dbus), NULL, m, on_answer, c, 0), 0);
    sd_bus_message_unref(m);
}

void client_send(struct bluez_client *c, const char *path, const char *interface,
    const char *method, const char *types, ...)
{
    va_list a;

    va_start(a, types);
    send_call(c, path, interface, method, types, a);
    va_end(a);
}

const char *client_call(struct bluez_client *c, const char *path, const char *interface,
    const char *method, const char *types, ...)
{
    va_list a;

    va_start(a, types);
    send_call(c, path, interface, method, types, a);
    va_end(a);
    WAIT_UNTIL(c->loop, c->answered);
    return c->error;
}

int client_flag(
    struct bluez_client *c, const char *path, const char *interface, const char *property)
{
    int on = -1;

    client_call(c, path, "org.freedesktop.DBus.Properties", "Get", "ss", interface, property);
    if (!c->error[0])
        sd_bus_message_read(c->answer, "v", "b", &on);
    return on;
}

int client_acquire(struct bluez_client *c, const char *path, const char *method, uint16_t *ret_mtu)
{
    int fd;

    if (*client_call(c, path, CHARACTERISTIC, method, "a{sv}", 0) ||
        sd_bus_message_read(c->answer, "hq", &fd, ret_mtu) <= 0)
        return -1;
    fd = dup(fd);
    c->answer = sd_bus_message_unref(c->answer); /* it has one, too */
    return fd;
}
