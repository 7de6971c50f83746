"""radio.py - in a guest with a virtual radio (see radio): virtual cameras on controllers of their own, a gateway that has the others,
and what can happen to them."""

import contextlib
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "e2e"))

from warren import Case, SIM, wait_until  # noqa: E402

# An emulated machine, and maybe a busy one around it.
LIMIT_S = 150
# Whoever looks all the time takes the processor from what he waits for.
LOOK_S = 0.2
ADAPTERS = [f"hci{i}" for i in range(2 * int(os.environ.get("RADIO_PAIRS", 1)))]

# A grey picture of 64x48 by tables that have one code each: a JPEG as any other, whose size and sum are what its comments make them.
JPEG_BEGIN = b"\xff\xd8\xff\xdb\0\x43\0" + bytes([1] * 64) + b"\xff\xc0\0\x0b\x08\0\x30\0\x40\x01\x01\x11\0"
JPEG_END = (b"\xff\xc4\0\x14\0\x01" + bytes(16) + b"\xff\xc4\0\x14\x10\x01" + bytes(16) +
            b"\xff\xda\0\x08\x01\x01\0\0\x3f\0" + bytes(12) + b"\xff\xd9")
COMMENT_MAX = 60000


def make_picture(rng, size):
    """A JPEG of `size` bytes like no other."""
    left, comments = size - len(JPEG_BEGIN) - len(JPEG_END), b""
    while left > 0:
        n = left if left <= COMMENT_MAX else min(COMMENT_MAX, left - 4)
        comments += b"\xff\xfe" + (n - 2).to_bytes(2, "big") + rng.randbytes(n - 4)
        left -= n
    return JPEG_BEGIN + comments + JPEG_END


def busctl(*argv):
    """What it printed; empty when it failed, as while bluetoothd is away."""
    done = subprocess.run(["busctl", *argv], capture_output=True, text=True, timeout=60)
    return done.stdout.strip() if done.returncode == 0 else ""


def adapter_property(adapter, name):
    return busctl("get-property", "org.bluez", f"/org/bluez/{adapter}", "org.bluez.Adapter1", name)


def is_powered(adapter):
    return adapter_property(adapter, "Powered") == "b true"


def power(adapters, on):
    """Of these controllers, as rfkill or a person would."""
    for adapter in adapters:
        busctl("set-property", "org.bluez", f"/org/bluez/{adapter}", "org.bluez.Adapter1", "Powered", "b", "true" if on else "false")
    for adapter in adapters:
        wait_until(f"{adapter} has {'its' if on else 'no'} power", lambda: is_powered(adapter) == on, LIMIT_S)


def objects():
    """All of bluetoothd's, as busctl writes them; empty while it is away."""
    return busctl("call", "org.bluez", "/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects")


def forget_devices():
    """Whoever has the same controller in the next test may have another name, which is told only of devices that are new."""
    for path, adapter in set(re.findall(r'"(/org/bluez/(hci\d+)/dev(?:_[0-9A-F]{2}){6})"', objects())):
        busctl("call", "org.bluez", f"/org/bluez/{adapter}", "org.bluez.Adapter1", "RemoveDevice", "o", path)


def kill_bluetoothd():
    """It is begun anew a second later."""
    old = bluetoothd()
    with contextlib.suppress(ProcessLookupError):
        os.kill(old, signal.SIGKILL)
    wait_until("bluetoothd is begun anew", lambda: bluetoothd() not in (0, old), LIMIT_S)


def bluetoothd():
    """Its process; 0 between two."""
    text = pathlib.Path(os.environ["RADIO_PID"]).read_text()
    return int(text) if text.strip() else 0


class Camera:
    """One virtual camera, and what it takes: the pictures of a folder, one after the other, each once."""

    def __init__(self, id, adapter, pictures):
        self.id, self.adapter, self.pictures = id, adapter, pictures
        self.numbers = {picture: i for i, picture in enumerate(pictures)}
        self.kept = {}  # number by id of its capture
        self.address = adapter_property(adapter, "Address").split('"')[1]


class RadioCase(Case):
    """Of each pair of controllers the gateway has the first, and a camera the second."""

    def setUp(self):
        super().setUp()
        self.cameras = {}
        self.addCleanup(self.stop_gateways)
        # 5.66 may have ended with the test before (README.md).
        wait_until("the controllers have power", lambda: objects().count('"Powered" b true') == len(ADAPTERS), LIMIT_S)
        # Links outlive the programs that had them.
        if '"Connected" b true' in objects():
            power(ADAPTERS[::2], False)
            power(ADAPTERS[::2], True)
        forget_devices()

    def stop_gateways(self):
        """Before the cameras: see README.md."""
        for program in self.programs:
            if program.log.name.startswith("gateway"):
                program.stop()

    def start_ble_camera(self, dialect, sizes, *options):
        """Takes as many pictures as there are sizes."""
        rng = random.Random(dialect)
        camera = Camera(dialect, f"hci{2 * len(self.cameras) + 1}", [make_picture(rng, n) for n in sizes])
        folder = self.folder / f"pictures-{dialect}"
        folder.mkdir()
        for i, picture in enumerate(camera.pictures):
            (folder / f"{i:04}.jpg").write_bytes(picture)
        camera.program = self.start([SIM, "ble-batch-camera", "--dialect", dialect, "--bluez", camera.adapter, "--pulse", 1000,
                                     "--pictures", folder, "--count", len(sizes), *options], f"camera-{dialect}")
        self.cameras[dialect] = camera
        return camera

    def start_ble_gateway(self, settings=None):
        """`settings`: {dialect: YAML}."""
        adapters = ", ".join(f"hci{2 * i}" for i in range(len(self.cameras)))
        config = f"ble:\n  adapters: [{adapters}]\ndevices:\n"
        for camera in self.cameras.values():
            config += f"  {camera.id}:\n    driver: ble-batch-camera\n    options:\n      address: {camera.address}\n"
            if settings and camera.id in settings:
                config += f"    settings: {settings[camera.id]}\n"
        return self.start_gateway(config, plugins=("ble-batch-camera",))

    def captures(self, id):
        """Oldest first, as they were kept."""
        items, cursor = [], ""
        while True:
            page = self.get(f"/api/v1/captures?device={id}&limit=100{cursor}").json
            items += page["items"]
            if not page["next"]:
                return sorted(items, key=lambda c: c["id"])
            cursor = "&cursor=" + page["next"]

    def n_captures(self, id):
        return len(self.captures(id))

    def kept(self, camera):
        """Which of its pictures were kept, by their numbers in the order of keeping. What is listed must be one of them, byte by byte."""
        captures = self.captures(camera.id)
        for c in captures:
            if c["id"] not in camera.kept:
                body = self.get(f"/api/v1/captures/{c['id']}/image.jpg").body
                self.assertIn(body, camera.numbers, f"{camera.id}: capture {c['id']} of {len(body)} bytes is no picture that was taken")
                camera.kept[c["id"]] = camera.numbers[body]
        return [camera.kept[c["id"]] for c in captures]

    def wait(self, what, condition, limit=LIMIT_S):
        try:
            return wait_until(what, condition, limit, LOOK_S)
        except AssertionError:
            for device in self.get("/api/v1/devices").json["items"]:
                self.said(f"{device['id']} is {device['state']}: {device['why']}")
            raise

    def said(self, text):
        print(f"  {time.monotonic():8.1f} {text}", flush=True)
