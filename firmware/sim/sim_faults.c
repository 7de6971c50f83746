#include "sim_faults.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "gatt_app.h"

/* An hour: longer is never. */
#define MS_MAX 3600000
#define COUNT_MAX 1000000000

static const struct row {
    const char *name;
    size_t at;
    uint32_t least, most; /* most 0: a word */
    uint32_t normal;
    const char *normal_word, *help;
} rows[] = {
#define NUMBER(name, member, least, most, normal, help)                                            \
    {                                                                                              \
        name, offsetof(struct sim_faults, member), least, most, normal, NULL, help                 \
    }
#define WORD(name, member, normal, help)                                                           \
    {                                                                                              \
        name, offsetof(struct sim_faults, member), 0, 0, 0, normal, help                           \
    }
    NUMBER("mtu", mtu, GATT_MTU_MIN, GATT_MTU_MAX, GATT_MTU_MAX, "ATT MTU of the link"),
    NUMBER("loss", loss_percent, 0, 100, 0, "percent of the notifications that get lost"),
    NUMBER("delay", delay_ms, 0, MS_MAX, 0, "ms by which method calls and notifications are late"),
    NUMBER("interval_us", interval_us, 0, 4000000, 0, "connection interval; 0: at once"),
    NUMBER("packets", packets, 1, 100, 4, "notifications per connection interval"),
    NUMBER("queue", queue, 1, 256, 12, "notifications that the camera's stack holds"),
    NUMBER("connect", connect_ms, 0, MS_MAX, 30, "ms that connecting takes"),
    NUMBER("disconnect", disconnect_ms, 0, MS_MAX, 50, "ms that disconnecting takes"),
    NUMBER("resolve", resolve_ms, 0, MS_MAX, 10, "ms between one object and the next"),
    NUMBER("late_objects", late_objects, 0, GATT_CHARS_MAX, 2,
        "objects that appear after ServicesResolved"),
    NUMBER("name", name_ms, 0, MS_MAX, 100, "ms from the first report to the name"),
    NUMBER("disconnect_after", disconnect_after, 0, COUNT_MAX, 0,
        "the link breaks after so many notifications; 0: never"),
    NUMBER("disconnects", disconnects, 0, COUNT_MAX, 0, "so often at most; 0: each time"),
    NUMBER("no_acquire", no_acquire, 0, 1, 0, "1: AcquireNotify and AcquireWrite are refused"),
    NUMBER("keep_objects", keep_objects, 0, 1, 0, "1: services stay when the link is gone"),
    WORD("hang", hang, "", "a method that is never answered, as AcquireNotify"),
    NUMBER("hangs", hangs, 0, COUNT_MAX, 0, "so often at most; 0: each time"),
    WORD("refuse", refuse, "", "a method that is refused, as Connect"),
    WORD("refusal", refusal, "Failed", "by which error: NotSupported, InProgress, NotPermitted …"),
    NUMBER("refuses", refuses, 0, COUNT_MAX, 0, "so often at most; 0: each time"),
};

void sim_faults_init(struct sim_faults *f)
{
    memset(f, 0, sizeof *f);
    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        char *to = (char *)f + rows[i].at;

        if (rows[i].most)
            *(uint32_t *)to = rows[i].normal;
        else
            strcpy(to, rows[i].normal_word);
    }
}

static int set_word(char *to, const char *name, const char *value, struct error *e)
{
    /* What goes into the name of a D-Bus error. */
    if (strlen(value) >= SIM_METHOD_MAX ||
        value[strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")])
        return error_set(
            e, -EINVAL, "%s: \"%.60s\" is not the name of a method or error", name, value);
    strcpy(to, value);
    return 0;
}

static int set(struct sim_faults *f, const char *name, const char *value, struct error *e)
{
    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        const struct row *r = &rows[i];
        int64_t n;

        if (strcmp(r->name, name) != 0)
            continue;
        if (r->most == 0)
            return set_word((char *)f + r->at, name, value, e);
        if (text_to_int(value, &n) < 0 || n < r->least || n > r->most)
            return error_set(e, -EINVAL, "%s: \"%.60s\" is not a number from %u to %u", name, value,
                r->least, r->most);
        *(uint32_t *)(void *)((char *)f + r->at) = (uint32_t)n;
        return 0;
    }
    return error_set(e, -EINVAL, "\"%.60s\" is no fault that is known", name);
}

int sim_faults_parse(struct sim_faults *f, const char *text, struct error *e)
{
    struct sim_faults changed = *f;
    char one[128];

    while (*text) {
        size_t n = strcspn(text, ",");
        char *value;
        int r;

        if (n >= sizeof one)
            return error_set(e, -EINVAL, "\"%.60s…\" is too long for a fault", text);
        memcpy(one, text, n);
        one[n] = '\0';
        value = strchr(one, '=');
        if (!value)
            return error_set(e, -EINVAL, "\"%.60s\" has no value: faults are name=value,…", one);
        *value++ = '\0';
        r = set(&changed, one, value, e);
        if (r < 0)
            return r;
        text += n + (text[n] == ',');
    }
    *f = changed;
    return 0;
}

void sim_faults_help(FILE *to)
{
    for (size_t i = 0; i < N_ELEMENTS(rows); i++)
        if (rows[i].most)
            fprintf(to, "    %-17s%s (%u…%u, %u)\n", rows[i].name, rows[i].help, rows[i].least,
                rows[i].most, rows[i].normal);
        else
            fprintf(to, "    %-17s%s\n", rows[i].name, rows[i].help);
}
