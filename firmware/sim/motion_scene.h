/* motion_scene.h - grey pictures of which is known what moves in them, and how far: for cameras that look for motion, and for who
 * tests what they find.
 *
 *     walk            two people, more or less, cross a wall one after the other; then nothing moves for a few seconds
 *     pan[:DX,DY]     the camera turns: all that is seen moves by so many pixels per frame, to the right and down (3.25,-1.5)
 *     still           nothing moves
 *
 * The same number of a frame always gives the same picture. It is laid out on 320 × 240 and scaled to the picture.
 */
#pragma once

#include <stdint.h>

/* Steps of a vector in one pixel. */
#define MOTION_SCENE_UNIT 256
#define MOTION_SCENE_WIDTH 320
#define MOTION_SCENE_HEIGHT 240
/* After so many frames `walk` begins anew, and in the last ones of them nothing moves. */
#define MOTION_SCENE_WALK_FRAMES 300
#define MOTION_SCENE_WALK_REST 30

struct motion_scene;

/* -EINVAL: it is none of these; -ENOMEM. */
int motion_scene_new(const char *spec, struct motion_scene **ret);
/* NULL-safe; returns NULL. */
struct motion_scene *motion_scene_free(struct motion_scene *s);

/* A byte per pixel, rows without gaps. For any thread. */
void motion_scene_draw(
    const struct motion_scene *s, uint64_t frame, unsigned width, unsigned height, uint8_t *out);
/* Where that moved in `frame` which was at x, y (of the layout) in the frame before: 1/MOTION_SCENE_UNIT px of the layout. */
void motion_scene_truth(
    const struct motion_scene *s, uint64_t frame, int x, int y, int *ret_dx, int *ret_dy);
