/* config_watch.h - tells when the configuration's file has become another one, and is whole.
 *
 * Editors replace files, write them in pieces, or empty them first; a script appends line by line; a
 * file may come over a slow network. Half a file can be sound YAML: it would remove the devices of
 * the other half. So it is left alone until it has been as it is for CONFIG_SETTLE_US, and who wrote
 * to it has closed it.
 */
#pragma once

#include <stdint.h>
#include <sys/stat.h>

struct config_watch;
struct loop;

/* Longer than anybody takes between two pieces of one file, shorter than a person waits for what he
 * has saved. */
#define CONFIG_SETTLE_US INT64_C(1000000)
/* Who has written to the file and keeps it open for so long without writing more will not. */
#define CONFIG_WRITER_MAX_US INT64_C(30000000)

/* `taken`: the file as it was before it was read (zeroed: it was not there). What it is now is looked
 * at, too. `changed` is called from a turn of the loop, once for each new state of the file; not for
 * one that is gone. */
int config_watch_new(struct loop *l, const char *path, const struct stat *taken,
    void (*changed)(void *ctx), void *ctx, struct config_watch **ret);
/* The file is about to be read for another reason: as it is now, it is no news. NULL-safe. */
void config_watch_taken(struct config_watch *w);
struct config_watch *config_watch_free(struct config_watch *w);
