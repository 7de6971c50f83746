/* sim_faults.h - how a pretended Bluetooth link behaves, well and badly: a table of options, written
 * as "loss=5,mtu=185,delay=20".
 */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

#define SIM_METHOD_MAX 32

struct sim_faults {
    uint32_t mtu;
    uint32_t loss_percent;        /* notifications that get lost */
    uint32_t delay_ms;            /* of each call and each notification */
    uint32_t interval_us;         /* connection interval; 0: notifications go at once */
    uint32_t packets;             /* notifications per interval */
    uint32_t queue;               /* notifications that wait before gatt_notify() gives -EAGAIN */
    uint32_t connect_ms;          /* until Connect() is answered */
    uint32_t disconnect_ms;       /* until Disconnect() is */
    uint32_t resolve_ms;          /* between one object that appears and the next */
    uint32_t late_objects;        /* that appear after ServicesResolved */
    uint32_t name_ms;             /* from the first report of a scan to the name */
    uint32_t disconnect_after;    /* notifications of a connection; 0: never */
    uint32_t disconnects;         /* so often; 0: each time */
    uint32_t no_acquire;          /* AcquireNotify and AcquireWrite are NotSupported */
    uint32_t keep_objects;        /* services stay when the link is gone (BlueZ's cache) */
    char hang[SIM_METHOD_MAX];    /* this method is never answered: "AcquireNotify" */
    uint32_t hangs;               /* so often; 0: each time */
    char refuse[SIM_METHOD_MAX];  /* this method is refused … */
    char refusal[SIM_METHOD_MAX]; /* … with org.bluez.Error.<this> */
    uint32_t refuses;             /* so often; 0: each time */
};

/* No faults; times as measured with BlueZ 5.66, but for the two seconds of Disconnect. */
void sim_faults_init(struct sim_faults *f);
/* Changes what `text` names. -EINVAL and a sentence: an unknown name, or a value outside of its
 * range; `f` is as before. */
int sim_faults_parse(struct sim_faults *f, const char *text, struct error *e);
/* The table for a help text. */
void sim_faults_help(FILE *to);
