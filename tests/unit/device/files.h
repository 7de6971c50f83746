/* files.h - files of the test: read, write, a folder of its own. Everything fails the test when it
 * fails. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The whole file; free() it. */
uint8_t *read_whole(const char *path, size_t *ret_n);
/* Truncates and writes in place, as cp does. */
void write_whole(const char *path, const void *bytes, size_t n);
/* A new folder (0755), removed with all in it by remove_folder(). */
void make_folder(char out[64]);
void remove_folder(const char *path);
