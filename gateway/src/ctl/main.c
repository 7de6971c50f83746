#include <stdlib.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "ctl/terminal.h"
#include "loop/loop.h"

static bool wants_colour(void)
{
    const char *no = getenv("NO_COLOR");

    return isatty(STDOUT_FILENO) && !(no && *no);
}

int main(int argc, char **argv)
{
    struct loop *loop;
    struct ctl_io io = {.out = stdout,
        .err = stderr,
        .colour = wants_colour(),
        .url = getenv("WARREN_URL"),
        .ask_secret = terminal_ask_secret,
        .open_url = terminal_open_url};
    enum ctl_exit code;

    if (loop_new(&loop) < 0) {
        fprintf(stderr, "warrenctl: the event loop cannot be made\n");
        return CTL_UNREACHABLE;
    }
    io.loop = loop;
    code = ctl_run(&io, argc, (const char *const *)argv);
    loop_free(loop);
    return code;
}
