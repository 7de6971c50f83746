/* playground-hub.c - driver of the playground's hub and of the modules behind it: tables and lifecycle.
 * docs/protocols/playground-hub.md has the wire. */
#include "hub.h"

#include <errno.h>

/* All that may stand before a command, at a hub that never answers: the queue, and a scan that is tried twice. */
#define TIMEOUT_MS 60000

/* --- lifecycle -------------------------------------------------------------------------------- */

/* The name says it: the service's UUID alone is that of thousands of other things. */
static int probe(const struct wr_found *found)
{
    return wr_found_has(found, "service", HUB_SERVICE_UUID) &&
            strncmp(found->name, HUB_NAME, strlen(HUB_NAME)) == 0
        ? 0
        : -ENODEV;
}

static int start(struct wr_dev *dev)
{
    wr_report_text(dev, "trouble", "");
    answers_start(dev);
    modules_start(dev);
    scan_start(dev);
    link_start(dev);
    return 0;
}

/* The host ends the link: that is no error, and nothing more is to be said to a hub. */
static void stop(struct wr_dev *dev)
{
    wr_report_text(dev, "link", "off");
    wr_report_int(dev, "modules", 0);
}

static int run(struct wr_dev *dev, const struct wr_call *call)
{
    int threshold_dbm, r;

    if (threshold_read(call->args[0].s, &threshold_dbm) < 0) {
        dev->host->done(dev, call->id, -EDOM,
            "threshold: expected \"all\", a signal from -127 to -1 dBm, or a slider's 1 (near) to "
            "100 (all)");
        return 0;
    }
    if (call->index == COMMAND_SCAN)
        r = scan_run(dev, call->id, threshold_dbm);
    else
        r = queue_put(dev, call->id, (enum command)call->index, threshold_dbm);
    if (r == -EBUSY)
        dev->host->done(dev, call->id, r,
            call->index == COMMAND_SCAN ? "A scan is running"
                                        : "Too many commands wait for the hub");
    return 0;
}

/* --- tables ----------------------------------------------------------------------------------- */

static const struct wr_match matches[] = {
    {.bus = "ble", .key = "service", .pattern = HUB_SERVICE_UUID},
    {0},
};

static const struct wr_param options[] = {
    [OPTION_ADDRESS] = WR_SEEK_ADDRESS_OPTION,
    [OPTION_NAMES] = WR_SEEK_NAMES_OPTION(HUB_NAME "*"),
    [OPTION_SCAN_EVERY] = {.key = "scan_every_s",
        .type = WR_INT,
        .unit = "s",
        .def = "120",
        .min = 0,
        .max = 3600,
        .help = "While nobody wants anything the modules are looked for so often, every 30 s at "
                "the most; 0: never"},
    {0},
};

static const struct wr_param threshold[] = {
    {.key = "threshold",
        .type = WR_STRING,
        .def = "all",
        .max = 8,
        .help = "Which modules: all; those louder than so many dBm, -30 near to -90 far; or a "
                "slider's 1 near to 100 all"},
    {0},
};

#define COMMAND(name_, help_)                                                                      \
    {                                                                                              \
        .name = name_, .args = threshold, .timeout_ms = TIMEOUT_MS, .help = help_                  \
    }

static const struct wr_command commands[] = {
    [COMMAND_PLAY] = COMMAND("play", "The modules play their game with whoever is near"),
    [COMMAND_PAUSE] = COMMAND("pause", "All lights go off"),
    [COMMAND_WIN] = COMMAND("win", "All lights show a rainbow"),
    [COMMAND_COLOR_GAME] = COMMAND("color_game", "Friends are shown as a colour"),
    [COMMAND_NUMBER_GAME] = COMMAND("number_game", "Friends are counted in lights"),
    [COMMAND_OFF] = COMMAND("off", "The modules sleep until their button is pressed"),
    [COMMAND_SCAN] = COMMAND("scan", "Looks for the modules that are there; takes 5 s or more"),
    {0},
};

static const struct wr_attribute attributes[] = {
    {.key = "trouble", .type = WR_STRING, .help = "What does not work now, in a sentence"},
    {.key = "link",
        .type = WR_STRING,
        .help = "off, looking, connecting, setting_up, ready or scanning"},
    {.key = "modules", .type = WR_INT, .help = "Modules that are there"},
    {.key = "scanned_at", .type = WR_STRING, .help = "When the last list came, UTC"},
    /* The next three the host reports by itself. */
    {.key = "rssi_dbm",
        .type = WR_INT,
        .unit = "dBm",
        .help = "How strongly the hub was heard last"},
    {.key = "mtu", .type = WR_INT, .unit = "B", .help = "Longest packet of the link"},
    {.key = "retries", .type = WR_INT, .help = "Connects that failed before this link"},
    {.key = "answers_broken", .type = WR_INT, .help = "Answers that could not be read"},
    {.key = "answers_missing", .type = WR_INT, .help = "Answers and lists that did not come"},
    {0},
};

static const struct wr_topic topics[] = {
    {.type = "hub.ack", .help = "The hub has sent a command to its modules, or could not"},
    {.type = "hub.error", .help = "The hub refuses something, and says what it knows"},
    {.type = "hub.scan.started", .help = "The hub looks for modules", .flags = WR_TOPIC_LIVE},
    {.type = "hub.scan.finished",
        .help = "The list came, or why it did not",
        .flags = WR_TOPIC_LIVE},
    {0},
};

static const struct wr_attribute module_attributes[] = {
    {.key = "id", .type = WR_STRING, .help = "What it is called on the playground"},
    {.key = "mac", .type = WR_STRING, .help = "Its address, 12 hexadecimal digits"},
    {.key = "type",
        .type = WR_STRING,
        .help = "What kind of module it says it is; empty: it does not say"},
    {.key = "rssi_dbm",
        .type = WR_INT,
        .unit = "dBm",
        .help = "How loud the hub heard it in the last list"},
    {.key = "signal_bars", .type = WR_INT, .help = "The same in bars, 0 to 3"},
    {.key = "battery_percent",
        .type = WR_INT,
        .unit = "%",
        .help = "Its battery, where it says so"},
    {.key = "battery_level",
        .type = WR_STRING,
        .help = "full, high, medium or low; empty: not known"},
    {.key = "stale", .type = WR_BOOL, .help = "It was not heard for three minutes"},
    {0},
};

static const struct wr_topic module_topics[] = {
    {.type = "module.seen", .help = "It is there, or is back"},
    {0},
};

static const struct wr_kind kinds[] = {
    {.name = "playground-hub",
        .attributes = attributes,
        .commands = commands,
        .topics = topics,
        .state_size = sizeof(struct hub)},
    {.name = "playground-module", .attributes = module_attributes, .topics = module_topics},
    {0},
};

WR_EXPORT const struct wr_driver warren_driver = {
    .abi = WR_ABI,
    .size = sizeof(struct wr_driver),
    .needs = WR_NEEDS_BLE,
    .name = "playground-hub",
    .version = "1.0",
    .summary = "Hub of a playground of small light-up modules, by Bluetooth",
    .matches = matches,
    .options = options,
    .kinds = kinds,
    .probe = probe,
    .start = start,
    .stop = stop,
    .run = run,
};
