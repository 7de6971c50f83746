"""deploy/deps.sh against a Debian of our own: programs in its PATH that note what they are asked."""

import os
import subprocess
import sys
import tempfile
import unittest

DEPS = os.path.join(sys.argv.pop(1), "deploy/deps.sh")

DPKG_QUERY = """#!/bin/sh
shift 3
for name; do grep -s "^$name\\( \\|$\\)" {here}/installed | sed 's/^/installed /'; done
"""
APT_CACHE = """#!/bin/sh
grep -qx "$2" {here}/known && echo "$2:" && echo "  Candidate: 1.0" || true
"""
APT_GET = """#!/bin/sh
echo "$*" >>{here}/asked
"""
ID = """#!/bin/sh
echo {uid}
"""


class Deps(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.here = folder.name
        self.uid = 0
        self.write("installed", "")
        self.write("known", "")

    def write(self, name, text):
        path = os.path.join(self.here, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o755)

    def run_deps(self, *arguments, has=("dpkg-query", "apt-cache", "apt-get", "id")):
        programs = {"dpkg-query": DPKG_QUERY, "apt-cache": APT_CACHE, "apt-get": APT_GET, "id": ID}
        for name in has:
            self.write(name, programs[name].format(here=self.here, uid=self.uid))
        for name in ("grep", "sed", "tr", "env", "sh"):
            link = os.path.join(self.here, name)
            if not os.path.exists(link):
                os.symlink("/usr/bin/" + name, link)
        return subprocess.run(["/bin/sh", DEPS, *arguments], env={"PATH": self.here}, stdin=subprocess.DEVNULL, capture_output=True, text=True)

    def asked(self):
        try:
            with open(os.path.join(self.here, "asked"), encoding="utf-8") as file:
                return file.read().splitlines()
        except FileNotFoundError:
            return []

    def everything(self):
        return self.run_deps("missing", "build").stdout.split()

    def test_says_and_does_nothing_when_nothing_is_missing(self):
        self.write("installed", "\n".join(p.split("|")[0] for p in self.everything()))
        done = self.run_deps("install", "build")
        self.assertEqual((done.returncode, done.stdout, done.stderr, self.asked()), (0, "", "", []))

    def test_either_name_of_a_package_will_do(self):
        self.write("installed", "\n".join(p.split("|")[-1] for p in self.everything()))
        self.assertEqual(self.run_deps("missing", "build").stdout, "")

    def test_a_package_that_another_provides_is_there(self):
        self.write("installed", "nodejs npm (= 9), node-x\n")
        missing = self.run_deps("missing", "test").stdout.split()
        self.assertNotIn("npm", missing)
        self.assertIn("libcriterion-dev", missing)

    def test_installs_what_is_missing_and_only_that(self):
        wanted = self.everything()
        choice = next(p for p in wanted if "|" in p)
        second = choice.split("|")[1]
        self.write("known", second + "\n")
        self.write("installed", "\n".join(p.split("|")[0] for p in wanted if p != choice))
        done = self.run_deps("install", "build")
        self.assertEqual(done.returncode, 0, done.stderr)
        update, install = self.asked()
        self.assertIn("update", update.split())
        self.assertIn("--no-install-recommends", install)
        self.assertEqual(install.split()[-1], second)
        self.assertEqual(install.split()[-2], "--no-install-recommends")

    def test_names_the_command_where_nobody_is_root(self):
        self.uid = 1000
        done = self.run_deps("install", "video")
        self.assertEqual((done.returncode, self.asked()), (1, []))
        self.assertIn("sudo apt-get install --no-install-recommends ffmpeg\n", done.stderr)

    def test_goes_on_where_there_is_no_debian(self):
        done = self.run_deps("install", "video", has=())
        self.assertEqual(done.returncode, 0)
        self.assertIn("ffmpeg", done.stderr)

    def test_refuses_a_group_that_it_does_not_know(self):
        done = self.run_deps("install", "biuld")
        self.assertEqual((done.returncode, self.asked()), (2, []))
        self.assertIn('no group "biuld"', done.stderr)


if __name__ == "__main__":
    unittest.main()
