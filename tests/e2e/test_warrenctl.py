"""`warrenctl` against a real gateway: a camera from being seen to being forgotten, and its pictures, by the shell alone."""

import json
import subprocess

from cameras import Cameras
from warren import WARRENCTL, main, wait_until

ADDRESS = "00:AA:01:00:C0:01"


class Warrenctl(Cameras):
    def ctl(self, *words, status=0):
        """What it printed; on standard error where it failed."""
        done = subprocess.run([WARRENCTL, "--url", f"http://127.0.0.1:{self.port}", *words], capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stderr if status else done.stdout

    def ctl_json(self, *words):
        return json.loads(self.ctl("--json", *words))

    def setting(self, key):
        return self.ctl_json("device", "house")["settings"][key]

    def test_a_camera_is_adopted_changed_and_removed_and_its_pictures_are_kept_and_deleted(self):
        self.start_cameras("--interval", 1, config="")
        wait_until("it is seen", lambda: ADDRESS in self.ctl("found"))
        self.assertIn("was seen in the last two minutes", self.ctl("adopt", "00:00", status=1))
        self.assertEqual(self.ctl("adopt", ADDRESS.lower(), "-n", "House", "stay=yes"), "house: starting\n")
        self.wait_state("house", "online")
        self.assertEqual(self.ctl("found"), "")

        self.assertEqual(self.ctl("rename", "house", "Bird house"), "house: Bird house\n")
        self.assertIn("frequency: 2", self.ctl("set", "house", "frequency=2"))
        self.assertEqual(self.setting("frequency")["desired"], 2)
        self.assertIn("frequency: nothing is wanted", self.ctl("unset", "house", "frequency"))
        self.assertIsNone(self.setting("frequency")["desired"])

        ids = wait_until("two pictures", lambda: len(i := [str(c["id"]) for c in self.captures()]) >= 2 and i)
        self.assertEqual(self.ctl("disable", "house"), "house: disabled\n")
        self.assertEqual(self.ctl_json("capture-pin", ids[0])["items"][0]["pinned"], True)
        self.assertEqual(self.ctl("capture-unpin", ids[0]), f"{ids[0]}: not pinned\n")
        self.assertEqual(self.ctl("capture-delete", *ids[:2]), f"{ids[0]}: deleted\n{ids[1]}: deleted\n")
        self.assertIn("no such capture", self.ctl("capture-delete", ids[0], status=1))
        self.assertEqual([c for c in self.captures() if str(c["id"]) in ids[:2]], [])

        self.ctl("enable", "house")
        self.wait_state("house", "online")
        self.assertEqual(self.ctl("remove", "house"), "house: removed\n")
        self.assertIn("house", self.ctl("watch", "-d", "house", status=1))
        self.assertEqual(self.ctl_json("devices")["items"], [])

    def test_what_the_configuration_owns_is_refused_with_its_line(self):
        self.start_gateway("devices:\n  ball:\n    driver: demo\n    name: Ball\n    enabled: true\n", plugins=("demo",))
        wait_until("it is there", lambda: self.device("ball"))
        for words in (["remove", "ball"], ["rename", "ball", "Balloon"], ["disable", "ball"]):
            self.assertIn(f"{self.config}", self.ctl(*words, status=1), words)

    def test_without_a_bus_it_is_said_why_nothing_is_seen(self):
        self.start_gateway(f"ble:\n  bus: unix:path={self.folder}/none\n", plugins=("ble-batch-camera",))
        wait_until("it has looked", lambda: "there is no D-Bus" in self.ctl("check"))
        self.assertIn("note bluetooth: there is no D-Bus", self.ctl("check"))


if __name__ == "__main__":
    main()
