/* give_up.h - what to do when nothing works. */
#ifndef GIVE_UP_H
#define GIVE_UP_H

/* How long it waits before all is tried again: long enough to be read. */
#define GIVE_UP_MS 10000

/* Says why in the log, and starts the board anew some seconds later. */
_Noreturn void give_up(const char *why);

#endif
