/* source_rpicam.c - the Raspberry Pi's own camera, through its program: rpicam-vid (in older
 * systems libcamera-vid, the same options). */
#include "source_child.h"

static void build(const char *program, const struct pi_source_want *want, struct child_args *a)
{
    child_arg(a, *program ? program : "rpicam-vid");
    child_arg(a, "--nopreview");
    child_arg(a, "--timeout");
    child_arg(a, "0");
    child_arg(a, "--codec");
    child_arg(a, "mjpeg");
    child_arg(a, "--quality");
    child_arg(a, "90");
    child_arg(a, "--width");
    child_argf(a, "%u", want->width);
    child_arg(a, "--height");
    child_argf(a, "%u", want->height);
    child_arg(a, "--framerate");
    child_argf(a, "%u", want->framerate);
    if (want->manual) {
        child_arg(a, "--shutter");
        child_argf(a, "%d", want->exposure_us);
        child_arg(a, "--gain");
        child_argf(a, "%g", want->gain);
    }
    child_arg(a, "--flush");
    child_arg(a, "--output");
    child_arg(a, "-");
}

int source_rpicam_new(struct loop *l, const char *program, struct source **ret, struct error *e)
{
    return source_child_new(program, build, ret, e);
}
