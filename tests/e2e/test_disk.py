"""A disk that is full: said, live view goes on, and better without a restart."""

import os
import shutil
import subprocess
import unittest

from warren import Case, PI, camera_config, main, wait_until


class DiskFull(Case):
    def setUp(self):
        super().setUp()
        self.data = self.folder / "data"
        self.data.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m,mode=750", "tmpfs", self.data], capture_output=True).returncode != 0:
            raise unittest.SkipTest("a small file system cannot be mounted here (needs root)")
        self.addCleanup(subprocess.run, ["umount", "-l", self.data], capture_output=True)
        camera = self.start_camera()
        self.start_gateway(camera_config(camera), env={"WARREN_STORE_MAX_PERCENT": "0", "WARREN_STORE_MIN_FREE_BYTES": "0"}, plugins=PI)
        self.wait_state("porch", "online")

    def capture(self):
        return self.request("POST", "/api/v1/devices/porch/commands/capture")

    def test_it_is_told_and_ends_without_a_restart(self):
        w = self.watch(devices=["*"], events=["storage.*"])
        filler = self.data / "filler"
        free = os.statvfs(self.data).f_bavail * os.statvfs(self.data).f_bsize
        filler.write_bytes(b"x" * max(free - 60_000, 0))
        kept = []
        for _ in range(40):
            a = self.capture()
            if a.status != 200:
                break
            kept.append(a.json["result"]["id"])
        self.assertEqual(a.status, 507, a.body)
        self.assertIn("full", a.json["detail"])
        w.event("storage.full")
        self.assertEqual(self.get("/readyz").status, 503)
        live = self.watch(devices=["*"], frames=True)
        first = live.frame()[0]["seq"]
        self.assertGreater(live.frame()[0]["seq"], first)
        filler.unlink()
        wait_until("a picture is kept again", lambda: self.capture().status == 200)
        w.event("storage.ok")
        self.assertEqual(self.get("/readyz").status, 200)
        for id in kept:
            self.assertEqual(self.get(f"/api/v1/captures/{id}/image.jpg").status, 200, id)


class DiskThatIsNoHelp(Case):
    def test_what_cannot_be_written_is_told_as_ours_and_ends_by_itself(self):
        camera = self.start_camera()
        self.start_gateway(camera_config(camera), plugins=PI)
        self.wait_state("porch", "online")
        capture = lambda: self.request("POST", "/api/v1/devices/porch/commands/capture")
        self.assertEqual(capture().status, 200)
        captures = self.folder / "data" / "captures"
        shutil.rmtree(captures)
        self.assertEqual(capture().status, 200, "a folder that was removed is made anew")
        shutil.rmtree(captures / "porch")
        (captures / "porch").write_text("in the way")
        a = capture()
        self.assertEqual(a.status, 500, a.body)
        self.assertIn("cannot be written", a.json["detail"])
        a = self.get("/readyz")
        self.assertEqual(a.status, 503)
        self.assertIn("cannot be written", a.json["checks"][0]["detail"])
        (captures / "porch").unlink()
        wait_until("it is ready again", lambda: self.get("/readyz").status == 200)
        self.assertEqual(capture().status, 200)


if __name__ == "__main__":
    main()
