"""cameras.py - virtual Bluetooth cameras behind a pretended BlueZ, and the gateway on its bus."""

import re

from warren import Case, SIM, wait_until

CAM = "devices:\n  cam:\n    driver: ble-batch-camera\n"


class Cameras(Case):
    def start_cameras(self, *options, config=CAM, adopt=False):
        """Virtual cameras on a bus of their own, and the gateway on that bus; by itself with one of them as its device `cam`."""
        sim = self.start([SIM, "ble-batch-camera", "--new-bus", self.folder / "bus", "--seed", 7, *options], "cameras")
        wait_until("the cameras are on the air", lambda: "listening" in sim.output() or sim.child.poll() is not None)
        self.assertIsNone(sim.child.poll(), sim.output())
        self.start_gateway(f"ble:\n  bus: unix:path={self.folder}/bus\n  adopt: {str(adopt).lower()}\n  scan_seconds: 2\n"
                           f"  scan_every_seconds: 5\n{config}", plugins=("ble-batch-camera",))
        return sim

    def captures(self):
        return self.get("/api/v1/captures?limit=500").json["items"]

    def metric(self, name):
        return int(re.search(rf"^{name} (\d+)$", self.get("/metrics").body.decode(), re.M)[1])
