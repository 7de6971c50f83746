#!/usr/bin/env python3
"""flow_set.py - pairs of frames whose motion is known, to measure optical flow by (flow.py). The same seed gives the same set.

A pair is drawn from layers, each a texture with a motion of its own, sampled between its pixels (cubic, four samples for a pixel, both frames
alike) and then spoiled as cameras do it. Truth is anchored at the blocks of the first frame: first(x, y) = second(x + dx, y + dy) at the block's
centre. Little-endian, no padding:

    "FLW1"  u32 pairs width height columns rows
    per pair: u32 category, first frame, second frame (8-bit grey), float32 truth[blocks][2], u8 flags[blocks]

usage: flow_set.py OUT.bin [--seed 1] [--pairs 12] [--pictures FILE…]      pairs: of each category; pictures: textures of real ones
"""

import argparse
import struct

import flow_draw as draw
import numpy as np

WIDTH, HEIGHT, BLOCK = 320, 240, 40
COLUMNS, ROWS = WIDTH // BLOCK, HEIGHT // BLOCK
# One motion dominates and stays visible; the moved block lies in the frame; it has texture.
ONE_MOTION, INSIDE, TEXTURE = 1, 2, 4
# Parts of a block that move and stay visible together, to be its motion.
DOMINANT = 0.8
# The smaller eigenvalue of a block's mean gradient tensor; a ramp or an edge alone has 0, sensor noise of 1 about 0.5.
TEXTURED = 0.35

CATEGORIES = ("still", "shift", "far", "sub-pixel", "rotation", "zoom", "affine", "noise", "blur", "brightness", "flicker", "low texture",
              "occluder", "objects", "quantised")


def shift(rng, radius):
    """A motion to any side, any length up to the radius."""
    angle, length = rng.uniform(0, 2 * np.pi), radius * np.sqrt(rng.uniform())
    return draw.Motion(dx=length * np.cos(angle), dy=length * np.sin(angle))


def motion_of(rng, category):
    if category == "still":
        return draw.Motion()
    if category == "far":
        return draw.Motion(dx=rng.uniform(-16, 16), dy=rng.uniform(-16, 16))
    if category == "sub-pixel":
        return shift(rng, 1)
    if category == "rotation":
        return draw.Motion(rng.uniform(-2, 2), rng.uniform(-2, 2), turn=np.radians(rng.uniform(1, 4) * rng.choice([-1, 1])))
    if category == "zoom":
        return draw.Motion(rng.uniform(-2, 2), rng.uniform(-2, 2), zoom=1 + rng.uniform(0.01, 0.06) * rng.choice([-1, 1]))
    if category == "affine":
        return draw.Motion(rng.uniform(-4, 4), rng.uniform(-4, 4), np.radians(rng.uniform(-2, 2)), 1 + rng.uniform(-0.03, 0.03),
                           rng.uniform(-0.03, 0.03))
    return shift(rng, 12)


def objects_of(rng, category, pictures):
    """What moves before the background: one large that covers blocks or uncovers them, or several with a motion each."""
    if category == "occluder":
        shapes = [(rng.uniform(35, 70), rng.uniform(50, 90))]
    elif category == "objects":
        shapes = [(rng.uniform(40, 75), rng.uniform(40, 75)) for _ in range(rng.integers(2, 4))]
    else:
        return []
    layers = []
    for size in shapes:
        centre = rng.uniform(-WIDTH / 2.5, WIDTH / 2.5), rng.uniform(-HEIGHT / 2.5, HEIGHT / 2.5)
        own = shift(rng, 12)
        layers.append(draw.Layer(draw.texture(rng, pictures), own, draw.shape(rng, centre, size)))
    return layers


def spoil(rng, category, frames):
    """What optics, light, sensor and JPEG do to both frames; and the first as it was before sensor and JPEG."""
    first, second = frames
    if category == "blur":
        amount = rng.uniform(1, 2.5)
        first, second = draw.blur(first, amount), draw.blur(second, amount)
    if category == "low texture":
        contrast = rng.uniform(0.04, 0.12)
        level = rng.uniform(60, 190)
        first, second = level + (first - 128) * contrast, level + (second - 128) * contrast
    if category == "brightness":
        second = second * rng.uniform(0.85, 1.15) + rng.uniform(10, 30) * rng.choice([-1, 1])
    if category == "flicker":  # mains light on a rolling shutter: bands that wander
        waves = [1 + rng.uniform(0.05, 0.12) * np.sin(np.arange(HEIGHT) * rng.uniform(0.02, 0.05) + rng.uniform(0, 6.3)) for _ in range(2)]
        first, second = first * waves[0][:, None], second * waves[1][:, None]
    quiet = first
    sigma = rng.uniform(3, 8) if category == "noise" else rng.uniform(0.3, 1)  # no sensor is without noise
    first, second = (f + rng.normal(0, sigma, f.shape) for f in (first, second))
    if category == "quantised":
        quality = rng.integers(25, 60)
        first, second = draw.quantise(first, quality), draw.quantise(second, quality)
    return [np.clip(np.rint(f), 0, 255).astype(np.uint8) for f in (first, second)], np.clip(quiet, 0, 255)


def block_truth(scene, quiet, row, column):
    """The motion of the layer that fills the block's centre most, and its flags."""
    y, x = np.mgrid[row * BLOCK:(row + 1) * BLOCK:2, column * BLOCK:(column + 1) * BLOCK:2] + 0.5
    x, y = x - WIDTH / 2, y - HEIGHT / 2
    top = scene.top(x, y)
    layer = np.bincount(top.ravel()).argmax()
    moved_x, moved_y = scene.layers[layer].motion.to(x, y)
    inside = (abs(moved_x) < WIDTH / 2) & (abs(moved_y) < HEIGHT / 2)
    visible = (top == layer) & (scene.top_after(moved_x, moved_y) == layer)
    flags = ONE_MOTION * (visible.mean() >= DOMINANT) | INSIDE * bool(inside.all())
    flags |= TEXTURE * (draw.least_gradient(quiet[row * BLOCK:(row + 1) * BLOCK, column * BLOCK:(column + 1) * BLOCK]) >= TEXTURED)
    cx, cy = (column + 0.5) * BLOCK - WIDTH / 2, (row + 0.5) * BLOCK - HEIGHT / 2
    to_x, to_y = scene.layers[layer].motion.to(cx, cy)
    return (to_x - cx, to_y - cy), flags


def make_pair(rng, category, pictures):
    motion = motion_of(rng, category)
    layers = [draw.Layer(draw.texture(rng, pictures), motion)]
    scene = draw.Scene(layers + objects_of(rng, category, pictures))
    frames = scene.frame(WIDTH, HEIGHT, False), scene.frame(WIDTH, HEIGHT, True)
    spoiled, quiet = spoil(rng, category, frames)
    truth = [block_truth(scene, quiet, r, c) for r in range(ROWS) for c in range(COLUMNS)]
    return spoiled, np.array([t for t, _ in truth], "<f4"), np.array([f for _, f in truth], np.uint8)


def write_set(path, seed, pairs, pictures, categories=CATEGORIES):
    with open(path, "wb") as out:
        out.write(b"FLW1" + struct.pack("<5I", pairs * len(categories), WIDTH, HEIGHT, COLUMNS, ROWS))
        for name in categories:
            index = CATEGORIES.index(name)
            for i in range(pairs):
                rng = np.random.default_rng([seed, index, i])
                frames, truth, flags = make_pair(rng, name, pictures)
                out.write(struct.pack("<I", index) + frames[0].tobytes() + frames[1].tobytes() + truth.tobytes() + flags.tobytes())


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("out")
    a.add_argument("--seed", type=int, default=1)
    a.add_argument("--pairs", type=int, default=12)
    a.add_argument("--pictures", nargs="*", default=[])
    args = a.parse_args()
    write_set(args.out, args.seed, args.pairs, draw.read_pictures(args.pictures))


if __name__ == "__main__":
    main()
