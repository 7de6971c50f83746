/* service.h - the camera's core with a world around it: source, worker, files, log, triggers, HTTP.
 * The daemon is one; so is the simulated camera.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/util.h"
#include "pi_camera.h"

struct loop;
struct service;
struct log_file;

struct service_config {
    struct pi_config config;
    const char *config_path; /* what overwrite_config writes, and names */
    const char *source;      /* source.h */
    const char *listen;      /* address of both faces */
    const char *token;       /* of set and overwrite_config; NULL: none is asked for */
    bool seed_dialect;       /* the faces are somebody else's: sim/seed_dialect.h */
};

struct service_events {
    /* So many frames have been taken in since the start. NULL: nobody counts. */
    void (*frame)(void *ctx, uint64_t n);
};

/* Opens the faces; a sentence on failure. Strings are borrowed. */
int service_new(struct loop *l, const struct service_config *config, struct log_file *log,
    const struct service_events *events, void *ctx, struct service **ret, struct error *e);
/* Starts the source. */
void service_start(struct service *s);
/* Ends what can be ended at once and waits for what is being saved, by turning the loop. Returns
 * NULL. */
struct service *service_free(struct service *s);
DEFINE_CLEANUP(struct service *, service_free)

uint16_t service_trigger_port(const struct service *s);
/* A picture is being made, or something is being saved. */
bool service_busy(const struct service *s);
/* 0: HTTP is switched off. */
uint16_t service_http_port(const struct service *s);
/* What the source agreed on: "YUYV 640x480"; "" while it has not. */
const char *service_source_format(const struct service *s);
struct pi_camera *service_camera(struct service *s);

/* --- for faces of another dialect ------------------------------------------------------------- */

/* Who gets the replies. Must not call back into the service. */
struct service_peer_events {
    int (*send)(void *peer, const void *head, size_t n_head, const void *body, size_t n_body);
    void (*finish)(void *peer);
};
void service_set_peers(struct service *s, const struct service_peer_events *events);
void service_trigger(struct service *s, void *peer, const char *text, size_t n);
void service_peer_drained(struct service *s, void *peer);
void service_peer_gone(struct service *s, void *peer);
/* A setting that changes without anybody to tell. */
void service_set_quietly(struct service *s, const struct pi_key *k, struct span value);
