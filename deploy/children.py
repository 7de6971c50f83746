"""children.py - programs that end with us, and who may tell us to end.

No child outlives this process: asked to end, it ends them in order; killed, the kernel ends them (PR_SET_PDEATHSIG). Children
have process groups of their own, so that a Ctrl-C of the terminal reaches this process alone.

What we must end on, and why that is not one line:
- SIGINT, also when the shell that started `make run &` has set it to be ignored: Python handles it anew.
- SIGTERM. make hands it on to us.
- SIGINT to make alone (not to the terminal's whole group). make does not hand that on: it waits for us. But it stops
  catching the signal, which /proc shows.
- SIGHUP when the terminal closes, unless nohup has set it to be ignored.
- make, or whoever else started us, gone without a word.
"""

import ctypes
import os
import re
import signal
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
READY_WITHIN_S = 20.0
END_WITHIN_S = 8.0
PR_SET_PDEATHSIG = 1


class Failed(Exception):
    """A sentence for the person at the terminal."""


class Ended(Exception):
    """Somebody wants us to end."""


def say(*lines):
    try:
        print(*lines, sep="\n", flush=True)
    except OSError:  # the terminal or pipe is gone; the gateway need not be
        pass


def is_make_that_catches_sigint(pid):
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
            text = status.read()
    except OSError:
        return False
    caught = re.search(r"^SigCgt:\s*([0-9a-f]+)", text, re.M)
    is_make = re.match(r"Name:\s*g?make\n", text)
    return bool(caught and is_make and int(caught[1], 16) >> (signal.SIGINT - 1) & 1)


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


class Part:
    """One program, with its log."""

    def __init__(self, name, command, data, env=None):
        self.name = name
        self.log = os.path.join(data, name.replace(" ", "-") + ".log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=ROOT,
                                            env=os.environ | (env or {}), preexec_fn=self.in_child)

    @staticmethod
    def in_child():
        os.setpgid(0, 0)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()

    def must_run(self):
        status = self.process.poll()
        if status is None:
            return
        tail = self.said().splitlines(keepends=True)[-15:]
        how = f"with status {status}" if status >= 0 else f"by {signal.Signals(-status).name}"
        raise Failed(f"The {self.name} ended {how}. The end of {self.log}:\n    " + "    ".join(tail).rstrip())

    def wait_until(self, is_ready, wishes):
        """The first true value of is_ready()."""
        give_up = time.monotonic() + READY_WITHIN_S
        while True:
            value = is_ready()
            self.must_run()
            if value:
                return value
            if time.monotonic() > give_up:
                raise Failed(f"The {self.name} was not ready within {READY_WITHIN_S:.0f} s. Its log is {self.log}")
            wishes.wait(0.05)

    def end(self):
        """Asks, then insists; takes its own children (ffmpeg, dbus-daemon) along."""
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
