/* target.h - the target of a request, "/path?query": checked and decoded. Pure: no sockets, no
 * allocation; fuzzed. */
#pragma once

#include <stddef.h>

/* Decodes %XX of a path in place; path[n] is writable and becomes a NUL at the latest. Its length,
 * or -EBADMSG and a sentence: does not begin with '/', bad escape, encoded slash, control character,
 * '#', not UTF-8, "//" or a segment "." or "..". */
int target_path_decode(char *path, size_t n, const char **ret_why);

/* The first parameter of that name, with %XX and '+' decoded; its length without the NUL. -ENOENT;
 * -EINVAL: bad escape, NUL, or not UTF-8; -ENOBUFS: longer than cap - 1. `out` is then untouched or
 * holds a part of it. */
int target_query_get(const char *query, const char *name, char *out, size_t cap);

/* The name of the next parameter, decoded; *query, at first the whole, moves behind it. Empty ones ("&&") are passed over. Its length;
 * -ENOENT: there are no more; else as above, and *query moves on as well. */
int target_query_next(const char **query, char *name, size_t cap);
