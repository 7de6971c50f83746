/* Arguments of a command as REST takes them: what is taken is valid by its row, and comes back the
 * same through JSON. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "config/param.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const CHOICES[] = {"night", "day", NULL};
static const struct wr_param ROWS[] = {
    {.key = "n", .type = WR_INT, .min = -5, .max = 1000, .def = "3"},
    {.key = "f", .type = WR_FLOAT},
    {.key = "b", .type = WR_BOOL},
    {.key = "s", .type = WR_STRING, .min = 2, .max = 64},
    {.key = "c", .type = WR_STRING, .choices = CHOICES},
    {.key = "l", .type = WR_LIST},
    {.key = "lc", .type = WR_LIST, .choices = CHOICES},
    {0},
};
#define N_ROWS (N_ELEMENTS(ROWS) - 1)

static json_t *write_back(const struct param_value *v)
{
    struct buf text = BUF_INIT(1u << 20);
    struct wr_json j = buf_json(&text);
    json_t *back;

    wr_json_object(&j);
    for (size_t i = 0; i < N_ROWS; i++) {
        if (v[i].v.type == 0)
            continue;
        wr_json_key(&j, ROWS[i].key);
        param_to_json(&j, &ROWS[i], &v[i].v);
    }
    wr_json_end(&j);
    if (buf_json_end(&text, &j) < 0)
        abort();
    back = json_read((const char *)buf_data(&text), text.len, NULL);
    buf_fini(&text);
    return back;
}

static void check_values(const struct param_value *v)
{
    struct param_value again[N_ROWS] = {0};
    json_t *back = write_back(v);

    if (!back || param_args_from_json(ROWS, back, again, NULL) < 0)
        abort();
    for (size_t i = 0; i < N_ROWS; i++) {
        if (!param_value_equal(&v[i].v, &again[i].v) ||
            (v[i].v.type && param_check(&ROWS[i], &v[i].v, NULL) < 0))
            abort();
    }
    json_decref(back);
    param_values_fini(again, N_ROWS);
}

static void check_text(const char *text)
{
    for (size_t i = 0; i < N_ROWS; i++) {
        struct param_value v = {0};
        struct error e = ERROR_NULL;

        if (param_from_text(&ROWS[i], text, &v, &e) < 0 ? !e.text[0]
                                                        : param_check(&ROWS[i], &v.v, NULL) < 0)
            abort();
        param_value_fini(&v);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct param_value v[N_ROWS] = {0};
    struct error e = ERROR_NULL;
    json_t *args = json_read(size > 0 ? (const char *)data : "", size, NULL);
    char *text = strndup(size > 0 ? (const char *)data : "", size);

    if (text)
        check_text(text);
    if (args && param_args_from_json(ROWS, args, v, &e) == 0)
        check_values(v);
    else if (args && !e.text[0])
        abort();
    param_values_fini(v, N_ROWS);
    json_decref(args);
    free(text);
    return 0;
}
