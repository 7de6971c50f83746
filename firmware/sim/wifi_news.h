/* wifi_news.h - what a virtual debug camera prints of its Wi-Fi, for people and tests. */
#pragma once

/* "joined name=LedSaber-BLE url=http://127.0.0.1:18090"; `url` NULL: without. */
void wifi_news(const char *what, const char *name, const char *url);
