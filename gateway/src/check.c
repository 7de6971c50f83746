#include "check.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "config/config.h"
#include "device/driver.h"
#include "device/drivers.h"
#include "http/auth.h"

static void check_pairs(const struct config_pair *pairs, size_t n, const struct wr_param *rows,
    const char *what, unsigned line, struct config_problems *p)
{
    static const struct wr_param none = {0};
    size_t n_rows = param_count(rows ? rows : &none);
    struct param_value *values = calloc(MAX(n_rows, 1), sizeof *values);

    if (!values)
        return;
    config_check_pairs(pairs, n, rows ? rows : &none, what, line, values, p);
    param_values_fini(values, n_rows);
    free(values);
}

/* Settings have no required rows: every one that is not named stays as the device has it. */
static void check_settings(
    const struct config_device *d, const struct wr_driver *t, struct config_problems *p)
{
    for (size_t i = 0; i < d->n_settings; i++) {
        const struct config_pair *pair = &d->settings[i];
        const struct wr_param *row =
            t->kinds[0].settings ? param_find(t->kinds[0].settings, pair->key, NULL) : NULL;
        struct param_value value = {0};
        struct error e = ERROR_NULL;

        if (!row)
            config_problem_add(p, false, pair->line, pair->column, pair->key,
                "the driver %s has no such setting", t->name);
        else if (param_from_text(row, pair->text, &value, &e) < 0)
            config_problem_add(p, false, pair->line, pair->column, pair->key, "%s", error_text(&e));
        param_value_fini(&value);
    }
}

static void check_device(
    const struct config *c, const struct config_device *d, struct config_problems *p)
{
    char path[4096], key[WR_NAME_MAX + 24];
    struct driver *driver = NULL;
    struct error e = ERROR_NULL;

    snprintf(key, sizeof key, "devices.%s", d->id);
    if (!drivers_path(c->plugins.folder, d->driver, path, sizeof path)) {
        config_problem_add(p, true, d->line, 1, key,
            "there is no %s.so in %s, so its options are not checked", d->driver,
            c->plugins.folder);
        return;
    }
    if (driver_load(path, ~UINT64_C(0), &driver, &e) < 0) {
        config_problem_add(p, true, d->line, 1, key,
            "the driver \"%s\" cannot be loaded, so its options are not checked: %s", d->driver,
            error_text(&e));
        return;
    }
    snprintf(key, sizeof key, "devices.%s.options", d->id);
    check_pairs(d->options, d->n_options, driver->table->options, key, d->line, p);
    check_settings(d, driver->table, p);
    driver_unload(driver);
}

static void check_http(const struct config *c, struct config_problems *p)
{
    struct error e = ERROR_NULL;
    struct auth *a = NULL;
    char address[64];
    uint16_t port;

    if (auth_new(c, &a, &e) < 0)
        config_problem_add(p, false, 0, 0, "http.origins", "%s", error_text(&e));
    else if (config_split_listen(c->http.listen, address, sizeof address, &port) == 0 &&
        auth_check_listen(a, address, &e) < 0)
        config_problem_add(p, false, 0, 0, "http.listen", "%s", error_text(&e));
    auth_free(a);
}

int check(const char *config_file)
{
    struct config_problems problems;
    struct buf text = BUF_INIT(1u << 20);
    struct config *c = NULL;
    bool bad = config_load(config_file, &c, &problems) < 0;

    if (!bad) {
        check_http(c, &problems);
        for (size_t i = 0; i < c->n_devices; i++)
            check_device(c, &c->devices[i], &problems);
    }
    bad |= problems.n_errors > 0;
    if (config_problems_print(&problems, &text) == 0 && text.len > 0 && buf_text(&text))
        fputs(buf_text(&text), stderr);
    if (!bad)
        printf("%s: no errors, %zu warning%s, %zu device%s\n",
            config_file ? config_file : "(defaults)", problems.n, problems.n == 1 ? "" : "s",
            c->n_devices, c->n_devices == 1 ? "" : "s");
    buf_fini(&text);
    config_problems_fini(&problems);
    config_free(c);
    return bad ? 1 : 0;
}
