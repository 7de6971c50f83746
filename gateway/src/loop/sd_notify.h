/* sd_notify.h - tells the service manager how we are: READY, STATUS, RELOADING, STOPPING, and the
 * watchdog's pings from the loop.
 *
 * A loop that hangs pings no more; that is the point. Speaks to $NOTIFY_SOCKET by itself
 * (sd_notify(3), a datagram of KEY=value lines), so that base programs need no libsystemd. Without
 * the variable every call does nothing.
 */
#pragma once

struct loop;
struct sd_notify;

int sd_notify_new(struct loop *l, struct sd_notify **ret);
struct sd_notify *sd_notify_free(struct sd_notify *n);
void sd_notify_ready(struct sd_notify *n);
void sd_notify_status(struct sd_notify *n, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void sd_notify_reloading(struct sd_notify *n);
void sd_notify_stopping(struct sd_notify *n);
