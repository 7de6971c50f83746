/* seed_dialect.h - the faces of the first service of this kind, with their faults, in front of our
 * camera: for testing drivers against what is out there.
 *
 * Triggers: one connection at a time, the others wait for ever behind a silent one; one recv() of
 * at most 1024 bytes is the command; no reply to what begins with "stream"; `shortstream 0` sends
 * the whole ring; what raises an exception there ends the trigger server for good: the port refuses
 * from then on, who was waiting is reset, pictures go on. Pictures: HTTP/1.0, only /stream, one
 * viewer at a time, no line end between parts, the newest picture again when there is no newer one.
 */
#pragma once

#include "firmware/pi-trigger-camera/run.h"

extern const struct run_faces seed_faces;
