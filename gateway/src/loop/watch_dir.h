/* watch_dir.h - tells when something in a folder changed (inotify), a moment after it settled. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct watch_dir;

/* `changed` is called once for a burst of changes, `settle_us` after the last; watched are files
 * closed after writing, moved in or out, and deleted, and links made. Where inotify cannot be had, and besides, the
 * folder is looked at every `rescan_us` (0: never): `changed` is then called each time. A folder
 * that is not there yet is waited for by rescans. */
int watch_dir_new(struct loop *l, const char *path, int64_t settle_us, int64_t rescan_us,
    void (*changed)(void *ctx), void *ctx, struct watch_dir **ret);
/* From now on tells besides, at once and with its name in the folder, that a file was written to and
 * may be half there (`writing`), or that it was closed, moved or deleted: for who must not read one
 * between two pieces. Negative errno. */
int watch_dir_tell_writing(
    struct watch_dir *w, void (*writing)(void *ctx, const char *name, bool writing));
struct watch_dir *watch_dir_free(struct watch_dir *w);
