#include "wifi_tell.h"

#include <stdio.h>

void wifi_tell(const char *what, const char *name, const char *url)
{
    printf("%s name=%s%s%s\n", what, name, url ? " url=" : "", url ? url : "");
    fflush(stdout);
}
