/* Whatever the file says: it is either taken whole, or refused with at least one sentence and a
 * line that exists. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t count_lines(const uint8_t *data, size_t size)
{
    size_t n = 1;

    /* YAML 1.1 also breaks lines at CR, NEL, LS and PS: every byte of them counts, as this is an
     * upper bound. */
    for (size_t i = 0; i < size; i++)
        n += data[i] == '\n' || data[i] == '\r' || data[i] >= 0x80;
    return n + 1;
}

static void check_problems(const struct config_problems *p, size_t n_lines)
{
    struct buf out = BUF_INIT(1u << 20);

    if (p->n > CONFIG_MAX_PROBLEMS || config_problems_print(p, &out) < 0)
        abort();
    for (size_t i = 0; i < p->n; i++) {
        if (!p->items[i].text[0] || p->items[i].line > n_lines)
            abort();
    }
    buf_fini(&out);
}

static void check_device(const struct config_device *d)
{
    static const struct wr_param rows[] = {
        {.key = "host", .type = WR_STRING, .flags = WR_REQUIRED},
        {.key = "port", .type = WR_INT, .min = 1, .max = 65535, .def = "80"},
        {.key = "tags", .type = WR_LIST},
        {0},
    };
    struct config_problems p = {0};
    struct param_value values[3] = {0};

    if (!d->id || !d->driver || !d->name || !config_device_equal(d, d))
        abort();
    if (config_check_pairs(d->options, d->n_options, rows, "options", d->line, values, &p) == 0)
        param_values_fini(values, 3);
    else if (p.n_errors == 0)
        abort();
    config_problems_fini(&p);
}

static void no_change(void *ctx, const char *key, bool live)
{
    abort();
}

static void check_config(const struct config *c)
{
    char address[64];
    uint16_t port;

    if (config_split_listen(c->http.listen, address, sizeof address, &port) < 0)
        abort();
    if (!(c->store.max_percent >= 0 && c->store.max_percent <= 100))
        abort();
    for (size_t i = 0; i < c->n_devices; i++)
        check_device(&c->devices[i]);
    config_each_change(c, c, no_change, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config *c = NULL;
    struct config_problems p;
    int r = config_parse("fuzz.yaml", size > 0 ? (const char *)data : "", size, NULL, &c, &p);

    if ((r == 0) != (c != NULL) || (r == 0) != (p.n_errors == 0))
        abort();
    check_problems(&p, count_lines(data, size));
    if (c)
        check_config(c);
    config_problems_fini(&p);
    config_free(c);
    return 0;
}
