/* log_file.h - the service's log: lines for people, on standard error and in a file that is turned
 * over when it is full.
 *
 *     2026-01-31 23:59:00 [WARNING] Source has stalled: no picture for 4.1 s; it is started again in 1 s
 *     logs/camera_service.log   .log.1   .log.2   .log.3        the newest has no number
 *
 * The file is written by a worker a moment later, so that a slow card costs nothing but that.
 */
#pragma once

#include <stdint.h>

#include "pi_camera.h"

struct loop;
struct log_file;

#define LOG_FILE_NAME "camera_service.log"
#define LOG_FILE_MAX_BYTES (5u << 20)
#define LOG_FILE_BACKUPS 3
/* Lines that wait for a disk that does not answer; more are counted and left out. */
#define LOG_FILE_MAX_WAITING (256u << 10)

/* folder NULL: standard error only. The folder is made when it is not there. */
int log_file_new(struct loop *l, const char *folder, uint64_t max_bytes, unsigned backups,
    struct log_file **ret);
/* Writes what waits, here. Returns NULL. */
struct log_file *log_file_free(struct log_file *f);
/* From any thread. */
void log_file_write(struct log_file *f, enum pi_log level, const char *text);
