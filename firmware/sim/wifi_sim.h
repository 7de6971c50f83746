/* wifi_sim.h - one virtual debug camera: ours, around the firmware's core, or an old one with its faults. Over Bluetooth LE it is
 * told which Wi-Fi to join; then it shows itself by HTTP.
 *
 * When it joins, fails or is lost, it prints "joined name=NAME url=http://…", "failed name=NAME" or "lost name=NAME".
 */
#pragma once

#include "gatt_app.h"
#include "wifi_options.h"

struct loop;
struct wifi_old;
struct wifi_ours;

int wifi_ours_new(
    struct loop *l, const struct wifi_options *o, struct wifi_ours **ret, struct error *e);
struct gatt_app *wifi_ours_app(struct wifi_ours *c);
/* When somebody shows the app. */
void wifi_ours_start(struct wifi_ours *c);
/* The access point goes, and is back at once. */
void wifi_ours_strike(struct wifi_ours *c);
/* When nobody shows it any more. NULL-safe; returns NULL. */
struct wifi_ours *wifi_ours_free(struct wifi_ours *c);

/* As the first ones behave at Bluetooth:
 *
 *   - writing SSID and PASSWORD does nothing; CONTROL's configure sets both, without an answer
 *   - enable waits for the join, at most 15 s, and hears nothing else meanwhile; then comes STATUS, which says
 *     enabled also where that failed
 *   - what it does not understand is passed over; a text that is missing is "null"
 *   - STATUS comes also when the connection comes or goes, and every 5 s while enabled; before that it is empty. No
 *     link needs to be encrypted */
int wifi_old_new(
    struct loop *l, const struct wifi_options *o, struct wifi_old **ret, struct error *e);
struct gatt_app *wifi_old_app(struct wifi_old *c);
void wifi_old_start(struct wifi_old *c);
void wifi_old_strike(struct wifi_old *c);
struct wifi_old *wifi_old_free(struct wifi_old *c);
