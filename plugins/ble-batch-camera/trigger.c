/* trigger.c - v0, the oldest dialect: the host asks for each picture by `T`, and a sound comes behind
 * it, which is kept beside it. Nothing of it is kept in the camera, so it is the gateway that counts
 * the seconds, and a picture that is whole is kept whatever becomes of its sound.
 */
#include "camera.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define FIRST_US (1 * US_PER_S)
#define PERIOD_US (30 * US_PER_S)
/* It takes the picture, records ten seconds, and then says how much there is. */
#define ANSWER_US (60 * US_PER_S)
#define PATIENCE_US (60 * US_PER_S)
/* It is done with a picture some 100 ms after the last byte, and forgets what it was told before that. */
#define REST_US (500 * US_PER_MS)

static struct trigger *trigger_of(const struct wr_dev *dev)
{
    return &camera_of(dev)->trigger;
}

static void due(struct wr_dev *dev, void *ctx);

static void idle(struct wr_dev *dev)
{
    struct trigger *t = trigger_of(dev);

    t->state = TRIGGER_IDLE;
    wr_timer_set(dev, &t->late, 0, NULL);
    wr_timer_set(dev, &t->next, t->on ? t->period_us : 0, due);
    if (t->on)
        wr_status(dev, "Ready: a picture is asked for every %lld s",
            (long long)(t->period_us / US_PER_S));
}

static void drop_frames(struct wr_dev *dev)
{
    struct trigger *t = trigger_of(dev);

    if (t->picture)
        dev->host->frame_drop(dev, t->picture);
    if (t->sound)
        dev->host->frame_drop(dev, t->sound);
    t->picture = t->sound = NULL;
}

static void answer(struct wr_dev *dev, int result, const char *json)
{
    struct trigger *t = trigger_of(dev);

    if (t->call)
        dev->host->done(dev, t->call, result, json);
    t->call = 0;
}

static void give_up(struct wr_dev *dev, const char *why)
{
    pieces_stop(dev);
    drop_frames(dev);
    tell_failed(dev);
    tell_trouble(dev, "%s", why);
    answer(dev, -EIO, why);
    idle(dev);
}

static void silent(struct wr_dev *dev, void *ctx)
{
    trigger_of(dev)->late = 0;
    give_up(dev, "The camera did not answer when it was asked for a picture");
}

static void due(struct wr_dev *dev, void *ctx)
{
    struct trigger *t = trigger_of(dev);
    int64_t rest_us = t->rests_until_us - dev->host->now_us(dev);

    wr_timer_set(dev, &t->next, 0, NULL);
    if (t->state != TRIGGER_IDLE || camera_of(dev)->save.busy || rest_us > 0) {
        wr_timer_set(dev, &t->next, rest_us > 0 ? rest_us : FIRST_US, due);
        return;
    }
    t->state = TRIGGER_ASKED;
    t->n_early = 0;
    wr_timer_set(dev, &t->late, ANSWER_US, silent);
    wr_status(dev, "A picture was asked for");
    older_command(dev, BATCH_TRIGGER);
}

/* --- what comes ------------------------------------------------------------------------------- */

static void saved(struct wr_dev *dev, int result, uint64_t id, const char *why)
{
    char json[48];

    if (result == 0 || result == -EEXIST) {
        snprintf(json, sizeof json, "{\"capture\":%llu}", (unsigned long long)id);
        answer(dev, 0, json);
    } else {
        tell_failed(dev);
        tell_trouble(dev, "A picture was lost: %s", why);
        answer(dev, result, why);
    }
    if (trigger_of(dev)->state == TRIGGER_SAVING)
        idle(dev);
}

static void keep(struct wr_dev *dev)
{
    struct trigger *t = trigger_of(dev);
    struct wr_frame *picture = t->picture, *sound = t->sound;
    struct picture_meta meta;

    t->picture = t->sound = NULL;
    t->state = TRIGGER_SAVING;
    camera_place(dev, &meta);
    save_begin(dev, picture, sound, &meta, PATIENCE_US, saved);
}

static void complete(struct wr_dev *dev)
{
    keep(dev);
    trigger_of(dev)->rests_until_us = dev->host->now_us(dev) + REST_US;
    older_command(dev, BATCH_COMPLETE);
}

static void without_sound(struct wr_dev *dev, const char *why)
{
    struct trigger *t = trigger_of(dev);

    dev->host->frame_drop(dev, t->sound);
    t->sound = NULL;
    tell_trouble(dev, "A picture has no sound: %s", why);
}

static bool is_wav(const struct wr_frame *f)
{
    return f->len >= 12 && memcmp(f->data, "RIFF", 4) == 0 && memcmp(f->data + 8, "WAVE", 4) == 0;
}

static void sound_came(struct wr_dev *dev, bool whole)
{
    if (!whole)
        without_sound(dev, "the camera sent nothing more for 15 s");
    else if (!is_wav(trigger_of(dev)->sound))
        without_sound(dev, "what came is no WAV");
    complete(dev);
}

static void picture_came(struct wr_dev *dev, bool whole)
{
    struct trigger *t = trigger_of(dev);

    if (!whole) {
        give_up(dev, "A picture was lost: the camera sent nothing more for 15 s");
        return;
    }
    if (!t->sound) {
        complete(dev);
        return;
    }
    t->state = TRIGGER_SOUND;
    wr_status(dev, "Receiving the sound (%u bytes)", t->n_sound);
    pieces_begin(dev, t->sound, t->n_sound, 1, 1, sound_came);
}

/* It follows the sizes by 50 ms, which come by another socket: who was kept busy for so long may see it before them. Every JPEG
 * begins so, and nothing that is late from a picture before. */
bool trigger_early(struct wr_dev *dev, const uint8_t *bytes, size_t n)
{
    struct trigger *t = trigger_of(dev);

    if (t->state != TRIGGER_ASKED || n < 2 || n > sizeof t->early || bytes[0] != 0xFF ||
        bytes[1] != 0xD8)
        return false;
    memcpy(t->early, bytes, n);
    t->n_early = n;
    return true;
}

void trigger_sizes(struct wr_dev *dev, const struct batch_status *s)
{
    struct trigger *t = trigger_of(dev);

    if (t->state != TRIGGER_ASKED)
        return;
    wr_timer_set(dev, &t->late, 0, NULL);
    if (s->image_bytes == 0 || s->image_bytes > PICTURE_MAX_BYTES) {
        give_up(dev, "The camera could not take a picture");
        return;
    }
    t->picture = dev->host->frame_new(dev, s->image_bytes);
    if (!t->picture) {
        give_up(dev, "A picture was lost: the gateway has too much to do");
        return;
    }
    t->picture->len = 0;
    t->n_sound = s->sound_bytes;
    if (s->sound_bytes > 0 && s->sound_bytes <= WR_SOUND_MAX_BYTES)
        t->sound = dev->host->frame_new(dev, s->sound_bytes);
    if (t->sound)
        t->sound->len = 0;
    t->state = TRIGGER_PICTURE;
    wr_status(dev, "Receiving a picture (%u bytes)", s->image_bytes);
    pieces_begin(dev, t->picture, s->image_bytes, 1, 1, picture_came);
    if (t->n_early > 0)
        pieces_take(dev, t->early, t->n_early);
}

/* --- life ------------------------------------------------------------------------------------- */

void trigger_ready(struct wr_dev *dev)
{
    struct trigger *t = trigger_of(dev);

    t->on = true;
    t->period_us = t->period_us ? t->period_us : PERIOD_US;
    idle(dev);
    wr_timer_set(dev, &t->next, FIRST_US, due);
}

void trigger_lost(struct wr_dev *dev)
{
    struct trigger *t = trigger_of(dev);

    if (t->state == TRIGGER_PICTURE || t->state == TRIGGER_SOUND)
        pieces_stop(dev);
    t->on = false;
    if (t->state == TRIGGER_SOUND) {
        without_sound(dev, "the link ended");
        keep(dev);
    }
    drop_frames(dev);
    if (t->state == TRIGGER_SAVING) {
        wr_timer_set(dev, &t->next, 0, NULL);
        return; /* saved() answers */
    }
    answer(dev, -ENOTCONN, "the link to the camera ended");
    idle(dev);
}

void trigger_every(struct wr_dev *dev, int64_t s)
{
    struct trigger *t = trigger_of(dev);

    t->period_us = s * US_PER_S;
    if (t->state == TRIGGER_IDLE && !t->call) /* what a command waits for is not put off */
        idle(dev);
}

int trigger_now(struct wr_dev *dev, wr_handle call)
{
    struct trigger *t = trigger_of(dev);

    if (!t->on)
        return -EOPNOTSUPP;
    if (t->state != TRIGGER_IDLE || t->call)
        return -EBUSY;
    t->call = call;
    due(dev, NULL);
    return 0;
}
