/* health.c - whether what is handed over can be written; a full disk is space.c's.
 *
 * A folder that may not be written to, an I/O error, a database that another program keeps locked
 * or has removed: who asks whether pictures can be kept has to hear of it, also of a camera that
 * sends one a day. What failed is therefore tried again by ourselves, at the very place: the folder
 * of that picture, and a transaction that changes nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/internal.h"

#define TRY_EVERY_US (2 * US_PER_S)
/* More than a file system hides in a folder's or a file's own record. */
#define TRY_BYTES 8192

struct try_job {
    struct job job;
    char device[64]; /* "": the database alone */
    int64_t day;
    struct day *folder;
};

/* --- on the writer ---------------------------------------------------------------------------- */

static int try_prepare(struct writer *w, struct job *j)
{
    struct try_job *t = container_of(j, struct try_job, job);

    t->folder = NULL;
    return *t->device ? writer_blame(j, days_use(&w->days, t->device, t->day, true, &t->folder))
                      : 0;
}

static int try_run(struct writer *w, struct job *j)
{
    struct try_job *t = container_of(j, struct try_job, job);
    int r = t->folder ? files_probe(w->files, t->folder->dir, TRY_BYTES) : 0;

    return r < 0 ? r : db_exec(&w->db, "UPDATE totals SET n_captures = n_captures");
}

static void try_settle(struct writer *w, struct job *j, bool durable)
{
    struct try_job *t = container_of(j, struct try_job, job);

    if (t->folder)
        days_drop_empty(&w->days, t->folder);
}

/* --- on the loop ------------------------------------------------------------------------------ */

static void arm(struct store *s)
{
    if (!s->closing && !s->health.probing && !timer_armed(&s->health.timer))
        timer_once(&s->health.timer, TRY_EVERY_US);
}

static void failed(struct store *s, int error)
{
    if (s->usage.error == 0)
        log_error("nothing can be kept until writing works again", F_ERRNO(error));
    s->usage.error = error;
    arm(s);
}

static void worked(struct store *s)
{
    if (s->usage.error == 0)
        return;
    s->usage.error = 0;
    s->health.device[0] = '\0';
    timer_stop(&s->health.timer);
    log_info("writing works again");
}

static void try_done(struct store *s, struct job *j)
{
    struct try_job *t = container_of(j, struct try_job, job);

    s->health.probing = false;
    if (j->result == 0)
        worked(s);
    else
        arm(s);
    if (j->result == -ENOSPC)
        space_failed(s, 0);
    free(t);
}

static const struct job_class try_class = {
    .name = "try to write",
    .prepare = try_prepare,
    .run = try_run,
    .settle = try_settle,
    .done = try_done,
};

static void on_timer(struct timer *timer)
{
    struct store *s = container_of(timer, struct store, health.timer);
    struct try_job *t = calloc(1, sizeof *t);

    if (!t) {
        arm(s);
        return;
    }
    t->job.class = &try_class;
    memcpy(t->device, s->health.device, sizeof t->device);
    t->day = s->health.day;
    s->health.probing = true;
    store_write(s, &t->job);
}

/* Of what else was written nothing follows for the folder of a picture. */
void health_of_job(struct store *s, const struct job *j)
{
    if (j->disk_error < 0 && j->disk_error != -ENOSPC)
        failed(s, j->disk_error);
    else if (j->result == 0 && j->ran && !*s->health.device)
        worked(s);
}

void health_of_capture(struct store *s, const struct job *j, const char *device, int64_t day)
{
    if (j->disk_error < 0 && j->disk_error != -ENOSPC) {
        snprintf(s->health.device, sizeof s->health.device, "%s", device);
        s->health.day = day;
    } else if (j->result == 0 && s->health.day == day && strcmp(s->health.device, device) == 0) {
        worked(s);
    }
}

void health_init(struct store *s)
{
    timer_init(&s->health.timer, s->loop, on_timer);
}

void health_stop(struct store *s)
{
    timer_stop(&s->health.timer);
}

const char *store_trouble(const struct store *s, char text[static STORE_TROUBLE_BYTES])
{
    int error = s->usage.error;

    text[0] = '\0';
    if (s->usage.full)
        snprintf(text, STORE_TROUBLE_BYTES, "the disk is full: pictures are not kept");
    else if (error == -EBUSY)
        snprintf(text, STORE_TROUBLE_BYTES, "another program keeps the database locked");
    else if (error == -ESTALE)
        snprintf(text, STORE_TROUBLE_BYTES,
            "the database was removed or replaced while it was in use: put it back, or restart");
    else if (error < 0)
        snprintf(text, STORE_TROUBLE_BYTES, "the data folder cannot be written to: %s",
            error_name(error));
    return text;
}
