/* commands.c - the one table of subcommands. */
#include "ctl/args.h"

static const struct ctl_option ADD_OPTIONS[] = {
    {"id", 'i', "ID", "its id for ever: a-z, 0-9 and hyphens (default: made of the name)"},
    {0},
};

static const struct ctl_option ADOPT_OPTIONS[] = {
    {"name", 'n', "NAME", "what to call it (default: what it calls itself)"},
    {0},
};

static const struct ctl_option WATCH_OPTIONS[] = {
    {"device", 'd', "DEVICE", "only what this device says"},
    {"type", 't', "TYPE", "only events of this type, such as camera.night or camera.*"},
    {0},
};

static const struct ctl_option OVERLAY_OPTIONS[] = {
    {"watch", 'w', NULL, "of each picture as it comes, until interrupted"},
    {0},
};

static const struct ctl_option CAPTURES_OPTIONS[] = {
    {"device", 'd', "DEVICE", "only those of this device"},
    {"limit", 'n', "N", "how many, the newest first (default 20)"},
    {0},
};

static const struct ctl_option CAPTURE_GET_OPTIONS[] = {
    {"output", 'o', "FILE", "where to put it (default capture-ID.jpg; - is standard output)"},
    {0},
};

static const struct ctl_option WIFI_OPTIONS[] = {
    {"password-file", 'p', "FILE",
        "its first line is the password; - is standard input (default: asked for on the terminal)"},
    {"open", 0, NULL, "the network has no password"},
    {"allow-unencrypted", 0, NULL,
        "let the password go over a Bluetooth link that anybody near can read, where the device "
        "has no other"},
    {0},
};

static const char PAIRS_HELP[] = "Values are typed by the gateway's table: true/false, yes/no or "
                                 "on/off for a bool, a,b,c for a list.\n"
                                 "`warrenctl device DEVICE` lists the keys.\n";

static const struct ctl_command COMMANDS[] = {
    {"devices", "", 0, 0, "the devices and how they are", NULL, NULL, ctl_devices},
    {"device", "DEVICE", 1, 1, "one device: its values, settings and commands", NULL, NULL,
        ctl_device},
    {"command", "DEVICE NAME [KEY=VALUE…]", 2, ARGS_MAX_WORDS,
        "run a command of a device and show its answer", PAIRS_HELP, NULL, ctl_command},
    {"set", "DEVICE KEY=VALUE…", 2, ARGS_MAX_WORDS, "set what a device shall be", PAIRS_HELP, NULL,
        ctl_set},
    {"unset", "DEVICE KEY…", 2, ARGS_MAX_WORDS, "leave a setting to the device again", NULL, NULL,
        ctl_unset},
    {"add", "DRIVER NAME [OPTION=VALUE…]", 2, ARGS_MAX_WORDS,
        "make a device of what is at an address",
        "`warrenctl plugin ls --json` lists each driver's options.\n", ADD_OPTIONS, ctl_add},
    {"found", "", 0, 0, "what was seen and is nobody's device yet", NULL, NULL, ctl_found},
    {"adopt", "FOUND [OPTION=VALUE…]", 1, ARGS_MAX_WORDS,
        "make a device of what was seen: its id or its address",
        "`warrenctl found` lists them. `warrenctl plugin ls --json` lists each driver's options.\n",
        ADOPT_OPTIONS, ctl_adopt},
    {"rename", "DEVICE NAME", 2, 2, "give a device another name; its id stays", NULL, NULL,
        ctl_rename},
    {"enable", "DEVICE", 1, 1, "use a device again", NULL, NULL, ctl_enable},
    {"disable", "DEVICE", 1, 1, "let go of a device until it is enabled", NULL, NULL, ctl_disable},
    {"flow", "DEVICE [off|on|device]", 1, 2,
        "who looks for motion in a camera's pictures, or who shall",
        "on: the gateway, also while nobody watches; device: the camera, where it can.\n", NULL,
        ctl_flow},
    {"overlay", "DEVICE", 1, 1, "what moves in a camera's newest picture",
        "`warrenctl watch --type 'motion.*'` tells when something begins to move, and ends.\n",
        OVERLAY_OPTIONS, ctl_overlay},
    {"wifi enable", "DEVICE SSID", 2, 2, "tell a device its network, and have it join",
        "Its password is never an argument: others could read it in the list of processes.\n",
        WIFI_OPTIONS, ctl_wifi_enable},
    {"wifi disable", "DEVICE", 1, 1, "have a device leave its network", NULL, NULL,
        ctl_wifi_disable},
    {"wifi status", "DEVICE", 1, 1, "how a device is in its network", NULL, NULL, ctl_wifi_status},
    {"wifi open", "DEVICE", 1, 1, "show a device's own page in the browser", NULL, NULL,
        ctl_wifi_open},
    {"remove", "DEVICE", 1, 1, "forget a device; its pictures stay", NULL, NULL, ctl_remove},
    {"watch", "", 0, 0, "events as they come, until interrupted",
        "A lost connection is made again, and what was said meanwhile is caught up.\n",
        WATCH_OPTIONS, ctl_watch},
    {"captures", "", 0, 0, "the pictures that are kept, newest first", NULL, CAPTURES_OPTIONS,
        ctl_captures},
    {"capture-get", "ID", 1, 1, "fetch a picture", NULL, CAPTURE_GET_OPTIONS, ctl_capture_get},
    {"capture-pin", "ID…", 1, ARGS_MAX_WORDS, "keep pictures for ever", NULL, NULL,
        ctl_capture_pin},
    {"capture-unpin", "ID…", 1, ARGS_MAX_WORDS, "let pictures go when it is their time", NULL, NULL,
        ctl_capture_unpin},
    {"capture-delete", "ID…", 1, ARGS_MAX_WORDS, "delete pictures, pinned ones too", NULL, NULL,
        ctl_capture_delete},
    {"plugin ls", "", 0, 0, "the drivers: loaded, or refused and why", NULL, NULL, ctl_plugin_ls},
    {"info", "", 0, 0, "versions and identity of the gateway", NULL, NULL, ctl_info},
    {"check", "", 0, 0, "is the gateway well? says in words what is wrong",
        "Asks the running gateway. A configuration file is checked by `warren check --config "
        "FILE`.\n",
        NULL, ctl_check},
};

const struct ctl_command *ctl_commands(size_t *ret_n)
{
    *ret_n = N_ELEMENTS(COMMANDS);
    return COMMANDS;
}
