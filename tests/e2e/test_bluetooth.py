"""The gateway and virtual Bluetooth cameras behind a pretended BlueZ, from outside."""

import collections
import hashlib
import io
import pathlib
import re
import wave

from cameras import Cameras
from warren import main, wait_until

FRAMES = pathlib.Path(__file__).resolve().parents[1] / "browser/frames/day.mjpeg"


class Seven(Cameras):
    def test_seven_cameras_at_once_hand_over_every_picture_and_no_notification_is_lost(self):
        pictures = self.write_pictures(6)
        sim = self.start_cameras("--cameras", 7, "--interval", 1, "--count", len(pictures), "--pictures", self.folder / "pictures",
                                 config="", adopt=True)
        wait_until("all pictures of all", lambda: len(self.captures()) == 7 * len(pictures), 120)
        came = collections.defaultdict(list)
        for row in self.captures():
            came[row["device"]].append(row["sha256"])
        self.assertEqual(len(came), 7)
        for device, hashes in came.items():
            self.assertEqual(sorted(hashes), sorted(pictures), device)
            value = lambda key: self.device(device)["attributes"][key]["value"]
            wait_until(f"{device} says that nothing waits", lambda: value("images_waiting") == 0)
            self.assertEqual(value("pictures_failed"), 0, device)
        self.assertEqual(sim.stop(), 0)
        sent, dropped = map(int, re.search(r"^ended notifications=(\d+) dropped=(\d+)$", sim.output(), re.M).groups())
        self.assertEqual(dropped, 0)
        wait_until("the gateway knows that they are gone", lambda: self.metric("warren_bluetooth_links") == 0)
        self.assertEqual(self.metric("warren_bluetooth_notifications_total"), sent)

    def write_pictures(self, n):
        """So many different JPEGs in a folder. Their SHA-256 sums."""
        (self.folder / "pictures").mkdir()
        jpegs = [b"\xff\xd8\xff" + rest for rest in FRAMES.read_bytes().split(b"\xff\xd8\xff")[1:n + 1]]
        for i, jpeg in enumerate(jpegs):
            (self.folder / "pictures" / f"{i}.jpg").write_bytes(jpeg)
        return {hashlib.sha256(jpeg).hexdigest() for jpeg in jpegs}


class Dialects(Cameras):
    def batch_of(self, dialect):
        self.start_cameras("--dialect", dialect, "--interval", 1, "--size", "160x120", "--memory", "64KiB", "--verbose")
        wait_until("pictures", lambda: len(self.captures()) >= 3)
        wait_until("its dialect", lambda: self.device("cam")["attributes"]["dialect"]["value"] == dialect)

    def test_one_that_stays_awake_is_not_left(self):
        self.batch_of("batch")
        log = self.programs[-1].output()
        self.assertNotIn("device offline", log)
        refused = self.request("POST", "/api/v1/devices/cam/commands/take_picture", {})
        self.assertEqual(refused.status, 409)
        self.assertIn("takes its pictures by itself", refused.json["detail"])

    def test_a_threshold_that_one_that_stays_awake_ignores_is_refused(self):
        self.batch_of("batch")
        change = lambda percent: self.request("PATCH", "/api/v1/devices/cam", {"settings": {"threshold": percent}})
        refused = change(5)
        self.assertEqual(refused.status, 422)
        self.assertIn("threshold: expected", refused.json["detail"])
        self.assertIn("10 to 95", refused.json["detail"])
        self.assertEqual(self.device("cam")["settings"]["threshold"]["min"], 10)
        self.assertEqual(change(12.5).status, 200)
        wait_until("it is reported", lambda: self.device("cam")["settings"]["threshold"]["reported"] == 12.5)

    def test_settings_reach_one_that_sleeps_after_its_batch(self):
        self.batch_of("low-power")
        self.assertEqual(self.request("PATCH", "/api/v1/devices/cam", {"settings": {"frequency": 2, "threshold": 3}}).status, 200)
        self.assertTrue(self.device("cam")["settings"]["frequency"]["pending"])
        threshold = lambda: self.device("cam")["settings"]["threshold"]
        wait_until("they are reported", lambda: (threshold()["reported"], threshold()["pending"]) == (3, False))
        self.assertRegex(self.programs[0].output(), "settings saved.*F:2,T:3")

    def test_one_that_sleeps_is_left_after_its_batch_and_found_again(self):
        self.batch_of("low-power")
        wait_until("it is left", lambda: "sleeps" in (self.device("cam")["why"] or ""))
        n = len(self.captures())
        wait_until("its next batch", lambda: len(self.captures()) > n)


class Refused(Cameras):
    def test_connects_that_failed_are_counted(self):
        self.start_cameras("--faults", "refuse=Connect,refusal=Failed,refuses=2")
        retries = lambda: self.device("cam")["attributes"].get("retries", {}).get("value")
        wait_until("the third attempt makes a link", lambda: retries() == 2)


class Sound(Cameras):
    def test_the_sound_of_the_oldest_cameras_is_kept_beside_the_picture(self):
        self.start_cameras("--dialect", "v0", "--sound", 1)
        row = wait_until("a picture with its sound", self.captures)[-1]
        at = f"/api/v1/captures/{row['id']}"
        self.assertEqual(row["sound"], 16044)
        sound = self.get(f"{at}/sound.wav")
        self.assertEqual((sound.status, sound.headers["content-type"], len(sound.body)), (200, "audio/wav", row["sound"]))
        self.assertIn(f'filename="cam-{row["id"]}.wav"', sound.headers["content-disposition"])
        self.assertEqual(sound.headers["x-content-type-options"], "nosniff")
        with wave.open(io.BytesIO(sound.body)) as w:
            self.assertEqual((w.getframerate(), w.getsampwidth(), w.getnchannels(), w.getnframes()), (8000, 2, 1, 8000))
        part = self.get(f"{at}/sound.wav", headers={"Range": "bytes=44-143"})
        self.assertEqual((part.status, part.body), (206, sound.body[44:144]))
        same = self.get(f"{at}/sound.wav", headers={"If-None-Match": sound.headers["etag"]})
        self.assertEqual(same.status, 304)
        self.assertNotEqual(sound.headers["etag"], self.get(f"{at}/image.jpg").headers["etag"])
        self.assertEqual(len(list(self.folder.glob("data/captures/cam/*/*.wav"))), len(self.captures()))
        self.assertEqual(self.request("DELETE", at).status, 204)
        self.assertEqual(self.get(f"{at}/sound.wav").status, 404)
        self.assertEqual(list(self.folder.glob(f"data/captures/cam/*/{row['id']}.*")), [])

    def test_pictures_of_others_have_none(self):
        self.start_cameras("--interval", 1)
        row = wait_until("a picture", self.captures)[-1]
        self.assertIsNone(row["sound"])
        a = self.get(f"/api/v1/captures/{row['id']}/sound.wav")
        self.assertEqual((a.status, a.json["detail"]), (404, "there is no such sound"))


if __name__ == "__main__":
    main()
