/* wifi_page.h - the camera's page, page.html, which page.py makes wifi_page.c of when the firmware is built: as it is, and as gzip.
 */
#ifndef WIFI_PAGE_H
#define WIFI_PAGE_H

#include <stddef.h>

extern const unsigned char wifi_page[], wifi_page_gz[];
extern const size_t wifi_page_bytes, wifi_page_gz_bytes;

#endif
