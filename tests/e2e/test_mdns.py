"""A device that announces itself in the network: found, adopted, followed to another address, gone."""

import signal

from avahi import AvahiCase
from debug_cameras import DebugCameras
from warren import SIM, main, wait_until

TXT = ("kind=rover", "id=24a160aabbcc")


class Mdns(AvahiCase):
    def adopt(self, item, **options):
        a = self.request("POST", f"/api/v1/found/{item['id']}/adopt", {"options": options})
        self.assertEqual(a.status, 201, a.body)
        return a.json["id"]

    def at(self, id):
        return self.device(id)["attributes"].get("at", {}).get("value")

    def test_it_is_found_and_adopted_by_one_call(self):
        self.start_looking()
        self.network("put", "Garden rover", "192.0.2.7", 8080, *TXT)
        [item] = self.wait_found()
        self.assertEqual((item["bus"], item["address"], item["name"], item["driver"]), ("mdns", "192.0.2.7", "Garden rover", "rover"))
        properties = {p["key"]: p["value"] for p in item["properties"]}
        self.assertEqual(properties, {"type": "_http._tcp", "host": "camera.local", "port": "8080", "txt.kind": "rover", "txt.id": "24a160aabbcc"})
        self.assertEqual(self.events.event("device.found")["data"]["id"], item["id"])
        self.assertEqual(self.mdns(), {"ready": True, "why": None, "services": 1})

        id = self.adopt(item)
        options = self.device(id)["options"]
        self.assertEqual((options["address"]["value"], options["port"]["value"]), ("192.0.2.7", 8080))
        self.assertEqual(self.found(), [])
        wait_until("its driver hears of it", lambda: self.at(id) == "mdns 192.0.2.7 8080")

    def test_it_is_followed_to_another_address_and_offered_once(self):
        self.network("put", "Garden rover", "192.0.2.7", 80, *TXT)
        self.start_looking()
        id = self.adopt(self.wait_found()[0], serial="24a160aabbcc")
        self.network("put", "Garden rover", "192.0.2.99", 81, *TXT)
        wait_until("its driver hears of the other address", lambda: self.at(id) == "mdns 192.0.2.99 81")
        self.assertEqual(self.found(), [])
        # Another one, at its old address.
        self.network("put", "Other rover", "192.0.2.7", 80, "kind=rover", "id=24a160ddeeff")
        [item] = self.wait_found()
        self.assertEqual(item["name"], "Other rover")
        self.assertEqual(self.at(id), "mdns 192.0.2.99 81")

    def test_a_device_of_the_configuration_is_followed_too(self):
        self.start_looking("devices:\n  garden:\n    driver: rover\n    options: {address: 192.0.2.1, serial: 24a160aabbcc}\n")
        self.network("put", "Garden rover", "192.0.2.7", 80, *TXT)
        wait_until("its driver hears of it", lambda: self.at("garden") == "mdns 192.0.2.7 80")
        self.assertEqual(self.found(), [])

    def test_what_goes_leaves_the_list_at_once(self):
        self.network("put", "One", "192.0.2.1", 80, "kind=rover")
        self.network("put", "Two", "192.0.2.1", 81, "kind=rover")
        self.network("put", "A printer", "192.0.2.3", 80, "kind=printer")
        self.start_looking()
        self.wait_found(2)
        self.network("drop", "One")
        self.assertEqual(self.events.event("found.removed")["data"]["name"], "One")
        self.assertEqual([i["name"] for i in self.found()], ["Two"])
        self.assertEqual(self.mdns()["services"], 2)

    def test_avahi_goes_and_comes_back(self):
        self.network("put", "One", "192.0.2.1", 80, "kind=rover")
        self.start_looking()
        self.wait_found()
        self.network("stop")
        wait_until("it is said that there is none", lambda: "avahi-daemon does not run" in (self.mdns()["why"] or ""))
        self.assertEqual(self.found(), [])
        self.network("start")
        self.wait_found()
        self.assertTrue(self.mdns()["ready"])


class Camera(AvahiCase, DebugCameras):
    """Without Bluetooth."""

    def announce(self, sim):
        self.network("put", "LedSaber", *sim.at, "kind=wifi-debug-camera", f"id={self.json_of(sim, '/wifi/status')['mac']}")

    def start_announced(self):
        sim = self.start_online("--move")
        self.announce(sim)
        return sim

    def move(self, sim):
        was = sim.at
        sim.child.send_signal(signal.SIGUSR1)
        self.wait_joined(sim, 2)
        self.assertNotEqual(sim.at, was)
        self.announce(sim)

    def test_it_is_found_adopted_and_followed_to_another_address(self):
        sim = self.start_announced()
        self.start_looking(plugins=("wifi-debug-camera",))
        [item] = self.wait_found()
        self.assertEqual((item["name"], item["driver"], item["address"]), ("LedSaber", "wifi-debug-camera", sim.at[0]))
        id = self.request("POST", f"/api/v1/found/{item['id']}/adopt").json["id"]
        self.wait_state(id, "online")
        self.watch(devices=[id], frames=True).frame()
        wait_until("it has said who it is", lambda: "firmware" in self.device(id)["attributes"])
        self.move(sim)
        # It is believed to be where it was until it has not answered there for a while.
        wait_until("it is reached where it is now", lambda: self.device(id)["attributes"]["ip"]["value"] == sim.at[0], 90)
        self.wait_state(id, "online")
        self.watch(devices=[id], frames=True).frame()
        self.assertEqual(self.found(), [], "it is no other one")

    def test_virtual_cameras_announce_themselves_as_long_as_they_are_in_the_network(self):
        self.start_looking(plugins=("wifi-debug-camera",))
        options = ("--online", "--mdns", f"unix:path={self.bus}")
        sims = [self.start([SIM, "wifi-debug-camera", "--new-bus", self.folder / f"air-{i}", *options], f"camera-{i}") for i in range(2)]
        items = {i["name"]: i for i in self.wait_found(2)}
        self.assertEqual(sorted(items), ["LedSaber-BLE", "LedSaber-BLE #2"])
        self.assertEqual({i["driver"] for i in items.values()}, {"wifi-debug-camera"})
        self.network("stop")
        self.wait_found(0)
        self.network("start")
        self.wait_found(2)
        sims[0].stop()
        self.wait_found(1)

    def test_a_device_of_the_configuration_without_any_address_takes_what_is_there(self):
        self.start_looking("devices:\n  saber:\n    driver: wifi-debug-camera\n", plugins=("wifi-debug-camera",))
        sim = self.start_announced()
        self.wait_state("saber", "online")
        self.watch(devices=["saber"], frames=True).frame()
        wait_until("it is no news any more", lambda: self.found() == [])


if __name__ == "__main__":
    main()
