/* memory_pi_service.c - 10 000 frames in the first configuration, on a clock of its own: what does
 * the process have in memory at most?
 *
 * A folder of pictures is the source, as a camera that sends JPEGs; then the drawn garden, with
 * night and its exposure; commands in between. The figure is the kernel's own (VmHWM). Argument: a
 * folder to work in.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "jpeg_codec.h"
#include "log_file.h"
#include "loop/loop.h"
#include "memory_use.h"
#include "scene.h"
#include "service.h"

#define N_FRAMES 10000
#define N_DRAWN 400
#define LIMIT_MIB 150
#define N_PICTURES 24
#define SECOND INT64_C(1000000)

struct world {
    struct loop *loop;
    struct log_file *log;
    struct service *service;
    uint64_t n_frames;
    unsigned n_replies;
};

static void on_frame(void *ctx, uint64_t n)
{
    ((struct world *)ctx)->n_frames = n;
}

static int peer_send(void *peer, const void *head, size_t n_head, const void *body, size_t n_body)
{
    return 0;
}

static void peer_finish(void *peer)
{
    ++*(unsigned *)peer;
}

static const struct service_events events = {on_frame};
static const struct service_peer_events peers = {peer_send, peer_finish};

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "%s\n", what);
    exit(EXIT_FAILURE);
}

/* Pictures of a noisy garden: some 200 KB each, as a good camera's at this size. */
static void write_pictures(void)
{
    struct picture p = {0};
    struct jpeg_bytes j = {0};
    struct scene *s;

    must(mkdir("pictures", 0777) == 0 || access("pictures", W_OK) == 0, "no folder for pictures");
    must(scene_new(1024, 768, &s) == 0, "no scene");
    for (unsigned i = 0; i < N_PICTURES; i++) {
        struct scene_moment m = {.day = 0.9, .seconds = i, .exposure = 8};
        char name[32];
        must(scene_draw(s, &m, &p) == 0 && jpeg_encode(&p, 88, &j) == 0, "no picture");
        snprintf(name, sizeof name, "pictures/%02u.jpg", i);
        FILE *f = fopen(name, "wb");
        must(f && fwrite(j.bytes, 1, j.n, f) == j.n && fclose(f) == 0,
            "a picture cannot be written");
    }
    scene_unref(s);
    picture_fini(&p);
    jpeg_bytes_fini(&j);
}

static void begin(struct world *w, const char *source)
{
    struct service_config config = {.config_path = "config.json",
        .source = source,
        .listen = "127.0.0.1",
        .seed_dialect = true};
    struct error e = ERROR_NULL;

    pi_config_init(&config.config);
    w->n_frames = 0;
    must(service_new(w->loop, &config, w->log, &events, w, &w->service, &e) == 0, error_text(&e));
    service_set_peers(w->service, &peers);
    service_start(w->service);
}

/* Time goes on by a frame; the workers, who live in ours, are waited for. A folder has one each
 * time. */
static void one_frame(struct world *w, bool surely)
{
    uint64_t before = w->n_frames;

    loop_advance(w->loop, SECOND / 10);
    for (int i = 0; i < 5000; i++) {
        loop_turn(w->loop);
        if (!service_busy(w->service) && (!surely || w->n_frames > before))
            return;
        usleep(100);
    }
}

static void command(struct world *w, const char *text)
{
    service_trigger(w->service, &w->n_replies, text, strlen(text));
}

static void take_frames(
    struct world *w, uint64_t n, bool surely, const char *const commands[], unsigned n_commands)
{
    for (uint64_t i = 0; w->n_frames < n && i < 40 * n; i++) {
        one_frame(w, surely);
        if (i % 500 == 499)
            command(w, commands[i / 500 % n_commands]);
    }
    must(w->n_frames >= n, "too few frames came");
}

int main(int argc, char **argv)
{
    static const char *const commands[] = {"pastStack", "save jpg png npy", "shortstream 300",
        "dump_config", "set ring.downscale.enable true", "set ring.downscale.enable false"};
    struct world w = {0};
    uint64_t peak = 0;
    unsigned mib;

    must(argc == 2 && chdir(argv[1]) == 0, "usage: memory-pi-service FOLDER");
    memory_tame();
    write_pictures();
    must(loop_new_virtual(SECOND, 1767225600 * SECOND, &w.loop) == 0, "no loop");
    must(log_file_new(w.loop, "logs", LOG_FILE_MAX_BYTES, LOG_FILE_BACKUPS, &w.log) == 0, "no log");
    begin(&w, "folder:pictures");
    take_frames(&w, N_FRAMES, true, commands, sizeof commands / sizeof *commands);
    w.service = service_free(w.service);
    begin(&w, "drawn:60");
    take_frames(&w, N_DRAWN, false, commands, 1);
    service_free(w.service);
    log_file_free(w.log);
    loop_free(w.loop);
    must(memory_peak(&peak) == 0, "the kernel does not tell");
    mib = (unsigned)(peak >> 20);
    printf("%u frames, then %u drawn ones, %u replies: at most %u MiB in memory (limit %u)\n",
        N_FRAMES, N_DRAWN, w.n_replies, mib, LIMIT_MIB);
    must(w.n_replies >= N_FRAMES / 500 - 1, "commands were not answered");
    return mib <= LIMIT_MIB ? EXIT_SUCCESS : EXIT_FAILURE;
}
