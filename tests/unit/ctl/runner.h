/* runner.h - one run of warrenctl as a whole, against a fake gateway on the same loop. */
#pragma once

#include <stdbool.h>

#include "ctl/ctl.h"
#include "fake_gateway.h"

/* What the newest run did. */
struct did {
    enum ctl_exit code;
    char *out, *err, asked[8192], url[64];
};
extern struct did did;

/* Runs "devices --json", cut at spaces. `url` is what WARREN_URL says, NULL: nothing. */
void run_on(struct loop *l, const char *url, const char *line);
void run(const struct fake_route *routes, size_t n, const char *line);
#define RUN(routes, line) run(routes, N_ELEMENTS(routes), line)

void expect(enum ctl_exit code, const char *out, const char *err);
bool has(const char *text, const char *part);

/* A device with a setting that is pending, one that failed, and a command with arguments. */
#define DEVICE                                                                                     \
    "{\"id\":\"porch\",\"name\":\"Front "                                                          \
    "\\u001b[2JPorch\",\"kind\":\"pi-trigger-camera\",\"driver\":\"pi-trigger-camera\","           \
    "\"state\":\"online\",\"why\":null,\"parent\":null,\"channel\":1,\"camera\":true,\"enabled\":" \
    "true,\"owner\":\"config\","                                                                   \
    "\"options\":{\"host\":{\"type\":\"string\",\"secret\":false,\"help\":\"Its "                  \
    "name\",\"value\":\"10.0.0.7\",\"owner\":\"config\"},\"token\":{\"type\":\"string\","          \
    "\"secret\":true,\"help\":\"Its token\",\"value\":null,\"owner\":\"default\"}},"               \
    "\"attributes\":{\"dark_score\":{\"value\":0.25,\"unit\":null,\"help\":\"How dark it "         \
    "is\",\"time\":null}},"                                                                        \
    "\"settings\":{\"night.enable\":{\"type\":\"bool\",\"unit\":null,\"help\":\"Switch by "        \
    "itself\",\"desired\":true,\"reported\":false,"                                                \
    "\"pending\":true,\"error\":null},\"gain\":{\"type\":\"float\",\"unit\":\"dB\",\"help\":"      \
    "\"Gain\",\"desired\":2.5,"                                                                    \
    "\"reported\":2.5,\"pending\":false,\"error\":\"Invalid argument\"}},"                         \
    "\"commands\":{\"save\":{\"help\":\"Save "                                                     \
    "pictures\",\"timeout_ms\":1000,\"exclusive\":true,\"role\":\"operator\",\"args\":["           \
    "{\"key\":\"count\",\"type\":\"int\",\"required\":true},{\"key\":\"path\",\"type\":"           \
    "\"string\",\"required\":false}]}},"                                                           \
    "\"last_seen\":null}"
