#!/usr/bin/env python3
"""pi_seed_dialect.py WARREN-SIM - the simulated camera with the faults of the first service of its kind: it fails where that one fails."""

import os
import re
import socket
import struct
import sys
import time
import unittest

from pi_tools import Camera, Viewer, is_jpeg, wait_for

PROGRAM = os.path.abspath(sys.argv.pop(1))


def seed(*options):
    return Camera([PROGRAM, "pi-trigger-camera"], "--dialect", "seed", "--source", "drawn:day", "--size", "160x120", *options)


def has_frames(c, n=3):
    with Viewer(c.mjpeg_port) as v:
        v.head()
        for _ in range(n):
            v.part()


class Faults(unittest.TestCase):
    def expect_death(self, c, what):
        """The port refuses, pictures go on."""
        def refused():
            try:
                c.connect().close()
                return False
            except ConnectionRefusedError:
                return True
        self.assertTrue(wait_for(refused, 5), what)
        has_frames(c)
        self.assertTrue(c.alive())

    def test_each_of_these_ends_the_trigger_server(self):
        for command in [b"shortstream abc", b"set camera.framerate abc", b"set camera.framerate 5.5", b"set camera 5", b"set camera.width.x 5",
                        b"set export.save_before_s 2.5", b"set ring.downscale 1", b"\xff\xfe"]:
            with seed() as c:
                has_frames(c)
                try:
                    self.assertEqual(c.send(command), b"")
                except ConnectionResetError:
                    pass
                self.expect_death(c, command)

    def test_a_reset_ends_it(self):
        with seed() as c:
            s = c.connect()
            time.sleep(0.2)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            s.close()
            self.expect_death(c, "reset")

    def test_stacking_two_sizes_ends_it(self):
        with seed("--set", "export.save_before_s=60", "--set", "export.stack_count=64") as c:
            has_frames(c, 5)
            self.assertIn("OK: changed", c.ask("set ring.downscale.enable true"))
            has_frames(c, 15)
            try:
                self.assertEqual(c.send(b"pastStack"), b"")
            except ConnectionResetError:
                pass
            self.expect_death(c, "two sizes")

    def test_who_waits_behind_a_silent_client_waits(self):
        with seed() as c:
            silent = c.connect()
            time.sleep(0.1)
            waiting = c.connect()
            waiting.sendall(b"health\n")
            waiting.settimeout(1)
            with self.assertRaises(socket.timeout):
                waiting.recv(1)
            silent.close()
            waiting.settimeout(10)
            self.assertRegex(waiting.recv(100), rb"RSS=")
            waiting.close()

    def test_who_waits_when_it_dies_is_reset(self):
        with seed() as c:
            first = c.connect()
            time.sleep(0.1)
            waiting = c.connect()
            time.sleep(0.1)
            first.sendall(b"shortstream abc\n")
            with self.assertRaises(ConnectionResetError):
                waiting.recv(1)
            first.close()
            waiting.close()

    def test_a_command_is_what_one_read_gets(self):
        with seed() as c:
            with c.connect() as s:
                s.sendall(b"hea")
                self.assertEqual(s.recv(100), b"UNKNOWN_COMMAND\n")

    def test_stream_gets_no_reply(self):
        with seed() as c:
            self.assertEqual(c.send("stream 3"), b"")
            self.assertRegex(c.ask("health"), "RSS=")

    def test_shortstream_0_is_the_whole_ring(self):
        with seed() as c:
            has_frames(c, 20)
            frames, text = c.frames("shortstream 0")
            self.assertGreater(len(frames), 10)
            self.assertIn(f"sent={len(frames)}", text)
            self.assertTrue(all(is_jpeg(f) for f in frames))
            some = len(c.frames("shortstream -5")[0])
            self.assertGreater(some, 5)

    def test_a_list_becomes_its_letters(self):
        with seed() as c:
            has_frames(c)
            self.assertRegex(c.ask("save"), r"Saved single full-resolution image: /\S+\.jpg \(timestamp: ")
            self.assertEqual(c.ask("set export.formats jpg"), "OK: changed export.formats from ['jpg', 'png'] to jpg\n")
            self.assertEqual(c.ask("save"), "NOT_SAVED\n")
            self.assertRegex(c.ask("save png"), r"Saved single")

    def test_one_viewer_at_a_time(self):
        with seed() as c:
            with Viewer(c.mjpeg_port) as first:
                first.head()
                first.part()
                with Viewer(c.mjpeg_port) as second:
                    second.socket.settimeout(1)
                    with self.assertRaises(socket.timeout):
                        second.head()
                    first.socket.close()
                    second.socket.settimeout(10)
                    self.assertEqual(second.head()[0], "HTTP/1.0 200 OK")

    def test_no_line_end_between_parts_and_pictures_twice(self):
        with seed("--fps", "2", "--set", "mjpeg_server.fps=10") as c:
            with Viewer(c.mjpeg_port) as v:
                v.head()
                parts = [v.part() for _ in range(10)]
                self.assertTrue(all(between == b"" for between, _, _ in parts))
                numbers = [p[1][2] for p in parts]
                self.assertLess(len(set(numbers)), len(numbers))

    def test_only_stream_and_only_get(self):
        with seed() as c:
            for request, status in [(b"GET / HTTP/1.1\r\n\r\n", "404"), (b"GET /stream?x HTTP/1.1\r\n\r\n", "404"), (b"HEAD /stream HTTP/1.1\r\n\r\n", "501")]:
                with Viewer(c.mjpeg_port, request) as v:
                    self.assertIn(status, v.head()[0])


if __name__ == "__main__":
    unittest.main(verbosity=2)
