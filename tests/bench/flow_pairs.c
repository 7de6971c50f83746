/* flow_pairs.c - the optical flow on a set of pairs of frames: flow_pairs [--ops NAME] SET.bin OUT.pred
 *
 * NAME is one of flow_fast.h's; without it the fastest ones that the machine has.
 *
 * SET.bin is what flow_set.py writes. OUT.pred, little-endian: "FLP1", u32 pairs, u32 blocks, float32 µs of a pair, the median and the least
 * (thread CPU time), float32 [pairs][blocks][dx, dy, confidence]. Confidence is 0 … 1.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "flow.h"
#include "media/flow_fast.h"

struct pairs {
    FILE *in;
    uint32_t n, columns, rows;
    struct flow_shape shape;
    uint8_t *frames[2];
    const struct flow_ops *ops;
    struct flow *flow;
    float *us, *found; /* of each pair; of each block three */
};

static int fail(const char *path, const char *why)
{
    fprintf(stderr, "flow_pairs: %s: %s\n", path, why);
    return 1;
}

static double thread_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static const char *begin(struct pairs *p)
{
    uint32_t head[5];
    char magic[4];
    size_t bytes, pixels;

    if (fread(magic, 1, 4, p->in) != 4 || memcmp(magic, "FLW1", 4) != 0 ||
        fread(head, 4, 5, p->in) != 5)
        return "it is no set of pairs";
    p->n = head[0];
    p->columns = head[3];
    p->rows = head[4];
    if (p->n < 1 || p->n > 100000 || p->columns < 1 || p->columns > FLOW_GRID_MAX || p->rows < 1 ||
        p->rows > FLOW_GRID_MAX || head[1] > FLOW_SIDE_MAX || head[2] > FLOW_SIDE_MAX)
        return "its head says what no set has";
    p->shape = (struct flow_shape){(uint16_t)head[1], (uint16_t)head[2], (uint8_t)p->columns,
        (uint8_t)p->rows, (uint8_t)(head[1] / p->columns)};
    bytes = flow_bytes(&p->shape);
    if (bytes == 0)
        return "the flow has no such grid";
    pixels = (size_t)head[1] * head[2];
    p->frames[0] = malloc(pixels + FLOW_SLACK);
    p->frames[1] = malloc(pixels + FLOW_SLACK);
    p->flow = flow_init(malloc(bytes), bytes, &p->shape, p->ops);
    p->us = calloc(p->n, sizeof(*p->us));
    p->found = calloc((size_t)p->n * p->columns * p->rows * 3, sizeof(*p->found));
    return p->frames[0] && p->frames[1] && p->flow && p->us && p->found
        ? NULL
        : "there is not enough memory";
}

static bool run_one(struct pairs *p, uint32_t i)
{
    size_t pixels = (size_t)p->shape.width * p->shape.height;
    uint32_t category, blocks = p->columns * p->rows;
    float *to = p->found + (size_t)i * blocks * 3;
    double before;

    if (fread(&category, 4, 1, p->in) != 1 || fread(p->frames[0], 1, pixels, p->in) != pixels ||
        fread(p->frames[1], 1, pixels, p->in) != pixels || fseek(p->in, blocks * 9, SEEK_CUR) != 0)
        return false;
    before = thread_us();
    flow_run(p->flow, p->frames[0], p->frames[1], false);
    p->us[i] = (float)(thread_us() - before);
    for (uint32_t b = 0; b < blocks; b++) {
        const struct flow_vector *v = flow_block(p->flow, b / p->columns, b % p->columns);

        *to++ = (float)v->dx / FLOW_UNIT;
        *to++ = (float)v->dy / FLOW_UNIT;
        *to++ = (float)v->confidence / 255;
    }
    return true;
}

static int by_value(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;

    return x < y ? -1 : x > y;
}

static bool write_found(struct pairs *p, const char *path)
{
    uint32_t head[2] = {p->n, p->columns * p->rows};
    float us[2];
    FILE *out = fopen(path, "wb");
    size_t n = (size_t)head[0] * head[1] * 3;
    bool written;

    if (!out)
        return false;
    qsort(p->us, p->n, sizeof(*p->us), by_value);
    us[0] = p->us[p->n / 2];
    us[1] = p->us[0];
    written = fwrite("FLP1", 1, 4, out) == 4 && fwrite(head, 4, 2, out) == 2 &&
        fwrite(us, 4, 2, out) == 2 && fwrite(p->found, 4, n, out) == n;
    return fclose(out) == 0 && written;
}

int main(int argc, char **argv)
{
    struct pairs p = {0};
    const char *why;
    int status = 1;

    p.ops = argc == 5 && strcmp(argv[1], "--ops") == 0 ? flow_fast_named(argv[2]) : flow_fast();
    if ((argc != 3 && argc != 5) || !p.ops) {
        fprintf(stderr, "usage: flow_pairs [--ops NAME] SET.bin OUT.pred      NAME: one of");
        for (size_t i = 0; flow_fast_name(i); i++)
            fprintf(stderr, " %s", flow_fast_name(i));
        fprintf(stderr, "\n");
        return 2;
    }
    argv += argc - 3;
    p.in = fopen(argv[1], "rb");
    if (!p.in)
        return fail(argv[1], "it cannot be opened");
    why = begin(&p);
    for (uint32_t i = 0; !why && i < p.n; i++)
        why = run_one(&p, i) ? NULL : "it ends too early";
    if (why)
        fail(argv[1], why);
    else if (!write_found(&p, argv[2]))
        fail(argv[2], "it cannot be written");
    else
        status = 0;
    fclose(p.in);
    free(p.frames[0]);
    free(p.frames[1]);
    free(p.flow);
    free(p.us);
    free(p.found);
    return status;
}
