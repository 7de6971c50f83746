/* range.h - which bytes of a file a request asks for (RFC 9110, 14), and whether it has them already. Pure; fuzzed. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum range_kind {
    RANGE_WHOLE,         /* none asked for, several, or one that is not understood: 200 */
    RANGE_PART,          /* 206 */
    RANGE_UNSATISFIABLE, /* 416 */
};

/* header: "bytes=0-99", "bytes=100-", "bytes=-100" or NULL; n: bytes of the file. *ret_first and *ret_last (both included) are set for
 * RANGE_PART only. */
enum range_kind range_parse(
    const char *header, uint64_t n, uint64_t *ret_first, uint64_t *ret_last);

/* If-Range: may a part be sent? Only when it names this very entity tag (no weak one, no date); NULL: yes. */
bool range_if(const char *if_range, const char *etag);

/* If-Match: may the request be done? When the tag is among those named (no weak one counts), or it is
 * "*"; NULL: yes. */
bool etag_allows(const char *if_match, const char *etag);

/* If-None-Match: is the tag among those that the client has, or is it "*"? Weak tags count. NULL: no. */
bool etag_among(const char *if_none_match, const char *etag);
