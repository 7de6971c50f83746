#!/usr/bin/env python3
"""lag.py - how long one turn of the loop keeps everybody else waiting, from the gateway's own histogram.

As a program: the lag while things go wrong around a camera that works. One camera accepts and says nothing, one is refused, one
breaks off in mid-picture again and again, one sends rubbish, one has a name that a dead nameserver is asked for (where the machine
lets us give the gateway a /etc/resolv.conf of its own). One JSON line, and a table on standard error.

usage: lag.py BUILD [seconds=10]
"""

import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

HOST = "127.0.0.1"


def scrape(port):
    """{upper bound in seconds: turns that took at most that long}, of all since the start."""
    with urllib.request.urlopen(f"http://{HOST}:{port}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    rows = re.findall(r'^warren_loop_lag_seconds_bucket\{le="([^"]+)"\} (\d+)$', text, re.M)
    return {float(bound): int(n) for bound, n in rows}


def quantile_ms(before, after, q):
    """The bucket in which the q-th of the turns between lies; its upper bound in ms."""
    turns = {bound: after[bound] - before.get(bound, 0) for bound in after}
    total = turns[float("inf")]
    return next(bound for bound in sorted(turns) if turns[bound] >= q * total) * 1e3


def listen(handler):
    server = socket.create_server((HOST, 0), backlog=64)

    def serve():
        while True:
            try:
                peer, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=handler, args=(peer,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    return server


def says_nothing(peer):
    time.sleep(3600)
    peer.close()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"


def breaks_off(peer):
    peer.recv(4096)
    peer.sendall(HEAD + b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 30000\r\n\r\n\xff\xd8" + bytes(9000))
    peer.close()


def sends_rubbish(peer):
    peer.recv(4096)
    try:
        peer.sendall(HEAD)
        while True:
            peer.sendall(os.urandom(65536))
    except OSError:
        peer.close()


def with_dead_nameserver(command, folder):
    """The command, in a mount namespace whose nameserver is an address that nobody has (RFC 5737); None: not allowed here."""
    (folder / "resolv.conf").write_text("nameserver 192.0.2.1\n")
    shell = f"mount --bind {folder}/resolv.conf /etc/resolv.conf && exec \"$@\""
    for unshare in (["unshare", "-m"], ["unshare", "-rm"]):
        prefix = [*unshare, "sh", "-c", shell, "sh"]
        if subprocess.run([*prefix, "true"], stderr=subprocess.DEVNULL).returncode == 0:
            return [*prefix, *command]
    return None


def main():
    build, seconds = pathlib.Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 10
    folder = pathlib.Path(tempfile.mkdtemp(prefix="warren-lag-"))
    folder.chmod(0o755)
    (folder / "plugins").mkdir()
    shutil.copy(build / "plugins/pi-trigger-camera.so", folder / "plugins")
    servers = {name: listen(f) for name, f in (("silent", says_nothing), ("broken", breaks_off), ("rubbish", sends_rubbish))}
    spare = [socket.create_server((HOST, 0)) for _ in range(3)]
    port, feed_port, refused = (s.getsockname()[1] for s in spare)
    for s in spare:
        s.close()
    cameras = {name: (HOST, s.getsockname()[1]) for name, s in servers.items()}
    cameras.update(feed=(HOST, feed_port), refused=(HOST, refused), nameless=("camera.example.com", 80))
    devices = "".join(f"  {name}: {{driver: pi-trigger-camera, options: {{host: {host}, mjpeg_port: {p}, trigger_port: {p}, hold: true}}}}\n"
                      for name, (host, p) in cameras.items())
    config = folder / "warren.yaml"
    config.write_text(f"http: {{listen: '{HOST}:{port}'}}\nstore: {{path: {folder}/data}}\nplugins: {{folder: {folder}/plugins}}\n"
                      f"log: {{level: error}}\ndevices:\n{devices}")
    command = [str(build / "gateway/src/warren"), "-c", str(config)]
    dead = with_dead_nameserver(command, folder)
    feed = subprocess.Popen([build / "tests/bench/fanfeed", "--camera", str(feed_port), "30", "30000"])
    gateway = subprocess.Popen(dead or command)
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                before = scrape(port)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        time.sleep(seconds)
        after = scrape(port)
    finally:
        gateway.terminate()
        gateway.wait()
        feed.terminate()
        feed.wait()
        shutil.rmtree(folder)
    figures = {"p50_ms": quantile_ms(before, after, .5), "p99_ms": quantile_ms(before, after, .99), "p999_ms": quantile_ms(before, after, .999),
               "turns": after[float("inf")] - before[float("inf")], "dead_nameserver": bool(dead)}
    print(json.dumps({"bench": "lag", **figures}))
    what = "silent, refused, broken off, rubbish" + (", dead nameserver" if dead else "; no nameserver of its own allowed here")
    print(f"| {what} | {figures['turns']} | ≤ {figures['p50_ms']:g} ms | ≤ {figures['p99_ms']:g} ms | ≤ {figures['p999_ms']:g} ms |", file=sys.stderr)


if __name__ == "__main__":
    main()
