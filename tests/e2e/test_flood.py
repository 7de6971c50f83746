"""A camera that means harm: whatever it is asked, it answers without an end and as fast as it goes. The gateway reads it no faster than it may, and is there for all others."""

import os
import pathlib
import re
import socket
import threading
import time

from warren import SANITIZED, Case, main, wait_until

MULTIPART = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"
EVENTS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"


def part(jpeg):
    return b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n" % (len(jpeg), jpeg)


# What a path says first, and then for ever.
TINY_PICTURES = {"/stream": (MULTIPART, part(b"\xff\xd8\xff\xd9"))}
LARGE_PICTURES = {"/stream": (MULTIPART, part(b"\xff\xd8" + bytes(900000) + b"\xff\xd9"))}
COMMENTS = {"/overlay": (EVENTS, b":\n")}
# Whatever else is asked.
INTERIM = (b"", b"HTTP/1.1 100 Continue\r\n\r\n")
# What it has to say to be taken for a camera.
HARMLESS = {"/wifi/status": b'{"enabled":true,"connected":true,"ssid":"Home","ip":"127.0.0.1","rssi":-50,"url":""}',
            "/metrics": b'{"totalFrames":1,"avgBrightness":104,"streamFps":10}'}


# Nobody waits so long for an answer, on the busiest machine.
SLOW_S = 20 if SANITIZED else 5


class Flooder:
    """Its address is .port; .sent counts the bytes that went out."""

    def __init__(self, answers):
        self.answers = answers
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.sent = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        try:
            while True:
                threading.Thread(target=self._pour, args=(self.listener.accept()[0],), daemon=True).start()
        except OSError:
            pass

    def _pour(self, s):
        path = (s.recv(4096).decode().split(" ") + [""])[1]
        if path in HARMLESS:
            s.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(HARMLESS[path]), HARMLESS[path]))
            s.close()
            return
        first, again = self.answers.get(path, INTERIM)
        block = again * (1 + 65536 // len(again))
        try:
            s.sendall(first)
            while True:
                s.sendall(block)
                self.sent += len(block)
        except OSError:
            s.close()

    def close(self):
        self.listener.close()


def cpu_seconds(program):
    fields = pathlib.Path(f"/proc/{program.child.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Flood(Case):
    def held_back_seconds(self):
        found = re.search(r'^warren_device_held_back_seconds_total\{device="cam"\} (.*)$', self.get("/metrics").body.decode(), re.M)
        return float(found[1])

    def flood(self, answers, max_mib):
        """The gateway; it has taken no more than so many MiB a second."""
        flooder = Flooder(answers)
        self.addCleanup(flooder.close)
        gateway = self.start_gateway("ble:\n  enabled: false\ndevices:\n  cam:\n    driver: wifi-debug-camera\n    options:\n"
                                     f"      address: 127.0.0.1\n      port: {flooder.port}\n"
                                     "  ball:\n    driver: demo\n", plugins=("wifi-debug-camera", "demo"))
        w = self.watch(devices=["*"], frames=True, overlays=True, events=["device.held_back"])
        # What is stuck in the sockets' buffers counts as sent, and a second's worth may come at once.
        spare = (max_mib + 16) * 2**20
        wait_until("it floods", lambda: flooder.sent > 2**20)
        began, cpu, sent, slowest = time.monotonic(), cpu_seconds(gateway), flooder.sent, 0
        while time.monotonic() < began + 5:
            asked = time.monotonic()
            self.assertEqual(self.get("/healthz").status, 200)
            slowest = max(slowest, time.monotonic() - asked)
            w.frame()
        seconds, taken = time.monotonic() - began, flooder.sent - sent
        print(f"slowest answer {slowest * 1000:.0f} ms, {taken / seconds / 2**20:.1f} MiB/s taken, {(cpu_seconds(gateway) - cpu) / seconds:.0%} of a processor")
        self.assertLess(slowest, SLOW_S)
        self.assertLess(taken, 1.2 * seconds * max_mib * 2**20 + spare)
        self.assertEqual(self.device("ball")["state"], "online")
        return gateway, w

    def test_of_tiny_pictures(self):
        gateway, w = self.flood(TINY_PICTURES, 2)
        self.assertEqual(w.event("device.held_back", "cam")["data"], {"why": "more than 120 pictures come from it in a second"})
        self.assertGreater(self.held_back_seconds(), 1)
        self.assertEqual(gateway.output().count("is read more slowly"), 1)

    def test_of_large_pictures(self):
        self.flood(LARGE_PICTURES, 24)

    def test_of_comment_lines(self):
        self.flood(COMMENTS, 6)


if __name__ == "__main__":
    main()
