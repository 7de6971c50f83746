"""The gateway and a virtual playground, hub and modules, on the real BlueZ; and an app that is none of ours."""

import contextlib
import pathlib
import re
import signal
import subprocess
import threading

from radio import LIMIT_S, RadioCase, SIM, adapter_property

HERE = pathlib.Path(__file__).resolve().parent
HUB = "/api/v1/devices/playground"


class PlaygroundCase(RadioCase):
    """hci0 is the gateway's, hci1 the hub's."""

    def start_hub(self, n_modules, *options):
        self.hub = self.start([SIM, "playground-hub", "--bluez", "hci1", "--pulse", 1000, "--modules", n_modules, "--seed", 7, "--antennas", 2, *options], "hub")

    def start_playground(self, n_modules, *options):
        self.start_hub(n_modules, *options)
        address = adapter_property("hci1", "Address").split('"')[1]
        self.start_gateway("ble:\n  adapters: [hci0]\ndevices:\n  playground:\n    driver: playground-hub\n"
                           f"    options:\n      address: {address}\n", plugins=("playground-hub",))
        self.watching = self.watch(devices=["*"], events=["*"])
        # The driver scans by itself when the link begins.
        self.wait("a list", lambda: self.attribute("modules") == n_modules)

    def attribute(self, name):
        return self.device("playground")["attributes"].get(name, {}).get("value")

    def modules(self):
        return [d for d in self.get("/api/v1/devices").json["items"] if d["parent"] == "playground"]

    def command(self, name, threshold="all"):
        a = self.request("POST", f"{HUB}/commands/{name}", {"args": {"threshold": threshold}})
        self.assertEqual(a.status, 200, a.body)
        return a.json["result"]

    def lit(self):
        """The names of modules whose lights are on, by the newest line of each."""
        lit = {m[1]: int(m[2]) for m in re.finditer(r"^lights module=(\S+) .*\blit=(\d+)", self.hub.output(), re.M)}
        return {name for name, n in lit.items() if n > 0}


class Playground(PlaygroundCase):
    def test_twelve_modules_are_seen_and_steered(self):
        self.start_playground(12)
        modules = self.modules()
        self.assertEqual(len(modules), 12)
        self.assertTrue(all(-95 <= m["attributes"]["rssi_dbm"]["value"] < 0 for m in modules))
        near = {m["name"] for m in modules if m["attributes"]["rssi_dbm"]["value"] > -60}
        self.assertTrue(0 < len(near) < 12, near)
        self.assertEqual(self.command("play", "50"), {"status": "sent", "threshold_dbm": -60})
        self.assertEqual(self.watching.event("hub.ack", "playground", LIMIT_S)["data"]["threshold_dbm"], -60)
        self.wait(f"these are lit: {near}", lambda: self.lit() == near)
        self.command("pause")
        self.wait("all lights are off", lambda: not self.lit())
        answer = self.command("scan")
        self.assertEqual(answer["modules"], 12)
        self.said(f"a scan of 12 modules took {answer['seconds']} s")

    def test_an_app_that_is_none_of_ours_plays(self):
        self.start_hub(12)
        self.assertEqual(subprocess.run([HERE / "bleak-app.py", "hci0", "12"], timeout=2 * LIMIT_S).returncode, 0)


class Interrupted(PlaygroundCase):
    def test_the_link_is_lost_in_the_middle_of_a_list(self):
        self.start_playground(50, "--cuts", 2)
        self.assertEqual(self.hub.output().count("a list is cut"), 2, self.hub.output())

    def test_the_link_is_lost_in_the_middle_of_a_scan(self):
        self.start_playground(12)
        from_now_on = self.watch(devices=["playground"], events=["*"])

        def scan():
            with contextlib.suppress(OSError):
                self.request("POST", f"{HUB}/commands/scan", {})

        thread = threading.Thread(target=scan)
        thread.start()
        from_now_on.event("hub.scan.started", "playground", LIMIT_S)
        self.hub.child.send_signal(signal.SIGUSR1)  # BlueZ takes two seconds for it
        finished = from_now_on.event("hub.scan.finished", "playground", LIMIT_S)["data"]
        thread.join()
        self.assertFalse(finished["ok"], finished)
        self.assertIn("lost", finished["why"])
        self.assertEqual(from_now_on.event("hub.scan.finished", "playground", LIMIT_S)["data"].get("modules"), 12)

    def test_the_hub_is_reset_in_the_middle_of_a_scan(self):
        self.start_playground(12, "--resets", 2)
        self.assertEqual(self.hub.output().count("reset"), 2, self.hub.output())
