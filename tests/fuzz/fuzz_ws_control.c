/* A message that is taken keeps every promise of ws_message.h, and says the same when it is read again from the JSON it came as; one that
 * is not leaves a sentence and nothing else. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "http/ws_message.h"

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void check_name(const char *s)
{
    must(s && strlen(s) <= WR_NAME_MAX && text_is_utf8(s, strlen(s)));
}

static void check_patterns(const struct ws_patterns *p)
{
    must(p->n <= WS_MAX_PATTERNS);
    for (size_t i = 0; i < p->n; i++)
        check_name(p->at[i]);
    (void)ws_patterns_match(p, "camera.night");
}

static void check(const struct ws_message *m)
{
    must(json_is_object(m->json));
    must(m->type <= WS_MESSAGE_UNSUBSCRIBE);
    must(m->max_fps == 0 || (m->max_fps >= 0.01 && m->max_fps <= 1000));
    check_patterns(&m->devices);
    check_patterns(&m->events);
    check_patterns(&m->frames);
    check_patterns(&m->overlays);
    if (m->type != WS_MESSAGE_SUBSCRIBE)
        must(m->devices.n == 0 && m->events.n == 0 && m->frames.n == 0 && m->overlays.n == 0);
    if (m->type == WS_MESSAGE_COMMAND) {
        check_name(m->device);
        check_name(m->command);
        must(!m->args || json_is_object(m->args));
    }
}

static void check_same(const struct ws_message *a, const struct ws_message *b)
{
    must(a->type == b->type && a->id == b->id);
    must(a->channel == b->channel && a->seq == b->seq);
    must(a->devices.n == b->devices.n && a->events.n == b->events.n);
    must(a->frames.n == b->frames.n && a->overlays.n == b->overlays.n);
}

static void read_again(const struct ws_message *m)
{
    char *text = json_text(m->json);
    struct error e = ERROR_NULL;
    struct ws_message again;
    int64_t id;

    must(text && ws_message_read(text, strlen(text), &again, &id, &e) == 0);
    check_same(m, &again);
    ws_message_fini(&again);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ws_message m, untouched;
    struct error e = ERROR_NULL;
    int64_t id = -1;

    memset(&m, 0x5a, sizeof m);
    memcpy(&untouched, &m, sizeof m);
    if (ws_message_read((const char *)data, size, &m, &id, &e) < 0) {
        must(e.code < 0 && e.text[0] && text_is_utf8(e.text, strlen(e.text)));
        must(memcmp(&m, &untouched, sizeof m) == 0);
        return 0;
    }
    must(m.type == WS_MESSAGE_ACK || m.id == id);
    check(&m);
    read_again(&m);
    ws_message_fini(&m);
    return 0;
}
