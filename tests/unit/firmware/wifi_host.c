#include "wifi_host.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/util.h"
#include "loop/loop.h"

#define WORDS_MAX 16

static int notify(struct gatt_app *a, unsigned chr, const void *bytes, size_t n)
{
    struct wifi_host *h = a->shown_by;

    snprintf(
        h->status, sizeof h->status, "%.*s", (int)MIN(n, (size_t)h->mtu - 3), (const char *)bytes);
    h->n_status++;
    return 0;
}

static void advertise(struct gatt_app *a, bool on)
{
}

static void disconnect(struct gatt_app *a)
{
}

static const struct gatt_stack stack = {notify, advertise, disconnect};

void wifi_host_init(struct wifi_host *h, const char *options)
{
    char *argv[WORDS_MAX] = {(char *)"sim", (char *)"--source", (char *)"still"};
    struct error e = ERROR_NULL;
    int argc = 3;

    *h = (struct wifi_host){.mtu = GATT_MTU_MAX};
    snprintf(h->words, sizeof h->words, "%s", options);
    for (char *word = strtok(h->words, " "); word && argc < WORDS_MAX; word = strtok(NULL, " "))
        argv[argc++] = word;
    cr_assert_eq(wifi_options_parse(&h->options, argc, argv, &e), 0, "%s", error_text(&e));
    cr_assert_eq(loop_new_virtual(1000 * US_PER_S, 0, &h->loop), 0);
}

void wifi_host_shows(struct wifi_host *h, struct gatt_app *app)
{
    h->app = app;
    app->shown_by = h;
    app->stack = &stack;
}

static unsigned chr_of(const struct wifi_host *h, const char *uuid)
{
    unsigned i = 0;

    while (i < h->app->n_chars && strcmp(h->app->chars[i].uuid, uuid) != 0)
        i++;
    cr_assert_lt(i, h->app->n_chars, "no characteristic %s", uuid);
    return i;
}

int wifi_host_write(struct wifi_host *h, const char *uuid, const char *text)
{
    return h->app->calls->written(
        h->app->ctx, chr_of(h, uuid), (const uint8_t *)text, strlen(text), true);
}

const char *wifi_host_read(struct wifi_host *h, const char *uuid)
{
    static char text[GATT_VALUE_MAX + 1];
    int n = h->app->calls->read(h->app->ctx, chr_of(h, uuid), (uint8_t *)text, GATT_VALUE_MAX);

    cr_assert_geq(n, 0);
    text[n] = '\0';
    return text;
}

struct wifi_status wifi_host_said(const struct wifi_host *h)
{
    struct wifi_status s;

    cr_assert_eq(
        wifi_status_read((struct span){h->status, strlen(h->status)}, &s), 0, "%s", h->status);
    return s;
}
