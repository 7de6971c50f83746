/* seed_command.c - what the first service makes of a command: mostly what ours does, and in
 * these cases something else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pi_text.h"
#include "seed_private.h"

static struct span all(const char *text)
{
    return span_strip((struct span){text, strlen(text)});
}

static bool begins(const char *text, const char *word)
{
    return strncmp(text, word, strlen(word)) == 0;
}

/* --- set -------------------------------------------------------------------------------------- */

/* int(), float(): what they do not take raises. */
static bool converts(const struct pi_key *k, struct span value)
{
    int64_t whole;
    double number;

    if (k->type == PI_INT)
        return span_int(value, &whole) == 0;
    return k->type != PI_FLOAT || (pi_take_double(&value, &number) && value.n == 0);
}

/* The longest beginning of the path that is a key: "camera.width" of "camera.width.x". NULL:
 * none. */
static const struct pi_key *key_within(struct span path)
{
    for (size_t n = path.n; n > 0; n--)
        if (path.at[n - 1] == '.') {
            const struct pi_key *k = pi_key_find(path.at, n - 1);
            if (k)
                return k;
        }
    return NULL;
}

static bool is_branch(struct span path)
{
    for (size_t i = 0; i < pi_n_keys; i++)
        if (strncmp(pi_keys[i].path, path.at, path.n) == 0 && pi_keys[i].path[path.n] == '.')
            return true;
    return false;
}

/* `yes` in any case, and the like; all else is false. */
static bool is_true(struct span s)
{
    static const char *const words[] = {"1", "true", "yes"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (s.n == strlen(words[i]) && strncasecmp(s.at, words[i], s.n) == 0)
            return true;
    return false;
}

/* Whatever our ranges say of it. A list becomes its characters there, so that nothing is saved
 * any more: here it becomes empty. */
static enum seed_verdict change(
    struct service *s, const struct pi_key *k, struct span value, char *text)
{
    char old[PI_TEXT_MAX], said[PI_COMMAND_MAX_BYTES + 1];

    snprintf(said, sizeof said, "%.*s", (int)value.n, value.at);
    pi_config_text(&service_camera(s)->config, k, old, sizeof old);
    service_set_quietly(s, k,
        k->type == PI_FORMATS    ? all("[]")
            : k->type == PI_BOOL ? all(is_true(value) ? "true" : "false")
                                 : value);
    snprintf(text, SEED_TEXT_MAX, "OK: changed %s from %s to %s", k->path, old, said);
    return SEED_REPLY;
}

static enum seed_verdict set(struct service *s, char *text)
{
    struct span rest = all(text), path, value;

    (void)span_word(&rest);
    path = span_word(&rest);
    value = span_strip(rest);
    if (path.n == 0 || value.n == 0)
        return SEED_RUN;
    const struct pi_key *k = pi_key_find(path.at, path.n);
    if (k)
        return converts(k, value) ? change(s, k, value, text) : SEED_DIES;
    if (is_branch(path))
        return SEED_DIES; /* dict("5") */
    k = key_within(path);
    /* looking for a key in a number raises; in a text or a list it is just not there */
    return k && (k->type == PI_INT || k->type == PI_FLOAT || k->type == PI_BOOL) ? SEED_DIES
                                                                                 : SEED_RUN;
}

/* --- pictures --------------------------------------------------------------------------------- */

/* A slice [-n:]: 0 is everything, a negative n all but the first. */
static enum seed_verdict shortstream(struct service *s, char *text)
{
    const struct pi_ring *ring = &service_camera(s)->ring;
    struct span rest = all(text), word;
    int64_t n = PI_SHORTSTREAM_DEFAULT;

    (void)span_word(&rest);
    word = span_word(&rest);
    if (word.n > 0 && span_int(word, &n) < 0)
        return SEED_DIES;
    if (n == 0)
        n = ring->n_frames;
    else if (n < 0)
        n = -n < (int64_t)ring->n_frames ? ring->n_frames + n : 0;
    snprintf(text, SEED_TEXT_MAX, "shortstream %lld", (long long)n);
    return SEED_RUN;
}

/* Arrays of two sizes cannot be added. */
static bool mixes_sizes(const struct service *s)
{
    const struct pi_camera *c = service_camera((struct service *)s);
    struct pi_ring_frame first, other;
    uint32_t from = pi_ring_since(&c->ring, (int64_t)c->config.export_save_before_s * 1000000);
    uint32_t count = (uint32_t)c->config.export_stack_count;

    if (!c->config.export_stack_dark_frames || !pi_ring_at(&c->ring, from, &first))
        return false;
    for (uint32_t i = 1; i < count && pi_ring_at(&c->ring, from + i, &other); i++)
        if (other.meta.width != first.meta.width || other.meta.height != first.meta.height)
            return true;
    return false;
}

enum seed_verdict seed_command(struct service *s, char text[SEED_TEXT_MAX])
{
    if (!span_is_utf8((struct span){text, strlen(text)}))
        return SEED_DIES;
    if (begins(text, "stream"))
        return SEED_QUIET;
    if (begins(text, "token")) { /* a word of ours */
        strcpy(text, "UNKNOWN_COMMAND");
        return SEED_REPLY;
    }
    if (begins(text, "set"))
        return set(s, text);
    if (begins(text, "shortstream"))
        return shortstream(s, text);
    if (begins(text, "save") && service_camera(s)->ring.n_frames == 0)
        return SEED_DIES; /* the newest of none */
    if (begins(text, "pastStack") && mixes_sizes(s))
        return SEED_DIES;
    return SEED_RUN;
}
