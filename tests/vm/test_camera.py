"""The gateway and virtual BLE batch cameras of every dialect, on the real BlueZ: whole batches, and what breaks them."""

import time
import unittest

from radio import RadioCase, kill_bluetoothd, power

OLDER = ("batch", "low-power")
# An old camera's memory takes ten of these, and 40 % of it is a batch.
PICTURE_BYTES, BATCH = 9000, 4
OLD_BATCHES = ("--interval", 0.3, "--memory", 10 * PICTURE_BYTES, "--threshold", 100 * BATCH / 10)


class Batches(RadioCase):
    def test_twenty_pictures_come_as_they_were_taken_in_every_dialect(self):
        sizes = [1500 + 177 * i for i in range(20)]
        self.start_ble_camera("warren", sizes, "--interval", 1)
        for dialect in OLDER:
            self.start_ble_camera(dialect, sizes, "--interval", 0.05, "--threshold", 95)
        self.start_ble_camera("v0", 4 * sizes, "--sound", 0)  # it is asked for pictures for ever
        self.start_ble_gateway({"v0": "{frequency: 1}"})
        for camera in self.cameras.values():
            self.wait(f"20 pictures of {camera.id} are kept", lambda: self.n_captures(camera.id) >= len(sizes))
            self.said(f"{camera.id} is done")
            numbers = self.kept(camera)
            if camera.id == "v0":
                del numbers[len(sizes):]
            self.assertEqual(numbers, list(range(len(sizes))), camera.id)
            attributes = self.device(camera.id)["attributes"]
            self.assertEqual(attributes["dialect"]["value"], camera.id)
            self.assertEqual(attributes["pictures_failed"]["value"], 0, camera.id)


class Disasters(RadioCase):
    """A camera of each dialect is in the middle of a picture when it happens."""

    def setUp(self):
        super().setUp()
        self.start_ble_camera("warren", [200000] * 20, "--interval", 1, "--memory", "16MB")
        for dialect in OLDER:
            self.start_ble_camera(dialect, [PICTURE_BYTES] * 60, *OLD_BATCHES)
        self.start_ble_camera("v0", [PICTURE_BYTES] * 40, "--sound", 1)
        self.gateway = self.start_ble_gateway({"v0": "{frequency: 1}"})
        self.wait_for_the_middle()

    def wait_for_the_middle(self):
        watch = self.watch(devices=["*"], events=["transfer.progress"])
        end = time.monotonic() + 150
        while time.monotonic() < end:
            data = watch.event("transfer.progress", "batch", 150)["data"]
            if 0 < data["bytes"] < data["size"] and all(self.n_captures(id) > 0 for id in self.cameras):
                break
        watch.close()
        self.before = {id: self.kept(camera) for id, camera in self.cameras.items()}
        self.said(f"kept before: {self.before}")

    def check_ours(self):
        """Nothing is lost, and nothing is kept twice."""
        camera = self.cameras["warren"]
        self.assertLess(len(self.before["warren"]), len(camera.pictures), "it was done before anything happened")
        self.wait("all pictures of our camera are kept", lambda: self.n_captures("warren") >= len(camera.pictures))
        self.assertEqual(self.kept(camera), list(range(len(camera.pictures))))

    def check_older(self, camera):
        """Of a batch that was broken off there is what had come, and nothing of what was in the air; the next batch comes whole."""
        def whole_batch():
            new = [n for n in self.kept(camera) if n not in self.before[camera.id]]
            return any({b, b + 1, b + 2, b + 3} <= set(new) for b in range(0, len(camera.pictures), BATCH))

        self.wait(f"a whole batch of {camera.id} after that", whole_batch)
        numbers = self.kept(camera)
        self.assertEqual(numbers, sorted(set(numbers)), "none twice, in their order")
        for begin in range(0, numbers[-1], BATCH):
            of_batch = [n for n in numbers if begin <= n < begin + BATCH]
            self.assertEqual(of_batch, list(range(begin, begin + len(of_batch))), f"{camera.id}: {numbers}")

    def check_v0(self):
        """The picture that was on its way is lost, as nobody has it any more; the camera is asked for the next."""
        camera = self.cameras["v0"]
        self.wait("v0 goes on", lambda: self.n_captures("v0") >= len(self.before["v0"]) + 3)
        numbers = self.kept(camera)
        self.assertEqual(numbers, sorted(set(numbers)), "none twice, in their order")
        self.assertLessEqual(numbers[-1] + 1 - len(numbers), 1, f"{numbers}: more is missing than the one that was on its way")

    def check_all(self):
        self.check_ours()
        self.said("ours has all")
        self.check_v0()
        for dialect in OLDER:
            self.check_older(self.cameras[dialect])
        self.said(f"kept: { {id: self.kept(camera) for id, camera in self.cameras.items()} }")

    def test_bluetoothd_is_killed_and_begun_anew(self):
        kill_bluetoothd()
        self.check_all()

    def test_the_cameras_controllers_have_no_power_for_a_while(self):
        adapters = [camera.adapter for camera in self.cameras.values()]
        power(adapters, False)
        time.sleep(2)
        power(adapters, True)
        self.check_all()

    def test_the_gateway_is_killed_and_begun_anew(self):
        self.gateway.kill()
        time.sleep(1)
        self.start_ble_gateway({"v0": "{frequency: 1}"})
        self.check_all()


if __name__ == "__main__":
    unittest.main(verbosity=2)
