/* pi_camera_private.h - what the files of the camera's core share. */
#ifndef PI_CAMERA_PRIVATE_H
#define PI_CAMERA_PRIVATE_H

#include "pi_camera.h"

/* A line in the log, if its level is wanted. */
void pi_say(struct pi_camera *c, enum pi_log level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* --- pi_mode.c: what the source is told
 * ---------------------------------------------------------------------------------------------- */

struct pi_source_want pi_mode_want(const struct pi_camera *c);
/* Tells the source what changed, and the log key by key. Restarts it where that is needed. */
void pi_mode_apply(struct pi_camera *c);
/* Starts the source as it is wanted now; a failure is logged and tried again later. */
void pi_mode_start(struct pi_camera *c);
/* Time without a picture after which the source counts as stalled. */
int64_t pi_mode_timeout_us(const struct pi_camera *c);
/* The least time between pictures. */
int64_t pi_mode_interval_us(const struct pi_camera *c);

/* --- pi_session.c: commands and their peers
 * ------------------------------------------------------------------------------------------ */

/* The reply, and the end of the session. Free ones and those without a peer are passed over. */
void pi_session_reply(struct pi_camera *c, struct pi_session *s, const struct pi_reply *r);
void pi_session_reply_mask(struct pi_camera *c, uint32_t sessions, const struct pi_reply *r);
/* Those that waited for a frame too long. Returns the next such time, INT64_MAX: none. */
int64_t pi_session_expire(struct pi_camera *c);
void pi_session_end_all(struct pi_camera *c);

/* --- pi_task.c: pictures to files ------------------------------------------------------------- */

/* Sessions that wait for a fresh picture, and the save that is made by itself. */
void pi_task_frame(
    struct pi_camera *c, const struct pi_picture *p, const struct pi_frame_meta *meta);
/* pastStack; with no place free the session waits. */
void pi_task_past(struct pi_camera *c, struct pi_session *s);

#endif
