/* export_work.h - the camera's export jobs and its configuration file, on workers. */
#pragma once

#include "pi_camera.h"

struct loop;
struct export_work;

struct export_events {
    void (*exported)(void *ctx, uint32_t id, const struct pi_export_result *result);
    /* why NULL: written. */
    void (*config_saved)(void *ctx, const char *why);
};

/* Files go to `folder`, the configuration to `config_path`; both are copied. */
int export_work_new(struct loop *l, const char *folder, const char *config_path,
    const struct export_events *events, void *ctx, struct export_work **ret);
/* What is at work is finished, but nothing is called any more. Returns NULL. */
struct export_work *export_work_free(struct export_work *w);
bool export_work_busy(const struct export_work *w);
/* As the camera's port asks for: copies. */
int export_work_run(struct export_work *w, const struct pi_export *job);
int export_work_save_config(struct export_work *w, const char *text, size_t n);
