"""A debug camera for a long time: pictures and overlays at 10 a second, its links twice interrupted; nothing leaks. SOAK_SECONDS=1800 is `make soak`."""

import os
import signal
import time

from debug_cameras import BY_BLUETOOTH, DebugCameras
from warren import SANITIZED, main, wait_until

SECONDS = float(os.environ.get("SOAK_SECONDS", 20))
IS_LONG = SECONDS >= 600
# A machine that runs all tests at once gives nobody ten a second for certain.
LEAST_HZ, MOST_HZ = (9.5, 10.5) if IS_LONG else (4, 11)
# What an allocator keeps that has seen a burst; a picture leaked each second would be ten times that in half an hour.
GROWTH_MAX_KB = 2048


class Usage:
    """What a program has now."""

    def __init__(self, program):
        pid = program.child.pid
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            self.rss_kb = next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))
        self.n_fds = len(os.listdir(f"/proc/{pid}/fd"))


class Soak(DebugCameras):
    def watch_for(self, w, seconds):
        """Overlays per second; each belongs to a picture before it."""
        began, n = time.monotonic(), 0
        while time.monotonic() < began + seconds:
            header, _ = w.overlay()
            self.assertTrue(header["seq"] in w.pictures and header["flags"] == 0, (header, w.pictures))
            n += 1
        return n / (time.monotonic() - began)

    def interrupt(self, sim, w):
        joins = sim.output().count("joined ")
        sim.child.send_signal(signal.SIGUSR1)
        self.wait_joined(sim, joins + 1)
        # What was on its way has come by then.
        last = time.time() * 1e6
        while w.overlay()[0]["received_us"] < last:
            pass

    def usage(self, programs, n_fds=None):
        """Links that are not needed are let go within seconds."""
        if n_fds:
            wait_until("only what was open before is open", lambda: all(Usage(p).n_fds <= n for p, n in zip(programs, n_fds)))
        return [Usage(p) for p in programs]

    def test_nothing_leaks_and_all_is_in_step(self):
        sim = self.start_online("--join", 1)
        gateway = self.start_gateway_near(BY_BLUETOOTH)
        w = self.watch(devices=["cam"], frames=True, overlays=True)
        programs = [gateway, sim]
        self.watch_for(w, 5)
        rates = [self.watch_for(w, SECONDS / 3)]
        before = self.usage(programs)
        for _ in range(2):
            self.interrupt(sim, w)
            rates.append(self.watch_for(w, SECONDS / 3))
        after = self.usage(programs, [u.n_fds for u in before])
        print("overlays a second:", *(f"{hz:.2f}" for hz in rates), "· RSS in KB:", *(f"{b.rss_kb} → {a.rss_kb}" for b, a in zip(before, after)))
        for hz in rates:
            self.assertTrue(LEAST_HZ < hz < MOST_HZ, rates)
        for b, a in zip(before, after):
            # Freed memory is kept aside there.
            self.assertTrue(SANITIZED or a.rss_kb - b.rss_kb < GROWTH_MAX_KB, (b.rss_kb, a.rss_kb))
        # Whose loop ends with a handle left does not end well.
        self.assertEqual((gateway.stop(), sim.stop()), (0, 0))


if __name__ == "__main__":
    main()
