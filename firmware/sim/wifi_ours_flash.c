/* wifi_ours_flash.c - what the camera keeps when it is switched off: one file, as a board keeps it in one piece.
 *
 *     magic and version, CRC-32C of what follows, struct wifi_camera_kept
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/util.h"
#include "crc32c.h"
#include "wifi_ours_private.h"

/* Another one for another layout. */
#define MAGIC 0x57444331u

struct flash {
    uint32_t magic, crc;
    struct wifi_camera_kept kept;
};

static uint32_t crc_of(const struct flash *f)
{
    return crc32c(0, &f->kept, sizeof f->kept);
}

/* --- loading ------------------------------------------------------------------------------------ */

static bool read_flash(const struct wifi_ours *c, struct flash *ret)
{
    if (!c->options->flash)
        return false;
    _cleanup_(closep) int fd = open(c->options->flash, O_RDONLY | O_CLOEXEC);
    return fd >= 0 && read(fd, ret, sizeof *ret) == (ssize_t)sizeof *ret && ret->magic == MAGIC &&
        ret->crc == crc_of(ret);
}

/* As it leaves the factory, but for what the command line says. */
static void new_board(const struct wifi_ours *c, struct wifi_camera_kept *ret)
{
    const struct wifi_options *o = c->options;

    *ret = (struct wifi_camera_kept){.enabled = o->online,
        .settings = {.has = WIFI_HAS_WEB_ENABLED | WIFI_HAS_WEB_PORT | WIFI_HAS_FPS | WIFI_HAS_SIZE,
            .web_enabled = true,
            .web_port = c->port,
            .stream_fps = (uint8_t)o->fps,
            .frame_size = WIFI_QVGA}};
    if (!o->online)
        return;
    snprintf(ret->ssid, sizeof ret->ssid, "%s", o->air.ssid ? o->air.ssid : "Home");
    snprintf(ret->pass, sizeof ret->pass, "%s", o->air.password ? o->air.password : "");
}

bool wifi_ours_load(void *ctx, struct wifi_camera_kept *ret)
{
    struct flash f;

    if (read_flash(ctx, &f))
        *ret = f.kept;
    else
        new_board(ctx, ret);
    return true;
}

/* --- saving ------------------------------------------------------------------------------------- */

static int write_flash(const char *path, const struct flash *f)
{
    _cleanup_(closep) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0)
        return -errno;
    if (write(fd, f, sizeof *f) != (ssize_t)sizeof *f)
        return -EIO;
    return fsync(fd) < 0 ? -errno : 0;
}

int wifi_ours_save(void *ctx, const struct wifi_camera_kept *kept)
{
    const struct wifi_ours *c = ctx;
    struct flash f = {.magic = MAGIC, .kept = *kept};
    char path[4096];
    int r;

    if (!c->options->flash)
        return 0;
    if (snprintf(path, sizeof path, "%s.new", c->options->flash) >= (int)sizeof path)
        return -ENAMETOOLONG;
    f.crc = crc_of(&f);
    r = write_flash(path, &f);
    return r < 0 ? r : rename(path, c->options->flash) < 0 ? -errno : 0;
}
