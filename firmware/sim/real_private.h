/* real_private.h - between the files of the peripheral on a real BlueZ. */
#pragma once

#include "base/util.h"
#include "dbus/dbus.h"
#include "loop/timer.h"
#include "real_bluez.h"

#define REAL_APP "/org/warren/peripheral"
#define REAL_ADVERT "/org/warren/advertisement"
#define REAL_AGENT "/org/warren/agent"
#define REAL_PATH_MAX 96

struct watch_fd;

struct real_char {
    struct real_bluez *bluez;
    unsigned index;
    char path[REAL_PATH_MAX];
    int fd; /* of AcquireNotify; -1: nobody has subscribed */
    struct watch_fd *watch;
    bool full;
};

struct real_service {
    struct real_bluez *bluez;
    unsigned index;
    char path[REAL_PATH_MAX];
};

enum real_advert { REAL_SILENT, REAL_BEGINNING, REAL_ADVERTISED, REAL_ENDING };

struct real_bluez {
    struct loop *loop;
    struct gatt_app *app;
    char *address;
    char adapter[REAL_PATH_MAX]; /* path */
    struct dbus *dbus;           /* NULL: no bus */
    struct timer retry;          /* the bus, or the application */
    bool running;                /* org.bluez has an owner */
    bool asked, registered;      /* the application */
    bool complained;             /* once per time that it is away */

    bool advertising; /* as the program wants it */
    enum real_advert advert;
    struct timer pulse;
    unsigned pulse_ms;

    char host[REAL_PATH_MAX]; /* Device1 of who is connected; "": nobody */
    unsigned mtu;

    struct real_service services[GATT_SERVICES_MAX];
    struct real_char chars[GATT_CHARS_MAX];
};

/* real_bluez.c */
/* Somebody uses a characteristic: maybe for the first time. */
void real_used_by(struct real_bluez *b, const char *host, unsigned mtu);
void real_host_gone(struct real_bluez *b);
void real_retry(struct real_bluez *b);
/* Starts a call of one of BlueZ's objects, mostly the adapter's; -ENOTCONN. */
int real_call(struct real_bluez *b, const char *path, const char *interface, const char *method,
    sd_bus_message_handler_t done, const char *types, ...);

/* real_objects.c */
void real_objects_init(struct real_bluez *b);
int real_objects_export(struct real_bluez *b);
void real_objects_release(struct real_bluez *b);
extern const struct gatt_stack real_stack;

/* real_agent.c */
int real_agent_export(struct real_bluez *b);
/* Where something of the application needs an encrypted link. */
void real_agent_register(struct real_bluez *b);

/* real_advert.c */
int real_advert_export(struct real_bluez *b);
/* Goes towards what is wanted. */
void real_advert_update(struct real_bluez *b);
void real_advert_reset(struct real_bluez *b); /* BlueZ has forgotten it */
void real_advert_pulse(struct timer *t);
