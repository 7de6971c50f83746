/* pi_export.c - see pi_export.h. */
#include "pi_export.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* One picture that is being made of several. */
struct mean {
    const struct pi_export_port *port;
    void *decoders[PI_STACK_MAX_FRAMES];
    unsigned n, width, height;
    uint8_t row[3 * PI_MAX_SIDE];
    uint16_t sum[3 * PI_MAX_SIDE];
};

/* One file that is being written. */
struct sink {
    const struct pi_export_port *port;
    void *file;
};

static int sink_write(void *ctx, const void *bytes, size_t n)
{
    struct sink *s = ctx;

    return s->port->file_write(s->file, bytes, n);
}

static int mean_add(struct mean *m, const struct pi_ring_frame *f)
{
    unsigned width, height;
    int r = m->port->decoder_open(m->port->ctx, f->jpeg, f->n, &m->decoders[m->n], &width, &height);

    if (r < 0)
        return r;
    m->n++;
    if (width > PI_MAX_SIDE || (m->n > 1 && (width != m->width || height != m->height)))
        return -EINVAL;
    m->width = width;
    m->height = height;
    return 0;
}

static void mean_close(struct mean *m)
{
    while (m->n > 0)
        m->port->decoder_close(m->decoders[--m->n]);
}

static int mean_open(struct mean *m, const struct pi_export_port *port,
    const struct pi_ring_frame *frames, unsigned n)
{
    m->port = port;
    m->n = 0;
    for (unsigned i = 0; i < n && i < PI_STACK_MAX_FRAMES; i++) {
        int r = mean_add(m, &frames[i]);
        if (r < 0)
            return mean_close(m), r;
    }
    return 0;
}

/* The mean, cut to whole numbers. */
static int mean_row(void *ctx, unsigned y, uint8_t *bgr)
{
    struct mean *m = ctx;
    size_t n = 3 * (size_t)m->width;

    if (m->n == 1)
        return m->port->decoder_row(m->decoders[0], bgr);
    memset(m->sum, 0, n * sizeof *m->sum);
    for (unsigned i = 0; i < m->n; i++) {
        int r = m->port->decoder_row(m->decoders[i], m->row);
        if (r < 0)
            return r;
        for (size_t x = 0; x < n; x++)
            m->sum[x] = (uint16_t)(m->sum[x] + m->row[x]);
    }
    for (size_t x = 0; x < n; x++)
        bgr[x] = (uint8_t)(m->sum[x] / m->n);
    return 0;
}

static int write_npy(struct mean *m, struct sink *s)
{
    uint8_t head[PI_NPY_HEAD_BYTES], row[3 * PI_MAX_SIDE];
    int r;

    pi_npy_head(m->width, m->height, head);
    r = sink_write(s, head, sizeof head);
    for (unsigned y = 0; y < m->height && r >= 0; y++) {
        r = mean_row(m, y, row);
        if (r >= 0)
            r = sink_write(s, row, 3 * (size_t)m->width);
    }
    return r;
}

/* Decodes, averages and encodes. */
static int write_picture(
    struct sink *s, unsigned format, const struct pi_ring_frame *frames, unsigned n)
{
    struct mean m;
    int r = mean_open(&m, s->port, frames, n);

    if (r < 0)
        return r;
    if (format == PI_FORMAT_NPY)
        r = write_npy(&m, s);
    else
        r = s->port->encode(s->port->ctx, format, m.width, m.height, PI_EXPORT_JPEG_QUALITY,
            mean_row, &m, sink_write, s);
    mean_close(&m);
    return r;
}

/* One file in one format. A single JPEG is written as it is. */
static int write_file(const struct pi_export_port *port, const char *base, unsigned format,
    const struct pi_ring_frame *frames, unsigned n, char *ret_path)
{
    struct sink s = {.port = port};
    char name[PI_EXPORT_NAME_MAX + 8];
    int r;

    snprintf(name, sizeof name, "%s.%s", base, pi_format_name(format));
    r = port->file_open(port->ctx, name, &s.file);
    if (r < 0)
        return r;
    if (format == PI_FORMAT_JPG && n == 1)
        r = sink_write(&s, frames[0].jpeg, frames[0].n);
    else
        r = write_picture(&s, format, frames, n);
    if (r < 0) {
        port->file_discard(s.file);
        return r;
    }
    return port->file_commit(s.file, ret_path, PI_EXPORT_PATH_MAX);
}

/* All formats of one picture, named after the last of its frames. */
static void write_all(const struct pi_export *job, const struct pi_export_port *port,
    const struct pi_ring_frame *frames, unsigned n, struct pi_export_result *result)
{
    struct pi_local_time t;
    char base[PI_EXPORT_NAME_MAX], path[PI_EXPORT_PATH_MAX];

    port->local_time(port->ctx, frames[n - 1].meta.time_us, &t);
    pi_export_name(&t, frames[n - 1].meta.id, base);
    for (unsigned format = PI_FORMAT_JPG; format <= PI_FORMAT_NPY; format <<= 1) {
        if (!(job->formats & format))
            continue;
        int r = write_file(port, base, format, frames, n, path);
        if (r < 0 && !result->why[0])
            snprintf(result->why, sizeof result->why, "%s.%s: %s", base, pi_format_name(format),
                strerror(-r));
        if (r < 0)
            continue;
        if (result->n_files++ == 0)
            snprintf(result->first_path, sizeof result->first_path, "%s", path);
    }
}

void pi_export_run(
    const struct pi_export *job, const struct pi_export_port *port, struct pi_export_result *ret)
{
    memset(ret, 0, sizeof *ret);
    if (job->n_frames == 0)
        return;
    if (job->stack) {
        write_all(job, port, job->frames, job->n_frames, ret);
        return;
    }
    for (unsigned i = 0; i < job->n_frames; i++)
        write_all(job, port, &job->frames[i], 1, ret);
}

void pi_export_name(const struct pi_local_time *t, uint64_t id, char out[PI_EXPORT_NAME_MAX])
{
    snprintf(out, PI_EXPORT_NAME_MAX, "%04d%02d%02d_%02d%02d%02d_f%llu", t->year, t->month, t->day,
        t->hour, t->minute, t->second, (unsigned long long)id);
}

/* 93 "NUMPY" 1 0 | length (little) | Python's text of the description, blanks, '\n'; the whole a
 * multiple of 64. */
void pi_npy_head(unsigned width, unsigned height, uint8_t out[PI_NPY_HEAD_BYTES])
{
    static const uint8_t magic[10] = {
        0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, PI_NPY_HEAD_BYTES - 10, 0};
    char text[PI_NPY_HEAD_BYTES - 10 + 1];

    int n = snprintf(text, sizeof text,
        "{'descr': '|u1', 'fortran_order': False, 'shape': (%u, %u, 3), }", height, width);
    memcpy(out, magic, sizeof magic);
    memset(out + sizeof magic, ' ', PI_NPY_HEAD_BYTES - sizeof magic);
    memcpy(out + sizeof magic, text, (size_t)n);
    out[PI_NPY_HEAD_BYTES - 1] = '\n';
}
