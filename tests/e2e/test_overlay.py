"""What a camera says about the motion in its pictures, the same in every way one can ask for it: after its picture on the WebSocket, as JSON,
as a stream of events, and drawn into pictures."""

import http.client
import json
import shutil
import struct
import subprocess
import unittest

from warren import PATIENCE_S, Case, main, wait_until

BALL = "devices:\n  ball:\n    driver: demo\n    options:\n      fps: 10\n"
DIRECTIONS = ["none", "up", "down", "left", "right", "up_left", "up_right", "down_left", "down_right"]


def read_overlay(message):
    """A binary message of kind 2, in the words of the JSON."""
    width, height, columns, rows, block, left, top, flags, intensity, confidence, direction, gesture, brightness, active, speed, speed_s, x, y, n, m, _ = \
        struct.unpack_from("<HHBBHHHBBBBBBHIIHHHBB", message, 32)
    assert len(message) == 32 + 36 + 8 * n + 6 * m, (len(message), n, m)
    blocks = [struct.unpack_from("<BBBBhh", message, 68 + 8 * i) for i in range(n)]
    return {"size": (width, height), "grid": (columns, rows, block, left, top), "flags": flags, "intensity": intensity, "confidence": confidence,
            "direction": DIRECTIONS[direction], "activeBlocks": active, "speed": speed / 256, "centre": (x / 65536, y / 65536), "n_points": m,
            "blocks": [{"row": b[0], "col": b[1], "confidence": b[2], "dx": b[4] / 256, "dy": b[5] / 256} for b in blocks]}


class Stream:
    """An answer without an end."""

    def __init__(self, port, path):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        self.connection.request("GET", path)
        self.response = self.connection.getresponse()
        assert self.response.status == 200, self.response.read()

    def event(self):
        """The next Server-Sent Event: its fields."""
        fields = {}
        while True:
            line = self.response.readline().decode().rstrip("\n")
            if line.startswith(":"):
                continue
            if line:
                key, _, value = line.partition(": ")
                fields[key] = value
            elif fields:
                return fields

    def part(self):
        """The next part of multipart/x-mixed-replace: (headers, bytes)."""
        line = self.response.readline()
        while line != b"--frame\r\n":
            line = self.response.readline()
        headers = {}
        while (line := self.response.readline()) != b"\r\n":
            key, _, value = line.decode().rstrip("\r\n").partition(": ")
            headers[key] = value
        return headers, self.response.read(int(headers["Content-Length"]))

    def close(self):
        self.connection.close()


def pixels(jpeg):
    """RGB, by a decoder that is not ours: rows of 3 bytes a pixel."""
    return subprocess.run(["ffmpeg", "-v", "error", "-f", "mjpeg", "-i", "-", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], input=jpeg,
                          capture_output=True, check=True).stdout


class Overlay(Case):
    def setUp(self):
        super().setUp()
        self.start_gateway(BALL, plugins=("demo",))
        self.wait_state("ball", "online")

    def overlays(self, w, n=0, until=0):
        """The next that something moves in, n at least, and as far as one picture: {number of the picture: overlay}. Each must follow its own picture."""
        picture, found = None, {}
        while len(found) < n or max(found, default=0) < until:
            m = w.message()
            self.assertIsNotNone(m)
            if not isinstance(m, bytes):
                continue
            version, kind, _, seq = struct.unpack_from("<BBHI", m)
            self.assertEqual(version, 1)
            if kind == 1:
                picture = seq
                continue
            self.assertEqual((kind, seq, struct.unpack_from("<I", m, 28)), (2, picture, (0,)))
            overlay = read_overlay(m)
            if overlay["flags"] & 1:
                found[seq] = overlay
        return found

    def same(self, told, overlay):
        """JSON and binary, but for what JSON rounds and leaves out."""
        self.assertEqual((told["direction"], told["intensity"], told["confidence"], told["activeBlocks"], told["active"]),
                         (overlay["direction"], overlay["intensity"], overlay["confidence"], overlay["activeBlocks"], True))
        self.assertEqual((told["frameWidth"], told["frameHeight"], told["gridCols"], told["gridRows"], told["blockSize"]), (320, 240, 8, 6, 40))
        self.assertEqual((overlay["size"], overlay["grid"]), ((320, 240), (8, 6, 40, 0, 0)))
        self.assertAlmostEqual(told["speed"], overlay["speed"], delta=0.01)
        self.assertEqual(len(told["blocks"]), len(overlay["blocks"]))
        for a, b in zip(told["blocks"], overlay["blocks"]):
            self.assertEqual((a["row"], a["col"], a["confidence"]), (b["row"], b["col"], b["confidence"]))
            self.assertEqual((a["x"], a["y"]), (40 * b["col"], 40 * b["row"]))
            self.assertAlmostEqual(a["dx"], b["dx"], delta=0.01)
            self.assertAlmostEqual(a["dy"], b["dy"], delta=0.01)

    def test_every_way_to_ask_tells_the_same_of_the_same_picture(self):
        w = self.watch(devices=["ball"], frames=True, overlays=True)
        stream = Stream(self.port, "/api/v1/devices/ball/overlay/stream")
        self.addCleanup(stream.close)
        told = {}
        while len(told) < 12:
            event = stream.event()
            data = json.loads(event["data"])
            self.assertEqual((event["event"], event.get("id")), ("overlay", str(data["seq"]) if "seq" in data else None))
            if data.get("active"):
                told[data["seq"]] = data
        newest = self.get("/api/v1/devices/ball/overlay")
        self.assertEqual((newest.status, newest.headers["x-frame-seq"]), (200, str(newest.json["seq"])))
        if newest.json.get("active"):
            told[newest.json["seq"]] = newest.json
        seen = self.overlays(w, until=max(told))
        both = told.keys() & seen.keys()
        self.assertGreater(len(both), 5, (sorted(told), sorted(seen)))
        for seq in both:
            self.same(told[seq], seen[seq])
            self.assertIn("captured_at", told[seq])
            self.assertTrue(seen[seq]["flags"] & 8 and not seen[seq]["flags"] & 4, "computed by the camera")
        self.assertTrue(self.device("ball")["overlay"])
        self.assertLess(len(json.dumps(newest.json)), 2048)

    def test_what_moves_is_the_ball(self):
        """Its way is known: 20 px to a side from one picture to the next."""
        w = self.watch(devices=["ball"], frames=True, overlays=True)
        for overlay in self.overlays(w, 8).values():
            self.assertTrue(overlay["blocks"])
            self.assertTrue(all(abs(b["dx"]) == 20 for b in overlay["blocks"]))

    @unittest.skipUnless(shutil.which("ffmpeg"), "there is no decoder")
    def test_it_is_drawn_into_pictures(self):
        """What differs between a picture and the same with its overlay lies where the arrows are, and below, where the summary is."""
        plain, drawn = (Stream(self.port, f"/api/v1/devices/ball/stream.mjpeg{query}") for query in ("", "?overlay=1"))
        self.addCleanup(plain.close)
        self.addCleanup(drawn.close)
        w = self.watch(devices=["ball"], frames=True, overlays=True)
        overlays, pictures, found = {}, {}, None
        while not found:
            overlays |= self.overlays(w, 3)
            for _ in range(3):
                headers, jpeg = plain.part()
                pictures[int(headers["X-Frame-Seq"]), "plain"] = jpeg
                headers, jpeg = drawn.part()
                pictures[int(headers["X-Frame-Seq"]), "drawn"] = jpeg
            found = next((seq for seq in overlays if (seq, "plain") in pictures and (seq, "drawn") in pictures
                          and pictures[seq, "plain"] != pictures[seq, "drawn"]), None)
        before, after = pixels(pictures[found, "plain"]), pixels(pictures[found, "drawn"])
        self.assertEqual(len(before), 320 * 240 * 3)
        self.assertEqual(len(after), len(before))

        def changed(x, y):
            at = 3 * (320 * y + x)
            return max(abs(before[at + i] - after[at + i]) for i in range(3))

        for b in overlays[found]["blocks"]:
            near = max(changed(40 * b["col"] + 20 + dx, 40 * b["row"] + 20 + dy) for dx in range(-3, 4) for dy in range(-3, 4))
            self.assertGreater(near, 60, "an arrow begins in the middle of its block")
        self.assertGreater(max(changed(x, y) for x in range(2, 60) for y in range(230, 239)), 60, "the summary")
        self.assertLess(max(changed(x, 220) for x in range(5, 35)), 40, "nothing else")

    def test_one_picture_at_a_time_with_its_overlay(self):
        answer = self.get("/api/v1/devices/ball/frame.jpg?overlay=1")
        self.assertEqual((answer.status, answer.headers["content-type"], answer.headers["cache-control"]), (200, "image/jpeg", "no-store"))
        self.assertTrue(answer.body.startswith(b"\xff\xd8"))
        self.assertGreaterEqual(int(answer.headers["x-frame-seq"]), 1)
        self.assertEqual(self.get("/api/v1/devices/ball/frame.jpg?overlay=2").status, 422)

    def test_motion_is_an_event_and_the_end_of_it_too(self):
        w = self.watch(devices=["ball"], events=["motion.*"])
        look = self.watch(devices=["ball"], frames=True)
        started = w.event("motion.started", "ball")["data"]
        self.assertGreater(started["intensity"], 0)
        self.assertGreater(started["speed_px_s"], 150)
        self.assertIn(w.event("motion.direction", "ball")["data"]["direction"], DIRECTIONS)
        look.close()
        self.assertGreater(w.event("motion.ended", "ball")["data"]["seconds"], 0)

        def kept():
            return {e["type"] for e in self.get("/api/v1/events?device=ball&type=motion.*").json["items"]}

        wait_until("both are on the disk", lambda: kept() == {"motion.started", "motion.ended"})

    def test_where_nobody_looks_for_motion_it_is_said_how_to_have_it_looked_for(self):
        wait_until("there is one", lambda: self.get("/api/v1/devices/ball/overlay").status == 200)
        self.assertEqual(self.request("PATCH", "/api/v1/devices/ball", {"flow": "off"}).status, 200)
        answer = self.get("/api/v1/devices/ball/overlay")
        self.assertEqual(answer.status, 404)
        self.assertIn('"flow" is "off"', answer.json["detail"])

    def test_metrics_count_overlays(self):
        w = self.watch(devices=["ball"], frames=True, overlays=True)
        self.overlays(w, 3)
        text = self.get("/metrics").body.decode()
        rows = {line.split()[0]: float(line.split()[1]) for line in text.splitlines() if line and line[0] != "#"}
        self.assertGreater(rows['warren_device_overlays_total{device="ball"}'], 2)
        self.assertEqual(rows['warren_device_overlays_unmatched_total{device="ball"}'], 0)
        self.assertGreater(rows["warren_viewer_overlays_total"], 2)


if __name__ == "__main__":
    main()
