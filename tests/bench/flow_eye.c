/* flow_eye.c - what it costs the gateway to look for motion in a picture, JPEG to overlay, beside what it costs to decode that picture in full: a
 * table in Markdown. One thread, µs of its processor, the middle of all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/util.h"
#include "media/flow_eye.h"
#include "media/pixels.h"
#include "pictures.h"

#define ROUNDS 5
#define N (ROUNDS * PICTURES_N)

static double thread_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static double middle(double us[static N])
{
    qsort(us, N, sizeof *us, by_value);
    return us[N / 2];
}

struct kept {
    struct flow_eye *eye;
    struct pixels grey;
    size_t room;
    int64_t time_us;
    bool failed;
};

static void in_full(struct kept *k, const struct picture *p)
{
    struct pixels all = {0};

    k->failed |= pixels_decode(p->jpeg, p->n, 0, PIXELS_RGB, &all, NULL) < 0;
    pixels_fini(&all);
}

static void small_and_grey(struct kept *k, const struct picture *p)
{
    k->failed |= pixels_decode_grey(p->jpeg, p->n, FLOW_EYE_SIDE, &k->grey, &k->room, NULL) < 0;
}

static void look(struct kept *k, const struct picture *p)
{
    struct overlay o;

    k->time_us += 40000;
    k->failed |= flow_eye_look(k->eye, p->jpeg, p->n, k->time_us, &o, NULL) < 0;
}

static double measure(struct kept *k, const struct picture pictures[static PICTURES_N],
    void (*what)(struct kept *k, const struct picture *p))
{
    double us[N];

    for (unsigned i = 0; i < N; i++) {
        double before = thread_us();

        what(k, &pictures[i % PICTURES_N]);
        us[i] = thread_us() - before;
    }
    return middle(us);
}

static bool row(unsigned width, unsigned height, size_t bytes)
{
    struct picture pictures[PICTURES_N] = {0};
    struct kept k = {.eye = flow_eye_new()};
    double full, grey, looked;

    if (!k.eye || !pictures_draw(pictures, width, height, bytes))
        return false;
    full = measure(&k, pictures, in_full);
    grey = measure(&k, pictures, small_and_grey);
    looked = measure(&k, pictures, look);
    printf("| %u x %u, %zu KB | %.0f | %.0f | %.0f | %.2f |\n", width, height, bytes / 1000, full,
        grey, looked, looked / full);
    pictures_free(pictures);
    pixels_fini(&k.grey);
    flow_eye_free(k.eye);
    return !k.failed;
}

int main(void)
{
    static const struct {
        unsigned width, height;
        size_t bytes;
    } sizes[] = {{320, 240, 12000}, {640, 480, 40000}, {1280, 720, 100000}};

    puts("| picture | decoded in full, µs | grey, as small as it is looked at, µs | looked at, "
         "decoding included, µs | of decoding in full |\n"
         "| --- | --- | --- | --- | --- |");
    for (size_t i = 0; i < N_ELEMENTS(sizes); i++)
        if (!row(sizes[i].width, sizes[i].height, sizes[i].bytes))
            return 1;
    return 0;
}
