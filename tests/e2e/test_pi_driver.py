"""The Raspberry Pi camera's driver against cameras that misbehave: the gateway and the simulated camera, as people run them."""

import datetime
import socket

from warren import Case, PI, camera_config, main, wait_until

QUICK = "      hold: true\n      poll_s: 5\n      command_timeout_s: 5\n"


class Original(Case):
    """The first service of its kind, with its faults."""

    def setUp(self):
        super().setUp()
        self.camera = self.start_camera("--dialect", "seed", "--source", "drawn:day", "--size", "160x120")
        self.start_gateway(camera_config(self.camera, QUICK), plugins=PI)
        self.wait_state("porch", "online")
        self.viewer = self.watch(devices=["*"], frames=True, events=["device.error"])
        wait_until("it is known whom we talk to", lambda: self.attribute("dialect") == "original")

    def attribute(self, key):
        return self.device("porch")["attributes"].get(key, {}).get("value")

    def command(self, name, **args):
        return self.request("POST", f"/api/v1/devices/porch/commands/{name}", {"args": args})

    def pictures_go_on(self):
        first = self.viewer.frame()[0]["seq"]
        for _ in range(5):
            last = self.viewer.frame()[0]["seq"]
        self.assertGreater(last, first)

    def trigger(self, text):
        with socket.create_connection(("127.0.0.1", self.camera.trigger_port)) as s:
            s.sendall(text)
            try:
                s.recv(1)
            except ConnectionResetError:
                pass

    def test_its_trigger_server_dies_and_pictures_go_on(self):
        self.trigger(b"shortstream abc")
        wait_until("it is noticed", lambda: self.attribute("trigger") == "refused")
        self.assertIn("refuses connections", self.viewer.event("device.error", "porch")["data"]["why"])
        self.assertEqual(self.device("porch")["state"], "online")
        self.pictures_go_on()
        a = self.command("night_level")
        self.assertGreaterEqual(a.status, 400)
        self.assertIn("refuses connections", a.json["detail"])

    def test_somebody_blocks_its_trigger_server_and_lets_go(self):
        with socket.create_connection(("127.0.0.1", self.camera.trigger_port)):
            wait_until("it is noticed", lambda: self.attribute("trigger") == "silent")
            self.assertEqual(self.device("porch")["state"], "online")
            self.pictures_go_on()
        wait_until("it is noticed as well", lambda: self.attribute("trigger") == "ok")
        self.assertEqual(self.command("health").status, 200)

    def test_nothing_is_sent_that_kills_it(self):
        a = self.request("PATCH", "/api/v1/devices/porch", {"settings": {"export.formats": ["npy"], "night.gain": 2.5, "camera.framerate": 8}})
        self.assertEqual(a.status, 200, a.body)
        settings = lambda: self.device("porch")["settings"]
        wait_until("what can be set is set", lambda: settings()["camera.framerate"]["reported"] == 8)
        wait_until("what cannot is told", lambda: "letters" in self.viewer.event("device.error", "porch")["data"]["why"])
        self.assertEqual(settings()["export.formats"]["reported"], ["jpg", "png"])
        self.pictures_go_on()
        a = self.command("save", formats=["jpg"])
        self.assertEqual(a.status, 200, a.body)
        self.assertIsNone(a.json["result"]["capture"])
        self.assertTrue(a.json["result"]["path"].endswith(".jpg"))
        a = self.command("past_frames", n=3)
        self.assertEqual(a.json["result"]["times"], "estimated")
        self.assertEqual(self.attribute("trigger"), "ok")


class Ours(Case):
    def test_past_frames_have_the_cameras_own_times(self):
        camera = self.start_camera("--source", "drawn:day", "--size", "160x120")
        self.start_gateway(camera_config(camera, QUICK), plugins=PI)
        self.wait_state("porch", "online")
        self.watch(devices=["*"], frames=True).frame()
        wait_until("some are in the past", lambda: self.ask(4)["frames"] == 4)
        answer = self.ask(4)
        self.assertEqual((answer["times"], answer["skipped"]), ("camera", 0))
        times = []
        for id in answer["captures"]:
            row = self.get(f"/api/v1/captures/{id}").json
            self.assertEqual(row["source"], "past")
            times.append(datetime.datetime.fromisoformat(row["captured_at"].replace("Z", "+00:00")))
        self.assertEqual(times, sorted(set(times)))
        self.assertLess(abs(datetime.datetime.now(datetime.timezone.utc) - times[-1]), datetime.timedelta(seconds=30))

    def test_the_same_picture_is_kept_once(self):
        camera = self.start_camera("--source", "drawn:day", "--size", "160x120")
        self.start_gateway(camera_config(camera, QUICK), plugins=PI)
        self.wait_state("porch", "online")
        wait_until("some are in the past", lambda: self.ask(5)["frames"] == 5)
        # All that it has: on a slow disk some pictures come between.
        first = self.ask(300)
        second = self.ask(300)
        again = set(first["captures"]) & set(second["captures"])
        self.assertEqual(second["kept_before"], len(again))
        self.assertGreater(len(again), 0)

    def ask(self, n):
        a = self.request("POST", "/api/v1/devices/porch/commands/past_frames", {"args": {"n": n}})
        return a.json["result"] if a.status == 200 else {"frames": 0}


if __name__ == "__main__":
    main()
