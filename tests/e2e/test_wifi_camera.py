"""Gateway and virtual debug cameras: found over Bluetooth, told their network, shown with what moves; old ones; interrupted ones."""

import signal
import struct
import time

from debug_cameras import ADDRESS, BY_BLUETOOTH, DebugCameras
from warren import main, wait_until

PASSWORD = "quite secret words"
# Bit 2 of an overlay's flags.
NOT_IN_STEP = 4


class WifiCamera(DebugCameras):
    def start_gateway_at(self, sim):
        """It knows the camera's address alone."""
        return self.start_gateway("ble:\n  enabled: false\ndevices:\n  cam:\n    driver: wifi-debug-camera\n    options:\n"
                                  f"      address: {sim.at[0]}\n      port: {sim.at[1]}\n", plugins=("wifi-debug-camera",))

    def command(self, id, name, **args):
        return self.request("POST", f"/api/v1/devices/{id}/commands/{name}", {"args": args})

    def tell(self, id, name, **args):
        answer = self.command(id, name, **args)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json["result"]

    def attribute(self, key, id="cam"):
        return ((self.device(id) or {}).get("attributes", {}).get(key) or {}).get("value")

    def watch_cam(self, id="cam"):
        return self.watch(devices=[id], frames=True, overlays=True, events=["*"])

    def vectors(self, body):
        """(row, column, dx, dy) of an overlay's valid blocks, in pixels."""
        n = struct.unpack_from("<H", body, 32)[0]
        blocks = [struct.unpack_from("<BBBBhh", body, 36 + 8 * i) for i in range(n)]
        return [(row, column, dx / 256, dy / 256) for row, column, _, valid, dx, dy in blocks if valid]


class Ours(WifiCamera):
    def test_found_adopted_and_told_its_network_it_shows_a_picture_within_twenty_seconds(self):
        sim = self.start_sim("--join", 8, "--ssid", "Home", "--password", PASSWORD)
        gateway = self.start_gateway_near()
        item = wait_until("it is found with its name", lambda: next((i for i in self.get("/api/v1/found").json["items"] if i["name"]), None))
        self.assertEqual((item["name"], item["driver"], item["address"]), ("LedSaber-BLE", "wifi-debug-camera", ADDRESS))
        id = self.request("POST", f"/api/v1/found/{item['id']}/adopt").json["id"]
        self.wait_state(id, "online")
        w = self.watch_cam(id)
        self.tell(id, "wifi_configure", ssid="Home", password=PASSWORD)
        began = time.monotonic()
        status = self.tell(id, "wifi_enable")
        self.assertEqual((status["connected"], status["state"], status["ssid"]), (True, "connected", "Home"))
        w.frame()
        self.assertLess(time.monotonic() - began, 20)
        w.overlay()
        self.assertTrue(self.device(id)["overlay"])
        self.assertEqual(w.event("wifi.status", id)["device"], id)
        for text in [self.get(path).body.decode() for path in ("/api/v1/events?limit=500", f"/api/v1/devices/{id}", "/metrics")] + [gateway.output()]:
            self.assertNotIn(PASSWORD, text)
        self.assertEqual(gateway.stop(), 0)
        for file in (self.folder / "data").rglob("*"):
            self.assertFalse(file.is_file() and PASSWORD.encode() in file.read_bytes(), file)

    def test_a_wrong_password_is_told_as_such(self):
        sim = self.start_sim("--ssid", "Home", "--password", PASSWORD)
        self.start_gateway_near(BY_BLUETOOTH)
        self.wait_state("cam", "online")
        self.tell("cam", "wifi_configure", ssid="Home", password="something else")
        status = self.tell("cam", "wifi_enable")
        self.assertEqual((status["connected"], status["state"]), (False, "failed"))
        self.assertIn("password", status["reason"])

    def test_overlays_come_each_behind_its_own_picture_and_say_what_moves(self):
        sim = self.start_online("--source", "pan:6.5,-2.25")
        self.start_gateway_near(BY_BLUETOOTH)
        w = self.watch_cam()
        for _ in range(30):
            header, body = w.overlay()
            self.assertTrue(header["seq"] in w.pictures and not header["flags"] & NOT_IN_STEP, (header, w.pictures))
            if body[12] & 1:
                found = self.vectors(body)
                near = [v for v in found if abs(v[2] - 6.5) < 0.25 and abs(v[3] + 2.25) < 0.25]
                self.assertGreater(len(near), len(found) * 2 // 3, found)
        self.assertTrue(body[12] & 1 and body[12] & 8, "the camera says that something moves")
        self.assertEqual((self.attribute("overlay_by"), self.attribute("grid")), ("sse", "8x6 of 40 px"))

    def test_motion_is_an_event_while_people_walk_and_over_when_they_are_gone(self):
        self.start_online("--fps", 15)
        self.start_gateway_near(BY_BLUETOOTH)
        w = self.watch_cam()
        w.event("motion.started", "cam")
        w.event("motion.ended", "cam", 90)

    def test_it_is_interrupted_and_back_at_another_address(self):
        sim = self.start_online("--move", "--join", 2)
        self.start_gateway_near(BY_BLUETOOTH)
        w = self.watch_cam()
        w.frame()
        self.assertEqual(self.attribute("ip"), "127.0.0.1")
        sim.child.send_signal(signal.SIGUSR1)
        wait_until("it is reached where it is now", lambda: self.attribute("ip") == "127.0.0.2", 60)
        first = w.frame()[0]["seq"]
        while w.frame()[0]["seq"] < first + 5:
            pass
        wait_until("overlays are in step again", lambda: w.overlay()[0]["seq"] in w.pictures)


    def test_by_its_address_alone_it_is_back_when_it_is_switched_on_again(self):
        sim = self.start_online()
        self.start_gateway_at(sim)
        w = self.watch_cam()
        w.overlay()
        self.assertEqual(sim.stop(), 0)
        wait_until("it is missed", lambda: self.device("cam")["state"] != "online")
        self.start_online("--http", "%s:%d" % sim.at)
        header, _ = w.overlay()
        self.assertTrue(header["seq"] in w.pictures and not header["flags"] & NOT_IN_STEP, (header, w.pictures))
        self.wait_state("cam", "online")


class Old(WifiCamera):
    def check(self, *options, overlay=True):
        sim = self.start_old("--source", "pan:6,0", *options)
        gateway = self.start_gateway_at(sim)
        w = self.watch_cam()
        header, jpeg = w.frame()
        self.assertEqual((jpeg[:2], jpeg[-2:]), (b"\xff\xd8", b"\xff\xd9"))
        if overlay:
            header, body = w.overlay()
            self.assertEqual(header["flags"] & NOT_IN_STEP, NOT_IN_STEP)
            wait_until("it says what moves", lambda: w.overlay()[1][15] == 4)
        self.assertEqual((gateway.stop(), sim.stop()), (0, 0))
        return body if overlay else None

    def test_each_of_them_shows_pictures_and_what_moves(self):
        for options, grid in {("roadmap",): (8, 6, 40), ("shipped",): (8, 6, 40), ("head",): (8, 8, 30), ("head", "--grid", 6): (6, 6, 40)}.items():
            with self.subTest(options):
                body = self.check("--dialect", *options)
                self.assertEqual(struct.unpack_from("<BBH", body, 4), grid)

    def test_grey_bytes_that_are_called_a_jpeg_become_one(self):
        self.check("--raw-grey")

    def test_a_stream_that_ends_at_once_is_made_of_stills(self):
        self.check("--stream-limit", 5736)

    def test_without_a_detector_there_are_pictures(self):
        self.check("--dialect", "head", "--detector", "none", overlay=False)

    def test_a_detector_that_waits_for_a_word_is_started(self):
        self.start_old("--source", "pan:6,0", "--detector", "waits")
        self.start_gateway_near(BY_BLUETOOTH)
        w = self.watch_cam()
        w.frame()
        wait_until("it says what moves", lambda: w.overlay()[1][15] == 4)

    def test_it_is_told_its_network_and_the_password_only_where_that_is_wanted(self):
        sim = self.start_sim("--dialect", "shipped", "--join", 2, "--ssid", "Home", "--password", PASSWORD)
        self.start_gateway_near(BY_BLUETOOTH)
        self.wait_state("cam", "online")
        self.assertEqual(self.command("cam", "wifi_configure", ssid="Home", password=PASSWORD).status, 422)
        self.tell("cam", "wifi_configure", ssid="Home", password=PASSWORD, allow_unencrypted=True)
        self.assertTrue(self.tell("cam", "wifi_enable")["connected"])
        w = self.watch_cam()
        w.frame()
        w.overlay()


if __name__ == "__main__":
    main()
