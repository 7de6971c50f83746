/* sockets.h - lwIP's sockets are this machine's, but that the power takes them, too. */
#pragma once

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

int esp_socket(int domain, int type, int protocol);
int esp_accept(int fd, struct sockaddr *from, socklen_t *n);
int esp_close(int fd);
#define socket(domain, type, protocol) esp_socket(domain, type, protocol)
#define accept(fd, from, n) esp_accept(fd, from, n)
#define close(fd) esp_close(fd)
