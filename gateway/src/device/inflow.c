#include "device/inflow.h"

#include "base/json_member.h"
#include "base/log.h"
#include "device/device.h"

static const struct allowance_rate kib_rate = {INFLOW_BURST_KIB, INFLOW_KIB_PER_S},
                                   picture_rate = {INFLOW_BURST_PICTURES, INFLOW_PICTURES_PER_S};

/* --- connections ------------------------------------------------------------------------------ */

void inflow_tap_init(struct inflow_tap *t, void (*go_on)(struct inflow_tap *t))
{
    list_init(&t->held);
    t->go_on = go_on;
}

void inflow_tap_fini(struct inflow_tap *t)
{
    list_remove(&t->held);
}

bool inflow_holds(const struct inflow_tap *t)
{
    return !list_empty(&t->held);
}

/* Each of them may be held anew, or end others, in its call. */
static void go_on(struct timer *timer)
{
    struct inflow *f = container_of(timer, struct inflow, go_on);
    struct list due;

    list_init(&due);
    list_splice(&due, &f->held);
    while (!list_empty(&due)) {
        struct inflow_tap *t = list_first(&due, struct inflow_tap, held);

        list_remove(&t->held);
        t->go_on(t);
    }
}

void inflow_init(struct inflow *f, struct loop *l)
{
    list_init(&f->held);
    timer_init(&f->go_on, l, go_on);
}

void inflow_fini(struct inflow *f)
{
    timer_stop(&f->go_on);
}

/* --- what comes ------------------------------------------------------------------------------- */

static void tell(struct device *d, bool pictures)
{
    int64_t now_us = loop_now_us(d->all->env.loop);
    char why[96], text[192];
    struct wr_json j = wr_json_into(text, sizeof text);

    if (d->inflow.told_us != 0 && now_us - d->inflow.told_us < INFLOW_TOLD_US)
        return;
    d->inflow.told_us = now_us;
    if (pictures)
        snprintf(why, sizeof why, "more than %d pictures come from it in a second",
            INFLOW_PICTURES_PER_S);
    else
        snprintf(why, sizeof why,
            "more than %u MiB of pictures, or %u MiB of lines, come from it in a second",
            INFLOW_KIB_PER_S >> 10, (INFLOW_KIB_PER_S >> 10) / INFLOW_RAW_WEIGHT);
    log_warning("the device sends too much, and is read more slowly", F_STR("device", d->id),
        F_STR("why", why));
    wr_json_object(&j);
    member_string(&j, "why", why);
    wr_json_end(&j);
    device_publish(d, "device.held_back", wr_json_text(&j));
}

/* Whatever little comes, to call the driver costs as much as the first KiB. */
static unsigned kib_of(size_t n_bytes)
{
    return MAX((unsigned)(n_bytes >> 10), 1u);
}

bool inflow_took(struct device *of, struct inflow_tap *t, size_t n_bytes)
{
    struct device *d = device_root(of);
    struct inflow *f = &d->inflow;
    int64_t now_us = loop_now_us(d->all->env.loop),
            bytes_us = allowance_owe(&f->kib, &kib_rate, kib_of(n_bytes), now_us),
            pictures_us = allowance_owe(&f->pictures, &picture_rate, 0, now_us),
            wait_us = MAX(bytes_us, pictures_us);

    if (wait_us == 0 || !t || inflow_holds(t) ||
        (!timer_armed(&f->go_on) && timer_once(&f->go_on, wait_us) < 0))
        return false;
    if (list_empty(&f->held))
        d->stats.held_us += wait_us;
    list_append(&f->held, &t->held);
    tell(d, pictures_us > bytes_us);
    return true;
}

void inflow_picture(struct device *of)
{
    struct device *d = device_root(of);

    allowance_owe(&d->inflow.pictures, &picture_rate, 1, loop_now_us(d->all->env.loop));
}
