#!/usr/bin/env python3
"""flow.py - our optical flow and OpenCV's on the same pairs of frames in the same run, one thread each.

By itself it draws a set with known motion (flow_set.py) and prints tables in Markdown: of each method the median error, the share of blocks off by
more than 1 px (blocks with texture, one motion, that stay in the frame), how well its confidence ranks right from wrong (the area under the
curve: 0.5 is chance), and its time. Where no motion is known (--frames, --video), what is compared is how much of the picture each method explains:
the mean difference that is left when every block is taken from where the method says it went.

usage: flow.py BUILD [--set SET.bin…] [--frames FIRST SECOND]… [--video FILE]… [--json FILE]
"""

import argparse
import json
import os
import struct
import subprocess
import tempfile
import time

import cv2
import flow_set
import numpy as np

WIDTH, HEIGHT, COLUMNS, ROWS = flow_set.WIDTH, flow_set.HEIGHT, flow_set.COLUMNS, flow_set.ROWS
COUNTED = flow_set.ONE_MOTION | flow_set.INSIDE | flow_set.TEXTURE
# Frames between two that are compared, of a video, and how many pairs are taken from it.
VIDEO_STEP, VIDEO_PAIRS = 1, 40


class Pairs:
    """first, second: [n][height][width]; truth [n][blocks][2], flags and category, or None where nothing is known."""

    def __init__(self, columns, rows, first, second, truth=None, flags=None, category=None):
        self.columns, self.rows, self.first, self.second = columns, rows, first, second
        self.truth, self.flags, self.category = truth, flags, category
        self.height, self.width = first[0].shape
        self.block_w, self.block_h = self.width // columns, self.height // rows
        self.centres = np.array([[(c + 0.5) * self.block_w - 0.5, (r + 0.5) * self.block_h - 0.5] for r in range(rows) for c in range(columns)], np.float32)

    def write(self, path):
        blocks = self.columns * self.rows
        with open(path, "wb") as out:
            out.write(b"FLW1" + struct.pack("<5I", len(self.first), self.width, self.height, self.columns, self.rows))
            for a, b in zip(self.first, self.second):
                out.write(bytes(4) + a.tobytes() + b.tobytes() + bytes(9 * blocks))


def read_set(path):
    with open(path, "rb") as file:
        magic, n, width, height, columns, rows = struct.unpack("<4s5I", file.read(24))
        if magic != b"FLW1":
            raise SystemExit(f"flow.py: {path} is no set of pairs")
        blocks = columns * rows
        one = np.dtype([("category", "<u4"), ("first", "u1", (height, width)), ("second", "u1", (height, width)),
                        ("truth", "<f4", (blocks, 2)), ("flags", "u1", blocks)])
        rows_read = np.frombuffer(file.read(n * one.itemsize), one)
    return Pairs(columns, rows, rows_read["first"], rows_read["second"], rows_read["truth"], rows_read["flags"], rows_read["category"])


def grey(picture):
    """As a camera of ours would show it: the middle, in our size."""
    picture = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    h, w = picture.shape
    scale = max(WIDTH / w, HEIGHT / h)
    if scale < 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    y, x = (picture.shape[0] - HEIGHT) // 2, (picture.shape[1] - WIDTH) // 2
    return np.ascontiguousarray(picture[y:y + HEIGHT, x:x + WIDTH])


def read_frames(paths):
    pictures = [cv2.imread(p) for p in paths]
    if any(p is None for p in pictures):
        raise SystemExit(f"flow.py: {' '.join(paths)}: OpenCV cannot read them")
    first, second = map(grey, pictures)
    return Pairs(COLUMNS, ROWS, [first], [second])


def read_video(path):
    video, frames = cv2.VideoCapture(path), []
    while len(frames) < 400 and (got := video.read())[0]:
        frames.append(grey(got[1]))
    if len(frames) < 2:
        raise SystemExit(f"flow.py: {path} is no video that OpenCV can read")
    starts = np.linspace(0, len(frames) - 1 - VIDEO_STEP, min(VIDEO_PAIRS, len(frames) - VIDEO_STEP)).astype(int)
    return Pairs(COLUMNS, ROWS, [frames[i] for i in starts], [frames[i + VIDEO_STEP] for i in starts])


# --- methods: each gives vectors [n][blocks][2], confidences or None, ms per pair -------------


def ops_of(build):
    """What this machine runs, the fastest first; the last is the portable one."""
    usage = subprocess.run([f"{build}/tests/bench/flow_pairs"], capture_output=True, text=True).stderr
    return usage.split("one of ")[1].split()


def ours(build, pairs, ops):
    with tempfile.TemporaryDirectory() as folder:
        pairs.write(f"{folder}/set.bin")
        subprocess.run([f"{build}/tests/bench/flow_pairs", "--ops", ops, f"{folder}/set.bin", f"{folder}/out.pred"], check=True)
        with open(f"{folder}/out.pred", "rb") as file:
            magic, n, blocks, median_us, _ = struct.unpack("<4s2I2f", file.read(20))
            found = np.frombuffer(file.read(), "<f4").reshape(n, blocks, 3)
    return found[:, :, :2], found[:, :, 2], median_us / 1000


def timed(method, pairs):
    vectors, times = [], []
    for a, b in zip(pairs.first, pairs.second):
        before = time.thread_time()
        vectors.append(method(a, b))
        times.append(time.thread_time() - before)
    return vectors, 1000 * float(np.median(times))


def of_dense(method, pairs):
    """A field has a vector for each pixel; the block's is that at its centre, or the middle one of all its pixels, whichever is the better."""
    fields, ms = timed(method, pairs)
    at = [(int(y), int(x)) for x, y in pairs.centres]
    centre = np.array([[f[y:y + 2, x:x + 2].mean((0, 1)) for y, x in at] for f in fields])
    h, w = pairs.block_h, pairs.block_w
    middle = np.array([[np.median(f[r * h:(r + 1) * h, c * w:(c + 1) * w].reshape(-1, 2), 0) for r in range(pairs.rows) for c in range(pairs.columns)]
                       for f in fields])
    return (centre, middle), ms


def lucas_kanade(pairs):
    points = lambda a, b: cv2.calcOpticalFlowPyrLK(a, b, pairs.centres, None, winSize=(41, 41), maxLevel=3)[0] - pairs.centres
    vectors, ms = timed(points, pairs)
    return np.array(vectors), ms


def methods(build, pairs):
    """Name, vectors, confidences or None, ms."""
    for ops in ops_of(build):
        yield f"ours, {ops}", *ours(build, pairs, ops)
    for name, preset in (("ultrafast", 0), ("fast", 1), ("medium", 2)):
        dis = cv2.DISOpticalFlow_create(preset)
        (centre, middle), ms = of_dense(lambda a, b: dis.calc(a, b, None), pairs)
        yield f"DIS {name}, centre", centre, None, ms
        yield f"DIS {name}, median of block", middle, None, ms
    (centre, middle), ms = of_dense(lambda a, b: cv2.calcOpticalFlowFarneback(a, b, None, 0.5, 4, 15, 3, 5, 1.1, 0), pairs)
    yield "Farneback, centre", centre, None, ms
    yield "Farneback, median of block", middle, None, ms
    yield "pyramidal LK, 41 px", (lk := lucas_kanade(pairs))[0], None, lk[1]


# --- scores -----------------------------------------------------------------------------------


def area(confidence, wrong):
    """How probable it is that a right block has more confidence than a wrong one."""
    if not wrong.any() or wrong.all():
        return None
    values, index = np.unique(confidence, return_inverse=True)
    right, bad = (np.bincount(index[s], minlength=len(values)) for s in (~wrong, wrong))
    return float((right * (np.cumsum(bad) - bad / 2)).sum() / (right.sum() * bad.sum()))


def score(pairs, vectors, confidence):
    error = np.hypot(*np.moveaxis(vectors - pairs.truth, 2, 0))
    counted = pairs.flags & COUNTED == COUNTED
    wrong = error > 1
    return {"median_px": float(np.median(error[counted])), "off": float(wrong[counted].mean()),
            "area": area(confidence[counted], wrong[counted]) if confidence is not None else None,
            "area_all": area(confidence.ravel(), wrong.ravel()) if confidence is not None else None,
            "by_category": {flow_set.CATEGORIES[c] if c < len(flow_set.CATEGORIES) else str(c): [
                float(np.median(e)), float((e > 1).mean())] for c in np.unique(pairs.category)
                if len(e := error[pairs.category == c][counted[pairs.category == c]])}}


def left_over(pairs, vectors):
    """Mean absolute difference in grey levels, light removed, over what stays in the frame."""
    h, w, total, n = pairs.block_h, pairs.block_w, 0.0, 0
    for a, b, vs in zip(pairs.first, pairs.second, vectors):
        for i, (dx, dy) in enumerate(vs):
            y, x = i // pairs.columns * h, i % pairs.columns * w
            there = cv2.getRectSubPix(b.astype(np.float32), (w, h), (float(x + (w - 1) / 2 + dx), float(y + (h - 1) / 2 + dy)))
            d = there - a[y:y + h, x:x + w]
            total += float(np.abs(d - d.mean()).mean())
            n += 1
    return total / n


def table_of_set(build, path, out):
    pairs = read_set(path)
    counted = int((pairs.flags & COUNTED == COUNTED).sum())
    rows = [(name, score(pairs, v, c), ms) for name, v, c, ms in methods(build, pairs)]
    fastest = next(ms for name, _, ms in rows if "ultrafast" in name)
    print(f"{len(pairs.first)} pairs, {counted} blocks counted of {pairs.flags.size}\n")
    print("| method | ms per pair | of DIS ultrafast's | median error px | blocks off by more than 1 px | confidence, counted (all) |\n| --- | --- | --- | --- | --- | --- |")
    for name, s, ms in rows:
        ranks = f"{s['area']:.3f} ({s['area_all']:.3f})" if s["area"] else ""
        print(f"| {name} | {ms:.2f} | {ms / fastest:.2f} | {s['median_px']:.3f} | {100 * s['off']:.2f} % | {ranks} |")
    best = [rows[0], *(next(r for r in rows if r[0] == n) for n in ("DIS fast, median of block", "DIS medium, median of block"))]
    print("\n| median px, off by more than 1 px | " + " | ".join(r[0] for r in best) + " |\n| --- |" + " --- |" * len(best))
    for name in best[0][1]["by_category"]:
        print(f"| {name} | " + " | ".join("{:.3f}, {:.2f} %".format(m := r[1]["by_category"][name][0], 100 * r[1]["by_category"][name][1]) for r in best) + " |")
    print()
    out[os.path.basename(path)] = {name: {**s, "ms": ms} for name, s, ms in rows}


def table_of_pictures(build, name, pairs, out):
    rows = [("no motion", left_over(pairs, np.zeros((len(pairs.first), pairs.columns * pairs.rows, 2))), 0.0)]
    rows += [(n, left_over(pairs, v), ms) for n, v, _, ms in methods(build, pairs)]
    print(f"{name}: what is left over, grey levels\n\n| method | left over | ms per pair |\n| --- | --- | --- |")
    for n, left, ms in rows:
        print(f"| {n} | {left:.3f} | {ms:.2f} |")
    print()
    out[name] = {n: {"left_over": left, "ms": ms} for n, left, ms in rows}


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("build")
    a.add_argument("--set", action="append", default=[])
    a.add_argument("--frames", nargs=2, action="append", default=[])
    a.add_argument("--video", action="append", default=[])
    a.add_argument("--json")
    args = a.parse_args()
    cv2.setNumThreads(1)
    out = {}
    with tempfile.TemporaryDirectory() as folder:
        sets = args.set
        if not (sets or args.frames or args.video):
            sets = [f"{folder}/drawn.bin"]
            flow_set.write_set(sets[0], 1, 12, [])
        for path in sets:
            table_of_set(args.build, path, out)
    for paths in args.frames:
        table_of_pictures(args.build, os.path.basename(paths[0]), read_frames(paths), out)
    for path in args.video:
        table_of_pictures(args.build, os.path.basename(path), read_video(path), out)
    if args.json:
        with open(args.json, "w") as file:
            json.dump(out, file, indent=1)


if __name__ == "__main__":
    main()
