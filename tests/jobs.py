"""jobs.py - what runs beside each other: jobs, each begun when those that it comes after have ended, and how their programs are shown."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# What is in no hurry has a third of the processor that others of us want, too.
BEHIND = 5


class Failed(Exception):
    """A job that could not do its work; the sentence goes to who asked for all."""


def stand_back():
    """In a child with a session of its own, which some kernels weigh as one, whatever each process in it says."""
    os.nice(BEHIND)
    with contextlib.suppress(OSError), open("/proc/self/autogroup", "w", encoding="ascii") as group:
        group.write(str(BEHIND))


class Job:
    """One of them, as its work sees it: a name, and ways to run programs."""

    def __init__(self, jobs, name):
        self.jobs, self.name = jobs, name

    def _start(self, command, env, **more):
        return self.jobs.start(command, cwd=ROOT, stdin=subprocess.DEVNULL, env=os.environ | env, **more)

    def run(self, *command, **env):
        """On the terminal."""
        if self._start(command, env).wait() != 0:
            raise Failed(f"{self.name}: {command[0]} failed")

    def run_quietly(self, *command, behind=False, may_fail=False, **env):
        """Its exit status. What it said is shown when it failed. `behind`: others go first."""
        child = self._start(command, env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=behind,
                            preexec_fn=stand_back if behind else None)
        output = child.communicate()[0].decode(errors="replace")
        if child.returncode != 0 and not may_fail:
            self.jobs.say(self.name, output)
            raise Failed(f"{self.name}: {command[0]} failed")
        return child.returncode

    def relay(self, *command, **env):
        """Each of its lines with the name of the job. Its exit status."""
        with self._start(command, env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as child:
            for line in child.stdout:
                self.jobs.say(self.name, line.decode(errors="replace"))
        return child.returncode


class Jobs:
    def __init__(self):
        self.pool = ThreadPoolExecutor(max_workers=64)
        self.lock = threading.Lock()
        self.running = {}  # future by name
        self.apart = []  # children that hear nothing of the terminal
        self.is_over = False
        self.begun_at = time.monotonic()

    def start(self, command, start_new_session=False, **more):
        child = subprocess.Popen(command, start_new_session=start_new_session, **more)
        if start_new_session:
            self.apart.append(child)
        return child

    def say(self, name, text):
        with self.lock:
            for line in text.splitlines():
                print(f"{name:>10} | {line}".rstrip())
            sys.stdout.flush()

    def add(self, name, work, needs=(), after=()):
        """`work(job)` gives a list, or nothing. It begins when what it needs, and what it comes after, have ended; without what it needs it is left out,
        silently: that one said why."""
        needed, others = ([self.running[n] for n in names] for names in (needs, after))

        def run():
            wait(needed + others)
            if any(n.exception() for n in needed) or self.is_over:
                raise Failed()
            begun_at = time.monotonic()
            try:
                return work(Job(self, name)) or []
            finally:
                now = time.monotonic()
                self.say(name, f"took {now - begun_at:.0f} s, until {now - self.begun_at:.0f} s")
        self.running[name] = self.pool.submit(run)

    def run(self):
        """When all have ended: (what they gave, all in one list; the sentences of those that failed)."""
        try:
            errors = [future.exception() for future in self.running.values()]
        except KeyboardInterrupt:
            self.is_over = True
            for child in self.apart:
                child.send_signal(signal.SIGINT)
            raise
        for error in errors:
            if error and not isinstance(error, Failed):
                raise error
        given = [future.result() for future, error in zip(self.running.values(), errors) if not error]
        return sum(given, []), [str(error) for error in errors if error and str(error)]
