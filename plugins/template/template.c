/* template.c - the smallest driver that does everything once. Copy the folder, rename it, and make
 * it yours.
 *
 * The device is made up, but it speaks as many do: lines of text over TCP, for example with
 *
 *     nc -l 7000
 *
 *     device → "temperature 21.5\n"    whenever it likes
 *     driver → "lamp on\n"             device → "ok\n"
 *
 * Read warren/driver.h beside it: it says for every call who owns what. docs/writing-a-driver.md
 * goes through a larger one step by step.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <warren/driver.h>
#include <warren/tcp.h>

/* What one device of ours is just now. The host makes it, zeroed, before start(), and frees it
 * after stop(). A driver has no global variables: there may be many devices of its kind. */
struct template
{
    wr_handle tcp; /* the connection: a number, not a pointer; using an old one gives -ESTALE and
                      nothing worse */
    wr_handle lamp_call; /* the command that waits for "ok"; 0: none */
    bool hot;
};

/* The order in options[] below. */
enum { OPTION_HOST, OPTION_PORT, OPTION_HOT_C };

/* --- what the device says --------------------------------------------------------------------- */

static void on_temperature(struct wr_dev *dev, double celsius)
{
    struct template *t = dev->state;
    bool hot = celsius >= dev->options[OPTION_HOT_C].f;

    /* An attribute: the newest value is kept and shown. Its key and type stand in attributes[]. */
    dev->host->report(dev, "temperature", &(struct wr_value){.type = WR_FLOAT, .f = celsius});

    /* An event: something happened. Its type stands in topics[]; the data are one JSON object or
     * NULL. */
    if (hot && !t->hot)
        dev->host->publish(dev, "template.hot", NULL);
    t->hot = hot;
}

static void on_line(struct wr_dev *dev, const char *line)
{
    struct template *t = dev->state;
    double celsius;
    char rest;

    /* Whatever a device sends, it must not harm us: this takes a number and nothing behind it. */
    if (sscanf(line, "temperature %lf%c", &celsius, &rest) == 1 && isfinite(celsius)) {
        on_temperature(dev, celsius);
    } else if (strcmp(line, "ok") == 0) {
        /* A command is answered once. If it ran into its time limit meanwhile, this is -ESTALE and
         * harmless. */
        dev->host->done(dev, t->lamp_call, 0, NULL);
        t->lamp_call = 0;
    } else {
        dev->host->log(dev, WR_LOG_WARNING, "a line that I do not know: %.80s", line);
    }
}

/* --- the connection --------------------------------------------------------------------------- */

static void on_opened(struct wr_dev *dev, wr_handle h, void *ctx)
{
    dev->host->online(dev, true, NULL); /* now commands and settings come */
}

/* Bytes come in pieces of any size. We say how many we used; the host keeps the rest and offers it
 * again with more behind it. */
static size_t on_data(struct wr_dev *dev, wr_handle h, void *ctx, const uint8_t *bytes, size_t n)
{
    const uint8_t *lf = memchr(bytes, '\n', n);
    char line[128];

    if (!lf)
        return 0;
    snprintf(line, sizeof line, "%.*s", (int)(lf - bytes), (const char *)bytes);
    on_line(dev, line);
    return (size_t)(lf - bytes) + 1;
}

/* Reconnecting is the host's work: it calls stop(), waits a while, and calls start() again with a
 * fresh state. */
static void on_closed(struct wr_dev *dev, wr_handle h, void *ctx, int why, size_t left)
{
    char text[100];

    snprintf(text, sizeof text, "the connection ended: %s",
        why < 0 ? strerror(-why) : "the device closed it");
    dev->host->online(dev, false, text);
}

static const struct wr_tcp_events tcp_events = {
    .size = sizeof tcp_events, .opened = on_opened, .data = on_data, .closed = on_closed};

/* --- what the host asks for ------------------------------------------------------------------- */

static int start(struct wr_dev *dev)
{
    struct template *t = dev->state;
    struct wr_tcp_target target = {
        .size = sizeof target,
        .host = dev->options[OPTION_HOST].s,
        .port = (uint16_t)dev->options[OPTION_PORT].i,
        .connect_timeout_ms = 5000,
    };

    /* Nothing here waits: whether it worked, on_opened() or on_closed() says later. */
    t->tcp = dev->host->tcp->connect(dev, &target, &tcp_events, NULL);
    return t->tcp ? 0 : -EINVAL;
}

static int run(struct wr_dev *dev, const struct wr_call *call)
{
    struct template *t = dev->state;
    const char *text = call->args[0].b
        ? "lamp on\n"
        : "lamp off\n"; /* arguments come checked, in the order of lamp_args[] */
    int r = dev->host->tcp->send(dev, t->tcp, text, strlen(text));

    if (r < 0)
        return r; /* failed at once; the host answers */
    t->lamp_call = call->id;
    return 0; /* on_line() answers later */
}

/* --- tables: from these come the checks, the forms, the documentation ------------------------- */

static const struct wr_param options[] = {
    [OPTION_HOST] = {.key = "host",
        .type = WR_STRING,
        .flags = WR_REQUIRED | WR_HOST,
        .max = 253,
        .help = "Name or address of the device"},
    [OPTION_PORT] = {.key = "port",
        .type = WR_INT,
        .def = "7000",
        .min = 1,
        .max = 65535,
        .help = "Its TCP port"},
    [OPTION_HOT_C] = {.key = "hot_c",
        .type = WR_FLOAT,
        .unit = "°C",
        .def = "40",
        .min = -40,
        .max = 125,
        .help = "From here on it is hot"},
    {0},
};

static const struct wr_attribute attributes[] = {
    {.key = "temperature", .type = WR_FLOAT, .unit = "°C", .help = "As the device measures it"},
    {0},
};

static const struct wr_topic topics[] = {
    {.type = "template.hot", .help = "It became hot"},
    {0},
};

static const struct wr_param lamp_args[] = {
    {.key = "on", .type = WR_BOOL, .flags = WR_REQUIRED, .help = "On or off"},
    {0},
};

/* WR_EXCLUSIVE: one at a time, since "ok" does not say what it is the answer to. */
static const struct wr_command commands[] = {
    {.name = "lamp",
        .args = lamp_args,
        .timeout_ms = 3000,
        .flags = WR_EXCLUSIVE,
        .help = "Switches the lamp"},
    {0},
};

static const struct wr_kind kinds[] = {
    {.name = "template",
        .attributes = attributes,
        .topics = topics,
        .commands = commands,
        .state_size = sizeof(struct template)},
    {0},
};

/* The one thing that the file shows to the outside. The name is the file's: template.so. */
WR_EXPORT const struct wr_driver warren_driver = {
    .abi = WR_ABI,
    .size = sizeof(struct wr_driver),
    .needs = WR_NEEDS_TCP,
    .name = "template",
    .version = "1.0",
    .summary = "A thermometer with a lamp that nobody makes",
    .options = options,
    .kinds = kinds,
    .start = start,
    .run = run,
};
