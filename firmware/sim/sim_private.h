/* sim_private.h - between the files of the pretended BlueZ. */
#pragma once

#include "base/list.h"
#include "base/util.h"
#include "dbus/dbus.h"
#include "loop/timer.h"
#include "sim_bluez.h"

#define SIM_PATH_MAX 96
#define SIM_SENDER_MAX 32
#define SIM_FILTER_UUIDS_MAX 16
#define SIM_UUID_MAX 40
#define SIM_SESSIONS_MAX 64
/* Calls that wait for their delay, over all. */
#define SIM_DELAYED_MAX 1024

enum sim_kind { SIM_ADAPTER, SIM_DEVICE, SIM_SERVICE, SIM_CHAR };

/* First member of all that is on the bus. */
struct sim_object {
    struct list link; /* of the shown */
    struct sim_bluez *z;
    enum sim_kind kind;
    bool shown;
    char path[SIM_PATH_MAX];
};

struct sim_property {
    const char *name, *type;
    bool (*has)(const struct sim_object *o); /* NULL: always */
    int (*get)(const struct sim_object *o, sd_bus_message *m);
    int (*set)(struct sim_object *o, sd_bus_message *m); /* at the value within the variant */
};

/* Answers now or keeps the message and answers later; negative: it could not be read or answered. */
struct sim_method {
    const char *name, *in;
    int (*call)(struct sim_object *o, sd_bus_message *m);
};

struct sim_interface {
    const char *name;
    const struct sim_property *properties; /* up to one without a name */
    const struct sim_method *methods;
};

struct sim_char {
    struct sim_object object; /* first */
    struct sim_device *device;
    unsigned index;
    unsigned service;
    char notifier[SIM_SENDER_MAX]; /* who has called StartNotify; "": nobody */
    int notify_fd, write_fd;       /* ours of a pair; -1: not acquired */
    struct watch_fd *notify_watch, *write_watch;
    const void *value; /* of the notification that is being signalled */
    size_t n_value;
};

struct sim_service {
    struct sim_object object; /* first */
    struct sim_device *device;
    unsigned index;
};

/* A notification on its way. */
struct sim_packet {
    int64_t due_us;
    uint16_t n;
    uint8_t chr;
    uint8_t bytes[GATT_VALUE_MAX];
};

enum sim_state { SIM_IDLE, SIM_CONNECTING, SIM_CONNECTED, SIM_LEAVING };

struct sim_device {
    struct sim_object object; /* first */
    struct list link;
    struct sim_adapter *adapter;
    struct gatt_app *app;
    struct sim_faults faults;
    char address[18];
    int rssi_base;
    uint64_t random;

    bool advertising, known_name, resolved;
    int rssi; /* 0: not heard in this scan */
    int64_t first_report_us;
    struct timer forget; /* not used and not scanned for */

    enum sim_state state;
    unsigned mtu;
    sd_bus_message *asked; /* the call of Connect or Disconnect that waits */
    struct timer step;     /* connecting, leaving */
    struct timer resolve;
    struct timer cut;   /* leave at once, but not within the call that said so */
    unsigned n_objects; /* that have appeared */
    uint32_t n_breaks;

    struct sim_service services[GATT_SERVICES_MAX];
    struct sim_char chars[GATT_CHARS_MAX];

    struct sim_packet *queue; /* a ring of `queue_cap` */
    unsigned queue_cap, queue_head, queue_n;
    bool wants_room;
    uint32_t n_sent; /* in this connection */
    struct timer air;
};

/* What one client asked of one adapter. */
struct sim_session {
    struct list link;
    char sender[SIM_SENDER_MAX];
    bool scanning;
    unsigned n_uuids;
    char uuids[SIM_FILTER_UUIDS_MAX][SIM_UUID_MAX];
    char pattern[64];
    int rssi; /* least; 0: any */
};

struct sim_adapter {
    struct sim_object object; /* first */
    unsigned index;
    bool plugged, powered, scanning;
    unsigned n_busy; /* scans that it will not begin */
    struct list devices, sessions;
    unsigned n_sessions;
    struct timer scan;
};

struct sim_bluez {
    struct loop *loop;
    struct dbus *dbus; /* NULL: stopped */
    char *address;
    bool ready;
    uint64_t seed;
    unsigned n_adapters, n_devices;
    struct sim_adapter adapters[SIM_ADAPTERS_MAX];
    struct list shown;   /* objects */
    struct list delayed; /* calls */
    unsigned n_delayed;
    struct timer appear; /* adapters, some time after the name */
    struct sim_bluez_stats stats;
};

/* sim_object.c */
const struct sim_interface *sim_interface_of(const struct sim_object *o);
/* NULL: it has none of that name now. */
const struct sim_property *sim_property_of(const struct sim_object *o, const char *name);
void sim_object_init(struct sim_object *o, struct sim_bluez *z, enum sim_kind kind,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
void sim_object_show(struct sim_object *o);
void sim_object_hide(struct sim_object *o);
struct sim_object *sim_object_find(struct sim_bluez *z, const char *path);
/* PropertiesChanged for names up to NULL; those it does not have (any more) are invalidated. */
void sim_object_changed(struct sim_object *o, const char *name, ...) __attribute__((sentinel));
/* As v, a{sv} and a{sa{sv}}. */
int sim_append_property(
    sd_bus_message *m, const struct sim_object *o, const struct sim_property *p);
int sim_append_properties(sd_bus_message *m, const struct sim_object *o);
int sim_append_interfaces(sd_bus_message *m, const struct sim_object *o);

/* sim_serve.c */
int sim_serve(sd_bus_message *m, void *ctx, sd_bus_error *e);
int sim_refuse(sd_bus_message *m, const char *name, const char *text);
void sim_forget_delayed(struct sim_bluez *z);

/* sim_adapter.c */
extern const struct sim_interface sim_adapter_interface;
void sim_adapter_init(struct sim_bluez *z, unsigned index);
void sim_adapter_show(struct sim_adapter *a);
void sim_adapter_stop(struct sim_adapter *a); /* no scan, no links */
void sim_adapter_forget_client(struct sim_adapter *a, const char *sender);

static inline struct sim_device *sim_device_of(const struct sim_object *o)
{
    return container_of(o, struct sim_device, object);
}

/* sim_device.c */
extern const struct sim_interface sim_device_interface;
void sim_device_report(struct sim_device *d); /* it was heard in a scan */
void sim_device_scan_ended(struct sim_device *d);
void sim_device_cut(struct sim_device *d);         /* the link is gone */
void sim_device_forget(struct sim_device *d);      /* and its object */
void sim_device_changed_air(struct sim_device *d); /* it may be connectable now */
void sim_device_init_timers(struct sim_device *d);

/* sim_device_props.c */
extern const struct sim_property sim_device_properties[];

/* sim_gatt.c */
extern const struct sim_interface sim_service_interface, sim_char_interface;
struct sim_char *sim_char_of(const struct sim_object *o);
unsigned sim_char_props(const struct sim_object *o);
bool sim_char_connected(const struct sim_object *o);
bool sim_char_can_notify(const struct sim_object *o);
bool sim_char_can_command(const struct sim_object *o);

/* sim_gatt_values.c: methods, and the program hears of a value */
int sim_read_value(struct sim_object *o, sd_bus_message *m);
int sim_write_value(struct sim_object *o, sd_bus_message *m);
int sim_start_notify(struct sim_object *o, sd_bus_message *m);
int sim_stop_notify(struct sim_object *o, sd_bus_message *m);
int sim_char_written(struct sim_char *c, const void *bytes, size_t n, bool with_response);

/* sim_gatt_sockets.c */
int sim_acquire_notify(struct sim_object *o, sd_bus_message *m);
int sim_acquire_write(struct sim_object *o, sd_bus_message *m);
/* The program hears of it. */
void sim_char_subscribed(struct sim_char *c, bool on);
void sim_char_release(struct sim_char *c);
void sim_char_forget_client(struct sim_char *c, const char *sender);
/* The client hears of it, in whatever way it asked for. */
void sim_char_deliver(struct sim_char *c, const void *bytes, size_t n);
bool sim_char_wanted(const struct sim_char *c);

/* sim_air.c */
extern const struct gatt_stack sim_stack;
void sim_air_init(struct sim_device *d);
void sim_air_clear(struct sim_device *d);
uint32_t sim_random(struct sim_device *d, uint32_t below);
