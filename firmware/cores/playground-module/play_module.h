/* play_module.h - the whole behaviour of a playground's module, without any hardware, clock or radio: lights, a button, a game
 * with whoever is near, and answers to a hub.
 *
 *     hub ──pingCall "app"──▶ deviceScan, with battery and type          button ──▶ pingCall, for 500 ms ◀── pongCall …
 *         ──updateGame, lightOff, rainbow …──▶ lights                              finalCall ──▶ to each of them
 *
 * Its world is struct play_module_port; what happens in the world is told by the functions below, each with the time on a clock
 * that is never set. Called from one thread. After any of them play_module_next_us() says when play_module_step() is due at
 * the latest. Port functions must not call back into the module from within. It allocates nothing.
 *
 * Modules in use look at one message every 100 ms. Ours takes each as it comes, and spreads its answers over the same 100 ms:
 * so a list of fifty modules does not begin with fifty answers in one moment.
 */
#ifndef PLAY_MODULE_H
#define PLAY_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "air_message.h"
#include "hub_message.h"

#define PLAY_MODULE_LEDS 12
/* What modules in use take without settings: very near. */
#define PLAY_MODULE_THRESHOLD (-45)
#define PLAY_MODULE_THRESHOLD_MIN (-127)
#define PLAY_MODULE_THRESHOLD_MAX 0
/* As it comes from the flash, with its NUL; a hub keeps as much of it. */
#define PLAY_MODULE_NAME_BYTES 64
#define PLAY_MODULE_TYPE "module"
/* More friends than a hub lists modules are none. */
#define PLAY_MODULE_MAX_FRIENDS 50
/* Friends are counted modulo this: so many colours there are. */
#define PLAY_MODULE_COLORS 7

#define PLAY_MODULE_ANSWER_US INT64_C(100000)
/* A button bounces. */
#define PLAY_MODULE_BUTTON_US INT64_C(350000)
/* Who pressed waits so long for answers; who answered waits so long for the end. */
#define PLAY_MODULE_LEADER_US INT64_C(500000)
#define PLAY_MODULE_FRIEND_US INT64_C(600000)
#define PLAY_MODULE_BATTERY_US INT64_C(60000000)
/* The light goes on by one. */
#define PLAY_MODULE_LIGHT_US INT64_C(100000)
#define PLAY_MODULE_SHOW_US INT64_C(2000000)
#define PLAY_MODULE_SLEEP_US INT64_C(1000000)
/* The radio refused: again after that. A message is given up after so many attempts. */
#define PLAY_MODULE_SEND_AGAIN_US INT64_C(20000)
#define PLAY_MODULE_SEND_TRIES 10
/* From one write of the flash to the next: 8640 a day at worst, which the pages of ESP-IDF's storage, erased by turns, take for decades. */
#define PLAY_MODULE_SAVE_AGAIN_US INT64_C(10000000)

enum play_game { PLAY_GAME_PLAY, PLAY_GAME_COLOR, PLAY_GAME_NUMBER, PLAY_N_GAMES };

struct play_color {
    uint8_t red, green, blue;
};

struct play_module_settings {
    char name[PLAY_MODULE_NAME_BYTES]; /* "": M- and the end of its address */
    enum play_game game;
    int threshold_dbm;
};

/* One game among modules, for those who count them. */
struct play_round {
    enum play_game game;
    bool led; /* this module's button began it */
    unsigned friends;
};

struct play_module_port {
    void *ctx;
    /* To one module, or to all (NULL); at most AIR_MAX_BYTES. Negative: not now. */
    int (*send)(void *ctx, const uint8_t *mac, const char *bytes, size_t n);
    void (*light)(void *ctx, const struct play_color leds[PLAY_MODULE_LEDS]);
    /* 0 … 100, or AIR_BATTERY_UNKNOWN. */
    int (*battery_percent)(void *ctx);
    /* False: nothing was ever saved. */
    bool (*load)(void *ctx, struct play_module_settings *ret);
    /* Negative: it could not; asked again later. */
    int (*save)(void *ctx, const struct play_module_settings *settings);
    /* Deep sleep, from which it starts anew. The module does nothing more. */
    void (*sleep)(void *ctx);
    uint32_t (*random)(void *ctx);
    /* A touch of the motor. May be NULL. */
    void (*buzz)(void *ctx);
    /* A round to be written down; NULL: forget those that were. May be NULL. */
    void (*log_round)(void *ctx, const struct play_round *round);
};

/* What the lights do until something else is to be seen. */
struct play_light {
    enum { PLAY_LIGHT_SOLID, PLAY_LIGHT_RUN, PLAY_LIGHT_RAINBOW } kind;
    struct play_color color;
    unsigned n; /* SOLID: LEDs that are lit */
};

/* What is to be said, and when. */
enum { PLAY_SAY_SCAN, PLAY_SAY_PONG, PLAY_SAY_PING, PLAY_SAY_FINAL, PLAY_SAY_BATTERY, PLAY_N_SAYS };
struct play_say {
    int64_t due_us;
    unsigned n_tries;
};

struct play_module {
    struct play_module_port port;
    uint8_t mac[HUB_MAC_RAW_BYTES];
    struct play_module_settings settings;
    bool unsaved;
    int64_t save_us; /* not written before */
    int64_t now_us;
    bool asleep; /* or soon */
    int64_t sleep_us;

    struct play_light base;    /* what stays */
    struct play_light passing; /* what is shown before that */
    bool passes;               /* until passing_us */
    int64_t passing_us;
    int64_t light_us;     /* when the light goes on by one */
    unsigned light_phase; /* of what moves */
    bool color_mode;      /* a colour was said: games do not change it */

    struct play_say says[PLAY_N_SAYS];
    uint8_t friends[PLAY_MODULE_MAX_FRIENDS][HUB_MAC_RAW_BYTES];
    unsigned n_friends, n_told; /* told the end */
    bool leading, waiting;      /* for pongCall until leading_us; for finalCall until waiting_us */
    int64_t leading_us, waiting_us;
    int64_t pressed_us; /* before that the button bounces */
    uint64_t n_messages, n_not_understood, n_too_weak, n_unsent; /* never reset */
};

/* The port is copied, settings are loaded. */
void play_module_init(struct play_module *m, const struct play_module_port *port,
    const uint8_t mac[HUB_MAC_RAW_BYTES]);
/* The radio is ready. */
void play_module_start(struct play_module *m, int64_t now_us);
/* Does what time asks for. Too early is harmless. */
void play_module_step(struct play_module *m, int64_t now_us);
/* When to step at the latest; may lie in the past. INT64_MAX: asleep. */
int64_t play_module_next_us(const struct play_module *m);

/* A message came, from `mac`, with `rssi_dbm`; 0: not known, which passes any threshold. */
void play_module_received(struct play_module *m, int64_t now_us,
    const uint8_t mac[HUB_MAC_RAW_BYTES], int rssi_dbm, const void *bytes, size_t n);
/* The button was pressed (not: let go). */
void play_module_button(struct play_module *m, int64_t now_us);

#endif
