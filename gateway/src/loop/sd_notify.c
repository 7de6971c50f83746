#include "loop/sd_notify.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "base/util.h"
#include "loop/loop.h"
#include "loop/timer.h"

#define STATUS_BYTES 512

struct sd_notify {
    struct loop *loop;
    int fd; /* -1: nobody is to be told */
    struct sockaddr_un address;
    socklen_t address_len;
    struct timer watchdog;
};

/* A datagram, never waited for: a service manager that is stuck must not stop us. */
static void notify_send(struct sd_notify *n, const char *text)
{
    if (n->fd < 0)
        return;
    if (sendto(n->fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL,
            (const struct sockaddr *)&n->address, n->address_len) < 0)
        log_warning("cannot tell the service manager", F_STR("message", text), F_ERRNO(-errno));
}

static void notify_ping(struct timer *t)
{
    notify_send(container_of(t, struct sd_notify, watchdog), "WATCHDOG=1");
}

/* A path, or a name in the abstract namespace that begins with '@'. */
static int notify_address(struct sd_notify *n, const char *name)
{
    size_t len = strlen(name);

    if ((name[0] != '/' && name[0] != '@') || len < 2 || len >= sizeof n->address.sun_path)
        return -EINVAL;
    n->address.sun_family = AF_UNIX;
    memcpy(n->address.sun_path, name, len);
    if (name[0] == '@')
        n->address.sun_path[0] = '\0';
    n->address_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (name[0] == '/'));
    return 0;
}

/* How often the manager wants to hear from us; 0: not at all. The time may be meant for another
 * process that started us. */
static int64_t watchdog_period_us(void)
{
    const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    int64_t us, who;

    if (!usec || text_to_int(usec, &us) < 0 || us <= 0)
        return 0;
    if (pid && (text_to_int(pid, &who) < 0 || who != getpid()))
        return 0;
    return us;
}

static int notify_open(struct sd_notify *n, const char *name)
{
    int64_t period_us = watchdog_period_us();

    if (notify_address(n, name) < 0) {
        log_warning("NOTIFY_SOCKET is not a socket's name", F_STR("value", name));
        return 0;
    }
    n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (n->fd < 0)
        return -errno;
    /* At half of it, one ping may come late. */
    return period_us > 0 ? timer_every(&n->watchdog, MAX(period_us / 2, 1)) : 0;
}

int sd_notify_new(struct loop *l, struct sd_notify **ret)
{
    const char *name = getenv("NOTIFY_SOCKET");
    struct sd_notify *n = calloc(1, sizeof *n);
    int r;

    if (!n)
        return -ENOMEM;
    n->loop = l;
    n->fd = -1;
    timer_init(&n->watchdog, l, notify_ping);
    r = name && *name ? notify_open(n, name) : 0;
    if (r < 0) {
        sd_notify_free(n);
        return r;
    }
    *ret = n;
    return 0;
}

struct sd_notify *sd_notify_free(struct sd_notify *n)
{
    if (!n)
        return NULL;
    timer_stop(&n->watchdog);
    if (n->fd >= 0)
        close(n->fd);
    free(n);
    return NULL;
}

void sd_notify_ready(struct sd_notify *n)
{
    notify_send(n, "READY=1");
}

/* A line break would begin another key; a status that is not UTF-8 is not taken. */
void sd_notify_status(struct sd_notify *n, const char *format, ...)
{
    char text[STATUS_BYTES + 4] = "STATUS=";
    size_t key = strlen(text);
    va_list args;

    va_start(args, format);
    vsnprintf(text + key, sizeof text - key, format, args);
    va_end(args);
    text[text_cut(text, strlen(text), STATUS_BYTES)] = '\0';
    for (char *p = text; *p; p++)
        if (*p == '\n' || *p == '\r')
            *p = ' ';
    notify_send(n, text);
}

void sd_notify_reloading(struct sd_notify *n)
{
    char text[64];

    snprintf(
        text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)loop_now_us(n->loop));
    notify_send(n, text);
}

void sd_notify_stopping(struct sd_notify *n)
{
    notify_send(n, "STOPPING=1");
}
