/* hostname.h - is this text the name or the address of a host? */
#pragma once

#include <stdbool.h>

/* Longest name that DNS carries, as text. */
#define HOSTNAME_MAX 253

/* Labels of 1 … 63 letters, digits, hyphens and underscores (which real devices have), between
 * dots; one dot may end it. The last label is not all digits: "10.0.0.300" and "127.1" are mistaken
 * addresses. */
bool hostname_is_name(const char *s);
/* A name, or an IP address: "192.0.2.1", "::1", "fe80::1%eth0"; no brackets, no port. Whether the
 * interface behind % is there is not asked. */
bool hostname_is_host(const char *s);
