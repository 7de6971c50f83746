"""avahi.py - a gateway that looks for devices in a network that is not there: by an Avahi that is pretended."""

import os
import shutil

from warren import BUILD, Case, wait_until

FAKE = BUILD / "tests/e2e/fake-avahi"
# A driver of devices that change their address, which reports where it was told that its device is.
ROVER = BUILD / "tests/unit/device/rover.so"


class AvahiCase(Case):
    def setUp(self):
        super().setUp()
        self.bus = self.folder / "network-bus"
        os.mkfifo(self.folder / "network")
        self.start([FAKE, self.bus, self.folder / "network"], "avahi")
        wait_until("there is a bus", self.bus.exists)

    def network(self, *words):
        """put NAME ADDRESS PORT TXT…, drop NAME, stop, start: see fake_avahi.c."""
        with open(self.folder / "network", "w") as pipe:
            pipe.write("\t".join(str(w) for w in words) + "\n")

    def start_looking(self, more="", plugins=()):
        shutil.copy(ROVER, self.add_plugins())
        self.start_gateway(f"ble:\n  enabled: false\nmdns:\n  bus: unix:path={self.bus}\n{more}", plugins=plugins)
        self.events = self.watch(devices=["*"], events=["*"])

    def found(self):
        return self.get("/api/v1/found").json["items"]

    def wait_found(self, n=1):
        return wait_until(f"{n} are found", lambda: len(items := self.found()) == n and (items or True))

    def mdns(self):
        return self.get("/api/v1/info").json["mdns"]
