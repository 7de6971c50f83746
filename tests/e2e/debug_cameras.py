"""debug_cameras.py - virtual debug cameras, and what they send, with no library between."""

import http.client
import json
import re
import socket

from warren import Case, SIM, wait_until

ADDRESS = "00:AA:01:00:E0:01"
BY_BLUETOOTH = f"devices:\n  cam:\n    driver: wifi-debug-camera\n    options:\n      ble_address: {ADDRESS}\n"

class DebugCameras(Case):
    def start_sim(self, *options):
        """Its host and port are in .at, when it has joined."""
        sim = self.start([SIM, "wifi-debug-camera", "--new-bus", self.folder / "bus", "--seed", 7, *options], "debug-camera")
        wait_until("the camera is on the air", lambda: "listening" in sim.output() or sim.child.poll() is not None)
        self.assertIsNone(sim.child.poll(), sim.output())
        return sim

    def start_online(self, *options):
        sim = self.start_sim("--online", "--join", 0.1, *options)
        self.wait_joined(sim)
        return sim

    def start_old(self, *options):
        return self.start_online("--dialect", "shipped", *options)

    def start_gateway_near(self, config=""):
        """On the pretended BlueZ that hears the camera."""
        return self.start_gateway(f"ble:\n  bus: unix:path={self.folder}/bus\n  scan_seconds: 2\n  scan_every_seconds: 5\n{config}",
                                  plugins=("wifi-debug-camera",))

    def wait_joined(self, sim, times=1):
        def urls():
            self.assertIsNone(sim.child.poll(), sim.output())
            return re.findall(r"^joined name=\S+ url=http://([\d.]+):(\d+)\n", sim.output(), re.M)
        host, port = wait_until("the camera has joined", lambda: urls()[times - 1:])[-1]
        sim.at = (host, int(port))

    @staticmethod
    def ask(sim, path, headers=None):
        connection = http.client.HTTPConnection(*sim.at, timeout=30)
        connection.request("GET", path, headers=headers or {})
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

    def __init__(self, at, path="/stream", more="", receive_bytes=None):
        self.socket = socket.socket()
        self.socket.settimeout(30)
        if receive_bytes:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.socket.connect(at)
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: camera\r\n{more}\r\n".encode())
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

    def part(self):
        """Headers and bytes of a picture as ours sends it."""
        assert self.file.readline() == b"--frame\r\n"
        headers = dict(line.decode().rstrip().split(": ", 1) for line in iter(self.file.readline, b"\r\n"))
        jpeg = self.file.read(int(headers["Content-Length"]))
        assert self.file.readline() == b"\r\n"
        return headers, jpeg

    def event(self):
        """Name, id and data of a server-sent event."""
        fields = {}
        for line in iter(self.file.readline, b"\n"):
            key, _, value = line.decode().rstrip("\n").partition(": ")
            fields[key] = value
        return (fields["event"], int(fields["id"]), json.loads(fields["data"])) if fields.get("event") else self.event()
