/* link_host.h - a host that keeps to the page of LINK: what it must do with a camera that loses link or power, or whose messages
 * are lost or come twice. Its disk outlives it. */
#pragma once

#include "fake_batch_port.h"

#define LINK_HOST_MAX_DISK 512

struct link_host_row {
    uint32_t boot, id;
    unsigned number; /* of the picture, as the sensor took it */
};

/* A picture that is being received, or is on its way to the disk. */
struct link_host_slot {
    uint32_t boot, id, size, crc, have, had; /* had: as HAVE said last. id 0: free */
    uint8_t bytes[FAKE_MAX_PICTURE_BYTES];
    bool offered; /* on this link */
    bool gap_told;
    int64_t stored_us; /* when the disk will have it; 0: it is not whole yet */
};

/* Those of the start before may still be on their way to the disk. */
#define LINK_HOST_SLOTS (2 * BATCH_MAX_OFFERS)

/* A message that comes a second time, later. */
struct link_host_echo {
    bool to_camera;
    unsigned at; /* message; 0: there is none */
    struct fake_note note;
};

struct link_host {
    struct link_host_row disk[LINK_HOST_MAX_DISK];
    unsigned n_disk;
    struct link_host_slot slots[LINK_HOST_SLOTS];
    struct batch_link_place place;

    bool greeted;
    int64_t progress_us;
    struct batch_link_info info;
    unsigned n_seen;

    uint16_t ahead;
    int64_t disk_us; /* what storing takes */
    uint32_t window_bytes;
    unsigned n_messages; /* of both sides */
    unsigned lose;       /* this message does not arrive; 0: all do */
    unsigned repeat;     /* this one arrives twice, and a third time some messages later */
    struct link_host_echo echo;
    unsigned cut; /* at this one the link, or one of both sides, is gone */
    bool is_cut;
    unsigned n_offers, n_asked_again;
};

extern struct link_host *h;

/* How hosts take pictures: one after the other, or ahead of their disk. */
struct link_host_manner {
    uint16_t ahead;
    int64_t disk_us;
};
#define LINK_HOST_MANNERS 6
extern const struct link_host_manner link_host_manners[LINK_HOST_MANNERS];

/* TestSuite(…, .init = link_host_begin, .fini = link_host_end): a window of 8 KB; a camera with pictures of 5000 bytes, one a day,
 * which must not forget what is not on the disk. */
void link_host_begin(void);
void link_host_end(void);

/* It connects, subscribes and says HELLO; in between it listens until then. */
void link_host_meet(unsigned mtu);
void link_host_hello(void);
void link_host_play(int64_t until_us);
void link_host_part(bool by_host);
/* It is gone, with all but its disk, which has what was on its way there or has not. */
void link_host_crash(bool disk_was_done);

/* So many more pictures wait in the camera. */
void link_host_fill(unsigned n);
unsigned link_host_times_on_disk(unsigned number);
/* All of 1 … n, each once; and the camera has none. */
void link_host_expect_disk(unsigned n);
void link_host_must_be_on_disk(struct fake_batch *f, unsigned number);
