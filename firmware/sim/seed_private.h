/* seed_private.h - the two faces of the seed dialect, and what they share. */
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "firmware/pi-trigger-camera/service.h"

struct loop;
struct seed_triggers;
struct seed_mjpeg;

/* --- seed_triggers.c -------------------------------------------------------------------------- */

int seed_triggers_new(struct loop *l, struct service *s, const char *address, uint16_t port,
    struct seed_triggers **ret, struct error *e);
uint16_t seed_triggers_port(const struct seed_triggers *t);
struct seed_triggers *seed_triggers_free(struct seed_triggers *t);
int seed_triggers_send(
    void *peer, const void *head, size_t n_head, const void *body, size_t n_body);
void seed_triggers_finish(void *peer);

/* --- seed_command.c --------------------------------------------------------------------------- */

enum seed_verdict {
    SEED_RUN,   /* as `text` says now: it may have been replaced by its meaning */
    SEED_REPLY, /* `text` is the reply */
    SEED_QUIET, /* no reply at all */
    SEED_DIES,  /* an exception that nobody catches */
};

#define SEED_TEXT_MAX 2048

/* What becomes of a command there. text: what was received; on return what to run or to reply. */
enum seed_verdict seed_command(struct service *s, char text[SEED_TEXT_MAX]);

/* --- seed_mjpeg.c ----------------------------------------------------------------------------- */

int seed_mjpeg_new(struct loop *l, struct service *s, const char *address, uint16_t port,
    struct seed_mjpeg **ret, struct error *e);
uint16_t seed_mjpeg_port(const struct seed_mjpeg *m);
struct seed_mjpeg *seed_mjpeg_free(struct seed_mjpeg *m);
