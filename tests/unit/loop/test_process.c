#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "loop/process.h"
#include "wait.h"

struct child {
    struct loop *loop;
    struct process *p;
    struct buf got;
    size_t use_at_most;
    int n_outputs, n_ended, status;
    bool closes, pauses;
};

static size_t child_output(void *ctx, struct process *p, const uint8_t *bytes, size_t n)
{
    struct child *c = ctx;
    size_t used = MIN(n, c->use_at_most);

    cr_assert_eq(p, c->p);
    c->n_outputs++;
    buf_append(&c->got, bytes, used);
    if (c->pauses)
        process_pause(p);
    if (c->closes) {
        process_close(p);
        c->p = NULL;
    }
    return used;
}

static void child_ended(void *ctx, struct process *p, int status)
{
    struct child *c = ctx;

    cr_assert_eq(p, c->p);
    c->n_ended++;
    c->status = status;
    c->p = NULL;
    process_close(p); /* not asked for, but must do no harm */
}

static const struct process_events events = {.output = child_output, .ended = child_ended};

static void child_init(struct child *c)
{
    *c = (struct child){.got = BUF_INIT(16u << 20), .use_at_most = SIZE_MAX};
    cr_assert_eq(loop_new_virtual(0, 0, &c->loop), 0);
}

static int start(struct child *c, const char *const argv[], struct error *e)
{
    return process_start(c->loop, argv, 4096, &events, c, &c->p, e);
}

static void shell(struct child *c, const char *script)
{
    const char *argv[] = {"sh", "-c", script, NULL};

    child_init(c);
    cr_assert_eq(start(c, argv, NULL), 0);
}

static void child_over(struct child *c)
{
    buf_fini(&c->got);
    loop_free(c->loop);
}

static bool is_running(const char *pid)
{
    char path[64], state[64] = "";
    FILE *f;

    snprintf(path, sizeof path, "/proc/%ld/stat", strtol(pid, NULL, 10));
    f = fopen(path, "r");
    if (!f)
        return false;
    cr_assert_eq(fscanf(f, "%*d (%*[^)]) %1s", state), 1);
    fclose(f);
    return state[0] != 'Z';
}

Test(process, gives_its_output_and_its_exit_code)
{
    struct child c;

    shell(&c, "echo one; echo two; exit 3");
    cr_assert_eq(c.n_outputs, 0);
    WAIT_UNTIL(c.loop, c.n_ended == 1);
    cr_assert_str_eq(buf_text(&c.got), "one\ntwo\n");
    cr_assert_eq(c.status, 3);
    child_over(&c);
}

Test(process, a_signal_shows_in_the_status)
{
    struct child c;

    shell(&c, "kill -9 $$");
    WAIT_UNTIL(c.loop, c.n_ended == 1);
    cr_assert_eq(c.status, 128 + SIGKILL);
    child_over(&c);
}

Test(process, says_what_cannot_be_run)
{
    const char *missing[] = {"no-such-program-here", NULL}, *folder[] = {"/tmp", NULL},
               *text[] = {"./not-a-program", NULL};
    struct error e = ERROR_NULL;
    struct child c;
    char dir[] = "/tmp/warren-process-XXXXXX";

    child_init(&c);
    cr_assert_eq(start(&c, missing, &e), -ENOENT);
    cr_assert_str_eq(error_text(&e), "there is no program \"no-such-program-here\"");
    cr_assert_eq(start(&c, folder, &e), -ENOENT);
    cr_assert_not_null(mkdtemp(dir));
    cr_assert_eq(chdir(dir), 0);
    FILE *f = fopen("not-a-program", "w");
    fputs("\x7F"
          "ELF but no more",
        f);
    fclose(f);
    chmod("not-a-program", 0755);
    cr_assert_eq(start(&c, text, &e), -ENOEXEC);
    cr_assert_str_eq(error_text(&e), "cannot run ./not-a-program: Exec format error");
    cr_assert_null(c.p);
    unlink("not-a-program");
    rmdir(dir);
    child_over(&c);
}

Test(process, much_output_comes_whole)
{
    struct child c;
    char expected[32];
    const char *at;

    shell(&c, "seq 100000");
    c.use_at_most = 1000;
    WAIT_UNTIL(c.loop, c.n_ended == 1);
    cr_assert_eq(c.got.len, 588895);
    at = buf_text(&c.got);
    for (int i = 1; i <= 100000; i++) {
        int n = snprintf(expected, sizeof expected, "%d\n", i);

        cr_assert_eq(memcmp(at, expected, (size_t)n), 0);
        at += n;
    }
    child_over(&c);
}

Test(process, waits_while_its_output_is_not_used)
{
    struct child c;

    shell(&c, "seq 100000");
    c.use_at_most = 0;
    WAIT_UNTIL(c.loop, c.n_outputs > 0);
    some_turns(c.loop);
    int n = c.n_outputs;
    some_turns(c.loop);
    cr_assert_eq(c.n_outputs, n);
    cr_assert_eq(c.n_ended, 0);
    c.use_at_most = SIZE_MAX;
    process_resume(c.p);
    WAIT_UNTIL(c.loop, c.n_ended == 1);
    cr_assert_eq(c.got.len, 588895);
    child_over(&c);
}

Test(process, a_pause_holds_the_end_back_too)
{
    struct child c;

    shell(&c, "echo a; echo b");
    c.use_at_most = 1;
    c.pauses = true;
    WAIT_UNTIL(c.loop, c.n_outputs == 1);
    some_turns(c.loop);
    loop_advance(c.loop, 60 * US_PER_S);
    cr_assert(c.n_outputs == 1 && c.n_ended == 0);
    c.pauses = false;
    c.use_at_most = SIZE_MAX;
    process_resume(c.p);
    cr_assert_eq(c.n_outputs, 1, "not from within process_resume()");
    WAIT_UNTIL(c.loop, c.n_ended == 1);
    cr_assert_str_eq(buf_text(&c.got), "a\nb\n");
    child_over(&c);
}

Test(process, stop_asks_before_it_kills)
{
    struct child c;

    shell(&c, "trap 'echo bye; exit 7' TERM; echo up; while :; do sleep 0.01; done");
    WAIT_UNTIL(c.loop, c.n_outputs == 1);
    process_stop(c.p, 5 * US_PER_S);
    WAIT_UNTIL(c.loop, c.n_ended == 1);
    cr_assert_str_eq(buf_text(&c.got), "up\nbye\n");
    cr_assert_eq(c.status, 7);
    child_over(&c);
}

Test(process, stop_kills_what_does_not_listen)
{
    struct child c;

    shell(&c, "trap '' TERM; echo up; while :; do sleep 0.01; done");
    WAIT_UNTIL(c.loop, c.n_outputs == 1);
    process_stop(c.p, 5 * US_PER_S);
    some_turns(c.loop);
    loop_advance(c.loop, 5 * US_PER_S - 1);
    some_turns(c.loop);
    cr_assert_eq(c.n_ended, 0);
    loop_advance(c.loop, 1);
    WAIT_UNTIL(c.loop, c.n_ended == 1);
    cr_assert_eq(c.status, 128 + SIGKILL);
    child_over(&c);
}

Test(process, stop_ends_a_child_whose_output_nobody_takes)
{
    struct child c;

    shell(&c, "trap 'exit 5' TERM; yes | head -c 1000000; exit 5");
    c.use_at_most = 0;
    WAIT_UNTIL(c.loop, c.n_outputs > 0);
    process_pause(c.p);
    process_stop(c.p, 5 * US_PER_S);
    WAIT_UNTIL(c.loop, c.n_ended == 1);
    child_over(&c);
}

Test(process, close_ends_it_without_a_call)
{
    struct child c;
    char pid[32];

    shell(&c, "echo $$; exec sleep 1000");
    WAIT_UNTIL(c.loop, c.n_outputs == 1);
    snprintf(pid, sizeof pid, "%s", buf_text(&c.got));
    cr_assert(is_running(pid));
    process_close(c.p);
    WAIT_UNTIL(c.loop, !is_running(pid));
    some_turns(c.loop);
    cr_assert_eq(c.n_ended, 0);
    child_over(&c);
}

Test(process, may_be_closed_in_its_output)
{
    struct child c;

    shell(&c, "yes");
    c.closes = true;
    WAIT_UNTIL(c.loop, !c.p);
    some_turns(c.loop);
    cr_assert(c.n_outputs == 1 && c.n_ended == 0);
    child_over(&c);
}

Test(process, the_loops_end_kills_what_was_closed)
{
    struct child c;
    char pid[32];

    shell(&c, "trap '' TERM; echo $$; while :; do sleep 0.01; done");
    WAIT_UNTIL(c.loop, c.n_outputs == 1);
    snprintf(pid, sizeof pid, "%s", buf_text(&c.got));
    process_close(c.p);
    child_over(&c);
    cr_assert_not(is_running(pid));
}

Test(process, takes_its_group_with_it)
{
    struct child c;
    char pid[32];

    shell(&c, "sleep 1000 & echo $!");
    WAIT_UNTIL(c.loop, c.n_ended == 1);
    snprintf(pid, sizeof pid, "%s", buf_text(&c.got));
    WAIT_UNTIL(c.loop, !is_running(pid));
    child_over(&c);
}

Test(process, a_grandchild_that_fled_holds_nobody_up)
{
    struct child c;

    shell(&c, "setsid sleep 5 & sleep 0.1; echo done");
    WAIT_UNTIL(c.loop, c.n_outputs == 1);
    some_turns(c.loop);
    WAIT_UNTIL(c.loop, (loop_advance(c.loop, US_PER_S), c.n_ended == 1));
    child_over(&c);
}

/* A process of its own plays the gateway and dies without a word. */
Test(process, dies_with_us)
{
    char pid[32] = "";
    int fds[2];
    struct loop *l;

    cr_assert_eq(pipe(fds), 0);
    pid_t gateway = fork();
    if (gateway == 0) {
        struct child c;

        shell(&c, "trap '' TERM HUP PIPE; echo $$; while :; do sleep 0.01; done");
        WAIT_UNTIL(c.loop, c.n_outputs == 1);
        if (write(fds[1], buf_text(&c.got), c.got.len) < 0)
            abort();
        pause();
    }
    cr_assert_gt(read(fds[0], pid, sizeof pid - 1), 0);
    cr_assert(is_running(pid));
    kill(gateway, SIGKILL);
    waitpid(gateway, NULL, 0);
    loop_new_virtual(0, 0, &l);
    WAIT_UNTIL(l, !is_running(pid));
    loop_free(l);
}

Test(process, gets_its_three_descriptors_and_no_more)
{
    struct child c;
    const char *inner;
    int fd = open("/dev/null", O_RDONLY); /* without close-on-exec */

    cr_assert_geq(fd, 3);
    shell(&c, "ls /proc/self/fd; readlink /proc/self/fd/0; cat");
    WAIT_UNTIL(c.loop, c.n_ended == 1);
    inner = buf_text(&c.got);
    cr_assert_str_eq(inner, "0\n1\n2\n3\n/dev/null\n", "3 is of ls itself");
    close(fd);
    child_over(&c);
}

Test(process, has_its_signals_at_their_defaults)
{
    struct child c;
    sigset_t some;

    signal(SIGINT, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGRTMAX, SIG_IGN);
    sigemptyset(&some);
    sigaddset(&some, SIGUSR1);
    sigprocmask(SIG_BLOCK, &some, NULL);
    shell(&c, "grep -E 'Sig(Ign|Blk)' /proc/self/status");
    WAIT_UNTIL(c.loop, c.n_ended == 1);
    cr_assert_str_eq(buf_text(&c.got), "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
    child_over(&c);
}

/* --- what it says on standard error ----------------------------------------------------------- */

struct seen {
    char text[16384];
    int n;
};

static void keep(void *ctx, enum log_level level, const char *line)
{
    struct seen *s = ctx;
    size_t n = strlen(s->text);

    s->n++;
    snprintf(s->text + n, sizeof s->text - n, "%s\n", strstr(line, " level=") + 1);
}

Test(process, its_standard_error_becomes_our_log)
{
    static struct seen s;
    struct child c;

    log_set_sink(keep, &s);
    shell(&c, "printf 'one\\ntwo words\\r\\nlast' >&2");
    WAIT_UNTIL(c.loop, c.n_ended == 1);
    cr_assert_str_eq(s.text,
        "level=info msg=\"a child says\" program=sh line=one\n"
        "level=info msg=\"a child says\" program=sh line=\"two words\"\n"
        "level=info msg=\"a child says\" program=sh line=last\n");
    child_over(&c);
}

Test(process, cannot_flood_our_log)
{
    static struct seen s;
    struct child c;

    log_set_sink(keep, &s);
    shell(&c, "seq 1000 >&2");
    WAIT_UNTIL(c.loop, c.n_ended == 1);
    cr_assert_eq(s.n, 41);
    cr_assert_not_null(strstr(s.text, "lines_left_out=960"));
    child_over(&c);
}

Test(process, without_a_reader_its_output_is_nowhere)
{
    static const struct process_events quiet = {.ended = child_ended};
    const char *argv[] = {
        "sh", "-c", "mine=$(readlink /proc/$$/fd/1); echo $mine >&2; echo x", NULL};
    static struct seen s;
    struct child c;

    log_set_sink(keep, &s);
    child_init(&c);
    cr_assert_eq(process_start(c.loop, argv, 4096, &quiet, &c, &c.p, NULL), 0);
    WAIT_UNTIL(c.loop, c.n_ended == 1);
    cr_assert_not_null(strstr(s.text, "line=/dev/null"), "%s", s.text);
    child_over(&c);
}
