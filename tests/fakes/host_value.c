/* host_value.c - what a device says: events, attributes, settings. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "fakes/host_private.h"

/* --- events and values ------------------------------------------------------------------------ */

static const struct wr_topic *find_topic(const struct wr_topic *topics, const char *type)
{
    for (; topics && topics->type; topics++) {
        if (strcmp(topics->type, type) == 0)
            return topics;
    }
    return NULL;
}

static struct fake_device *root_of(struct fake_device *d)
{
    return d->pub.parent ? fake_device_peek(d->pub.parent) : d;
}

int fake_host_publish(struct wr_dev *dev, const char *type, const char *json)
{
    struct fake_device *d = fake_device_of(dev, "publish");
    const struct wr_topic *topic = find_topic(d->kind->topics, type);
    struct fake_recorded_event *e;
    struct error error = ERROR_NULL;

    if (!topic)
        fake_fail("publish(%s): \"%s\" is not in the kind's topics[]", d->id, type);
    if (json) {
        json_t *j = json_read(json, strlen(json), &error);

        if (!json_is_object(j))
            fake_fail(
                "publish(%s, %s): expected one JSON object: %s: %s", d->id, type, json, error.text);
        json_decref(j);
        if (strlen(json) > FAKE_MAX_EVENT_BYTES)
            return -EMSGSIZE;
    }
    if (!event_allowed(&root_of(d)->allowance, topic->flags & WR_TOPIC_LIVE,
            json ? strlen(json) : 0, d->host->now_us)) {
        fake_trace("    → %s: left out, the device says too much", type);
        d->n_left_out++;
        return -EAGAIN;
    }
    fake_trace("    → %s %s", type, json ? json : "null");
    e = fake_array_add(&d->events, sizeof *e);
    e->type = fake_strdup(type);
    e->json = fake_strdup(json ? json : "null");
    return 0;
}

static const struct fake_recorded_event *find_event(
    const struct wr_dev *dev, const char *type, size_t *ret_n)
{
    const struct fake_device *d = fake_device_peek(dev);
    const struct fake_recorded_event *found = NULL;

    *ret_n = 0;
    for (size_t i = 0; i < d->events.n; i++) {
        const struct fake_recorded_event *e = d->events.items[i];

        if (strcmp(e->type, type) == 0) {
            found = e;
            ++*ret_n;
        }
    }
    return found;
}

const char *fake_event(const struct wr_dev *dev, const char *type)
{
    size_t n;
    const struct fake_recorded_event *e = find_event(dev, type, &n);

    return e ? e->json : NULL;
}

size_t fake_n_events(const struct wr_dev *dev, const char *type)
{
    size_t n;

    find_event(dev, type, &n);
    return n;
}

size_t fake_n_events_left_out(const struct wr_dev *dev)
{
    return fake_device_peek(dev)->n_left_out;
}

static void value_text(const struct wr_value *v, char *out, size_t cap)
{
    char number[40];
    struct wr_json j = wr_json_into(number, sizeof number);

    switch (v->type) {
    case WR_BOOL:
        snprintf(out, cap, "%s", v->b ? "true" : "false");
        break;
    case WR_INT:
        snprintf(out, cap, "%lld", (long long)v->i);
        break;
    case WR_FLOAT:
        wr_json_float(&j, v->f);
        snprintf(out, cap, "%s", number);
        break;
    default:
        snprintf(out, cap, "%s", v->s);
    }
}

static struct fake_reported *reported(const struct fake_device *d, const char *key)
{
    for (size_t i = 0; i < d->reported.n; i++) {
        struct fake_reported *r = d->reported.items[i];

        if (strcmp(r->key, key) == 0)
            return r;
    }
    return NULL;
}

static void check_reported(struct fake_device *d, const char *key, const struct wr_value *value)
{
    const struct wr_param *row =
        d->kind->settings ? param_find(d->kind->settings, key, NULL) : NULL;
    const struct wr_attribute *a = d->kind->attributes;

    while (a && a->key && strcmp(a->key, key) != 0)
        a++;
    if (!row && (!a || !a->key))
        fake_fail("report(%s): \"%s\" is neither an attribute nor a setting", d->id, key);
    if (!row && value->type == 0)
        return;
    if (value->type != (row ? row->type : a->type))
        fake_fail("report(%s): \"%s\" is of another type", d->id, key);
    if (value->type == WR_FLOAT && !isfinite(value->f))
        fake_fail("report(%s): \"%s\" is not finite", d->id, key);
    if (value->type >= WR_STRING && (!value->s || !text_is_utf8(value->s, strlen(value->s))))
        fake_fail("report(%s): \"%s\" is no UTF-8 text", d->id, key);
}

static int withdraw(struct fake_reported *r, const char *key)
{
    fake_trace("    → %s has no value any more", key);
    if (r) {
        free(r->text);
        r->text = NULL;
    }
    return 0;
}

int fake_host_report(struct wr_dev *dev, const char *key, const struct wr_value *value)
{
    struct fake_device *d = fake_device_of(dev, "report");
    struct fake_reported *r = reported(d, key);
    char text[PARAM_MAX_TEXT + 1];

    check_reported(d, key, value);
    if (value->type == 0)
        return withdraw(r, key);
    value_text(value, text, sizeof text);
    fake_trace("    → %s = %s", key, text);
    if (!r)
        r = fake_array_add(&d->reported, sizeof *r);
    free(r->text);
    *r = (struct fake_reported){
        .key = r->key ? r->key : key, .text = fake_strdup(text), .n = r->n + 1};
    return 0;
}

const char *fake_value(const struct wr_dev *dev, const char *key)
{
    const struct fake_reported *r = reported(fake_device_peek(dev), key);

    return r ? r->text : NULL;
}

size_t fake_n_reports(const struct wr_dev *dev, const char *key)
{
    const struct fake_reported *r = reported(fake_device_peek(dev), key);

    return r ? r->n : 0;
}

/* --- settings --------------------------------------------------------------------------------- */

static void send_settings(struct fake_host *h, struct fake_task *t)
{
    struct fake_device *d = t->object;
    struct wr_setting changed[PARAM_MAX_ROWS];
    size_t n = 0;
    int r;

    if (!d->running || !d->online || d->restart)
        return;
    for (unsigned i = 0; i < d->n_settings; i++) {
        struct fake_setting *s = &d->settings[i];

        if (s->dirty && s->desired.v.type != 0) {
            changed[n++] = (struct wr_setting){.index = i, .value = s->desired.v};
            s->applied = FAKE_PENDING;
        }
        s->dirty = false;
    }
    if (n == 0)
        return;
    fake_enter(d, "configure");
    r = h->driver->configure(&d->pub, changed, n);
    fake_leave(d);
    for (size_t i = 0; r < 0 && i < n; i++)
        d->settings[changed[i].index].applied = r;
}

void fake_settings_resend(struct fake_device *d)
{
    for (size_t i = 0; i < d->n_settings; i++)
        d->settings[i].dirty = true;
    fake_task_add(d->host, 0, 0, send_settings, d);
}

static struct fake_setting *setting(
    const struct fake_device *d, const char *key, const char *function)
{
    unsigned i;

    if (!d->kind->settings || !param_find(d->kind->settings, key, &i))
        fake_fail("%s(%s): there is no setting \"%s\"", function, d->id, key);
    return &d->settings[i];
}

int fake_host_applied(struct wr_dev *dev, const char *key, int result)
{
    struct fake_device *d = fake_device_of(dev, "applied");

    if (result > 0)
        fake_fail("applied(%s, %s): %d is neither 0 nor a negative errno", d->id, key, result);
    fake_trace("    → %s %d", key, result);
    setting(d, key, "applied")->applied = result;
    return 0;
}

int fake_host_limit(struct wr_dev *dev, const char *key, double min, double max)
{
    struct fake_device *d = fake_device_of(dev, "limit");
    struct fake_setting *s = setting(d, key, "limit");
    const struct wr_param *row = param_find(d->kind->settings, key, NULL);

    if ((row->type != WR_INT && row->type != WR_FLOAT) || min > max ||
        ((min != 0 || max != 0) && row->min < row->max && (min < row->min || max > row->max)))
        fake_fail("limit(%s, %s): %g to %g is not within its row's range", d->id, key, min, max);
    fake_trace("    → limit %s: %g to %g", key, min, max);
    s->min = min;
    s->max = max;
    return 0;
}

double fake_limit_min(const struct wr_dev *dev, const char *key)
{
    return setting(fake_device_peek(dev), key, "fake_limit_min")->min;
}

int fake_applied(const struct wr_dev *dev, const char *key)
{
    return setting(fake_device_peek(dev), key, "fake_applied")->applied;
}

void fake_desire(struct wr_dev *dev, const char *key, const char *text)
{
    struct fake_device *d = fake_device_peek(dev);
    struct fake_setting *s = setting(d, key, "fake_desire");
    struct param_value v = {0};
    struct error e = ERROR_NULL;

    if (text && param_from_text(param_find(d->kind->settings, key, NULL), text, &v, &e) < 0)
        fake_fail("fake_desire(%s, %s): %s", d->id, key, e.text);
    param_value_fini(&s->desired);
    s->desired = v;
    s->dirty = true;
    fake_task_add(d->host, 0, 0, send_settings, d);
}
