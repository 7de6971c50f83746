/* Notifications of a hub, each with its length in front. Whatever came, an answer that comes whole in notifications of its own
 * is understood; what is given is understood or refused, and a repaired one is JSON. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hub_frame.h"
#include "hub_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char room[2048];
static struct hub_frame_reader reader;
static size_t n_given;

static void walk(struct span json)
{
    struct hub_message m;
    struct hub_modules it;
    struct hub_module module;
    struct json_pull j;
    struct span name;

    if (hub_message_read(json, &m) < 0)
        return;
    hub_modules_begin(&it, json);
    while (hub_modules_next(&it, &module)) {
        size_t n = strlen(module.mac);

        if (strlen(module.id) >= HUB_ID_BYTES || (n != 0 && n != 12))
            abort();
    }
    hub_available_begin(&j, json);
    while (hub_available_next(&j, &name))
        continue;
}

static void take(const struct hub_frame *f)
{
    size_t n = f->payload.n;

    if (f->payload.at != room || n == 0 || n > sizeof room)
        abort();
    n_given += n;
    if (!f->whole)
        n = hub_message_repair(room, n, sizeof room);
    if (!f->whole && n > 0 && !json_pull_is_valid(room, n))
        abort();
    walk((struct span){room, n});
}

static void notify(struct span s)
{
    struct hub_frame f;

    if (hub_frame_begin(&reader, s, &f))
        take(&f);
    while (hub_frame_read(&reader, &s, &f))
        take(&f);
}

static void expect_good_one(void)
{
    static const char good[] = "{\"type\":\"ack\",\"command\":\"Play\"}";
    char head[HUB_FRAME_HEADER_MAX];
    struct span s = {head, hub_frame_header(sizeof good - 1, head)};
    struct hub_frame f;

    (void)hub_frame_begin(&reader, s, &f);
    if (hub_frame_read(&reader, &s, &f))
        abort();
    s = (struct span){good, sizeof good - 1};
    if (!hub_frame_read(&reader, &s, &f) || !f.whole || f.payload.n != sizeof good - 1 ||
        memcmp(f.payload.at, good, f.payload.n) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t given = size;

    hub_frame_reader_init(&reader, room, sizeof room);
    n_given = 0;
    while (size > 0) {
        size_t n = data[0] < size ? data[0] : size - 1;

        notify((struct span){(const char *)data + 1, n});
        data += 1 + n;
        size -= 1 + n;
    }
    if (n_given > given)
        abort();
    expect_good_one();
    return 0;
}
