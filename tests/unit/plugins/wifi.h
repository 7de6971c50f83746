/* wifi.h - a debug camera, played by the tests of its driver: its WiFi service over Bluetooth, and its HTTP server. */
#pragma once

#include "plugin.h"
#include "wifi_text.h"

#define WIFI_STATUS_IDLE                                                                           \
    "{\"enabled\":false,\"connected\":false,\"ssid\":\"\",\"ip\":\"\",\"rssi\":0,\"url\":\"\"}"
#define WIFI_STATUS_JOINED                                                                         \
    "{\"enabled\":true,\"connected\":true,\"ssid\":\"Home\",\"ip\":\"192.168.1.100\",\"rssi\":-"   \
    "45,"                                                                                          \
    "\"url\":\"http://192.168.1.100\"}"
/* Of ours: the members of the first cameras, then ours and whatever else is given. */
#define WIFI_STATUS_OURS(state, more)                                                              \
    "{\"enabled\":" state                                                                          \
    ",\"ssid\":\"Home\",\"secure\":true,\"fw\":\"1.0\",\"mac\":\"a4cf12000001\"" more "}"
#define WIFI_METRICS                                                                               \
    "{\"totalFrames\":10,\"motionFrames\":1,\"avgBrightness\":104,\"avgComputeTimeMs\":41}"

/* A host with the driver, not started. */
struct fake_host *wifi_new(void);
/* The newest link is opened, and offers what a debug camera does. */
void wifi_open(struct fake_host *h);
/* STATUS, which is being read, is this. */
void wifi_read(struct fake_host *h, const char *json);
void wifi_notify(struct fake_host *h, const char *json);
/* Started, found over Bluetooth, and STATUS read. */
struct fake_host *wifi_on_ble(const char *status);
/* Started with address 10.0.0.9; it is there, says this at /wifi/status (NULL: there is no such page), and no overlays. */
struct fake_host *wifi_on_web(const char *status);
/* The newest question for that path is answered. */
void wifi_answer(
    struct fake_host *h, const char *path, int status, const char *type, const char *body);
/* The camera has been asked for /metrics: it is there, without /wifi/status. */
void wifi_found_on_web(struct fake_host *h, const char *status);

/* What was written last to CONTROL on the newest link; "": nothing. */
const char *wifi_control(struct fake_host *h);
unsigned wifi_n_written(struct fake_host *h, const char *uuid);
/* Nothing that the driver has said anywhere holds this. */
void wifi_kept_secret(struct fake_host *h, const struct fake_call *call, const char *secret);
