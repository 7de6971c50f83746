/* v4l2_device.h - one capture device of the kernel's: agree on a format, stream by mmap, set
 * exposure. The kernel is reached through a small port, so that tests are the kernel.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "pi_camera.h"

/* Pictures that the driver may fill while we work on one. */
#define V4L2_BUFFERS 4

/* As the system calls: -1 and errno on failure. */
struct v4l2_port {
    void *ctx;
    int (*open)(void *ctx, const char *path);
    int (*close)(void *ctx, int fd);
    int (*ioctl)(void *ctx, int fd, unsigned long request, void *argument);
    void *(*map)(void *ctx, int fd, size_t n, int64_t offset);
    int (*unmap)(void *ctx, void *at, size_t n);
};

extern const struct v4l2_port v4l2_kernel;

enum v4l2_form { V4L2_FORM_MJPEG, V4L2_FORM_YUYV };

struct v4l2_device {
    const struct v4l2_port *port;
    int fd; /* -1: closed. Readable when a picture is there */
    enum v4l2_form form;
    unsigned width, height, framerate; /* agreed on; framerate 0: the driver does not say */
    size_t stride;
    struct {
        void *at;
        size_t n;
    } buffers[V4L2_BUFFERS];
    unsigned n_buffers;
    bool streaming, manual;
    double gain; /* as last asked for */
};

/* One picture in the driver's memory; give it back. */
struct v4l2_picture {
    const uint8_t *bytes;
    size_t n;
    uint32_t index;
    int64_t taken_us; /* monotonic; 0: not known */
};

/* Opens, agrees on the nearest to what is wanted (MJPEG before YUYV, unless only YUYV has the
 * size), starts streaming. A sentence on failure. Takes a camera some hundred milliseconds: for
 * a worker. */
int v4l2_device_open(struct v4l2_device *d, const struct v4l2_port *port, const char *path,
    const struct pi_source_want *want, struct error *e);
/* Also of one that was opened half. */
void v4l2_device_close(struct v4l2_device *d);
/* -EAGAIN: none is there; -EIO: this one is spoilt, go on; else the device is gone. */
int v4l2_device_take(struct v4l2_device *d, struct v4l2_picture *ret);
int v4l2_device_give_back(struct v4l2_device *d, const struct v4l2_picture *p);

/* v4l2_controls.c: manual or automatic exposure and gain, as far as the device has them.
 * -ENOTSUP: it has neither. */
int v4l2_device_expose(struct v4l2_device *d, const struct pi_source_want *want);
int v4l2_device_exposure(struct v4l2_device *d, struct pi_exposure *ret);
unsigned v4l2_device_controls(struct v4l2_device *d, struct pi_control *out, unsigned cap);
