/* play_sim.h - a virtual playground with this host as its world: its hub as a peripheral, and on USB; what its modules do, in
 * lines that programs can read:
 *
 *     module name=duck mac=025752779e37 x=2.1 y=-0.4 rssi=-48 battery=61
 *     serial path=/dev/pts/7
 *     lights module=duck mac=025752779e37 game=play lit=12 rgb=003200
 *     asleep module=duck mac=025752779e37
 *
 * Once, all modules; then, whenever what is to be seen of a module's lights changes, how many are lit and in which colour
 * ("mixed": in several). A light that goes round is one line. A module without a name is called "-".
 */
#pragma once

#include "gatt_app.h"
#include "play_options.h"

struct loop;
struct play_sim;

/* `o` must stay. Nothing happens before _start(), which comes when somebody shows the app. */
int play_sim_new(
    struct loop *l, const struct play_options *o, struct play_sim **ret, struct error *e);
struct gatt_app *play_sim_app(struct play_sim *s);
const struct play_options *play_sim_options(const struct play_sim *s);
void play_sim_start(struct play_sim *s);
/* When nobody shows it any more. NULL-safe; returns NULL. */
struct play_sim *play_sim_free(struct play_sim *s);
