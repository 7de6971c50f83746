"""warren.py - the programs as a test sees them: start and stop, ask over HTTP, watch over WebSocket. Python's standard library only.

Everything a test starts gets ports of its own and a folder of its own, and is ended with the test, also when it fails.
"""

import base64
import collections
import contextlib
import http.client
import json
import os
import pathlib
import random
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

BUILD = pathlib.Path(os.environ["WARREN_BUILD"])
WARREN = BUILD / "gateway/src/warren"
WARRENCTL = BUILD / "gateway/src/ctl/warrenctl"
SIM = BUILD / "firmware/sim/warren-sim"
PLUGINS = BUILD / "plugins"
PI = ("pi-trigger-camera",)
SANITIZED = bool(os.environ.get("WARREN_SANITIZED"))
# Machines that run many tests at once are slow; a limit is there to end a test, not to time it.
PATIENCE_S = 30
# Exit statuses of who did not end by its own will nor by ours.
CRASHES = [-n for n in (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL)]


def no_crash(status, said):
    """Of a program that has ended: tests/run.py knows a crash by these words."""
    if status in CRASHES:
        raise AssertionError(f"crashed: {signal.Signals(-status).name}\n{said[-4000:]}")


# Below those that the kernel gives to who connects.
PORTS = range(20000, 32768)
_ports = []


def free_port():
    """One that no other test of this machine has, as long as this process lives: they lock theirs by a name of no file."""
    while True:
        port = random.choice(PORTS)
        name = socket.socket(socket.AF_UNIX)
        with contextlib.suppress(OSError), contextlib.closing(socket.socket()) as s:
            name.bind(f"\0warren-test-port-{port}")
            s.bind(("127.0.0.1", port))
            _ports.append(name)
            return port
        name.close()


def wait_until(what, condition, limit=PATIENCE_S, pause=0.02):
    """The first true value of condition(), looked for every `pause` seconds."""
    end = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {limit} s: {what}")
        time.sleep(pause)


class Program:
    """A child with its output in a file."""

    def __init__(self, argv, log, env=None):
        self.log = pathlib.Path(log)
        self.file = open(self.log, "wb")
        self.child = subprocess.Popen([str(a) for a in argv], stdout=self.file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                      env={**os.environ, **(env or {})})

    def output(self):
        return self.log.read_text(errors="replace")

    def stop(self, number=signal.SIGTERM):
        """Its exit status."""
        if self.child.poll() is None:
            self.child.send_signal(number)
        try:
            status = self.child.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            raise AssertionError("it did not end:\n" + self.output()[-2000:])
        finally:
            self.file.close()
        return status

    def end(self):
        """With the test: what is sanitized is asked to, and tells when it leaves by itself what it leaked. One that crashed fails the test, whatever that saw."""
        no_crash(self.child.poll(), self.output())
        if SANITIZED and self.child.poll() is None:
            status = self.stop()
            no_crash(status, self.output())
            if status not in (0, -signal.SIGTERM):
                raise AssertionError(f"it ended with {status}:\n{self.output()[-4000:]}")
        self.kill()

    def kill(self):
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        self.file.close()


class WebSocket:
    """RFC 6455, as much as a test needs."""

    def __init__(self, port, path="/api/v1/ws", headers=None, host=None):
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", f"Host: {host or f'127.0.0.1:{port}'}", "Upgrade: websocket", "Connection: Upgrade",
                 f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13"]
        lines += [f"{k}: {v}" for k, v in (headers or {}).items()]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            piece = self.socket.recv(4096)
            if not piece:
                break
            self.buffer += piece
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        self.status = int(head.split()[1])
        self.closed = None
        self.events = []
        self.pictures = collections.deque(maxlen=8)
        self.next_id = 1

    def _read(self, n):
        while len(self.buffer) < n:
            piece = self.socket.recv(1 << 16)
            if not piece:
                raise ConnectionError("closed")
            self.buffer += piece
        out, self.buffer = self.buffer[:n], self.buffer[n:]
        return out

    def message(self):
        """The next message: bytes or a parsed object; None when it was closed (the code is in .closed)."""
        whole, kind = b"", None
        while True:
            first, second = self._read(2)
            n = second & 127
            if n == 126:
                n = struct.unpack(">H", self._read(2))[0]
            elif n == 127:
                n = struct.unpack(">Q", self._read(8))[0]
            data = self._read(n)
            op = first & 15
            if op == 8:
                self.closed = struct.unpack(">H", data[:2])[0] if len(data) >= 2 else 1005
                return None
            if op == 9:
                self._send(10, data)
                continue
            if op == 10:
                continue
            kind = kind or op
            whole += data
            if first & 128:
                return whole if kind == 2 else json.loads(whole)

    def _send(self, op, data):
        mask = os.urandom(4)
        n = len(data)
        head = bytes([128 | op]) + (bytes([128 | n]) if n < 126 else bytes([254]) + struct.pack(">H", n) if n < 65536 else bytes([255]) + struct.pack(">Q", n))
        self.socket.sendall(head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data)))

    def send(self, message):
        self._send(1, message.encode() if isinstance(message, str) else json.dumps(message).encode())

    def ask(self, **message):
        """Sends with an id and returns what answers it; events and pictures meanwhile are kept in .events and dropped."""
        message["id"] = self.next_id
        self.next_id += 1
        self.send(message)
        while True:
            m = self.message()
            if m is None:
                raise ConnectionError(f"closed with {self.closed}")
            if isinstance(m, dict) and m.get("id") == message["id"]:
                return m
            if isinstance(m, dict) and m.get("type") == "event":
                self.events.append(m["event"])

    def event(self, type, device=None, limit=PATIENCE_S):
        """The next event of that type, of those kept or to come."""
        end = time.monotonic() + limit
        while True:
            for i, e in enumerate(self.events):
                if e["type"] == type and device in (None, e["device"]):
                    del self.events[:i + 1]
                    return e
            self.events.clear()
            if time.monotonic() > end or not (self.buffer or select.select([self.socket], [], [], end - time.monotonic())[0]):
                raise AssertionError(f"no {type} came")
            m = self.message()
            if m is None:
                raise ConnectionError(f"closed with {self.closed}")
            if isinstance(m, dict) and m.get("type") == "event":
                self.events.append(m["event"])

    def _binary(self):
        """The next binary message: (kind, header as a dict, what follows)."""
        while True:
            m = self.message()
            if m is None:
                raise ConnectionError(f"closed with {self.closed}")
            if isinstance(m, bytes):
                version, kind, channel, seq, captured, received, n, flags = struct.unpack("<BBHIqqII", m[:32])
                assert version == 1 and n == len(m) - 32, m[:32]
                return kind, dict(channel=channel, seq=seq, captured_us=captured, received_us=received, flags=flags), m[32:]
            if m.get("type") == "event":
                self.events.append(m["event"])

    def frame(self):
        """The next picture: (header as a dict, JPEG)."""
        while True:
            kind, header, body = self._binary()
            if kind == 1:
                self.pictures.append(header["seq"])
                return header, body

    def overlay(self):
        """The next overlay: (header as a dict, body). The numbers of those before it that it may be of are in .pictures."""
        while True:
            kind, header, body = self._binary()
            if kind == 2:
                return header, body
            self.pictures.append(header["seq"])

    def close(self):
        self.socket.close()


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {k.lower(): v for k, v in response.getheaders()}
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)


class Case(unittest.TestCase):
    """A test with a folder, and with programs that end with it."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="warren-e2e-"))
        self.folder.chmod(0o755)
        self.programs = []
        self.port = None
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.addCleanup(lambda: [p.kill() for p in self.programs])
        # The last first: who speaks to others ends before them.
        self.addCleanup(lambda: [p.end() for p in reversed(self.programs)])

    def run(self, result=None):
        self.result, self.n_before = result, len(result.failures) + len(result.errors)
        super().run(result)

    def doCleanups(self):
        """Before the folder is removed: what the programs of a failed test said."""
        if len(self.result.failures) + len(self.result.errors) > self.n_before:
            for p in self.programs:
                if p.log.exists():
                    print(f"--- {p.log.name}\n{p.output()[-4000:]}", flush=True)
        return super().doCleanups()

    def start(self, argv, name, env=None):
        p = Program(argv, self.folder / f"{name}.log", env)
        self.programs.append(p)
        return p

    def start_camera(self, *options, trigger_port=None, mjpeg_port=None):
        """A virtual Raspberry Pi camera; its ports are in .trigger_port and .mjpeg_port."""
        folder = self.folder / "camera"
        folder.mkdir(exist_ok=True)
        trigger_port, mjpeg_port = trigger_port or free_port(), mjpeg_port or free_port()
        p = self.start([SIM, "pi-trigger-camera", "--trigger-port", trigger_port, "--mjpeg-port", mjpeg_port, "--dir", folder, *options],
                       f"camera-{trigger_port}-{len(self.programs)}")
        p.trigger_port, p.mjpeg_port = trigger_port, mjpeg_port
        wait_until("the camera listens", lambda: self.listens(trigger_port) and self.listens(mjpeg_port))
        return p

    @staticmethod
    def listens(port):
        with contextlib.closing(socket.socket()) as s:
            return s.connect_ex(("127.0.0.1", port)) == 0

    def add_plugins(self, *names):
        folder = self.folder / "plugins"
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        for name in names:
            shutil.copy(PLUGINS / f"{name}.so", folder)
        return folder

    def start_gateway(self, config="", env=None, plugins=(), wait=True):
        """`config`: YAML beside http, store and plugins, which are set here."""
        self.port = self.port or free_port()
        self.add_plugins(*plugins)
        self.config = self.folder / "warren.yaml"
        self.config_head = (f"http:\n  listen: 127.0.0.1:{self.port}\nstore:\n  path: {self.folder}/data\n"
                            f"plugins:\n  folder: {self.folder}/plugins\n")
        self.config.write_text(self.config_head + config)
        g = self.start([WARREN, "--config", self.config], f"gateway-{len(self.programs)}", env)
        if wait:
            wait_until("the gateway is ready", lambda: g.child.poll() is not None or self.listens(self.port))
            self.assertIsNone(g.child.poll(), g.output())
        return g

    def run_to_end(self, *argv, **more):
        """A program that ends by itself: its status, and what it said."""
        done = subprocess.run(argv, capture_output=True, text=True, **more)
        no_crash(done.returncode, done.stdout + done.stderr)
        return done

    def ctl(self, *words, status=0):
        """What `warrenctl` printed; on standard error where it failed."""
        done = self.run_to_end(WARRENCTL, "--url", f"http://127.0.0.1:{self.port}", *words)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stderr if status else done.stdout

    def configure(self, config):
        self.config.write_text(self.config_head + config)

    def request(self, method, path, body=None, headers=None, host=None, port=None):
        c = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=PATIENCE_S)
        headers = dict(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        if host:
            headers["Host"] = host
        try:
            c.request(method, path, body, headers)
            return Answer(c.getresponse())
        finally:
            c.close()

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def device(self, id):
        a = self.get(f"/api/v1/devices/{id}")
        return a.json if a.status == 200 else None

    def wait_state(self, id, state):
        return wait_until(f"{id} is {state}", lambda: (d := self.device(id)) and d["state"] == state and d)

    def watch(self, **subscription):
        """A WebSocket with the greeting read and, where asked for, a subscription made."""
        w = WebSocket(self.port)
        self.addCleanup(w.close)
        self.assertEqual(w.status, 101)
        self.assertEqual(w.message()["type"], "hello")
        if subscription:
            w.channels = w.ask(type="subscribe", **subscription)["result"]["channels"]
        return w


def camera_config(camera, more=""):
    return (f"devices:\n  porch:\n    driver: pi-trigger-camera\n    name: Porch\n    options:\n      host: 127.0.0.1\n"
            f"      trigger_port: {camera.trigger_port}\n      mjpeg_port: {camera.mjpeg_port}\n{more}")


class Part(unittest.TestLoader):
    """Every `of`th test of a file, from the `nth` on: several programs share it, and run beside each other."""

    def __init__(self, nth, of):
        super().__init__()
        self.nth, self.of = nth, of

    def loadTestsFromModule(self, module, *, pattern=None):
        cases = super().loadTestsFromModule(module, pattern=pattern)
        return self.suiteClass([test for case in cases for test in case][self.nth - 1::self.of])


def main():
    """`--part=1/3` as the only argument, or what Python's unittest takes."""
    part = re.fullmatch(r"--part=(\d+)/(\d+)", sys.argv[-1])
    loader = Part(int(part[1]), int(part[2])) if part else unittest.defaultTestLoader
    unittest.main(argv=sys.argv[:1] if part else None, testLoader=loader, verbosity=2)
