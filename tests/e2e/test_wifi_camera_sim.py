"""The virtual debug cameras by plain HTTP: ours, and what the old ones sent, byte by byte, with their faults."""

import gzip
import json
import signal
import socket
import statistics
import subprocess
import time

from debug_cameras import DebugCameras, RawStream
from warren import WebSocket, main, wait_until

GREY_BYTES = 320 * 240


def is_near(block, dx, dy):
    return abs(block["dx"] - dx) < 0.25 and abs(block["dy"] - dy) < 0.25


class Ours(DebugCameras):
    def test_its_stream_has_a_length_and_a_number_for_each_picture(self):
        sim = self.start_online()
        with RawStream(sim.at) as s:
            self.assertIn(b"multipart/x-mixed-replace; boundary=frame", s.head())
            ids = []
            for _ in range(8):
                headers, jpeg = s.part()
                self.assertEqual((jpeg[:2], jpeg[-2:]), (b"\xff\xd8", b"\xff\xd9"))
                ids.append(int(headers["X-Frame-Id"]))
        self.assertEqual(ids, sorted(set(ids)))

    def test_who_connects_and_says_nothing_makes_room(self):
        sim = self.start_online()
        silent = [socket.create_connection(sim.at) for _ in range(30)]
        for _ in range(3):
            self.json_of(sim, "/metrics")
        for s in silent:
            s.close()

    def test_what_moves_is_what_it_was_shown(self):
        sim = self.start_online("--source", "pan:6.5,-2.25")
        self.wait_frames(sim, 10)
        o = self.json_of(sim, "/overlay")
        self.assertEqual((o["gridCols"], o["gridRows"], o["blockSize"], o["frameWidth"], o["frameHeight"]), (8, 6, 40, 320, 240))
        self.assertTrue(o["active"])
        self.assertGreater(sum(is_near(b, 6.5, -2.25) for b in o["blocks"]), 30)
        self.assertAlmostEqual(o["speed"], 6.88, delta=0.2)
        self.assertGreater(o["frameId"], 5)

    def test_of_people_who_walk_only_they_move_and_it_is_little_to_say(self):
        sim = self.start_online("--source", "walk")
        with RawStream(sim.at, "/overlay", "Accept: text/event-stream\r\n") as s:
            s.head()
            for _ in range(60):
                name, number, o = s.event()
                self.assertEqual((name, number), ("overlay", o["frameId"]))
                self.assertLess(len(json.dumps(o, separators=(",", ":"))), 2048)
                if o["active"] and number > 30:
                    break
        self.assertEqual(o["direction"], "right")
        self.assertLess(len(o["blocks"]), 24)
        self.assertTrue(any(is_near(b, 3.5, 0) for b in o["blocks"]), o)

    def test_of_what_is_still_nothing_moves(self):
        sim = self.start_online("--source", "still")
        self.wait_frames(sim, 5)
        o = self.json_of(sim, "/overlay")
        self.assertEqual((o["active"], o["blocks"]), (False, []))

    def test_a_video_is_looked_at_like_a_scene(self):
        video = self.folder / "to the left.avi"
        subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=640x480:rate=10", "-vf", "trim=end_frame=1,loop=30:1,setpts=N/10/TB,scroll=h=12/640",
                        "-c:v", "mjpeg", video], check=True)
        sim = self.start_online("--source", f"video:{video}")
        o = wait_until("it moves", lambda: (o := self.json_of(sim, "/overlay")).get("direction") == "left" and o)
        self.assertEqual((o["frameWidth"], o["gridCols"]), (320, 8))
        self.assertGreater(sum(is_near(b, -6, 0) for b in o["blocks"]), 8, o)

    def test_overlays_by_event_socket_and_picture_have_the_same_numbers(self):
        sim = self.start_online("--source", "pan")
        with RawStream(sim.at) as pictures, RawStream(sim.at, "/overlay", "Accept: text/event-stream\r\n") as events:
            pictures.head()
            events.head()
            socket_ = WebSocket(sim.at[1], "/overlay")
            self.addCleanup(socket_.close)
            self.assertEqual(socket_.status, 101)
            # The last of them that was opened is the last to begin.
            end = socket_.message()["frameId"] + 15

            def numbers_of(read):
                numbers = [read()]
                while numbers[-1] < end:
                    numbers.append(read())
                return set(numbers)

            numbers = [numbers_of(lambda: int(pictures.part()[0]["X-Frame-Id"])), numbers_of(lambda: events.event()[1]),
                       numbers_of(lambda: socket_.message()["frameId"])]
        self.assertGreater(len(set.intersection(*numbers)), 10, numbers)

    def interval_ms(self, sim, n):
        """Between pictures, by the camera's clock; a machine that is busy makes some late, and none early."""
        with RawStream(sim.at, "/overlay", "Accept: text/event-stream\r\n") as s:
            s.head()
            times = [s.event()[2]["timeUs"] for _ in range(n)]
        return statistics.median(b - a for a, b in zip(times, times[1:])) / 1000

    def test_it_tells_ten_overlays_a_second(self):
        self.assertTrue(80 < self.interval_ms(self.start_online(), 30) < 160)

    def test_or_as_many_as_was_said(self):
        self.assertTrue(180 < self.interval_ms(self.start_online("--fps", 5), 10) < 320)

    def test_its_page_is_whole_within_three_seconds_and_packed_for_who_takes_it(self):
        sim = self.start_online("--fps", 10)
        began = time.monotonic()
        page = self.ask(sim, "/").body
        self.assertLess(time.monotonic() - began, 3)
        self.assertIn(b"</html>", page[-20:].lower())
        packed = self.ask(sim, "/", {"Accept-Encoding": "gzip"})
        self.assertEqual(packed.getheader("Content-Encoding"), "gzip")
        self.assertEqual(gzip.decompress(packed.body), page)

    def test_a_snapshot_the_numbers_and_the_network(self):
        sim = self.start_online("--heap", 123, "--cpu", 45)
        self.assertEqual(self.ask(sim, "/snapshot").body[:2], b"\xff\xd8")
        self.wait_frames(sim, 12)
        m = self.json_of(sim, "/metrics")
        self.assertEqual((m["heapFree"], m["cpuPercent"]), (123 * 1024, 45))
        w = self.json_of(sim, "/wifi/status")
        self.assertEqual((w["connected"], w["url"]), (True, "http://%s:%d" % sim.at))
        self.assertEqual(self.ask(sim, "/nothing").status, 404)

    def test_a_busy_processor_has_fewer_pictures(self):
        sim = self.start_online("--cpu", 95)
        wait_until("it takes fewer", lambda: 0 < self.json_of(sim, "/metrics")["streamFps"] <= 5)

    def test_a_viewer_that_sleeps_holds_nobody_up(self):
        sim = self.start_online("--fps", 25)
        with RawStream(sim.at), RawStream(sim.at) as s:
            s.head()
            for _ in range(60):
                s.part()

    def test_a_viewer_that_slept_has_missed_some_and_goes_on_with_whole_pictures(self):
        sim = self.start_online("--fps", 25)
        with RawStream(sim.at, receive_bytes=4096) as s:
            s.head()
            first = int(s.part()[0]["X-Frame-Id"])
            self.wait_frames(sim, first + 60)
            ids = []
            while not ids or ids[-1] < first + 60:
                headers, jpeg = s.part()
                self.assertEqual((jpeg[:2], jpeg[-2:]), (b"\xff\xd8", b"\xff\xd9"))
                ids.append(int(headers["X-Frame-Id"]))
            self.assertLess(len(ids), 30)

    def test_the_network_is_lost_and_it_is_back_at_the_next_address(self):
        sim = self.start_online("--move")
        first = sim.at
        with RawStream(first) as s:
            s.head()
            sim.child.send_signal(signal.SIGUSR1)
            with self.assertRaises((ConnectionError, AssertionError, ValueError)):
                while True:
                    s.part()
        self.wait_joined(sim, 2)
        self.assertEqual(sim.at, ("127.0.0.2", first[1]))
        with RawStream(sim.at) as s:
            s.head()
            s.part()


class OldStream(DebugCameras):
    PART = b"\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\n"

    def test_is_framed_as_the_first_cameras_framed_it(self):
        sim = self.start_old("--dialect", "shipped")
        self.wait_frames(sim, 1)
        with RawStream(sim.at) as s:
            self.assertEqual(s.head(), b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=frame\r\n"
                             b"Connection: close\r\nAccept-Ranges: none\r\nTransfer-Encoding: chunked\r\n")
            for _ in range(5):
                size, part = s.chunk()
                self.assertRegex(size, rb"^[0-9a-f]{4}\r\n$")
                self.assertTrue(part.startswith(self.PART + b"\xff\xd8"), part[:60])
                self.assertTrue(part.endswith(b"\xff\xd9"))

    def test_has_grey_bytes_where_it_says_jpeg_as_it_truly_was(self):
        sim = self.start_old("--raw-grey")
        self.wait_frames(sim, 1)
        with RawStream(sim.at) as s:
            s.head()
            self.assertEqual(len(s.chunk()[1]), len(self.PART) + GREY_BYTES)
        self.assertEqual(len(self.ask(sim, "/snapshot").body), GREY_BYTES)

    def test_ends_with_the_first_frame_that_does_not_fit(self):
        sim = self.start_old("--stream-limit", 5736, "--quality", 90)
        self.wait_frames(sim, 1)
        with RawStream(sim.at) as s:
            s.head()
            self.assertEqual(s.file.read(), b"0   \r\n\r\n")

    def test_small_frames_fit(self):
        sim = self.start_old("--stream-limit", 5736, "--quality", 1)
        self.wait_frames(sim, 1)
        with RawStream(sim.at) as s:
            s.head()
            for _ in range(5):
                self.assertLess(len(s.chunk()[1]), 5736)

    def test_a_viewer_that_sleeps_holds_nobody_up(self):
        sim = self.start_old("--fps", 25)
        with RawStream(sim.at), RawStream(sim.at) as s:
            s.head()
            for _ in range(40):
                s.chunk()


class OldAnswers(DebugCameras):
    def test_the_overlay_of_each_dialect(self):
        grids = {("roadmap",): (8, 6, 40), ("shipped",): (8, 6, 40), ("head",): (8, 8, 30), ("head", "--grid", 6): (6, 6, 40)}
        for dialect, grid in grids.items():
            with self.subTest(dialect):
                sim = self.start_old("--dialect", *dialect, "--source", "pan:6,0")
                self.wait_frames(sim, 3)
                o = self.json_of(sim, "/overlay")
                self.assertEqual((o["gridCols"], o["gridRows"], o["blockSize"]), grid)
                self.assertEqual((o["direction"], o["active"], o["frameWidth"], o["frameHeight"]), ("right", True, 320, 240))
                if dialect == ("roadmap",):
                    self.assertEqual(len(o["blocks"]), 48)
                    self.assertFalse(any(b["valid"] or b["dx"] for b in o["blocks"]))
                else:
                    self.assertGreater(sum(b["dx"] == 6 and b["dy"] == 0 for b in o["blocks"]), len(o["blocks"]) // 2)
                self.assertEqual(sim.stop(), 0)

    def test_without_a_detector_the_overlay_is_empty(self):
        sim = self.start_old("--dialect", "head", "--detector", "none")
        self.assertEqual(self.ask(sim, "/overlay").body, b"{}")

    def test_a_detector_that_nobody_has_started_says_nothing(self):
        sim = self.start_old("--detector", "waits", "--source", "pan")
        with RawStream(sim.at) as s:
            s.head()
            s.chunk()
        o = self.json_of(sim, "/overlay")
        self.assertEqual((o["intensity"], o["blocks"]), (0, []))
        self.assertEqual(self.json_of(sim, "/metrics")["totalFrames"], 0)

    def test_a_snapshot_that_fails(self):
        sim = self.start_old("--no-snapshot")
        self.wait_frames(sim, 1)
        answer = self.ask(sim, "/snapshot")
        self.assertEqual((answer.status, answer.body), (503, b"Camera capture failed"))

    def test_what_is_not_there(self):
        sim = self.start_old()
        self.assertEqual(self.ask(sim, "/wifi/status").status, 404)
        with RawStream(sim.at, "/ HTTP/9\r\nx") as s:
            self.assertTrue(s.head().startswith(b"HTTP/1.1 400 "))


class OldNetwork(DebugCameras):
    def test_it_is_lost_and_is_back_at_the_next_address(self):
        sim = self.start_old("--move")
        first = sim.at
        with RawStream(first) as s:
            s.head()
            sim.child.send_signal(signal.SIGUSR1)
            with self.assertRaises((ConnectionError, ValueError)):
                while True:
                    s.chunk()
        self.wait_joined(sim, 2)
        self.assertEqual((first, sim.at), (("127.0.0.1", first[1]), ("127.0.0.2", first[1])))
        self.assertEqual(self.ask(sim, "/overlay").status, 200)
        with self.assertRaises(ConnectionError):
            socket.create_connection(first, 30)


if __name__ == "__main__":
    main()
