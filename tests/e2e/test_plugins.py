"""Drivers dropped into the folder of a running gateway, replaced, cut off and removed."""

import os
import pathlib
import shutil
import subprocess
import threading
import time
import unittest

from warren import Case, PI, PLUGINS, SANITIZED, camera_config, main, wait_until


class DropIn(Case):
    def setUp(self):
        super().setUp()
        self.gateway = self.start_gateway(plugins=())
        self.file = self.folder / "plugins/demo.so"

    def plugin(self, file="demo.so"):
        return next((p for p in self.get("/api/v1/plugins").json["items"] if p["file"] == file), None)

    def test_a_driver_that_is_copied_in_makes_a_device_appear(self):
        w = self.watch(devices=["*"], frames=True, events=["*"])
        shutil.copy(PLUGINS / "demo.so", self.file)
        channel = w.event("device.added", "demo")["data"]["channel"]
        header, jpeg = w.frame()
        self.assertEqual(header["channel"], channel)
        self.assertEqual(jpeg[:2], b"\xff\xd8")

    def test_one_that_is_removed_takes_its_device_along(self):
        shutil.copy(PLUGINS / "demo.so", self.file)
        self.wait_state("demo", "online")
        w = self.watch(devices=["*"], events=["*"])
        self.file.unlink()
        w.event("device.removed", "demo")
        self.assertIsNone(self.plugin())

    def test_plain_cp_over_a_loaded_file_ends_on_the_new_code(self):
        shutil.copy(PLUGINS / "demo.so", self.file)
        self.wait_state("demo", "online")
        w = self.watch(devices=["*"], frames=True, events=["*"])
        w.frame()
        for _ in range(5):
            self.file.write_bytes((PLUGINS / "demo.so").read_bytes())
            w.event("plugin.loaded")
            w.frame()
        self.assertIsNone(self.gateway.child.poll())

    def test_a_replaced_file_ends_on_the_new_code(self):
        shutil.copy(PLUGINS / "demo.so", self.file)
        self.wait_state("demo", "online")
        w = self.watch(devices=["*"], events=["*"])
        new = self.folder / "plugins/.new"
        shutil.copy(PLUGINS / "demo.so", new)
        new.rename(self.file)
        w.event("plugin.loaded")
        self.wait_state("demo", "online")

    def test_a_bad_replacement_leaves_the_old_code_running_and_says_why(self):
        shutil.copy(PLUGINS / "demo.so", self.file)
        self.wait_state("demo", "online")
        whole = (PLUGINS / "demo.so").read_bytes()
        self.file.write_bytes(whole[:len(whole) // 2])
        wait_until("it is refused", lambda: (p := self.plugin()) and p["why"])
        self.assertEqual(self.plugin()["state"], "loaded")
        self.assertIn("cut off", self.plugin()["why"])
        self.assertEqual(self.device("demo")["state"], "online")
        self.file.write_bytes(whole)
        wait_until("the whole one is taken", lambda: not self.plugin()["why"])

    def test_cut_off_files_are_refused_with_a_sentence(self):
        whole = (PLUGINS / "demo.so").read_bytes()
        w = self.watch(devices=["*"], events=["*"])
        for n in (0, 1, 63, 64, 500, 4096, len(whole) // 3, len(whole) - 1):
            self.file.write_bytes(whole[:n])
            self.assertGreater(len(w.event("plugin.refused")["data"]["why"]), 10, n)
            self.file.unlink()
            wait_until("it is forgotten", lambda: self.plugin() is None)
        self.assertIsNone(self.gateway.child.poll())

    def test_a_folder_that_everybody_may_write_is_refused(self):
        os.chmod(self.folder / "plugins", 0o777)
        shutil.copy(PLUGINS / "demo.so", self.file)
        p = wait_until("it is refused", self.plugin)
        self.assertEqual(p["state"], "refused")
        self.assertIn("writable by everybody", p["why"])

    def test_links_that_lead_nowhere_are_listed_with_a_sentence(self):
        (self.folder / "plugins/dead.so").symlink_to("/nonexistent/dead.so")
        (self.folder / "plugins/loop.so").symlink_to("loop.so")
        for file, why in (("dead.so", "which is not there"), ("loop.so", "leads back to itself")):
            p = wait_until("it is refused", lambda: self.plugin(file))
            self.assertEqual(p["state"], "refused")
            self.assertIn(why, p["why"])
        said = self.ctl("plugin", "ls")
        self.assertRegex(said, r"refused +dead\.so .*not there")
        self.assertRegex(said, r"refused +loop\.so .*back to itself")

    def test_a_second_file_of_one_driver_is_refused(self):
        shutil.copy(PLUGINS / "demo.so", self.file)
        self.wait_state("demo", "online")
        shutil.copy(PLUGINS / "demo.so", self.folder / "plugins/other.so")
        p = wait_until("it is refused", lambda: self.plugin("other.so"))
        self.assertIn("another file", p["why"])

    def test_a_device_of_the_configuration_waits_for_its_driver(self):
        self.configure("devices:\n  pond:\n    driver: demo\n    name: Pond\n")
        wait_until("it is known", lambda: self.device("pond"))
        self.assertEqual(self.device("pond")["state"], "error")
        self.assertIn("demo.so", self.device("pond")["why"])
        w = self.watch(devices=["*"], frames=True)
        shutil.copy(PLUGINS / "demo.so", self.file)
        w.frame()
        self.wait_state("pond", "online")
        self.assertIsNone(self.device("demo"), "no second one beside it")


class Memory(Case):
    N_VIEWERS = 8
    # What may be left: the tail of events, and what is on its way to slow viewers.
    MAX_LEFT_KB = 4096

    def rss_kb(self):
        status = pathlib.Path(f"/proc/{self.gateway.child.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))

    def noise(self):
        """Pictures of half a megabyte and of two, which take turns."""
        folder = self.folder / "pictures"
        folder.mkdir()
        for name, quality in (("a", 20), ("b", 2)):
            subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=1600x1200,noise=alls=60:allf=t", "-frames:v", "3",
                            "-q:v", str(quality), folder / f"{name}%d.jpg"], check=True)
        return folder

    def look(self, slow):
        w = self.watch(devices=["*"], frames=True)

        def read():
            try:
                while w.socket.recv(1 << 18):
                    time.sleep(0.1 if slow else 0)
            except OSError:
                pass
        threading.Thread(target=read, daemon=True).start()

    @unittest.skipIf(SANITIZED, "a sanitizer's own allocator keeps what was freed")
    def test_what_pictures_took_is_given_back_after_reloads_with_viewers(self):
        self.gateway = self.start_gateway(camera_config(self.start_camera("--source", f"folder:{self.noise()}", "--size", "1600x1200")), plugins=PI)
        self.wait_state("porch", "online")
        before = self.rss_kb()
        for i in range(self.N_VIEWERS):
            self.look(slow=i % 2)
        file, code = self.folder / "plugins/pi-trigger-camera.so", (PLUGINS / "pi-trigger-camera.so").read_bytes()
        w = self.watch(devices=["*"], events=["*"])
        for _ in range(10):
            file.write_bytes(code)
            w.event("plugin.loaded")
            time.sleep(0.4)
        during = wait_until("pictures are in memory", lambda: (kb := self.rss_kb()) > before + self.MAX_LEFT_KB and kb)
        file.unlink()
        w.event("plugin.removed")
        w.close()
        self.wait_state("porch", "error")
        try:
            wait_until("they are given back", lambda: self.rss_kb() < before + self.MAX_LEFT_KB, 8)
        finally:
            print(f"{before} kB before, {during} with {self.N_VIEWERS} viewers, {self.rss_kb()} after", flush=True)


if __name__ == "__main__":
    main()
