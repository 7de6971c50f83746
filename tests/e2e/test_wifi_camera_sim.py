"""The virtual debug cameras by plain HTTP: what the old ones sent, byte by byte, with their faults."""

import http.client
import json
import re
import signal
import socket
import unittest

from warren import Case, SIM, wait_until

GREY_BYTES = 320 * 240


class Cameras(Case):
    def start_camera(self, *options):
        """Joined; its host and port are in .at."""
        sim = self.start([SIM, "wifi-debug-camera", "--new-bus", self.folder / "bus", "--seed", 7, "--online", "--join", 0.1, *options], "camera")
        sim.at = None
        self.wait_joined(sim)
        return sim

    def wait_joined(self, sim, times=1):
        def urls():
            self.assertIsNone(sim.child.poll(), sim.output())
            return re.findall(r"^joined name=\S+ url=http://([\d.]+):(\d+)\n", sim.output(), re.M)
        host, port = wait_until("the camera has joined", lambda: urls()[times - 1:])[-1]
        sim.at = (host, int(port))

    @staticmethod
    def ask(sim, path):
        connection = http.client.HTTPConnection(*sim.at, timeout=30)
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.body = answer.read()
        connection.close()
        return answer

    def json_of(self, sim, path):
        answer = self.ask(sim, path)
        self.assertEqual((answer.status, answer.getheader("Content-Type")), (200, "application/json"))
        return json.loads(answer.body)

    def wait_frames(self, sim, n):
        wait_until(f"{n} frames were looked at", lambda: self.json_of(sim, "/metrics")["totalFrames"] >= n)


class RawStream:
    """Bytes as they come, with no library between."""

    def __init__(self, at, path="/stream"):
        self.socket = socket.create_connection(at, 30)
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: camera\r\n\r\n".encode())
        self.file = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def head(self):
        return b"".join(iter(self.file.readline, b"\r\n"))

    def chunk(self):
        """The size as it was written, and the bytes."""
        size = self.file.readline()
        bytes_ = self.file.read(int(size, 16))
        assert self.file.readline() == b"\r\n"
        return size, bytes_


class Stream(Cameras):
    PART = b"\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\n"

    def test_is_framed_as_the_first_cameras_framed_it(self):
        sim = self.start_camera("--dialect", "shipped")
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
        sim = self.start_camera("--raw-grey")
        self.wait_frames(sim, 1)
        with RawStream(sim.at) as s:
            s.head()
            self.assertEqual(len(s.chunk()[1]), len(self.PART) + GREY_BYTES)
        self.assertEqual(len(self.ask(sim, "/snapshot").body), GREY_BYTES)

    def test_ends_with_the_first_frame_that_does_not_fit(self):
        sim = self.start_camera("--stream-limit", 5736, "--quality", 90)
        self.wait_frames(sim, 1)
        with RawStream(sim.at) as s:
            s.head()
            self.assertEqual(s.file.read(), b"0   \r\n\r\n")

    def test_small_frames_fit(self):
        sim = self.start_camera("--stream-limit", 5736, "--quality", 1)
        self.wait_frames(sim, 1)
        with RawStream(sim.at) as s:
            s.head()
            for _ in range(5):
                self.assertLess(len(s.chunk()[1]), 5736)

    def test_a_viewer_that_sleeps_holds_nobody_up(self):
        sim = self.start_camera("--fps", 25)
        with RawStream(sim.at), RawStream(sim.at) as s:
            s.head()
            for _ in range(40):
                s.chunk()


class Answers(Cameras):
    def test_the_overlay_of_each_dialect(self):
        grids = {("roadmap",): (8, 6, 40), ("shipped",): (8, 6, 40), ("head",): (8, 8, 30), ("head", "--grid", 6): (6, 6, 40)}
        for dialect, grid in grids.items():
            with self.subTest(dialect):
                sim = self.start_camera("--dialect", *dialect, "--source", "pan:6,0")
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
        sim = self.start_camera("--dialect", "head", "--detector", "none")
        self.assertEqual(self.ask(sim, "/overlay").body, b"{}")

    def test_a_detector_that_nobody_has_started_says_nothing(self):
        sim = self.start_camera("--detector", "waits", "--source", "pan")
        with RawStream(sim.at) as s:
            s.head()
            s.chunk()
        o = self.json_of(sim, "/overlay")
        self.assertEqual((o["intensity"], o["blocks"]), (0, []))
        self.assertEqual(self.json_of(sim, "/metrics")["totalFrames"], 0)

    def test_a_snapshot_that_fails(self):
        sim = self.start_camera("--no-snapshot")
        self.wait_frames(sim, 1)
        answer = self.ask(sim, "/snapshot")
        self.assertEqual((answer.status, answer.body), (503, b"Camera capture failed"))

    def test_what_is_not_there(self):
        sim = self.start_camera()
        self.assertEqual(self.ask(sim, "/wifi/status").status, 404)
        with RawStream(sim.at, "/ HTTP/9\r\nx") as s:
            self.assertTrue(s.head().startswith(b"HTTP/1.1 400 "))


class Network(Cameras):
    def test_it_is_lost_and_is_back_at_the_next_address(self):
        sim = self.start_camera("--move")
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
    unittest.main()
