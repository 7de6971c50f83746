#!/usr/bin/env python3
"""bluetooth.py - the gateway while seven Bluetooth cameras send at full rate: lag of the loop, processor time, notifications lost.

The cameras are virtual ones behind a pretended BlueZ, each on a link that carries what LE at 2 Mbit/s can at its best (three notifications
of 512 bytes each 7.5 ms), with pictures large enough that the next one is there before the last is whole: no radio has room for seven of
these. All goes its whole way to the disk. Lost is what the pretended bluetoothd could not put into the gateway's sockets, and what it has
put there and the gateway does not count. One JSON line, and a table on standard error.

usage: bluetooth.py BUILD [seconds=10]
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

from lag import quantile_ms, scrape

CAMERAS = 7
PICTURE_BYTES = 300_000
LINK = "interval_us=7500,packets=3,queue=64"
HOST = "127.0.0.1"
READY_WITHIN_S = 60
FRAMES = pathlib.Path(__file__).resolve().parents[1] / "browser/frames/day.mjpeg"


def write_picture(folder):
    """A JPEG that is made large by comments (segments of at most 65533 bytes of text)."""
    folder.mkdir()
    jpeg = b"\xff\xd8\xff" + FRAMES.read_bytes().split(b"\xff\xd8\xff")[1]
    missing = PICTURE_BYTES - len(jpeg)
    comments = b""
    while missing > len(comments):
        text = os.urandom(min(65533, missing - len(comments))).replace(b"\xff", b"\x00")
        comments += b"\xff\xfe" + (len(text) + 2).to_bytes(2, "big") + text
    (folder / "0.jpg").write_bytes(jpeg[:2] + comments + jpeg[2:])


def counter(port, name):
    with urllib.request.urlopen(f"http://{HOST}:{port}/metrics", timeout=5) as answer:
        return int(re.search(rf"^{name} (\d+)$", answer.read().decode(), re.M)[1])


def cpu_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_for(what, condition):
    deadline = time.monotonic() + READY_WITHIN_S
    while True:
        try:
            value = condition()
        except (OSError, TypeError):
            value = None
        if value:
            return value
        if time.monotonic() > deadline:
            raise SystemExit(f"bluetooth.py: not within {READY_WITHIN_S} s: {what}")
        time.sleep(0.05)


def start_gateway(build, folder):
    plugins = folder / "plugins"
    plugins.mkdir()
    shutil.copy(build / "plugins/ble-batch-camera.so", plugins)
    config = folder / "warren.yaml"
    config.write_text(f"http: {{listen: '{HOST}:0'}}\nstore: {{path: {folder}/data}}\nplugins: {{folder: {plugins}}}\nlog: {{format: json}}\n"
                      f"ble: {{bus: 'unix:path={folder}/bus', adopt: true}}\n")
    log = open(folder / "log", "w")
    gateway = subprocess.Popen([build / "gateway/src/warren", "--config", config], stdout=log, stderr=log)
    return gateway, int(wait_for("the gateway listens", lambda: re.search(r'"port":"?(\d+)', (folder / "log").read_text())[1]))


def measure(gateway, port, seconds):
    at = lambda: (time.monotonic(), cpu_s(gateway.pid), counter(port, "warren_bluetooth_notifications_total"),
                  counter(port, "warren_bluetooth_notified_bytes_total"), scrape(port))
    begin = at()
    time.sleep(seconds)
    end = at()
    took, cpu, notifications, n_bytes = (b - a for a, b in zip(begin[:4], end[:4]))
    lag = {f"p{q * 100:g}_ms": quantile_ms(begin[4], end[4], q) for q in (.5, .99, .999)}
    return {"notifications_per_s": notifications / took, "bytes_per_s": n_bytes / took, "cpu_percent": 100 * cpu / took,
            "us_per_notification": 1e6 * cpu / max(notifications, 1), **lag}


def main():
    build, seconds = pathlib.Path(sys.argv[1]).resolve(), float(sys.argv[2]) if len(sys.argv) > 2 else 10
    folder = pathlib.Path(tempfile.mkdtemp(prefix="warren-bluetooth-"))
    folder.chmod(0o755)
    write_picture(folder / "pictures")
    sim = subprocess.Popen([build / "firmware/sim/warren-sim", "ble-batch-camera", "--new-bus", folder / "bus", "--cameras", str(CAMERAS),
                            "--interval", "1", "--pictures", folder / "pictures", "--memory", "16MB", "--faults", LINK],
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    gateway = None
    try:
        sim.stdout.readline()
        gateway, port = start_gateway(build, folder)
        wait_for("all cameras are online", lambda: counter(port, "warren_bluetooth_links") == CAMERAS)
        time.sleep(2)
        figures = measure(gateway, port, seconds)
        sim.terminate()
        sent, dropped = map(int, re.search(r"notifications=(\d+) dropped=(\d+)", sim.communicate()[0]).groups())
        wait_for("the links are gone", lambda: counter(port, "warren_bluetooth_links") == 0)
        figures["lost"] = dropped + sent - counter(port, "warren_bluetooth_notifications_total")
    finally:
        for program in filter(None, (sim, gateway)):
            program.terminate()
            program.wait()
        shutil.rmtree(folder)
    print(json.dumps({"bench": "bluetooth", "cameras": CAMERAS, **{k: round(v, 2) for k, v in figures.items()}}))
    print(f"| {CAMERAS} | {figures['notifications_per_s']:.0f} | {figures['bytes_per_s'] / 1e6:.2f} | {figures['lost']} | {figures['cpu_percent']:.0f} % "
          f"| {figures['us_per_notification']:.0f} | ≤ {figures['p50_ms']:g} | ≤ {figures['p99_ms']:g} | ≤ {figures['p99.9_ms']:g} |", file=sys.stderr)


if __name__ == "__main__":
    main()
