#!/usr/bin/env python3
"""idle.py - what the gateway costs when nothing happens: start to ready, on the clock and on the processor, resident memory, private dirty memory.

All drivers of the build are loaded, no device is watched. Ready is what the service manager is told (READY=1), so the clock runs from the
start of the process to the moment from which requests are answered. One JSON line, and a table on standard error.

usage: idle.py BUILD [runs=9]
"""

import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time


def processor_ms(pid):
    """Of all its threads, so far: what a busy machine adds to the clock is not in it."""
    return sum(int(f.read_text().split()[0]) for f in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e6


def once(build, folder):
    plugins = folder / "plugins"
    plugins.mkdir()
    for name in ("demo", "pi-trigger-camera", "ble-batch-camera", "playground-hub", "wifi-debug-camera"):
        if (build / f"plugins/{name}.so").exists():
            shutil.copy(build / f"plugins/{name}.so", plugins)
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.bind(str(folder / "notify"))
    notify.settimeout(20)
    config = folder / "warren.yaml"
    config.write_text(f"http:\n  listen: 127.0.0.1:0\nstore:\n  path: {folder}/data\nplugins:\n  folder: {plugins}\nlog:\n  level: warning\n")
    begin = time.monotonic()
    child = subprocess.Popen([build / "gateway/src/warren", "--config", config], env={**os.environ, "NOTIFY_SOCKET": str(folder / "notify")})
    while b"READY=1" not in notify.recv(4096):
        pass
    ready_ms = (time.monotonic() - begin) * 1000
    cpu_ms = processor_ms(child.pid)
    time.sleep(2)
    rollup = pathlib.Path(f"/proc/{child.pid}/smaps_rollup").read_text()
    value = lambda key: next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith(key + ":"))
    child.send_signal(signal.SIGTERM)
    child.wait()
    notify.close()
    return ready_ms, cpu_ms, value("Rss") / 1024, value("Private_Dirty") / 1024


def main():
    build, runs = pathlib.Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 9
    samples = []
    for _ in range(runs):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="warren-idle-"))
        folder.chmod(0o755)
        try:
            samples.append(once(build, folder))
        finally:
            shutil.rmtree(folder)
    ready, cpu, rss, dirty = (statistics.median(s) for s in zip(*samples))
    print(json.dumps({"bench": "idle", "runs": runs, "ready_ms": round(ready, 1), "ready_cpu_ms": round(cpu, 1), "rss_mb": round(rss, 1), "private_dirty_mb": round(dirty, 1)}))
    print(f"| start to ready | {ready:.0f} ms | aim ≤ 60 |\n| of that on the processor | {cpu:.0f} ms | |\n| RSS | {rss:.1f} MB | aim ≤ 18 |\n"
          f"| private dirty | {dirty:.1f} MB | aim ≤ 5 |", file=sys.stderr)


main()
