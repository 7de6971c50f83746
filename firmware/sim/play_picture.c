#include "play_picture.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "loop/timer.h"

/* Lights of many change with one message. */
#define SOON_US (100 * US_PER_MS)
#define HALF_SIDE 500
/* So loud one would be heard in the middle; units of the drawing for each dB less. */
#define MIDDLE_DBM (-30)
#define PER_DB 8
#define RING 24
#define LED 5
#define TURN 6.283185307179586

struct play_picture {
    const struct play_world *world;
    char *path, *new_path;
    struct timer soon;
    bool failed; /* it was told */
};

/* --- drawing ---------------------------------------------------------------------------------- */

static int out(int dbm)
{
    return (MIDDLE_DBM - dbm) * PER_DB;
}

static void draw_reach(FILE *to, int dbm)
{
    fprintf(to,
        "<circle r=\"%d\" fill=\"none\" stroke=\"#ccc\"/>"
        "<text y=\"%d\" fill=\"#999\">%d dBm</text>\n",
        out(dbm), out(dbm) - 4, dbm);
}

/* Lights are dim, so that a battery lasts: the brightest of the three is drawn in full. */
static void print_color(FILE *to, struct play_color c)
{
    int most = MAX(MAX(c.red, c.green), MAX(c.blue, 1));

    fprintf(to, "rgb(%d,%d,%d)", c.red * 255 / most, c.green * 255 / most, c.blue * 255 / most);
}

static void draw_led(FILE *to, const struct play_look *look, unsigned i)
{
    double angle = i * TURN / PLAY_MODULE_LEDS;

    fprintf(to, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%d\" fill=\"", RING * sin(angle),
        -RING * cos(angle), LED);
    if (i >= look->n_lit)
        fprintf(to, "#333");
    else if (look->mixed)
        fprintf(to, "hsl(%d,90%%,55%%)", (int)(i * 360 / PLAY_MODULE_LEDS));
    else
        print_color(to, look->color);
    fprintf(to, "\"/>");
}

static void draw_module(FILE *to, const struct play_seen *m)
{
    double far = out(m->rssi_dbm), metres = hypot(m->place->x_m, m->place->y_m);

    fprintf(to, "<g transform=\"translate(%.0f,%.0f)\"%s><title>%s, %d dBm, battery %d %%</title>",
        m->place->x_m / metres * far, m->place->y_m / metres * far,
        m->look.asleep ? " opacity=\".4\"" : "", m->name, m->rssi_dbm, m->place->battery_percent);
    fprintf(to, "<circle r=\"%d\" fill=\"#222\"/>", RING + LED + 3);
    for (unsigned i = 0; i < PLAY_MODULE_LEDS; i++)
        draw_led(to, &m->look, i);
    fprintf(to, "<text y=\"5\" fill=\"#fff\">%s</text><text y=\"%d\">%s</text></g>\n",
        m->look.asleep ? "z z z" : "", RING + LED + 18, m->name);
}

void play_picture_draw(const struct play_world *w, FILE *to)
{
    fprintf(to,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"%d %d %d %d\" "
        "font-family=\"sans-serif\" font-size=\"14\" text-anchor=\"middle\">\n"
        "<script>setTimeout(() => location.reload(), 1000)</script>\n"
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
        -HALF_SIDE, -HALF_SIDE, 2 * HALF_SIDE, 2 * HALF_SIDE, -HALF_SIDE, -HALF_SIDE, 2 * HALF_SIDE,
        2 * HALF_SIDE);
    for (int dbm = -45; dbm >= -90; dbm -= 15)
        draw_reach(to, dbm);
    fprintf(to, "<circle r=\"18\" fill=\"#06c\"/><text y=\"5\" fill=\"#fff\">hub</text>\n");
    for (unsigned i = 0; i < play_world_n_modules(w); i++) {
        const struct play_seen m = play_world_seen(w, i);

        draw_module(to, &m);
    }
    fprintf(to, "</svg>\n");
}

/* --- the file --------------------------------------------------------------------------------- */

static int write_file(const struct play_picture *p)
{
    FILE *f = fopen(p->new_path, "we");
    bool failed;

    if (!f)
        return -errno;
    play_picture_draw(p->world, f);
    failed = ferror(f) != 0;
    if (fclose(f) != 0 || failed)
        return -EIO;
    return rename(p->new_path, p->path) < 0 ? -errno : 0;
}

static void on_soon(struct timer *t)
{
    struct play_picture *p = container_of(t, struct play_picture, soon);
    int r = write_file(p);

    if (r < 0 && !p->failed)
        log_warning("the picture cannot be written", F_STR("file", p->path), F_ERRNO(r));
    p->failed = r < 0;
}

void play_picture_changed(struct play_picture *p)
{
    if (!timer_armed(&p->soon))
        (void)timer_once(&p->soon, SOON_US);
}

int play_picture_new(struct loop *l, const char *path, const struct play_world *w,
    struct play_picture **ret, struct error *e)
{
    struct play_picture *p = calloc(1, sizeof *p);
    int r = p ? 0 : -ENOMEM;

    if (p) {
        p->world = w;
        timer_init(&p->soon, l, on_soon);
        p->path = strdup(path);
        if (!p->path || asprintf(&p->new_path, "%s.new", path) < 0) {
            p->new_path = NULL;
            r = -ENOMEM;
        }
    }
    if (r >= 0)
        r = write_file(p);
    if (r < 0) {
        play_picture_free(p);
        return error_set(e, r, "%s: %s", path, error_name(r));
    }
    *ret = p;
    return 0;
}

struct play_picture *play_picture_free(struct play_picture *p)
{
    if (!p)
        return NULL;
    timer_stop(&p->soon);
    free(p->path);
    free(p->new_path);
    free(p);
    return NULL;
}
