/* button.h - a button between a pin and ground, by interrupt; it also wakes the board from deep sleep.
 *
 *     ▔▔▔▔╲╱╲▁▁▁▁▁▁╱╲╱▔▔▔▔     it bounces when it is pressed and when it is let go
 *         ↑ pressed ↑ not pressed
 *
 * Both begin with a falling edge. So whoever gets the event looks again.
 */
#ifndef BUTTON_H
#define BUTTON_H

#include <stdatomic.h>
#include <stdbool.h>

#include "event.h"

struct button {
    int pin;
    struct inbox *inbox;
    atomic_bool told; /* EVENT_BUTTON waits: one at a time, however much it bounces */
};

/* EVENT_BUTTON comes from now on. False: the log says why. */
bool button_start(struct button *b, int pin, struct inbox *inbox);
/* EVENT_BUTTON came: is it down? */
bool button_is_down(struct button *b);
/* The next deep sleep ends when it is pressed. */
void button_wakes(const struct button *b);

#endif
