"""The gateway and virtual Bluetooth cameras behind a pretended BlueZ, from outside."""

import io
import wave

from warren import Case, SIM, main, wait_until


class Camera(Case):
    def start_cameras(self, *options):
        """Virtual cameras on a bus of their own, and the gateway on that bus, with one of them as its device `cam`."""
        sim = self.start([SIM, "ble-batch-camera", "--new-bus", self.folder / "bus", "--seed", 7, *options], "cameras")
        wait_until("the cameras are on the air", lambda: "listening" in sim.output() or sim.child.poll() is not None)
        self.assertIsNone(sim.child.poll(), sim.output())
        self.start_gateway(f"ble:\n  bus: unix:path={self.folder}/bus\ndevices:\n  cam:\n    driver: ble-batch-camera\n",
                           plugins=("ble-batch-camera",))
        return sim

    def captures(self):
        return self.get("/api/v1/captures").json["items"]


class Dialects(Camera):
    def batch_of(self, dialect):
        self.start_cameras("--dialect", dialect, "--interval", 1, "--size", "160x120", "--memory", "64KiB")
        wait_until("pictures", lambda: len(self.captures()) >= 3)
        wait_until("its dialect", lambda: self.device("cam")["attributes"]["dialect"]["value"] == dialect)

    def test_one_that_stays_awake_is_not_left(self):
        self.batch_of("batch")
        log = self.programs[-1].output()
        self.assertNotIn("device offline", log)

    def test_one_that_sleeps_is_left_after_its_batch_and_found_again(self):
        self.batch_of("low-power")
        wait_until("it is left", lambda: "sleeps" in (self.device("cam")["why"] or ""))
        n = len(self.captures())
        wait_until("its next batch", lambda: len(self.captures()) > n)


class Sound(Camera):
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
