#!/usr/bin/env python3
"""demo.py - what `make run` starts: a gateway and a virtual Raspberry Pi camera, until a signal ends them.

Everything that runs is a child of this process, and no child outlives it: asked to end, it ends them in order; killed, the
kernel ends them (PR_SET_PDEATHSIG). Children have process groups of their own, so that a Ctrl-C of the terminal reaches
this process alone.

What it must end on, and why that is not one line:
- SIGINT, also when the shell that started `make run &` has set it to be ignored: Python handles it anew.
- SIGTERM. make hands it on to us.
- SIGINT to make alone (not to the terminal's whole group). make does not hand that on: it waits for us. But it stops
  catching the signal, which /proc shows.
- SIGHUP when the terminal closes, unless nohup has set it to be ignored.
- make, or whoever else started us, gone without a word.
"""

import argparse
import ctypes
import fcntl
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
READY_WITHIN_S = 20.0
END_WITHIN_S = 8.0
LOOK_EVERY_S = 0.5
DRIVERS = ["pi-trigger-camera"]
PR_SET_PDEATHSIG = 1


class Failed(Exception):
    """A sentence for the person at the terminal."""


def say(*lines):
    try:
        print(*lines, sep="\n", flush=True)
    except OSError:  # the terminal or pipe is gone; the gateway need not be
        pass


# --- who started us -------------------------------------------------------------------------------------------------


def is_make_that_catches_sigint(pid):
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
            text = status.read()
    except OSError:
        return False
    caught = re.search(r"^SigCgt:\s*([0-9a-f]+)", text, re.M)
    is_make = re.match(r"Name:\s*g?make\n", text)
    return bool(caught and is_make and int(caught[1], 16) >> (signal.SIGINT - 1) & 1)


class Ended(Exception):
    """Somebody wants us to end."""


class Wishes:
    """Signals are blocked, and taken only where we wait: none can strike between the start of a program and its being noted."""

    def __init__(self):
        ends = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
        if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
            ends.remove(signal.SIGHUP)
        for number in ends:
            signal.signal(number, signal.SIG_DFL)
        self.wakes = ends | {signal.SIGCHLD}
        signal.pthread_sigmask(signal.SIG_BLOCK, self.wakes)
        self.starter = os.getppid()
        self.watches_make = is_make_that_catches_sigint(self.starter)

    def wait(self, seconds):
        """Sleeps, less when a program ends. Raises Ended."""
        got = signal.sigtimedwait(self.wakes, seconds)
        if got and got.si_signo != signal.SIGCHLD:
            raise Ended
        if os.getppid() != self.starter or (self.watches_make and not is_make_that_catches_sigint(self.starter)):
            raise Ended


# --- ports ----------------------------------------------------------------------------------------------------------


def is_free(port):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
            s.listen()
        except OSError:
            return False
    return True


def free_port(preferred, taken):
    """The preferred one, else one that the kernel picks."""
    if preferred not in taken and is_free(preferred):
        return preferred
    while True:
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        if port not in taken:
            return port


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


# --- the parts ------------------------------------------------------------------------------------------------------


class Part:
    """One program of the demo, with its log."""

    def __init__(self, name, command, data, env=None):
        self.name = name
        self.log = os.path.join(data, name + ".log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=ROOT,
                                            env=env, preexec_fn=self.in_child)

    @staticmethod
    def in_child():
        os.setpgid(0, 0)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

    def must_run(self):
        status = self.process.poll()
        if status is None:
            return
        with open(self.log, encoding="utf-8", errors="replace") as log:
            tail = log.readlines()[-15:]
        how = f"with status {status}" if status >= 0 else f"by {signal.Signals(-status).name}"
        raise Failed(f"The {self.name} ended {how}. The end of {self.log}:\n    " + "    ".join(tail).rstrip())

    def wait_until(self, is_ready, wishes):
        give_up = time.monotonic() + READY_WITHIN_S
        while not is_ready():
            self.must_run()
            if time.monotonic() > give_up:
                raise Failed(f"The {self.name} was not ready within {READY_WITHIN_S:.0f} s. Its log is {self.log}")
            wishes.wait(0.05)

    def end(self):
        """Asks, then insists; takes its own children (ffmpeg) along."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(END_WITHIN_S)
            except subprocess.TimeoutExpired:
                say(f"The {self.name} did not end within {END_WITHIN_S:.0f} s and is killed.")
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


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


def write_config(path, trigger_port, mjpeg_port):
    """config/demo.yaml with the camera's ports of this run."""
    with open(os.path.join(ROOT, "config/demo.yaml"), encoding="utf-8") as example:
        text = example.read()
    for key, port in (("trigger_port", trigger_port), ("mjpeg_port", mjpeg_port)):
        text, n = re.subn(rf"({key}: )\d+", rf"\g<1>{port}", text)
        if n != 1:
            raise Failed(f"config/demo.yaml: expected one {key}, found {n}")
    with open(path, "w", encoding="utf-8") as out:
        out.write("# Made from config/demo.yaml by each `make run`.\n" + text)


def fill_drivers(build, folder):
    """Copies what was built, so that drivers can be added and removed while it runs."""
    os.makedirs(folder, exist_ok=True)
    for driver in DRIVERS:
        path = os.path.join(folder, driver + ".so")
        shutil.copyfile(os.path.join(build, "plugins", driver + ".so"), path)
        os.chmod(path, 0o644)
    os.chmod(folder, 0o755)


def gateway_env(options):
    return os.environ | {
        "WARREN_HTTP_LISTEN": f"127.0.0.1:{options.port}",
        "WARREN_STORE_PATH": options.data,
        "WARREN_PLUGINS_FOLDER": os.path.join(options.data, "plugins"),
    }


def camera_command(options, trigger_port, mjpeg_port):
    folder = os.path.join(options.data, "camera")
    os.makedirs(folder, exist_ok=True)
    command = [options.build + "/firmware/sim/warren-sim", "pi-trigger-camera", "--dir", folder,
               "--trigger-port", str(trigger_port), "--mjpeg-port", str(mjpeg_port)]
    return command + (["--source", options.source] if options.source else [])


def is_ready(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (http.client.HTTPException, OSError):
        return False
    finally:
        connection.close()


def start(options, parts, wishes):
    trigger_port = free_port(9999, {options.port})
    mjpeg_port = free_port(8090, {options.port, trigger_port})
    config = os.path.join(options.data, "warren.yaml")

    camera = Part("camera", camera_command(options, trigger_port, mjpeg_port), options.data)
    parts.append(camera)
    camera.wait_until(lambda: accepts(mjpeg_port), wishes)
    write_config(config, trigger_port, mjpeg_port)
    fill_drivers(options.build, os.path.join(options.data, "plugins"))
    gateway = Part("gateway", [options.build + "/gateway/src/warren", "--config", config], options.data, gateway_env(options))
    parts.append(gateway)
    gateway.wait_until(lambda: is_ready(options.port), wishes)


def run(options, parts, wishes):
    if not 0 < options.port < 65536:
        raise Failed(f"PORT={options.port}: expected a number from 1 to 65535")
    if options.source and not os.path.exists(options.source):
        raise Failed(f"SOURCE={options.source}: there is no such file or folder")
    lock = hold(options.data)
    if not is_free(options.port):
        raise Failed(f"Port {options.port} of this machine is in use by another program.\n"
                     f"To take another port: PORT={options.port + 1} make run")
    lock.truncate(0)
    print(options.port, file=lock, flush=True)
    start(options, parts, wishes)
    say("", f"    Warren is ready: open http://127.0.0.1:{options.port}/", "",
        f"    Its camera shows {options.source or 'a drawn scene'}. State and logs are in {options.data}.",
        f"    See a driver come: cp {os.path.relpath(options.build)}/plugins/demo.so {options.data}/plugins/",
        "    Ctrl-C ends it.", "")
    while True:
        for part in parts:
            part.must_run()
        wishes.wait(LOOK_EVERY_S)


def main():
    parser = argparse.ArgumentParser(description="A gateway with a virtual camera; see `make help`.")
    parser.add_argument("--build", default="build")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--data", default="build/demo")
    parser.add_argument("--source", default="")
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
