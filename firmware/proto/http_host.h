/* http_host.h - whether the name in a Host header can be of here only.
 *
 * Who owns evil.example can have it lead to an address in somebody's house ("DNS rebinding"). Then a browser there takes the device for
 * the server of the page that it has from evil.example, and lets that page read all that the device says. Its Host gives it away.
 *
 *     Host: 192.168.1.100, [fe80::1]:81                      an address: no name led here
 *     Host: camera                                           nobody can own it in the public DNS
 *     Host: camera.local, .lan, .home, .home.arpa, .internal, .localdomain, .localhost      neither
 *     Host: camera.example.org                               anybody's
 */
#ifndef HTTP_HOST_H
#define HTTP_HOST_H

#include "span.h"

/* Host with its port, if it has one. Nothing at all is of here, too: browsers always have a name. */
bool http_host_is_local(struct span host);

#endif
