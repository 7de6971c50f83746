/* play_module_private.h - what the files of the module's core share. Time is m->now_us. */
#ifndef PLAY_MODULE_PRIVATE_H
#define PLAY_MODULE_PRIVATE_H

#include "play_module.h"

#define PLAY_NEVER_US INT64_MAX
/* Once around. */
#define PLAY_RUN_US (PLAY_MODULE_LEDS * PLAY_MODULE_LIGHT_US)

/* --- play_lights.c ---------------------------------------------------------------------------- */

/* From now on. */
void play_lights_show(struct play_module *m, struct play_light l);
/* For so long, then what stays again. */
void play_lights_pass(struct play_module *m, struct play_light l, int64_t us);
void play_lights_step(struct play_module *m);
int64_t play_lights_next_us(const struct play_module *m);
struct play_light play_light_solid(struct play_color c, unsigned n);
struct play_light play_light_run(struct play_color c);
/* Of a number of friends. */
struct play_color play_lights_friends(unsigned friends);

/* --- play_says.c: what goes out --------------------------------------------------------------- */

/* At once, or spread over PLAY_MODULE_ANSWER_US. What is due already keeps its time. */
void play_says_now(struct play_module *m, unsigned say);
void play_says_spread(struct play_module *m, unsigned say);
void play_says_step(struct play_module *m);
int64_t play_says_next_us(const struct play_module *m);
/* Cuts the name to what the longest message has room for. */
void play_says_fit_name(struct play_module_settings *s);

/* --- play_round.c: the game among modules ----------------------------------------------------- */

void play_round_reset(struct play_module *m);
void play_round_lead(struct play_module *m);
void play_round_pinged(struct play_module *m);
void play_round_ponged(struct play_module *m, const uint8_t mac[HUB_MAC_RAW_BYTES]);
void play_round_final(struct play_module *m, unsigned friends);
void play_round_step(struct play_module *m);
int64_t play_round_next_us(const struct play_module *m);

#endif
