/* source_video.c - a video file as a camera: ffmpeg reads it at its own pace, again and again,
 * whole in the size that is wanted. */
#include "source_child.h"

static void build(const char *file, const struct pi_source_want *want, struct child_args *a)
{
    child_arg(a, "ffmpeg");
    child_arg(a, "-nostdin");
    child_arg(a, "-hide_banner");
    child_arg(a, "-loglevel");
    child_arg(a, "error");
    child_arg(a, "-threads");
    child_arg(a, "1");
    child_arg(a, "-stream_loop");
    child_arg(a, "-1");
    child_arg(a, "-re");
    child_arg(a, "-i");
    child_argf(a, "file:%s", file); /* a name is never an option or another protocol */
    child_arg(a, "-an");
    child_arg(a, "-vf");
    child_argf(a, "scale=%u:%u:force_original_aspect_ratio=decrease,pad=%u:%u:(ow-iw)/2:(oh-ih)/2",
        want->width, want->height, want->width, want->height);
    child_arg(a, "-c:v");
    child_arg(a, "mjpeg");
    child_arg(a, "-threads");
    child_arg(a, "1");
    child_arg(a, "-pix_fmt");
    child_arg(a, "yuvj420p");
    child_arg(a, "-q:v");
    child_arg(a, "3");
    child_arg(a, "-f");
    child_arg(a, "image2pipe");
    child_arg(a, "-");
}

int source_video_new(struct loop *l, const char *file, struct source **ret, struct error *e)
{
    return source_child_new(file, build, ret, e);
}
