/* source.c - from a text to a source. */
#include "source.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct {
    const char *name;
    bool needs_argument;
    int (*make)(struct loop *l, const char *argument, struct source **ret, struct error *e);
} kinds[] = {
    {"drawn", false, source_scene_new},
    {"v4l2", true, source_v4l2_new},
    {"rpicam", false, source_rpicam_new},
    {"video", true, source_video_new},
    {"folder", true, source_folder_new},
};

static bool in_path(const char *program)
{
    const char *path = getenv("PATH");
    char file[4096];

    for (const char *p = path ? path : "/usr/bin:/bin"; *p;) {
        size_t n = strcspn(p, ":");
        if (snprintf(file, sizeof file, "%.*s/%s", (int)n, p, program) < (int)sizeof file &&
            access(file, X_OK) == 0)
            return true;
        p += n + (p[n] == ':');
    }
    return false;
}

static int make_auto(struct loop *l, struct source **ret, struct error *e)
{
    glob_t devices = {0};
    int r;

    if (in_path("rpicam-vid"))
        return source_rpicam_new(l, "", ret, e);
    if (in_path("libcamera-vid"))
        return source_rpicam_new(l, "libcamera-vid", ret, e);
    if (glob("/dev/video[0-9]*", 0, NULL, &devices) == 0 && devices.gl_pathc > 0)
        r = source_v4l2_new(l, devices.gl_pathv[0], ret, e);
    else
        r = error_set(e, -ENODEV,
            "no camera found: there is neither rpicam-vid nor a /dev/video*; try --source drawn");
    globfree(&devices);
    return r;
}

static int make_by_path(struct loop *l, const char *path, struct source **ret, struct error *e)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return error_set(e, -EINVAL,
            "source \"%.100s\" is neither drawn, v4l2:…, rpicam, video:…, folder:… nor a path that "
            "is there",
            path);
    if (S_ISDIR(st.st_mode))
        return source_folder_new(l, path, ret, e);
    return S_ISCHR(st.st_mode) ? source_v4l2_new(l, path, ret, e)
                               : source_video_new(l, path, ret, e);
}

static int make(struct loop *l, const char *spec, struct source **ret, struct error *e)
{
    size_t n = strcspn(spec, ":");

    if (strcmp(spec, "auto") == 0)
        return make_auto(l, ret, e);
    for (size_t i = 0; i < N_ELEMENTS(kinds); i++) {
        if (strlen(kinds[i].name) != n || strncmp(spec, kinds[i].name, n) != 0)
            continue;
        const char *argument = spec[n] ? spec + n + 1 : "";
        if (kinds[i].needs_argument && !*argument)
            return error_set(e, -EINVAL, "source %s needs something after it: %s:…", kinds[i].name,
                kinds[i].name);
        return kinds[i].make(l, argument, ret, e);
    }
    return make_by_path(l, spec, ret, e);
}

int source_new(struct loop *l, const char *spec, const struct source_events *events, void *ctx,
    struct source **ret, struct error *e)
{
    struct source *s;
    int r = make(l, spec, &s, e);

    if (r < 0)
        return r;
    s->loop = l;
    s->events = events;
    s->ctx = ctx;
    *ret = s;
    return 0;
}

struct source *source_free(struct source *s)
{
    if (s) {
        s->kind->stop(s);
        s->kind->free(s);
    }
    return NULL;
}
