"""A Bluetooth camera that nobody has configured: found, adopted, gone."""

from cameras import Cameras
from warren import main, wait_until


class Found(Cameras):
    def setUp(self):
        super().setUp()
        self.sim = self.start_cameras("--interval", 1, config="")
        self.events = self.watch(devices=["*"], events=["*"])

    def found(self):
        return self.get("/api/v1/found").json["items"]

    def wait_found(self):
        """The item, as soon as its name is known."""
        return wait_until("it is found with its name", lambda: next((i for i in self.found() if i["name"]), None))

    def test_it_is_found_with_name_and_signal_and_adopted_by_one_call(self):
        item = self.wait_found()
        self.assertEqual((item["name"], item["driver"], item["address"]), ("T-Camera-BLE-Batch", "ble-batch-camera", "00:AA:01:00:C0:01"))
        rssi = next(int(p["value"]) for p in item["properties"] if p["key"] == "rssi_dbm")
        self.assertTrue(-70 < rssi < -50, rssi)
        self.assertEqual(self.events.event("device.found")["data"]["id"], item["id"])
        self.assertEqual(self.get("/api/v1/devices").json["items"], [])

        adopted = self.request("POST", f"/api/v1/found/{item['id']}/adopt")
        self.assertEqual(adopted.status, 201)
        id = adopted.json["id"]
        self.assertEqual((adopted.json["name"], adopted.json["owner"]), ("T-Camera-BLE-Batch", "database"))
        self.events.event("device.added", id)
        self.assertEqual(self.events.event("found.removed")["data"]["id"], item["id"])
        self.events.event("device.online", id)
        self.events.event("capture.stored", id)
        self.assertEqual(self.found(), [])
        self.assertEqual(self.request("POST", f"/api/v1/found/{item['id']}/adopt").status, 409, "it is a device already")

    def test_removed_it_is_found_again(self):
        id = self.request("POST", f"/api/v1/found/{self.wait_found()['id']}/adopt").json["id"]
        self.events.event("device.online", id)
        self.assertEqual(self.request("DELETE", f"/api/v1/devices/{id}").status, 204)
        self.wait_found()

    def test_it_is_removed_from_what_was_found_when_it_is_gone(self):
        item = self.wait_found()
        self.sim.stop()
        # Two minutes after the last sighting; looked at every half minute.
        self.assertEqual(self.events.event("found.removed", limit=200)["data"]["id"], item["id"])
        self.assertEqual(self.found(), [])


if __name__ == "__main__":
    main()
