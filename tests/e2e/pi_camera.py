#!/usr/bin/env python3
"""pi_camera.py WARREN-PI-CAMERA - the Raspberry Pi camera's service as its clients see it: plain sockets, HTTP, ffprobe, files."""

import json
import os
import pathlib
import re
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from pi_tools import Camera, Viewer, cut_shortstream, is_jpeg, probe, read_all, wait_for
from warren import free_port, no_crash

PROGRAM = os.path.abspath(sys.argv.pop(1))
STAND_IN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "stand-in", "rpicam-vid")
SMALL = ["--source", "drawn:day", "--size", "320x240", "--set", "export.auto_save_interval_s=0"]


def camera(*options, **more):
    return Camera([PROGRAM], *options, **more)


class Replies(unittest.TestCase):
    """Every command and its exact text."""

    @classmethod
    def setUpClass(cls):
        cls.camera = camera(*SMALL)
        cls.addClassCleanup(cls.camera.__exit__)
        assert cls.camera.wait_picture(), cls.camera.said()

    def matches(self, command, pattern):
        reply = self.camera.ask(command)
        self.assertRegex(reply, r"\A" + pattern + r"\Z", command)
        return re.match(pattern, reply)

    def test_set(self):
        for command, reply in [
            ("set night.gain 4", "OK: changed night.gain from 6.0 to 4\n"),
            ("set night.gain 6", "OK: changed night.gain from 4.0 to 6\n"),
            ("set export.formats jpg", "OK: changed export.formats from ['jpg', 'png'] to jpg\n"),
            ("set export.formats jpg,png", "OK: changed export.formats from ['jpg'] to jpg,png\n"),
            ("set night.enable no", "OK: changed night.enable from True to no\n"),
            ("set night.enable True", "OK: changed night.enable from False to True\n"),
            ("set logging.level INFO", "OK: changed logging.level from INFO to INFO\n"),
            ("set export.base_dir /mnt/my pictures", "OK: changed export.base_dir from ./captures to /mnt/my pictures\n"),
            ("settle export.base_dir ./captures", "OK: changed export.base_dir from /mnt/my pictures to ./captures\n"),
            ("set", "ERROR: usage set <key_path> <value>\n"),
            ("set camera.framerate", "ERROR: usage set <key_path> <value>\n"),
            ("set no.such 1", "ERROR: invalid key no.such\n"),
            ("set camera.framerate 5.5", "ERROR: invalid value 5.5 for camera.framerate: expected a whole number from 1 to 120\n"),
        ]:
            self.assertEqual(self.camera.ask(command), reply)

    def test_dump_config(self):
        text = self.camera.ask("dump_config")
        config = json.loads(text)
        self.assertEqual(text, json.dumps(config, indent=4, sort_keys=True) + "\n")
        self.assertEqual(config["ring"], {"size": 300, "downscale": {"enable": False, "width": 256, "height": 192}})

    def test_save(self):
        found = self.matches("save jpg png npy", r"Saved single full-resolution image: (/.*/captures/\d{8}_\d{6}_f\d+\.jpg) "
                             r"\(timestamp: (\d+\.\d{3}), age: \d+\.\d{2}s\)\n")
        base = found[1][:-4]
        self.assertLess(abs(float(found[2]) - time.time()), 5)
        self.assertEqual(probe(base + ".jpg"), {"codec_name": "mjpeg", "width": "320", "height": "240", "nb_read_frames": "N/A"})
        self.assertEqual(probe(base + ".png")["codec_name"], "png")
        with open(base + ".npy", "rb") as f:
            data = f.read()
        self.assertEqual(data[:10], b"\x93NUMPY\x01\x00\x76\x00")
        self.assertIn(b"'shape': (240, 320, 3)", data[:128])
        self.assertEqual(len(data), 128 + 240 * 320 * 3)
        self.assertEqual(self.camera.ask("save bmp"), "NOT_SAVED\n")

    def test_past_stack(self):
        wait_for(lambda: "available=20" in self.camera.frames("shortstream 20")[1])
        found = self.matches("pastStack png", r"Saved stacked image: (/.*_f\d+\.png) \| stack of 4 frames \| first frame timestamp: "
                             r"(\d+\.\d{3}) \(age: (\d+\.\d{2})s\) \| last frame timestamp: (\d+\.\d{3}) \(age: (\d+\.\d{2})s\)"
                             r"\(export\.save_before_s: 5\.000 s\)\n")
        self.assertLess(float(found[2]), float(found[4]))
        self.assertEqual(probe(found[1])["width"], "320")

    def test_past_stack_separate(self):
        self.camera.ask("set export.stack_dark_frames false")
        found = self.matches("pastStack jpg", r"Saved (\d+) separate images from ring buffer, starting at timestamp: \d+\.\d{3} "
                             r"\(age: \d+\.\d{2}s\)\(export\.save_before_s: 5\.000 s\)bright_threshold: > 240 \n")
        self.assertGreater(int(found[1]), 1)
        self.camera.ask("set export.stack_dark_frames true")

    def test_questions(self):
        self.matches("night_level", r"LEVEL=\d+\.\d relevant threshold=50 dark_threshold: < 50 bright_threshold: > 240 STATUS=DAY\n")
        self.matches("health", r"RSS=\d+\.\dMiB SWAP=\d+\.\d%\n")
        self.assertEqual(set(json.loads(self.camera.ask("dump_cam_exposure"))), {"ExposureTime", "AnalogueGain", "AeEnable"})
        controls = json.loads(self.camera.ask("dump_cam_controls"))
        self.assertEqual(list(controls), sorted(controls))
        self.assertEqual(list(controls["ExposureTime"]), ["min", "max", "default", "value"])
        self.assertEqual(self.camera.ask("hello"), "UNKNOWN_COMMAND\n")

    def test_shortstream(self):
        frames, text = self.camera.frames("shortstream 2")
        self.assertEqual(text, "STREAM_DONE: sent=2, skipped=0, available=2\n")
        self.assertTrue(all(is_jpeg(f) for f in frames))
        raw = self.camera.send("shortstream 2")
        again, text = cut_shortstream(raw)
        self.assertEqual(raw, b"".join(struct.pack(">I", len(f)) + f for f in again) + bytes(4) + text.encode())
        self.assertEqual(self.camera.send("shortstream 0"), bytes(4) + b"STREAM_DONE: sent=0, skipped=0, available=0\n")
        self.assertEqual(self.camera.send("shortstream abc"), bytes(4) + b"ERROR: usage shortstream [<count>]\n")


class Framing(unittest.TestCase):
    """How commands arrive, and who else is there."""

    @classmethod
    def setUpClass(cls):
        cls.camera = camera(*SMALL)
        cls.addClassCleanup(cls.camera.__exit__)
        assert cls.camera.wait_picture()

    def test_a_command_may_come_in_pieces(self):
        with self.camera.connect() as s:
            for c in "night_level\n":
                s.sendall(c.encode())
                time.sleep(0.02)
            self.assertIn(b"LEVEL=", read_all(s))

    def test_a_command_may_end_with_the_connection(self):
        with self.camera.connect() as s:
            s.sendall(b"health")
            s.shutdown(socket.SHUT_WR)
            self.assertIn(b"RSS=", read_all(s))

    def test_a_command_may_have_no_end(self):
        self.assertIn(b"RSS=", self.camera.send("health", end=b""))

    def test_too_long_a_command_is_told_so(self):
        self.assertEqual(self.camera.send("x" * 1500), b"ERROR: a command has at most 1024 bytes\n")
        self.assertEqual(self.camera.send("set export.base_dir " + "x" * 1000), b"ERROR: invalid value " + b"x" * 1000 +
                         b" for export.base_dir: expected a line of text of 1 to 255 bytes\n")

    def test_silent_clients_block_nobody(self):
        silent = [self.camera.connect() for _ in range(20)]
        began = time.monotonic()
        self.assertIn("RSS=", self.camera.ask("health"))
        self.assertLess(time.monotonic() - began, 9)
        self.assertEqual(read_all(silent[0]), b"ERROR: no command came in 10 s\n")
        for s in silent:
            s.close()

    def test_many_commands_at_once(self):
        replies = []

        def one(i):
            replies.append(self.camera.ask(["health", "night_level", "save jpg", "pastStack jpg", "dump_config"][i % 5]))

        threads = [threading.Thread(target=one, args=(i,)) for i in range(15)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(len(replies), 15)
        self.assertEqual(sum(r.startswith("Saved single") for r in replies), 3)
        self.assertEqual(sum(r.startswith("Saved stacked") for r in replies), 3)

    def test_no_command_kills_it(self):
        for command in ["shortstream abc", "set camera.framerate abc", "set camera.framerate 5.5", "set camera 5", "set camera.width.x 5",
                        "set export.save_before_s 2.5", "set export.formats bmp", "shortstream -99999999999999999999999", b"\xff\xfe\x00",
                        b"set a \xed\xa0\x80", b"\x00" * 100, "set ring.size 0", "set camera.width 1e9", "save " + "jpg " * 200, "token",
                        "token x", "stream 3", "", "  "]:
            self.camera.send(command)
        for _ in range(20):
            with self.camera.connect() as s:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                s.sendall(b"sav")
        self.assertIn("RSS=", self.camera.ask("health"))

    def test_a_live_change_of_size_is_stacked_all_the_same(self):
        self.camera.ask("set ring.downscale.enable true")
        self.assertTrue(wait_for(lambda: "width=256" in str(probe(self.camera.url("/snapshot")).get("width", "")) or
                                 probe(self.camera.url("/snapshot"))["width"] == "256"))
        self.assertIn("Saved stacked image", self.camera.ask("pastStack jpg"))
        saved = self.camera.ask("save jpg")
        self.assertEqual(probe(re.search(r"/\S+\.jpg", saved)[0])["width"], "320", "save is in full size")
        self.camera.ask("set ring.downscale.enable false")


class Pictures(unittest.TestCase):
    """/stream, /snapshot, /captures."""

    @classmethod
    def setUpClass(cls):
        cls.camera = camera(*SMALL, "--fps", "20", "--set", "mjpeg_server.fps=20")
        cls.addClassCleanup(cls.camera.__exit__)
        assert cls.camera.wait_picture()

    def test_parts_are_as_described(self):
        with self.camera.view() as v:
            head = v.head()
            self.assertTrue(head[0].startswith("HTTP/1.1 200 "))
            self.assertIn("Content-Type: multipart/x-mixed-replace; boundary=frame", head)
            self.assertFalse([h for h in head if h.lower().startswith(("content-length", "transfer-encoding"))])
            last = -1
            for i in range(10):
                between, lines, jpeg = v.part()
                self.assertEqual(between, b"" if i == 0 else b"\r\n")
                self.assertRegex("\n".join(lines), r"\AContent-Type: image/jpeg\nContent-Length: \d+\nX-Frame-Id: \d+\nX-Timestamp: \d+\.\d{3}\n"
                                 r"X-Dark-Score: \d+\.\d\nX-Night: 0\Z")
                self.assertTrue(is_jpeg(jpeg))
                number = int(lines[2].split(": ")[1])
                self.assertGreater(number, last)
                last = number

    def test_ffprobe_reads_it(self):
        found = probe(self.camera.url("/stream"), "-count_frames", "-read_intervals", "%+#25")
        self.assertEqual(found, {"codec_name": "mjpeg", "width": "320", "height": "240", "nb_read_frames": "25"})

    def test_many_viewers_get_every_picture(self):
        viewers = [self.camera.view() for _ in range(30)]
        numbers = []
        for v in viewers:
            v.head()
        for v in viewers:
            numbers.append([int(v.part()[1][2].split(": ")[1]) for _ in range(10)])
            v.socket.close()
        self.assertTrue(all(n == sorted(set(n)) for n in numbers))

    def test_a_viewer_that_takes_nothing_stops_nobody(self):
        with self.camera.view():
            time.sleep(1)
            with self.camera.view() as v:
                v.head()
                for _ in range(19):
                    v.part()
                end = time.monotonic() + 15
                while abs(float(v.part()[1][3].split(": ")[1]) - time.time()) >= 1:
                    self.assertLess(time.monotonic(), end, "the newest picture is what is sent")

    def test_snapshot(self):
        status, headers, body = self.camera.get("/snapshot")
        self.assertEqual((status, headers["content-type"]), (200, "image/jpeg"))
        self.assertTrue(is_jpeg(body))
        self.assertRegex(headers["x-timestamp"], r"\A\d+\.\d{3}\Z")
        self.assertEqual(headers["x-night"], "0")
        self.assertEqual(self.camera.get("/snapshot", "HEAD")[0], 200)

    def test_captures_are_served_and_nothing_else(self):
        path = re.search(r"/\S+\.png", self.camera.ask("save png"))[0]
        name = os.path.basename(path)
        status, headers, body = self.camera.get("/captures/" + name)
        with open(path, "rb") as f:
            self.assertEqual((status, headers["content-type"], body), (200, "image/png", f.read()))
        status, headers, part = self.camera.get("/captures/" + name, headers={"Range": "bytes=0-7"})
        self.assertEqual((status, part), (206, b"\x89PNG\r\n\x1a\n"))
        with open(os.path.join(self.camera.folder, "secret.jpg"), "w") as f:
            f.write("secret")
        os.symlink("../secret.jpg", os.path.join(self.camera.folder, "captures", "link.jpg"))
        for bad in ["/captures/../secret.jpg", "/captures/%2e%2e/secret.jpg", "/captures/..%2fsecret.jpg", "/captures/link.jpg",
                    "/captures/", "/captures/.hidden.jpg", "/captures/no.jpg", "/captures/a/b.jpg", "/stderr", "/no"]:
            status, _, body = self.camera.get(bad)
            self.assertIn(status, (400, 404), bad)
            self.assertNotIn(b"secret", body)
        self.assertEqual(self.camera.get("/captures/" + name, "DELETE")[0], 405)
        self.assertEqual(self.camera.get("/stream?x=1", "HEAD")[0], 200)


class Sources(unittest.TestCase):
    def test_camera_program_by_day_and_night(self):
        with tempfile.TemporaryDirectory() as d:
            log = os.path.join(d, "starts")
            env = {"STAND_IN_LOG": log, "STAND_IN_PICTURE": "color=black:", "STAND_IN_NIGHT_PICTURE": "color=white:"}
            with camera("--source", "rpicam:" + STAND_IN, "--size", "320x240", "--set", "night.min_dark_frames=5", "--set", "night.mode=slow_video",
                        "--set", "night.exposure_us=200000", "--set", "night.gain=2.5", "--set", "export.auto_save_interval_s=0", env=env) as c:
                self.assertTrue(c.wait_said("mode: video → slow_video"), c.said())
                self.assertTrue(c.wait_said("exposure_us: auto → 200000"))
                self.assertTrue(c.wait_said("mode: slow_video → video"), c.said())
            with open(log) as f:
                starts = f.read().splitlines()
            common = "--nopreview --timeout 0 --codec mjpeg --quality 90 --width 320 --height 240 --framerate"
            self.assertEqual(starts[0], f"{common} 10 --flush --output -")
            self.assertEqual(starts[1], f"{common} 5 --shutter 200000 --gain 2.5 --flush --output -")

    def test_a_source_that_hangs_is_restarted_and_the_stream_says_503(self):
        with tempfile.TemporaryDirectory() as d:
            log, gate = os.path.join(d, "starts"), pathlib.Path(d, "gate")
            with camera("--source", "rpicam:" + STAND_IN, "--size", "320x240", "--set", "camera.capture_timeout_s=1",
                        "--set", "mjpeg_server.fps=10", "--set", "export.auto_save_interval_s=0",
                        env={"STAND_IN_LOG": log, "STAND_IN_GATE": str(gate)}) as c:
                self.assertEqual(c.get("/stream")[0], 503, "nothing yet")
                gate.touch()
                self.assertTrue(c.wait_picture())
                with c.view() as v:
                    self.assertTrue(v.head()[0].startswith("HTTP/1.1 200 "))
                    gate.unlink()
                    with self.assertRaises(EOFError):
                        while True:
                            v.part()
                self.assertTrue(wait_for(lambda: c.get("/stream")[0] == 503), c.said())
                self.assertIn("retry-after", c.get("/stream")[1])
                self.assertIn("STATUS=", c.ask("night_level"), "commands go on")
                stalled = r"Source has stalled: no picture for \d+\.\d s; it is started again in \d+ s"
                self.assertTrue(wait_for(lambda: re.search(stalled, c.said())), c.said())
                gate.touch()
                self.assertTrue(c.wait_picture(), "it comes back")
            with open(log) as f:
                self.assertGreater(len(f.readlines()), 1)

    def test_a_program_that_fails_is_tried_again(self):
        with camera("--source", "rpicam:" + STAND_IN, env={"STAND_IN_EXIT": "3"}) as c:
            self.assertTrue(c.wait_said("status 3; it is started again in 2 s"), c.said())
            self.assertIn("no cameras available", c.said())
        with camera("--source", "rpicam:/no/such/program") as c:
            self.assertTrue(c.wait_said("next try in 2 s"), c.said())
            self.assertEqual(c.ask("night_level"), "NO_DATA\n")
            self.assertEqual(c.ask("pastStack"), "NO_FRAMES\n")

    def test_video_is_shown_again_and_again(self):
        with tempfile.TemporaryDirectory() as d:
            video = os.path.join(d, "-odd name.avi")
            subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=160x90:rate=10", "-frames:v", "10", "-c:v", "mjpeg",
                            "file:" + video], check=True)
            with camera("--source", "video:" + video, "--size", "320x240", "--set", "export.auto_save_interval_s=0") as c:
                self.assertTrue(wait_for(lambda: len(c.frames("shortstream 30")[0]) >= 15), "more than the video has")
                self.assertEqual(probe(c.url("/snapshot"))["width"], "320")

    def test_folder_of_jpegs_in_any_size(self):
        with tempfile.TemporaryDirectory() as d:
            subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=400x100:rate=10", "-frames:v", "3",
                            os.path.join(d, "%d.jpg")], check=True)
            with open(os.path.join(d, "4.jpg"), "w") as f:
                f.write("no picture")
            with camera("--source", "folder:" + d, "--size", "320x240", "--set", "export.auto_save_interval_s=0") as c:
                self.assertTrue(c.wait_picture())
                self.assertEqual(probe(c.url("/snapshot"))["height"], "240")
                self.assertTrue(c.wait_said("A picture cannot be used: it is no JPEG"))

    def test_an_empty_folder_is_told(self):
        with tempfile.TemporaryDirectory() as d:
            with camera("--source", d) as c:
                self.assertTrue(c.wait_said("no JPEGs in it; it is started again in 1 s"), c.said())

    def test_many_options_do_not_push_out_the_first(self):
        port = free_port()
        with camera("--trigger-port", str(port), "--mjpeg-port", "0", "--size", "160x120", "--fps", "5", "--source", "drawn:day",
                    "--set", "export.auto_save_interval_s=0") as c:
            self.assertEqual(c.trigger_port, port)

    def test_the_drawn_night(self):
        with camera("--source", "drawn:night", "--size", "320x240", "--fps", "30", "--set", "mjpeg_server.fps=30", "--set", "night.mode=slow_video",
                    "--set", "night.exposure_us=100000", "--set", "export.auto_save_interval_s=0") as c:
            self.assertTrue(c.wait_said("mode: video → slow_video"), c.said())
            with c.view() as v:
                v.head()
                while "X-Night: 1" not in v.part()[1]:
                    pass
            self.assertIn("STATUS=NIGHT", c.ask("night_level"))
            self.assertEqual(json.loads(c.ask("dump_cam_exposure")), {"ExposureTime": 100000, "AnalogueGain": 6.0, "AeEnable": False})
            self.assertEqual(c.ask("set night.enable false"), "OK: changed night.enable from True to false\n")
            self.assertIn("STATUS=DAY", c.ask("night_level"))


class Program(unittest.TestCase):
    """Files, options, beginning and end."""

    def run_it(self, *options, folder=None):
        run = subprocess.run([PROGRAM, "--listen", "127.0.0.1", *options], cwd=folder, capture_output=True, text=True, timeout=60)
        no_crash(run.returncode, run.stderr)
        return run

    def test_config_is_written_and_read_again(self):
        with tempfile.TemporaryDirectory() as d:
            with camera(*SMALL, folder=d) as c:
                c.ask("set camera.framerate 7")
                self.assertEqual(c.ask("overwrite_config"), "OK: configuration dumped to config.json\n")
                c.ask("set camera.framerate 8")
                self.assertEqual(c.ask("overwrite_config"), "OK: configuration dumped to config.json\n")
            with open(os.path.join(d, "config.json")) as f:
                self.assertEqual(json.load(f)["camera"]["framerate"], 8)
            with open(os.path.join(d, "config.json.bak")) as f:
                self.assertEqual(json.load(f)["camera"]["framerate"], 7)
            with camera("--source", "drawn", folder=d) as c:
                self.assertEqual(json.loads(c.ask("dump_config"))["camera"]["framerate"], 8)

    def test_config_that_cannot_be_written_is_told(self):
        with camera(*SMALL, "--config", "/no/such/folder/config.json") as c:
            self.assertEqual(c.ask("overwrite_config"), "ERROR: failed to dump configuration: No such file or directory\n")

    def test_config_errors_name_the_key(self):
        with tempfile.TemporaryDirectory() as d:
            for text, sentence in [('{"camera": {"framerate": "fast"}}', "camera.framerate: expected a whole number from 1 to 120"),
                                   ('{"camera": 5}', "camera: expected an object"), ('{"camera": ', "line 1"), ("[]", "expected an object"),
                                   ('{"export": {"formats": ["jpg", "bmp"]}}', "export.formats: expected a list of jpg, png, npy")]:
                with open(os.path.join(d, "config.json"), "w") as f:
                    f.write(text)
                run = self.run_it("--source", "drawn", folder=d)
                self.assertEqual(run.returncode, 2)
                self.assertIn(sentence, run.stderr)
            with open(os.path.join(d, "config.json"), "w") as f:
                f.write('{"camera": {"frame_rate": 5}, "cloud": {"a": 1}}')
            with camera(*SMALL, folder=d) as c:
                self.assertTrue(c.wait_said("keys that are not known here have no effect: camera.frame_rate, cloud"), c.said())

    def test_options(self):
        with tempfile.TemporaryDirectory() as d:
            text = self.run_it("--help", folder=d).stdout
            for option in ["--source", "--config", "--listen", "--trigger-port", "--mjpeg-port", "--log-dir", "--exit-after-frames"]:
                self.assertIn(option, text)
            for bad in [["--sourc"], ["--source", "drawn:soon"], ["--source", "v4l2"], ["--source", "/no/such/path"], ["--size", "x"], ["--fps", "0"],
                        ["--set", "camera.width"], ["--set", "no.key=1"], ["left over"], ["--exit-after-frames", "-1"], ["--token-file", "/no"]]:
                run = self.run_it("--trigger-port", "0", "--mjpeg-port", "0", *bad, folder=d)
                self.assertNotEqual(run.returncode, 0, bad)
                self.assertTrue(run.stderr.strip(), bad)
            run = self.run_it("--print-config", "--fps", "12", folder=d)
            self.assertEqual(json.loads(run.stdout)["camera"]["framerate"], 12)

    def test_the_readme_lists_the_settings_as_they_are(self):
        readme = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "firmware", "pi-trigger-camera", "README.md")
        with open(readme, encoding="utf-8") as f:
            self.assertIn(self.run_it("--list-settings").stdout, f.read())

    def test_a_folder_to_work_in(self):
        with tempfile.TemporaryDirectory() as d, tempfile.TemporaryDirectory() as start:
            os.mkdir(os.path.join(start, "pictures"))
            subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x240", "-frames:v", "1",
                            os.path.join(start, "pictures", "1.jpg")], check=True)
            with camera("--source", "folder:pictures", "--size", "320x240", "--dir", d, folder=start) as c:
                self.assertIn(os.path.join(d, "captures"), c.ask("save jpg"))
                c.ask("overwrite_config")
            self.assertEqual(sorted(os.listdir(d)), ["captures", "config.json", "logs"])

    def test_one_shot(self):
        with tempfile.TemporaryDirectory() as d:
            run = self.run_it(*SMALL, "--trigger-port", "0", "--mjpeg-port", "0", "--exit-after-frames", "5", folder=d)
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertIn('source=drawn:day format="drawn 320x240" asked=320x240 frames=5\n', run.stdout)

    def test_ports_that_are_taken_are_named(self):
        with camera(*SMALL) as c:
            with tempfile.TemporaryDirectory() as d:
                run = self.run_it("--source", "drawn", "--trigger-port", str(c.trigger_port), folder=d)
                self.assertEqual(run.returncode, 1)
                self.assertIn(str(c.trigger_port), run.stderr)

    def test_it_starts_again_at_once_on_the_same_ports(self):
        with tempfile.TemporaryDirectory() as d:
            with camera(*SMALL, folder=d) as c:
                ports = ["--trigger-port", str(c.trigger_port), "--mjpeg-port", str(c.mjpeg_port)]
                c.wait_picture()
                v = c.view()
                v.head()
            with camera(*SMALL, *ports, folder=d) as c:
                self.assertIn("RSS=", c.ask("health"))
            v.socket.close()

    def test_the_log_is_turned_over(self):
        with tempfile.TemporaryDirectory() as d:
            with camera(*SMALL, "--log-max-bytes", "2000", "--log-backups", "2", folder=d) as c:
                for i in range(60):
                    c.ask("set night.gain 5")
                    if i % 10 == 0:
                        time.sleep(0.4)
            names = sorted(os.listdir(os.path.join(d, "logs")))
            self.assertEqual(names, ["camera_service.log", "camera_service.log.1", "camera_service.log.2"])
            for name in names:
                with open(os.path.join(d, "logs", name)) as f:
                    text = f.read()
                self.assertLessEqual(len(text.encode()), 2000)
                for line in text.splitlines():
                    self.assertRegex(line, r"\A\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[[A-Z]+\] ")

    def test_token(self):
        with tempfile.TemporaryDirectory() as d:
            with open(os.path.join(d, "token"), "w") as f:
                f.write("s3cret\n")
            with camera(*SMALL, "--token-file", "token", folder=d) as c:
                refused = "ERROR: this camera asks for its token: token <token> <command>\n"
                self.assertEqual(c.ask("set night.gain 5"), refused)
                self.assertEqual(c.ask("overwrite_config"), refused)
                self.assertEqual(c.ask("token s3cret set night.gain 5"), "OK: changed night.gain from 6.0 to 5\n")
                self.assertIn("RSS=", c.ask("health"))
                self.assertNotIn("s3cret", c.said() + c.ask("dump_config"))

    def test_what_is_being_saved_at_the_end_is_saved(self):
        with tempfile.TemporaryDirectory() as d:
            with camera("--source", "drawn:day", "--set", "export.auto_save_interval_s=0", folder=d) as c:
                self.assertTrue(c.wait_picture())
                s = c.connect()
                s.sendall(b"pastStack jpg png npy\n")
                self.assertIn("RSS=", c.ask("health"), "it has read what came before")
            s.close()
            names = os.listdir(os.path.join(d, "captures"))
            self.assertEqual(sorted(os.path.splitext(n)[1] for n in names), [".jpg", ".npy", ".png"])

    def test_a_full_disk_is_told_and_pictures_go_on(self):
        with camera(*SMALL, "--set", "export.base_dir=/proc/captures") as c:
            self.assertTrue(c.wait_picture())
            self.assertEqual(c.ask("save"), "NOT_SAVED\n")
            self.assertIn("Cannot save", c.said())
            self.assertEqual(c.get("/snapshot")[0], 200)


if __name__ == "__main__":
    unittest.main(verbosity=2)
