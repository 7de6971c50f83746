/* fake_wifi_port.h - the world of the WiFi debug camera as a test wants it: a clock that only the test moves, a network that is
 * joined when the test says so, a sensor that shows stripes that wander, an encoder, connections with as much room as the test
 * gives, and memory that is counted.
 */
#ifndef FAKE_WIFI_PORT_H
#define FAKE_WIFI_PORT_H

#include "wifi_camera.h"

#define FAKE_OUT_BYTES (256 * 1024)
/* What sensor, comparison and encoder take. */
#define FAKE_CAPTURE_US 20000
#define FAKE_WORK_US 10000
#define FAKE_ENCODE_US 10000
/* The stripes, per frame. */
#define FAKE_STEP_PX 4

struct fake_connection {
    bool open, ended, closed;
    char out[FAKE_OUT_BYTES + 1]; /* always a string */
    size_t n_out;
    size_t room;  /* of the other side; SIZE_MAX: endless */
    bool waiting; /* for room */
    bool broken;
};

struct fake_wifi {
    struct wifi_camera *camera;
    void *room;
    int64_t now_us;
    int64_t late_us; /* what is due comes so much later: a task that others hold up */

    char status[WIFI_TEXT_MAX + 1], ssid_value[WIFI_SSID_BYTES];
    char notified[WIFI_TEXT_MAX + 1];
    unsigned n_notified;
    bool radio_full;

    char ssid[WIFI_SSID_BYTES], pass[WIFI_PASS_BYTES];
    unsigned n_joins, n_leaves;
    uint16_t announced;

    bool no_sensor, blind; /* it cannot be set up; gives no pictures */
    bool sensor_open;
    unsigned n_opens, buffers;
    enum wifi_frame_size size;
    uint8_t *capture_to; /* NULL: nothing is asked for */
    int64_t capture_us, encode_us, work_us;
    unsigned n_frames, n_encoded;
    bool encoding, slow_encoder; /* slow: until the test ends it */
    struct wifi_camera_encoding encode;
    size_t jpeg_bytes;      /* of a picture at quality 100 */
    void (*job)(void *arg); /* NULL: there is no work */
    void *job_arg;
    bool slow_worker; /* until the test ends it */

    bool no_listen;
    uint16_t listening;
    struct fake_connection connections[WIFI_CAMERA_CONNECTIONS];

    size_t heap;
    unsigned cpu;
    unsigned n_memory; /* pieces that are taken */
    size_t memory_bytes, memory_most;
    bool no_memory;
    bool no_flash, has_kept;
    struct wifi_camera_kept kept;
    unsigned n_saves;
    char log[128];
};

/* A camera that was never set up. Criterion's init. */
void fake_wifi_begin(struct fake_wifi *f);
/* With what is kept: as after a loss of power. */
void fake_wifi_boot(struct fake_wifi *f);
/* Ends it, and sees that all memory was given back. */
void fake_wifi_end(struct fake_wifi *f);
/* Lets time pass, and what it brings happen. */
void fake_wifi_pass(struct fake_wifi *f, int64_t us);

/* Writes to CONTROL over an encrypted link. */
int fake_wifi_control(struct fake_wifi *f, const char *json);
/* Configured, enabled, and in a network at 10.0.0.7. */
void fake_wifi_online(struct fake_wifi *f);
/* STATUS as it reads. */
struct wifi_status fake_wifi_status(const struct fake_wifi *f);

/* Opens connection k and says `text` on it. */
void fake_wifi_ask(struct fake_wifi *f, unsigned k, const char *text);
/* "GET path" and so on, with these lines of header, each with its end. */
void fake_wifi_get(struct fake_wifi *f, unsigned k, const char *path, const char *headers);
void fake_wifi_say(struct fake_wifi *f, unsigned k, const void *bytes, size_t n);
/* There is room for so many bytes more. */
void fake_wifi_room(struct fake_wifi *f, unsigned k, size_t n);
/* What stands behind the head; NULL: there is no whole head. */
const char *fake_wifi_body(const struct fake_wifi *f, unsigned k);
/* Forgets what went out. */
void fake_wifi_clear(struct fake_wifi *f, unsigned k);

#endif
