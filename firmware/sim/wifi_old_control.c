#include "wifi_old_control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void take(char out[static JSON_PULL_TEXT_MAX], const struct json_pull_value *v)
{
    if (v->kind == JSON_PULL_STRING || v->kind == JSON_PULL_NUMBER)
        snprintf(out, JSON_PULL_TEXT_MAX, "%.*s", (int)v->text.n, v->text.at);
    else if (v->kind == JSON_PULL_BOOL)
        snprintf(out, JSON_PULL_TEXT_MAX, "%s", v->b ? "true" : "false");
}

int wifi_old_control_read(struct span text, struct wifi_old_control *ret)
{
    struct wifi_old_control c = {"null", "null", "null"};
    struct json_pull_value v;
    struct json_pull j;
    int r;

    json_pull_init(&j, text.at, text.n);
    while ((r = json_pull_next(&j, &v)) > 0) {
        if (strcmp(v.path, "cmd") == 0)
            take(c.cmd, &v);
        else if (strcmp(v.path, "ssid") == 0)
            take(c.ssid, &v);
        else if (strcmp(v.path, "pass") == 0)
            take(c.pass, &v);
    }
    if (r == 0)
        *ret = c;
    return r;
}
