"""`meson install`: everything in its place below DESTDIR, and units that systemd's own check finds tight."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from warren import BUILD, main, no_crash

ROOT = pathlib.Path(__file__).resolve().parents[2]
# systemd-analyze's own scale, in tenths: 15 is 1.5.
EXPOSURE = "15"


class Install(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dest = pathlib.Path(folder.name)

    def option(self, name):
        options = json.loads(subprocess.check_output(["meson", "introspect", "--buildoptions", BUILD]))
        return next(o["value"] for o in options if o["name"] == name)

    def install(self):
        subprocess.run(["meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", self.dest], check=True, stdout=subprocess.DEVNULL)
        self.prefix = self.dest / self.option("prefix").lstrip("/")
        self.drivers = self.prefix / self.option("libdir") / "warren"

    def test_everything_is_in_its_place(self):
        self.install()
        for path in ("bin/warren", "bin/warrenctl", "bin/warren-pi-camera", "bin/warren-sim",
                     "include/warren/driver.h", "include/warren/json_write.h", "lib/systemd/system/warren.service",
                     "lib/systemd/system/warren-pi-camera.service", "lib/sysusers.d/warren.conf", "share/warren/warren.yaml",
                     "share/warren/warren.schema.json", "share/doc/warren/docs/operations.md", "share/doc/warren/LICENSE"):
            self.assertTrue((self.prefix / path).is_file(), path)
        self.assertTrue((self.drivers / "plugins/pi-trigger-camera.so").is_file())
        self.assertTrue((self.dest / "etc/warren/warren.yaml").is_file())
        unit = (self.prefix / "lib/systemd/system/warren.service").read_text()
        self.assertIn(f"ExecStart={self.option('prefix')}/bin/warren\n", unit)
        self.assertTrue((self.dest / re.search(r"^Documentation=file:///(.*)$", unit, re.M)[1]).is_file())
        self.assertNotIn("@", unit.replace("@system-service", "").replace("@privileged", "").replace("@resources", ""))

    def test_links_among_the_pages_lead_to_what_is_installed(self):
        self.install()
        docs = self.prefix / "share/doc/warren"
        pages = list(docs.rglob("*.md"))
        self.assertGreater(len(pages), 20)
        broken = [f"{page.relative_to(docs)}: {link}" for page in pages for link in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
                  if "://" not in link and not (page.parent / link).is_file()]
        self.assertEqual(broken, [])

    def test_the_configuration_names_the_folder_of_drivers_of_this_installation(self):
        self.install()
        for path in (self.dest / "etc/warren/warren.yaml", self.prefix / "share/warren/warren.yaml"):
            folder = re.search(r"#folder: (.*)", path.read_text())[1]
            self.assertEqual(folder, f"{self.option('prefix')}/{self.option('libdir')}/warren/plugins")
            # It is what the program has built in.
            self.assertIn(folder.encode(), (self.prefix / "bin/warren").read_bytes())

    def test_an_uninstallation_leaves_what_people_made(self):
        self.install()
        mine = self.drivers / "plugins/mine.so"
        mine.write_bytes(b"mine")
        subprocess.run([ROOT / "deploy/uninstall.sh", self.option("prefix")], check=True, stdout=subprocess.DEVNULL,
                       env=os.environ | {"DESTDIR": str(self.dest)})
        left = {p for p in self.dest.rglob("*") if not p.is_dir()}
        self.assertEqual(left, {mine, self.dest / "etc/warren/warren.yaml"})

    def test_examples_are_not_loaded_by_a_real_gateway(self):
        self.install()
        self.assertFalse((self.drivers / "plugins/demo.so").exists())
        self.assertTrue((self.drivers / "examples/demo.so").is_file())

    def test_what_is_installed_runs(self):
        self.install()
        checked = subprocess.run([self.prefix / "bin/warren", "check", "--config", self.dest / "etc/warren/warren.yaml"], capture_output=True,
                                 text=True, env={k: v for k, v in os.environ.items() if not k.startswith("WARREN_")})
        no_crash(checked.returncode, checked.stderr)
        self.assertEqual(checked.returncode, 0, checked.stderr)

    def test_an_upgrade_leaves_the_configuration_alone(self):
        self.install()
        config = self.dest / "etc/warren/warren.yaml"
        config.write_text("log:\n  level: debug\n")
        self.install()
        self.assertEqual(config.read_text(), "log:\n  level: debug\n")

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd is not installed")
    def test_units_are_right_and_tight(self):
        self.install()
        for unit in ("warren", "warren-pi-camera"):
            path = self.prefix / f"lib/systemd/system/{unit}.service"
            judged = subprocess.run(["systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE}", path], capture_output=True, text=True)
            self.assertEqual(judged.returncode, 0, judged.stdout + judged.stderr)
            # Programs are looked for where they will be, and they are not there yet.
            said = subprocess.run(["systemd-analyze", "verify", "--recursive-errors=no", path], capture_output=True, text=True).stderr
            wrong = [line for line in said.splitlines() if unit in line and "is not executable" not in line]
            self.assertEqual(wrong, [])


if __name__ == "__main__":
    main()
