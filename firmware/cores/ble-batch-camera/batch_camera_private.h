/* batch_camera_private.h - what the files of the camera's core share. Time is c->now_us. */
#ifndef BATCH_CAMERA_PRIVATE_H
#define BATCH_CAMERA_PRIVATE_H

#include "batch_camera.h"

#define BATCH_NEVER_US INT64_MAX

/* --- batch_pictures.c ------------------------------------------------------------------------- */

/* Copies; makes room by forgetting the oldest. NULL: that was not enough, and the new one is the one that is dropped. */
struct batch_picture *batch_picture_keep(struct batch_camera *c, const void *jpeg, size_t n);
struct batch_picture *batch_picture_find(struct batch_camera *c, uint32_t id);
/* The oldest one whose id is above. NULL: there is none. */
struct batch_picture *batch_picture_after(struct batch_camera *c, uint32_t id);
/* The oldest one that is neither skipped nor held. NULL: there is none. */
struct batch_picture *batch_picture_offerable(struct batch_camera *c);
/* Those that were not skipped. */
unsigned batch_pictures_waiting(const struct batch_camera *c);
/* None is held any more. */
void batch_pictures_release(struct batch_camera *c);
/* False: there is none of that id. */
bool batch_picture_forget(struct batch_camera *c, uint32_t id);
uint16_t batch_pictures_used_permille(const struct batch_camera *c);
/* One more, up to 65535. */
void batch_count(uint16_t *counter);

/* --- batch_camera.c --------------------------------------------------------------------------- */

/* To a host that has subscribed, if there is room; false: not now. */
bool batch_send(struct batch_camera *c, enum batch_characteristic chr, const void *bytes, size_t n);
/* The most bytes that a notification carries on this link. */
size_t batch_payload_bytes(const struct batch_camera *c);
/* Readable at once, and sent as soon as there is room. */
void batch_say(struct batch_camera *c, const struct batch_status *line);
void batch_display(struct batch_camera *c, unsigned line, const char *text);

/* --- batch_push.c: the batch dialect ---------------------------------------------------------- */

/* Pictures are to be handed over: the memory is as full as T says, or a batch is whole. */
bool batch_is_due(const struct batch_camera *c);
/* Something changed (a picture, a host, what it subscribed to): a new attempt makes sense. */
void batch_push_retry(struct batch_camera *c);
void batch_push_command(struct batch_camera *c, uint8_t command);
void batch_push_step(struct batch_camera *c);
int64_t batch_push_next_us(const struct batch_camera *c);
/* Ends what is going on. handed_over: a picture that went out whole has come. */
void batch_push_end(struct batch_camera *c, bool handed_over);

/* --- batch_window.c: LINK --------------------------------------------------------------------- */

void batch_window_message(struct batch_camera *c, const void *bytes, size_t n);
/* A picture was taken, or none could be. */
void batch_window_changed(struct batch_camera *c);
void batch_window_step(struct batch_camera *c);
int64_t batch_window_next_us(const struct batch_camera *c);
void batch_window_end(struct batch_camera *c);

/* --- batch_settings.c ------------------------------------------------------------------------- */

void batch_settings_load(struct batch_camera *c);
void batch_settings_written(struct batch_camera *c, const void *text, size_t n);
void batch_settings_step(struct batch_camera *c);
int64_t batch_settings_next_us(const struct batch_camera *c);
/* What CONFIG reads as. */
void batch_settings_show(struct batch_camera *c);

/* --- batch_lapse.c: pictures by the clock ----------------------------------------------------- */

void batch_lapse_start(struct batch_camera *c);
/* F changed. */
void batch_lapse_changed(struct batch_camera *c);
void batch_lapse_step(struct batch_camera *c);
int64_t batch_lapse_next_us(const struct batch_camera *c);

#endif
