#!/usr/bin/env python3
"""demo.py - what `make run` starts: a gateway, a virtual Raspberry Pi camera, and by Bluetooth a virtual camera, a virtual
playground and a virtual debug camera, until a signal ends them. That nothing is left behind, however it ends, is the work of children.py.
"""

import argparse
import fcntl
import getpass
import http.client
import json
import os
import re
import shutil
import socket
import sys
import time

sys.dont_write_bytecode = True
from children import ROOT, Ended, Failed, Part, Wishes, say

LOOK_EVERY_S = 0.5
# bluetoothd is asked right after the start; it answers at once where it can.
BLUETOOTH_WITHIN_S = 3.0
DRIVERS = ["pi-trigger-camera", "ble-batch-camera", "playground-hub", "wifi-debug-camera"]
# A picture of some 40 KB every 10 s, over a link that carries 17 KB/s: slow enough to see it come.
BATCH_CAMERA = ["--interval", "10", "--size", "800x600", "--quality", "55", "--faults", "interval_us=30000,packets=1"]
# The same modules at the same places each time.
PLAYGROUND = ["--modules", "12", "--seed", "7"]
# Somebody has told it its network before.
DEBUG_CAMERA = ["--online", "--join", "2"]
# The devices by Bluetooth begin here in config/demo.yaml.
BLUETOOTH_KEY = "\n  garden:\n"


# --- ports ----------------------------------------------------------------------------------------------------------


# Sockets, held as long as we live.
claimed = []


def is_free(port):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
            s.listen()
        except OSError:
            return False
    return True


def claim(port):
    """No other demo of this machine takes it before our program listens there: a name of no file, as long as we live."""
    name = socket.socket(socket.AF_UNIX)
    try:
        name.bind(f"\0warren-demo-port-{port}")
    except OSError:
        name.close()
        return False
    claimed.append(name)
    return True


def free_port(preferred):
    """The preferred one, else one that the kernel picks; ours from now on."""
    port = preferred
    while not (is_free(port) and claim(port)):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
    return port


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


# --- the demo -------------------------------------------------------------------------------------------------------


def hold(data):
    """One demo per folder of data. Returns the lock, to be kept."""
    os.makedirs(data, exist_ok=True)
    lock = open(os.path.join(data, "demo.lock"), "a+", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        port = lock.read().strip() or "another port"
        raise Failed(f"Warren runs already, at http://127.0.0.1:{port}/ with its data in {data}.\n"
                     f"To run another one beside it: PORT=8081 DATA=build/demo2 make run") from None
    return lock


def write_config(path, values, has_bluetooth):
    """config/demo.yaml with the values of this run, and its devices by Bluetooth only where there are some."""
    with open(os.path.join(ROOT, "config/demo.yaml"), encoding="utf-8") as example:
        text, key_line, rest = example.read().partition(BLUETOOTH_KEY)
    for key, line in values.items():
        text, n = re.subn(rf"^( +){key}: .*$", lambda m: m[1] + line, text, flags=re.M)
        if n != 1 or not key_line:
            raise Failed(f"config/demo.yaml: expected one {key}, and{BLUETOOTH_KEY.rstrip()} after it")
    text = text[text.index("\nhttp:"):]
    with open(path, "w", encoding="utf-8") as out:
        out.write("# Made by each `make run` from config/demo.yaml, with its PORT, DATA and BLUETOOTH. What is changed here counts until the next one.\n"
                  + text + (key_line + rest if has_bluetooth else ""))


def config_values(options, bus, trigger_port, mjpeg_port):
    """The lines of config/demo.yaml that this run has otherwise, by their keys. JSON's texts are YAML's."""
    line = lambda key, value: f"{key}: {json.dumps(value, ensure_ascii=False)}"
    return {
        "listen": line("listen", f"127.0.0.1:{options.port}"),
        "path": line("path", options.data),
        "folder": line("folder", os.path.join(options.data, "plugins")),
        "bus": line("bus", bus) if bus else line("enabled", False),
        "trigger_port": line("trigger_port", trigger_port),
        "mjpeg_port": line("mjpeg_port", mjpeg_port),
    }


def fill_drivers(build, folder):
    """Copies what was built, so that drivers can be added and removed while it runs."""
    os.makedirs(folder, exist_ok=True)
    for driver in DRIVERS:
        path = os.path.join(folder, driver + ".so")
        shutil.copyfile(os.path.join(build, "plugins", driver + ".so"), path)
        os.chmod(path, 0o644)
    os.chmod(folder, 0o755)


def camera_command(options, trigger_port, mjpeg_port):
    folder = os.path.join(options.data, "camera")
    os.makedirs(folder, exist_ok=True)
    command = [options.build + "/firmware/sim/warren-sim", "pi-trigger-camera", "--dir", folder,
               "--trigger-port", str(trigger_port), "--mjpeg-port", str(mjpeg_port)]
    return command + (["--source", options.source] if options.source else [])


def start_bluetooth(options, parts, wishes):
    """Two cameras and a playground on a pretended BlueZ, on a D-Bus of its own. The bus's address; None, and a sentence, where that cannot be."""
    socket_path = os.path.join(options.data, "bluetooth")
    # A socket's path has 107 bytes at most, and checkouts are deep: from ROOT, where all parts run, it is short.
    command = [options.build + "/firmware/sim/warren-sim", "ble-batch-camera", *BATCH_CAMERA,
               "--new-bus", min(os.path.relpath(socket_path, ROOT), os.path.abspath(socket_path), key=len),
               "+", "playground-hub", *PLAYGROUND, "--picture", os.path.join(options.data, "playground.svg"),
               "+", "wifi-debug-camera", *DEBUG_CAMERA]
    devices = Part("Bluetooth devices", command, options.data, {"TMPDIR": options.data})
    parts.append(devices)
    try:
        return devices.wait_until(lambda: re.search(r"^listening bus=(\S+)", devices.said(), re.M), wishes)[1]
    except Failed:
        parts.remove(devices)
        devices.end()
        lines = devices.said().strip().splitlines() or ["it does not say why"]
        say("", f"There are no Bluetooth devices this time: {lines[-1]}", f"Their log is {devices.log}. All else is there.")
        return None


def get(port, path):
    """What the gateway answers, if that is 200; else None."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return json.load(answer) if answer.status == 200 else None
    except (http.client.HTTPException, OSError):
        return None
    finally:
        connection.close()


def no_bluetooth(port, wishes):
    """Why this machine's Bluetooth cannot be used, after a moment to find out; None: it can."""
    give_up = time.monotonic() + BLUETOOTH_WITHIN_S
    while True:
        bluetooth = (get(port, "/api/v1/info") or {}).get("bluetooth") or {"ready": False, "why": "the gateway does not answer"}
        if bluetooth["ready"] or time.monotonic() > give_up:
            return bluetooth["why"]
        wishes.wait(0.1)


def start(options, parts, wishes):
    """The bus on which Bluetooth is, or None."""
    trigger_port, mjpeg_port = free_port(9999), free_port(9998)
    config = os.path.join(options.data, "warren.yaml")

    camera = Part("camera", camera_command(options, trigger_port, mjpeg_port), options.data)
    parts.append(camera)
    camera.wait_until(lambda: accepts(mjpeg_port), wishes)
    is_virtual = options.bluetooth == "virtual"
    bus = start_bluetooth(options, parts, wishes) if is_virtual else "system"
    write_config(config, config_values(options, bus, trigger_port, mjpeg_port), is_virtual and bus)
    fill_drivers(options.build, os.path.join(options.data, "plugins"))
    gateway = Part("gateway", [options.build + "/gateway/src/warren", "--config", config], options.data)
    parts.append(gateway)
    gateway.wait_until(lambda: get(options.port, "/readyz"), wishes)
    return bus


def way_from_elsewhere(port):
    """Lines for who sits at another machine, as one does who has logged in from there, or has no screen here."""
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return []
    here = (os.environ.get("SSH_CONNECTION", "").split() + [""] * 4)[2] or socket.gethostname()
    return ["    From another machine, run this there first, and leave it running:",
            f"        ssh -L {port}:127.0.0.1:{port} {getpass.getuser()}@{here}"]


def what_it_shows(options, bus, wishes):
    shows = f"    The camera Porch shows {options.source or 'a drawn scene'}"
    if not bus:
        return [shows + "."]
    if options.bluetooth == "virtual":
        return [shows + ". By Bluetooth, Garden hands over a picture every 10 s,",
                "    and Playground is a hub with twelve modules around it, some near, some far: Play lights those in reach,",
                f"    which {os.path.join(options.data, 'playground.svg')} draws; a browser shows it, and keeps up.",
                "    Saber sees people walk by, and tells what of its picture moves: over it are arrows."]
    why = no_bluetooth(options.port, wishes)
    if why:
        return [shows + ".", f"    Bluetooth cannot be used: {why}."]
    return [shows + ". Bluetooth devices are looked for; adopt them under “Seen nearby”."]


def run(options, parts, wishes):
    if not (options.port.isdecimal() and 0 < int(options.port) < 65536):
        raise Failed(f"PORT={options.port}: expected a number from 1 to 65535")
    options.port = int(options.port)
    if options.bluetooth not in ("virtual", "system"):
        raise Failed(f"BLUETOOTH={options.bluetooth}: expected virtual or system")
    if options.source and not os.path.exists(options.source):
        raise Failed(f"SOURCE={options.source}: there is no such file or folder")
    lock = hold(options.data)
    if not (is_free(options.port) and claim(options.port)):
        raise Failed(f"Port {options.port} of this machine is in use by another program.\n"
                     f"To take another port: PORT={options.port + 1} make run")
    lock.truncate(0)
    print(options.port, file=lock, flush=True)
    bus = start(options, parts, wishes)
    say("", f"    Warren is ready: open http://127.0.0.1:{options.port}/", *way_from_elsewhere(options.port), "",
        *what_it_shows(options, bus, wishes),
        f"    State and logs are in {options.data}.",
        f"    On the command line: {os.path.relpath(options.build)}/gateway/src/ctl/warrenctl --url http://127.0.0.1:{options.port} devices",
        f"    See a driver come: cp {os.path.relpath(options.build)}/plugins/demo.so {options.data}/plugins/",
        "    Ctrl-C ends it.", "")
    while True:
        for part in parts:
            part.must_run()
        wishes.wait(LOOK_EVERY_S)


def main():
    parser = argparse.ArgumentParser(description="A gateway with virtual cameras; see `make help`.")
    parser.add_argument("--build", default="build")
    parser.add_argument("--port", default="8080")
    parser.add_argument("--data", default="build/demo")
    parser.add_argument("--source", default="")
    parser.add_argument("--bluetooth", default="virtual")
    options = parser.parse_args()
    options.build = os.path.join(ROOT, options.build)
    parts = []

    try:
        run(options, parts, Wishes())
    except Ended:
        status = 0
    except Failed as e:
        say("", str(e), "")
        status = 1
    for part in reversed(parts):
        part.end()
    if parts and status == 0:
        say("Warren has ended.")
    return status


if __name__ == "__main__":
    sys.exit(main())
