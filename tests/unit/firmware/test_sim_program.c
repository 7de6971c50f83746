/* warren-sim ble-batch-camera as a program, and a client of org.bluez that fetches pictures. */
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "batch_text.h"
#include "bluez_client.h"
#include "crc32c.h"
#include "loop/process.h"
#include "loop/wait.h"

#define HCI0 "/org/bluez/hci0"
#define DEV HCI0 "/dev_00_AA_01_00_C0_01"
#define SERVICE DEV "/service000a"
#define STATUS_PATH SERVICE "/char000b"
#define DATA_PATH SERVICE "/char000e"
#define COMMAND_PATH SERVICE "/char0011"
#define LINK_PATH SERVICE "/char0017"

static struct loop *l;
static struct process *sim;
static char folder[32], bus[128];
static int status_code;
static uint8_t pictures[2][3000];
static const size_t sizes[2] = {3000, 1024};
static struct bluez_client c;

static size_t on_output(void *ctx, struct process *p, const uint8_t *bytes, size_t n)
{
    const uint8_t *end = memchr(bytes, '\n', n);

    if (!end)
        return 0;
    (void)sscanf((const char *)bytes, "listening bus=%127s", bus);
    return (size_t)(end - bytes) + 1;
}

static void on_ended(void *ctx, struct process *p, int status)
{
    sim = NULL;
    status_code = status;
}

static void write_pictures(void)
{
    strcpy(folder, "/tmp/warren-test-sim-XXXXXX");
    cr_assert(mkdtemp(folder));
    for (unsigned i = 0; i < 2; i++) {
        char path[64];

        for (size_t k = 0; k < sizes[i]; k++)
            pictures[i][k] = (uint8_t)(k * (i + 3));
        memcpy(pictures[i], "\xff\xd8", 2); /* what the camera looks at */
        memcpy(pictures[i] + sizes[i] - 2, "\xff\xd9", 2);
        snprintf(path, sizeof path, "%s/%u.jpg", folder, i);
        FILE *f = fopen(path, "w");
        cr_assert_eq(fwrite(pictures[i], 1, sizes[i], f), sizes[i]);
        fclose(f);
    }
}

static void setup(void)
{
    cr_assert_eq(loop_new(&l), 0);
    bus[0] = '\0';
    status_code = -1;
    write_pictures();
}

static void teardown(void)
{
    char path[64];

    if (c.dbus)
        client_close(&c);
    if (sim)
        process_stop(sim, 5 * US_PER_S);
    WAIT_UNTIL(l, !sim);
    cr_expect_eq(status_code, 0);
    for (unsigned i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%u.jpg", folder, i);
        unlink(path);
    }
    rmdir(folder);
    cr_assert_null(loop_free(l));
}

TestSuite(sim_program, .init = setup, .fini = teardown, .timeout = 60);

static void start_program(const char *const *argv)
{
    static const struct process_events events = {.output = on_output, .ended = on_ended};
    struct error e = ERROR_NULL;

    cr_assert_eq(process_start(l, argv, 4096, &events, NULL, &sim, &e), 0, "%s", e.text);
    WAIT_UNTIL(l, bus[0]);
    client_open(&c, l, bus);
    while (*client_call(&c, HCI0, ADAPTER, "StartDiscovery", NULL)) /* the adapter comes later */
        wait_turn(l);
}

static void start(const char *dialect, const char *interval, const char *faults)
{
    const char *const argv[] = {WARREN_SIM, "ble-batch-camera", "--dialect", dialect, "--pictures",
        folder, "--count", "2", "--interval", interval, "--faults", faults, NULL};

    start_program(argv);
}

static void link_up(const char *last)
{
    WAIT_UNTIL(l, client_has(&c, DEV));
    client_call(&c, HCI0, ADAPTER, "StopDiscovery", NULL);
    cr_assert_str_empty(client_call(&c, DEV, DEVICE, "Connect", NULL));
    WAIT_UNTIL(l, client_has(&c, last));
}

static int acquire(const char *path, const char *method)
{
    uint16_t mtu;
    int fd = client_acquire(&c, path, method, &mtu);

    cr_assert_geq(fd, 0, "%s", c.error);
    return fd;
}

static ssize_t receive(int fd, void *bytes, size_t n)
{
    int64_t end_us = clock_mono_us() + WAIT_MAX_US;
    ssize_t r;

    while ((r = recv(fd, bytes, n, MSG_DONTWAIT)) < 0 && clock_mono_us() < end_us)
        wait_turn(l);
    cr_assert_gt(r, 0);
    return r;
}

/* The next line that begins so; the number behind. */
static unsigned await_line(int fd, const char *what)
{
    char line[64] = "";

    while (strncmp(line, what, strlen(what)) != 0)
        line[receive(fd, line, sizeof line - 1)] = '\0';
    return (unsigned)atoi(line + strlen(what));
}

static void sleep_ms(int ms)
{
    int64_t end_us = clock_mono_us() + ms * US_PER_MS;

    while (clock_mono_us() < end_us)
        wait_turn(l);
}

Test(sim_program, an_old_camera_hands_over_its_batch)
{
    uint8_t bytes[4096];

    start("batch", "0.5", "resolve=1");
    link_up(COMMAND_PATH);
    int data = acquire(DATA_PATH, "AcquireNotify"), status = acquire(STATUS_PATH, "AcquireNotify");
    int command = acquire(COMMAND_PATH, "AcquireWrite");
    cr_assert_eq(await_line(status, "COUNT:"), 2);
    send(command, "A", 1, 0);
    for (unsigned i = 0; i < 2; i++) {
        cr_assert_eq(await_line(status, "IMAGE:"), sizes[i]);
        send(command, "A", 1, 0);
        for (size_t n = 0; n < sizes[i];) {
            n += (size_t)receive(data, bytes + n, sizeof bytes - n);
            sleep_ms(25);
            send(command, "N", 1, 0);
        }
        cr_expect_eq(memcmp(bytes, pictures[i], sizes[i]), 0);
    }
    close(data);
    close(status);
    close(command);
}

static uint32_t u32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void await_message(int fd, uint8_t type, uint8_t bytes[600])
{
    do
        receive(fd, bytes, 600);
    while (bytes[0] != type);
}

Test(sim_program, ours_hands_over_in_a_window_also_with_a_small_mtu)
{
    static const uint8_t hello[16] = {0x81, 1, 0, 0, 0, 0, 1, 0};
    uint8_t m[600], whole[4096];

    start("warren", "1", "resolve=1,mtu=185,delay=1");
    link_up(LINK_PATH);
    int fd = acquire(LINK_PATH, "AcquireNotify"), out = acquire(LINK_PATH, "AcquireWrite");
    send(out, hello, sizeof hello, 0);
    for (unsigned i = 0; i < 2; i++) {
        uint8_t get[12] = {0x82}, stored[8] = {0x84};

        await_message(fd, 0x02, m);
        cr_assert_eq(u32(m + 8), sizes[i]);
        cr_expect_eq(u32(m + 12), crc32c(0, pictures[i], sizes[i]));
        memcpy(get + 4, m + 4, 4);
        memcpy(stored + 4, m + 4, 4);
        send(out, get, sizeof get, 0);
        for (size_t n = 0; n < sizes[i];) {
            await_message(fd, 0x03, m);
            size_t k = MIN((size_t)177, sizes[i] - n);
            memcpy(whole + n, m + 5, k);
            n += k;
        }
        cr_expect_eq(memcmp(whole, pictures[i], sizes[i]), 0);
        send(out, stored, sizeof stored, 0);
    }
    close(fd);
    close(out);
}

/* Our only one. */
static pid_t child(void)
{
    int pid = 0;
    FILE *f = fopen("/proc/thread-self/children", "r");

    cr_assert(f && fscanf(f, "%d", &pid) == 1);
    fclose(f);
    return pid;
}

Test(sim_program, links_break_and_bluetoothd_dies_by_signals)
{
    start("v0", "1", "resolve=1");
    pid_t pid = child();
    link_up(COMMAND_PATH);
    kill(pid, SIGUSR1);
    WAIT_UNTIL(l, client_flag(&c, DEV, DEVICE, "Connected") == 0);
    kill(pid, SIGUSR2);
    WAIT_UNTIL(l, *client_call(&c, HCI0, ADAPTER, "StartDiscovery", NULL));
    c.n_objects = 0;
    WAIT_UNTIL(l, client_has(&c, HCI0));
}

Test(sim_program, kinds_with_a_plus_between_them_are_on_one_bluez)
{
    const char *const argv[] = {WARREN_SIM, "ble-batch-camera", "--cameras", "2", "--pictures",
        folder, "+", "ble-batch-camera", "--dialect", "v0", "--pictures", folder, NULL};

    start_program(argv);
    WAIT_UNTIL(l, client_has(&c, DEV));
    WAIT_UNTIL(l, client_has(&c, HCI0 "/dev_00_AA_01_00_C0_02"));
    WAIT_UNTIL(l, client_has(&c, HCI0 "/dev_00_AA_01_00_C0_03"));
}

static int status_of(const char *arguments)
{
    char command[256];
    int status;

    snprintf(command, sizeof command, WARREN_SIM " %s >/dev/null 2>&1", arguments);
    status = system(command);
    cr_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

Test(sim_program, a_command_line_that_makes_no_sense_is_refused)
{
    status_code = 0;
    cr_expect_eq(status_of("ble-batch-camera --help"), 0);
    cr_expect_eq(status_of("klingon"), 2);
    cr_expect_eq(status_of("ble-batch-camera +"), 2);
    cr_expect_eq(status_of("ble-batch-camera + klingon"), 2);
    cr_expect_eq(status_of("ble-batch-camera + ble-batch-camera --interval x"), 2);
    cr_expect_eq(status_of("ble-batch-camera --bus a + ble-batch-camera --bus b"), 1);
    cr_expect_eq(status_of("ble-batch-camera --bus a + ble-batch-camera --new-bus b"), 1);
}
