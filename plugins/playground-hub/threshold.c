/* threshold.c - whom a command is for, as people say it. */
#include <errno.h>

#include "hub.h"

#define DBM_MIN (-127)

int threshold_read(const char *text, int *ret_dbm)
{
    struct span s = span_strip((struct span){text, strlen(text)});
    int64_t v;

    if (span_is(s, "all"))
        return *ret_dbm = HUB_THRESHOLD_ALL, 0;
    if (span_int(s, &v) < 0 || v < DBM_MIN || v == 0 || v > HUB_SLIDER_MAX)
        return -EINVAL;
    *ret_dbm = v > 0 ? hub_slider_threshold((int)v) : (int)v;
    if (*ret_dbm < HUB_THRESHOLD_ALL)
        *ret_dbm = HUB_THRESHOLD_ALL;
    return 0;
}
