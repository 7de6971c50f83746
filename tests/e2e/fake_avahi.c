/* fake_avahi.c - fake-avahi SOCKET FIFO: a D-Bus of its own at SOCKET, and on it an Avahi that is pretended, which does what
 * the lines of FIFO say, in words with a tab between them:
 *
 *     put NAME ADDRESS PORT [KEY=VALUE …]    it announces itself; or is another now
 *     drop NAME                              it says goodbye
 *     stop, start                            avahi-daemon goes, and comes back with what it had
 *
 * Ends by SIGTERM.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "firmware/sim/private_bus.h"
#include "firmware/sim/sim_avahi.h"
#include "loop/loop.h"
#include "loop/signals.h"
#include "loop/watch_fd.h"

#define LINE_BYTES 4096
#define WORDS_MAX (SIM_AVAHI_MAX_TXT + 4)

static struct loop *loop;
static struct sim_avahi *avahi;
static int fifo;
static char line[LINE_BYTES];
static size_t n_line;

static void put(char **words, size_t n)
{
    struct sim_service s = {.interface = 2,
        .name = words[1],
        .type = "_http._tcp",
        .host = "camera.local",
        .address = words[2],
        .port = (uint16_t)atoi(words[3]),
        .local = strncmp(words[2], "127.", 4) == 0};

    for (size_t i = 4; i < n; i++)
        s.txt[i - 4] = words[i];
    sim_avahi_put(avahi, &s);
}

static void obey(char *text)
{
    char *words[WORDS_MAX], *rest = text;
    struct error e = ERROR_NULL;
    size_t n = 0;

    while (n < WORDS_MAX && rest)
        words[n++] = strsep(&rest, "\t");
    if (strcmp(words[0], "put") == 0 && n >= 4)
        put(words, n);
    else if (strcmp(words[0], "drop") == 0 && n == 2)
        sim_avahi_drop(avahi, words[1]);
    else if (strcmp(words[0], "stop") == 0)
        sim_avahi_stop(avahi);
    else if (strcmp(words[0], "start") == 0)
        sim_avahi_start(avahi, &e);
    else
        fprintf(stderr, "what is \"%s\"?\n", words[0]);
}

static void readable(void *ctx, unsigned events)
{
    ssize_t n = read(fifo, line + n_line, sizeof line - 1 - n_line);
    char *end;

    if (n <= 0)
        return;
    n_line += (size_t)n;
    line[n_line] = '\0';
    while ((end = strchr(line, '\n'))) {
        *end = '\0';
        obey(line);
        n_line -= (size_t)(end + 1 - line);
        memmove(line, end + 1, n_line + 1);
    }
}

static void on_signal(void *ctx, int number)
{
    loop_stop(loop);
}

static int run(const char *socket, struct error *e)
{
    static const int numbers[] = {SIGTERM, SIGINT};
    struct private_bus *bus = NULL;
    struct signals *signals = NULL;
    struct watch_fd *watch = NULL;
    int r;

    if ((r = private_bus_new(socket, &bus, e)) < 0)
        return r;
    if ((r = sim_avahi_new(loop, private_bus_address(bus), &avahi, e)) >= 0 &&
        (r = signals_new(loop, numbers, N_ELEMENTS(numbers), on_signal, NULL, &signals)) >= 0 &&
        (r = watch_fd_new(loop, fifo, readable, NULL, &watch)) >= 0 &&
        (r = watch_fd_set(watch, FD_READABLE)) >= 0)
        r = loop_run(loop);
    watch_fd_free(watch);
    signals_free(signals);
    sim_avahi_free(avahi);
    private_bus_free(bus);
    return r;
}

/* Both ends of the pipe are ours, so that it has none. */
int main(int argc, char **argv)
{
    struct error e = ERROR_NULL;
    int r;

    if (argc != 3 || (fifo = open(argv[2], O_RDWR | O_NONBLOCK | O_CLOEXEC)) < 0 ||
        loop_new(&loop) < 0) {
        fprintf(stderr, "fake-avahi SOCKET FIFO\n");
        return 2;
    }
    r = run(argv[1], &e);
    if (r < 0)
        fprintf(stderr, "fake-avahi: %s\n", error_text(&e));
    loop_free(loop);
    close(fifo);
    return r < 0;
}
