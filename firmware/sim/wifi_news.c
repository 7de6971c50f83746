#include "wifi_news.h"

#include <stdio.h>

void wifi_news(const char *what, const char *name, const char *url)
{
    printf("%s name=%s%s%s\n", what, name, url ? " url=" : "", url ? url : "");
    fflush(stdout);
}
