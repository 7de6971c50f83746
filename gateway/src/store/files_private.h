/* files_private.h - what files.c and pictures.c share. */
#pragma once

#include "base/util.h"
#include "store/files.h"

/* Folders are ours and our group's, pictures as well: DATA may hold what nobody else should see. */
#define FOLDER_MODE 0750
#define FILE_MODE 0640
/* Those above DATA that are missing. */
#define PARENT_MODE 0755

/* "<device>/<YYYY-MM-DD>" and a NUL. */
#define DAY_PATH_BYTES (64 + 1 + DAY_TEXT_BYTES)
const char *day_path(const char *device, int64_t day, char path[static DAY_PATH_BYTES]);

/* Quota and file size limits are a full disk to us. */
int space_errno(int r);
/* openat() below `dir`: never out of it, and through no link. */
int open_beneath(int dir, const char *path, int flags);
