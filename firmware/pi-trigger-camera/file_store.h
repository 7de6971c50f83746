/* file_store.h - files that are whole or not there: written beside, synced, and put in their
 * place. Blocking: for workers. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct new_file;

/* A name that is taken becomes name_2.jpg, name_3.jpg …; so often at most. */
#define FILE_STORE_MAX_SAME 99

/* Begins a file in the folder, which is made when it is not there. */
int new_file_open(const char *folder, const char *name, struct new_file **ret);
int new_file_write(struct new_file *f, const void *bytes, size_t n);
/* Durable when this returns 0; its absolute path in ret_path. Closes and frees in any case. */
int new_file_commit(struct new_file *f, char *ret_path, size_t cap);
void new_file_discard(struct new_file *f);

/* A whole text in the place of what was there, which is kept as <path>.bak. */
int file_replace(const char *path, const char *text, size_t n);
