/* batch_sim.h - one virtual BLE batch camera as a peripheral: ours, around the firmware's core, or an
 * old one with its faults.
 */
#pragma once

#include "base/error.h"
#include "batch_options.h"
#include "gatt_app.h"

struct loop;
struct batch_ours;
struct batch_old;

/* `name` is copied. Nothing happens before _start(), which comes when somebody shows the app. */
int batch_ours_new(struct loop *l, const struct batch_options *o, const char *name, uint64_t seed,
    struct batch_ours **ret, struct error *e);
struct gatt_app *batch_ours_app(struct batch_ours *c);
void batch_ours_start(struct batch_ours *c);
/* When nobody shows it any more. NULL-safe; returns NULL. */
struct batch_ours *batch_ours_free(struct batch_ours *c);

/* As the cameras of that dialect that are out there:
 *
 *     batch      one thread that sleeps and looks: picture every F s, "PSRAM:" when connected; at T
 *                percent or 20 pictures COUNT after half a second, whether the host has subscribed or
 *                not; everything is forgotten after the attempt; an N that comes in the 10 ms after a
 *                piece is erased; CONFIG takes write requests, T from 10
 *     low-power  on the air only when a batch is due, for 30 s; waits 10 s for R; no PSRAM line; then
 *                10 s for the host to leave, in which CONFIG is taken (T from 2)
 *     v0         T takes a picture; picture and sound go out, each piece for an N
 *
 * All count a piece as sent in whole that the MTU has cut. */
int batch_old_new(struct loop *l, const struct batch_options *o, const char *name,
    struct batch_old **ret, struct error *e);
struct gatt_app *batch_old_app(struct batch_old *c);
void batch_old_start(struct batch_old *c);
struct batch_old *batch_old_free(struct batch_old *c);
