/* address.h - IP addresses and ports as text. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* "[" an IPv6 address with a scope "]:65535" and a NUL. */
#define ADDRESS_TEXT_BYTES 96

/* "192.0.2.1", "::1", "fe80::1%eth0"; no names. -EINVAL. */
int address_parse(const char *text, uint16_t port, struct sockaddr_storage *ret);
void address_set_port(struct sockaddr_storage *a, uint16_t port);
uint16_t address_port(const struct sockaddr_storage *a);
socklen_t address_len(const struct sockaddr_storage *a);
/* Without the port; an IPv4 address that came over an IPv6 socket is shown as what it is. Returns
 * `text`. */
const char *address_host_text(
    const struct sockaddr_storage *a, char text[static ADDRESS_TEXT_BYTES]);
/* "127.0.0.1:80", "[::1]:80". Returns `text`. */
const char *address_text(const struct sockaddr_storage *a, char text[static ADDRESS_TEXT_BYTES]);
