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

/* NULL: there is none; there are too many. */
struct pi_session *pi_session_of(struct pi_camera *c, const void *peer);
struct pi_session *pi_session_new(struct pi_camera *c, void *peer);

/* To a peer without a session: one answer, and its end. */
void pi_send_reply(struct pi_camera *c, void *peer, const struct pi_reply *r);
void pi_send_error(struct pi_camera *c, void *peer, const char *text);
void pi_send_kind(struct pi_camera *c, void *peer, enum pi_reply_kind kind);
/* What stands in c->text, with a line end. */
void pi_send_text(struct pi_camera *c, void *peer, size_t n);

/* The reply, and the end of the session. Free ones and those without a peer are passed over. */
void pi_session_reply(struct pi_camera *c, struct pi_session *s, const struct pi_reply *r);
void pi_session_reply_mask(struct pi_camera *c, uint32_t sessions, const struct pi_reply *r);
/* Those that waited for a frame too long. Returns the next such time, INT64_MAX: none. */
int64_t pi_session_expire(struct pi_camera *c);
void pi_session_end_all(struct pi_camera *c);

/* --- what each command does ------------------------------------------------------------------- */

/* pi_settings.c */
void pi_do_set(struct pi_camera *c, void *peer, const struct pi_command *q);
void pi_do_dump_config(struct pi_camera *c, void *peer, const struct pi_command *q);
void pi_do_overwrite_config(struct pi_camera *c, void *peer, const struct pi_command *q);
/* pi_questions.c */
void pi_do_night_level(struct pi_camera *c, void *peer, const struct pi_command *q);
void pi_do_health(struct pi_camera *c, void *peer, const struct pi_command *q);
void pi_do_exposure(struct pi_camera *c, void *peer, const struct pi_command *q);
void pi_do_controls(struct pi_camera *c, void *peer, const struct pi_command *q);
/* pi_pictures.c */
void pi_do_pictures(struct pi_camera *c, void *peer, const struct pi_command *q);
void pi_do_shortstream(struct pi_camera *c, void *peer, const struct pi_command *q);
/* An error in the form of a shortstream, so that a reader of frames is not lost. */
void pi_refuse_stream(struct pi_camera *c, void *peer, const char *text);

/* --- pi_task.c: pictures to files ------------------------------------------------------------- */

/* Sessions that wait for a fresh picture, and the save that is made by itself. */
void pi_task_frame(
    struct pi_camera *c, const struct pi_picture *p, const struct pi_frame_meta *meta);
/* pastStack; with no place free the session waits. */
void pi_task_past(struct pi_camera *c, struct pi_session *s);

#endif
