/* pi_config.h - the camera's settings: one table, from which set, dump, config.json and its
 * documentation come.
 *
 * The keys, their types and the values they begin with are those of the service that is in use;
 * rows marked `optional` are ours and are left out of a dump while they have their first value, so
 * that a dump of an untouched camera is the same text on both.
 */
#ifndef PI_CONFIG_H
#define PI_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pi_trigger.h"

#define PI_TEXT_MAX 256 /* of a text value, with its NUL: a folder's path */
/* Room for any dump: 40 rows of at most six times PI_TEXT_MAX. */
#define PI_CONFIG_DUMP_MAX 16384
#define PI_CONFIG_WHY_MAX 192
#define PI_MAX_SIDE 8192         /* of a picture, in pixels: rows of it stand in fixed buffers */
#define PI_RING_MAX_FRAMES 10000 /* each costs a row in a fixed table */
#define PI_STACK_MAX_FRAMES 64   /* each costs a decoder; their sum must fit 16 bits */

struct pi_config {
    int camera_width, camera_height, camera_framerate, camera_jpeg_quality;
    double camera_capture_timeout_s;
    char camera_codec[32], camera_video_mode[32];
    int export_auto_save_interval_s, export_save_before_s, export_stack_count;
    bool export_auto_save_use_ring, export_stack_dark_frames;
    unsigned export_formats; /* PI_FORMAT_… */
    char export_base_dir[PI_TEXT_MAX];
    char logging_level[16];
    bool mjpeg_enable;
    int mjpeg_fps, mjpeg_port;
    int network_trigger_port;
    int night_bright_threshold, night_dark_threshold, night_exposure_us, night_min_dark_frames;
    bool night_enable;
    double night_gain;
    char night_mode[16];
    bool ring_downscale_enable;
    int ring_downscale_width, ring_downscale_height;
    int ring_size, ring_max_mib, ring_rss_limit_mib;
};

enum pi_type { PI_BOOL, PI_INT, PI_FLOAT, PI_TEXT, PI_FORMATS };

/* When a new value counts. */
enum pi_when {
    PI_LIVE,
    PI_SOURCE,
    PI_RESTART
}; /* at once; the source is restarted; at the next start */

struct pi_key {
    const char *path; /* "night.exposure_us" */
    enum pi_type type;
    enum pi_when when;
    bool optional;
    size_t offset, size; /* in struct pi_config */
    const char *fallback;
    double min, max;     /* numbers; texts: bytes */
    const char *choices; /* "still|slow_video"; NULL: any text */
    const char *help;
};

/* In the order of a dump. */
extern const struct pi_key pi_keys[];
extern const size_t pi_n_keys;

/* A value from elsewhere (config.json), typed. */
struct pi_value {
    enum pi_type type;
    bool b;
    int64_t i;
    double f;
    struct span text;
    unsigned formats;
};

void pi_config_init(struct pi_config *c);
/* NULL: there is none. */
const struct pi_key *pi_key_find(const char *path, size_t n);
/* Whole numbers are taken for floats. -EINVAL and in `why` what is expected ("a whole number from 1
 * to 120"); the value stays. */
int pi_config_put(
    struct pi_config *c, const struct pi_key *k, const struct pi_value *v, char *why, size_t cap);
/* The same from a command's text: true/false, yes/no, on/off, 1/0; "jpg,png", "jpg png", "['jpg',
 * 'png']". */
int pi_config_set(
    struct pi_config *c, const struct pi_key *k, struct span text, char *why, size_t cap);
/* The value as Python's str() writes it: True, 6.0, ['jpg', 'png']. Its length; cut at cap. */
size_t pi_config_text(const struct pi_config *c, const struct pi_key *k, char *out, size_t cap);
/* What a value must be: "a whole number from 1 to 120". */
void pi_key_expected(const struct pi_key *k, char *out, size_t cap);
/* JSON with sorted keys and an indent of 4, without a line end. Its length, or -ENOBUFS. */
int pi_config_dump(const struct pi_config *c, char *out, size_t cap);

#endif
