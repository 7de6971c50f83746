/* pi.h - the Raspberry Pi trigger camera, played by the tests of its driver. */
#pragma once

#include "plugin.h"

#define STR(s) ((char *)(s))

/* The smallest JPEG that holds together: one empty scan. `tag` makes it another one. */
#define JPEG_BYTES 30
void pi_jpeg(uint8_t out[JPEG_BYTES], uint8_t tag);

/* A host with the driver; the camera is at 10.0.0.7 and polled every 30 s. Not started. */
struct fake_host *pi_new(void);
/* Started, and the camera has answered: ours, or the original one. It says PI_CONFIG. */
struct fake_host *pi_online(void);
struct fake_host *pi_online_original(void);
#define PI_CONFIG                                                                                  \
    "{\"camera\": {\"codec\": \"rgb\", \"framerate\": 10, \"height\": 768, \"video_mode\": "       \
    "\"stream\", \"width\": 1024}, "                                                               \
    "\"export\": {\"auto_save_interval_s\": 900, \"auto_save_use_ring\": false, \"base_dir\": "    \
    "\"./captures\", \"formats\": [\"jpg\", \"png\"], "                                            \
    "\"save_before_s\": 5, \"stack_count\": 4, \"stack_dark_frames\": true}, \"logging\": "        \
    "{\"level\": \"INFO\"}, "                                                                      \
    "\"night\": {\"enable\": true, \"exposure_us\": 2000000, \"gain\": 6.0, \"mode\": "            \
    "\"still\"}, \"ring\": {\"downscale\": {\"enable\": false}, \"size\": 300}}"

/* The newest connection to the trigger port: accepted, and `line` is what must have been sent. */
struct fake_tcp *pi_expect(struct fake_host *h, const char *line);
/* … and answered, and closed. */
void pi_serve(struct fake_host *h, const char *line, const char *reply);

/* The newest picture stream, opened as the camera does. */
struct fake_http *pi_stream(struct fake_host *h);
/* One part with all headers, in the way of the original: no line end behind the picture. */
void pi_part(struct fake_http *q, unsigned id, double time_s, double dark_score, int night);
