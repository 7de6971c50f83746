"""The gateway and the real avahi-daemon: what a file of services and a program announce, and what becomes of it when avahi-daemon is killed."""

import pathlib
import shutil
import signal
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "e2e"))

from avahi import ROVER  # noqa: E402
from warren import Case, SIM, wait_until  # noqa: E402

# An emulated machine, and maybe a busy one around it.
LIMIT_S = 100
SERVICES = pathlib.Path("/etc/avahi/services/garden.service")
SERVICE = """<?xml version="1.0" standalone="no"?>
<!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<service-group>
  <name>Garden rover</name>
  <service>
    <type>_http._tcp</type>
    <port>8080</port>
    <txt-record>kind=rover</txt-record>
    <txt-record>ID=24a160aabbcc</txt-record>
  </service>
</service-group>
"""


class Network(Case):
    def setUp(self):
        super().setUp()
        SERVICES.parent.mkdir(parents=True, exist_ok=True)
        SERVICES.write_text(SERVICE)
        self.addCleanup(SERVICES.unlink, missing_ok=True)

    def start_avahi(self):
        # What was killed leaves its number there.
        shutil.rmtree("/run/avahi-daemon", ignore_errors=True)
        return self.start(["avahi-daemon", "--no-rlimits"], f"avahi-{len(self.programs)}")

    def start_looking(self):
        shutil.copy(ROVER, self.add_plugins("wifi-debug-camera"))
        self.start_gateway("ble:\n  enabled: false\n")

    def mdns(self):
        return self.get("/api/v1/info").json["mdns"]

    def wait_found(self, *names):
        def found():
            items = {i["name"]: i for i in self.get("/api/v1/found").json["items"]}
            return sorted(items) == sorted(names) and (items or True)

        return wait_until(f"found: {names}", found, LIMIT_S)

    def publish(self, name, port, *txt):
        return self.start(["avahi-publish", "-s", name, "_http._tcp", port, *txt], f"publish-{port}")

    def test_what_announces_itself_is_found_and_lost(self):
        self.start_avahi()
        self.start_looking()
        item = self.wait_found("Garden rover")["Garden rover"]
        properties = {p["key"]: p["value"] for p in item["properties"]}
        self.assertEqual((item["address"], properties["port"]), ("127.0.0.1", "8080"))
        self.assertEqual((properties["txt.kind"], properties["txt.id"]), ("rover", "24a160aabbcc"))
        self.assertEqual((self.mdns()["ready"], self.mdns()["why"]), (True, None))
        program = self.publish("Hall rovér", 8081, "kind=rover", "id=24a160ddeeff")
        self.wait_found("Garden rover", "Hall rovér")
        self.publish("A printer", 8082, "kind=printer")
        wait_until("it is seen, and nobody's", lambda: self.mdns()["services"] == 3, LIMIT_S)
        program.stop(signal.SIGKILL)
        self.wait_found("Garden rover")

    def test_avahi_may_come_later_be_killed_and_come_back(self):
        self.start_looking()
        wait_until("it is said that there is none", lambda: "avahi-daemon does not run" in (self.mdns()["why"] or ""), LIMIT_S)
        for _ in range(3):
            avahi = self.start_avahi()
            self.wait_found("Garden rover")
            self.assertTrue(self.mdns()["ready"])
            avahi.stop(signal.SIGKILL)
            self.wait_found()
            self.assertFalse(self.mdns()["ready"])

    def test_a_device_that_announces_itself_elsewhere_is_followed(self):
        self.start_avahi()
        self.start_looking()
        item = self.wait_found("Garden rover")["Garden rover"]
        id = self.request("POST", f"/api/v1/found/{item['id']}/adopt", {"options": {"serial": "24a160aabbcc"}}).json["id"]
        self.wait_found()
        SERVICES.write_text(SERVICE.replace("8080", "8090"))
        subprocess.run(["avahi-daemon", "--reload"], check=True)
        wait_until("its driver hears of it", lambda: self.device(id)["attributes"]["at"]["value"] == "mdns 127.0.0.1 8090", LIMIT_S)
        self.wait_found()

    def test_a_virtual_camera_announces_itself_and_is_adopted(self):
        avahi = self.start_avahi()
        self.start_looking()
        sim = [SIM, "wifi-debug-camera", "--new-bus", self.folder / "air", "--online", "--mdns", "system"]
        self.start(sim, "camera")
        found = self.wait_found("Garden rover", "LedSaber-BLE")
        id = self.request("POST", f"/api/v1/found/{found['LedSaber-BLE']['id']}/adopt").json["id"]
        wait_until("it is online", lambda: self.device(id)["state"] == "online", LIMIT_S)
        avahi.stop(signal.SIGKILL)
        self.wait_found()
        self.start_avahi()
        self.wait_found("Garden rover")
        wait_until("it is announced again", lambda: self.mdns()["services"] == 2, LIMIT_S)


if __name__ == "__main__":
    import unittest

    unittest.main(verbosity=2)
