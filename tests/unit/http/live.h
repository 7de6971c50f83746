/* live.h - viewers of a real gateway but for its page: the devices' world with its toy camera, and the server with the WebSocket hub, MJPEG
 * and event streams on top. */
#pragma once

#include "../device/world.h"
#include "http/api.h"
#include "http/mjpeg.h"
#include "http/overlay_stream.h"
#include "http/sse.h"
#include "http/ws.h"
#include "media/burn.h"
#include "talk.h"

struct live {
    struct config *config;
    struct api api;
    struct talk talk;
    struct device *toy;
};

extern struct live live;

/* With one device, "toy". */
void live_open(void);
void live_close(void);
/* The camera takes a picture of n bytes; its gateway number. The bytes after the first four are the number's last byte. */
uint32_t live_picture(size_t n);
/* Something moves to the upper right in that picture, in block 1, 2 of 8 by 6; the intensity is the number's last byte. */
void live_overlay(uint32_t seq);
/* Stands this in what was read last? */
bool live_says(const char *text);
/* Turns, without moving time. */
void live_turns(unsigned n);

/* A viewer who has read the hello and has subscribed with these members ("\"frames\":true"), and has read the answer. */
int viewer_new(const char *members);
/* Reads frames until a binary one comes. */
void viewer_read_picture(int fd);
/* What the header of the message that was read says. */
uint32_t picture_seq(void);
unsigned picture_channel(void);
size_t picture_length(void);

/* Counts calls of malloc, calloc and realloc from now on, in all libraries; 0 under sanitizers, which have their own. */
void allocations_count(bool on);
unsigned long allocations(void);
