"""pi_tools.py - a camera service as a child process, and plain clients of it."""

import http.client
import os
import re
import select
import signal
import socket
import struct
import subprocess
import tempfile
import time

from warren import no_crash


class Camera:
    """One service on ports of its own, in a folder of its own. Use with `with`."""

    def __init__(self, command, *options, folder=None, env=None):
        self.own = tempfile.TemporaryDirectory() if folder is None else None
        self.folder = folder or self.own.name
        self.log = open(os.path.join(self.folder, "stderr"), "a+")
        ports = [] if "--trigger-port" in options else ["--trigger-port", "0", "--mjpeg-port", "0"]
        self.process = subprocess.Popen([*command, "--listen", "127.0.0.1", *ports, *options], cwd=self.folder,
                                        stdout=subprocess.PIPE, stderr=self.log, text=True, env={**os.environ, **(env or {})})
        line = self.read_line()
        found = re.fullmatch(r"listening trigger_port=(\d+) mjpeg_port=(\d+)\n", line)
        if not found:
            no_crash(self.close(), self.said())
            raise AssertionError(f"did not start: {line!r} {self.said()}")
        self.trigger_port, self.mjpeg_port = map(int, found.groups())

    def read_line(self):
        ready, _, _ = select.select([self.process.stdout], [], [], 20)
        return self.process.stdout.readline() if ready else ""

    def said(self):
        with open(self.log.name) as f:
            return f.read()

    def wait_said(self, text, seconds=15):
        return wait_for(lambda: text in self.said(), seconds)

    def alive(self):
        return self.process.poll() is None

    def stop(self):
        """SIGTERM; the exit status."""
        if self.alive():
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def close(self):
        try:
            return self.stop()
        finally:
            self.process.stdout.close()
            self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        status = self.close()
        said = self.said()
        if self.own:
            self.own.cleanup()
        no_crash(status, said)
        if status != 0 or "runtime error" in said:
            raise AssertionError(f"ended with {status}\n{said}")

    # --- triggers ---

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.trigger_port), timeout=20)

    def send(self, command, end=b"\n"):
        """One command, the whole reply as bytes."""
        with self.connect() as s:
            s.sendall((command if isinstance(command, bytes) else command.encode()) + end)
            return read_all(s)

    def ask(self, command):
        return self.send(command).decode()

    def frames(self, command):
        """A shortstream: its JPEGs and the text behind them."""
        return cut_shortstream(self.send(command))

    # --- pictures ---

    def get(self, path, method="GET", headers=None):
        c = http.client.HTTPConnection("127.0.0.1", self.mjpeg_port, timeout=20)
        c.request(method, path, headers=headers or {})
        r = c.getresponse()
        body = r.read()
        c.close()
        return r.status, {k.lower(): v for k, v in r.getheaders()}, body

    def wait_picture(self, seconds=20):
        """Until there is one to show."""
        return wait_for(lambda: self.get("/snapshot")[0] == 200, seconds)

    def view(self):
        return Viewer(self.mjpeg_port)

    def url(self, path):
        return f"http://127.0.0.1:{self.mjpeg_port}{path}"


class Viewer:
    """A viewer of /stream who goes by Content-Length, as the clients in use do."""

    def __init__(self, port, request=b"GET /stream HTTP/1.1\r\nHost: camera\r\n\r\n"):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.socket.sendall(request)
        self.bytes = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def fill(self):
        more = self.socket.recv(65536)
        if not more:
            raise EOFError
        self.bytes += more

    def until(self, mark):
        while mark not in self.bytes:
            self.fill()
        text, self.bytes = self.bytes.split(mark, 1)
        return text

    def head(self):
        """Status line and headers of the response."""
        return self.until(b"\r\n\r\n").decode().split("\r\n")

    def part(self):
        """The next picture: (bytes between it and the one before, header lines, JPEG)."""
        between = self.until(b"--frame\r\n")
        lines = self.until(b"\r\n\r\n").decode().split("\r\n")
        length = int(dict(line.split(": ") for line in lines)["Content-Length"])
        while len(self.bytes) < length:
            self.fill()
        jpeg, self.bytes = self.bytes[:length], self.bytes[length:]
        return between, lines, jpeg


def read_all(s):
    data = b""
    while True:
        more = s.recv(65536)
        if not more:
            return data
        data += more


def cut_shortstream(data):
    frames = []
    while True:
        (n,) = struct.unpack(">I", data[:4])
        data = data[4:]
        if n == 0:
            return frames, data.decode()
        frames.append(data[:n])
        data = data[n:]


def wait_for(what, seconds=15):
    """True as soon as what() is; False when it was not in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.05)
    return False


def is_jpeg(data):
    return data[:3] == b"\xff\xd8\xff" and data[-2:] == b"\xff\xd9"


def probe(path_or_url, *arguments):
    """What ffprobe says of the first video stream, as a dict."""
    run = subprocess.run(["ffprobe", "-v", "error", *arguments, "-select_streams", "v:0", "-show_entries",
                          "stream=codec_name,width,height,nb_read_frames", "-of", "default=nw=1", path_or_url],
                         capture_output=True, text=True, timeout=60)
    if run.returncode != 0:
        raise AssertionError(run.stderr)
    return dict(line.split("=") for line in run.stdout.split())
