/* wifi_old_control.h - how old debug cameras read CONTROL: a command by its exact word, texts as their JSON library turns whatever
 * it finds into them. What is missing is the text "null".
 */
#pragma once

#include "json_pull.h"
#include "span.h"

struct wifi_old_control {
    char cmd[JSON_PULL_TEXT_MAX], ssid[JSON_PULL_TEXT_MAX], pass[JSON_PULL_TEXT_MAX];
};

/* -EBADMSG: it is no JSON, and nothing happens. */
int wifi_old_control_read(struct span text, struct wifi_old_control *ret);
