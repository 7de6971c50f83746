"""Firmware that two builds compile: meson.build, for tests and virtual devices, and CMakeLists.txt, for ESP-IDF. The second is
not built here, so what can be wrong with it without a compiler's help is looked for."""

import glob
import os
import re
import sys
import unittest

ROOT = os.path.abspath(sys.argv.pop(1))
FIRMWARE = os.path.join(ROOT, "firmware")
sys.path.insert(0, os.path.join(FIRMWARE, "esp/check"))
import cmake  # noqa: E402

SIZES = {"": 1, "K": 1 << 10, "M": 1 << 20}


def read(*path):
    with open(os.path.join(FIRMWARE, *path), encoding="utf-8") as file:
        return file.read()


def names(paths):
    return sorted(map(os.path.basename, paths))


def projects():
    return sorted(os.path.dirname(p) for p in glob.glob(FIRMWARE + "/esp/*/sdkconfig.defaults"))


def components():
    found = {}
    for project in projects():
        found |= {c.folder: c for c in cmake.read_components(project).values()}
    return found


def size(text):
    number, unit = re.fullmatch(r"(0x[0-9a-fA-F]+|\d+)([KM]?)", text).groups()
    return int(number, 0) * SIZES[unit]


class Sources(unittest.TestCase):
    def test_there_are_projects_with_a_core(self):
        for project in projects():
            folders = [c.folder for c in cmake.read_components(project).values()]
            self.assertTrue(any("/firmware/cores/" in f for f in folders), project)
        self.assertTrue(projects())

    def test_both_builds_name_the_same_sources(self):
        both = [c for c in components().values() if os.path.exists(c.folder + "/meson.build")]
        self.assertGreaterEqual(len(both), 2)
        for c in both:
            meson = re.findall(r"'(\w+\.c)'", read(c.folder, "meson.build"))
            self.assertEqual(sorted(meson), names(c.sources), c.folder)

    def test_a_core_with_a_cmakelists_belongs_to_a_project(self):
        for path in glob.glob(FIRMWARE + "/cores/*/CMakeLists.txt") + [FIRMWARE + "/proto/CMakeLists.txt"]:
            self.assertIn(os.path.dirname(path), components())

    def test_every_source_of_a_component_is_compiled(self):
        for folder, c in components().items():
            self.assertEqual(names(glob.glob(folder + "/*.c")), names(c.sources), folder)

    def test_a_project_has_all_components_of_ours_that_its_components_require(self):
        ours = {os.path.basename(f) for f in components()}
        for project in projects():
            has = cmake.read_components(project)
            for c in has.values():
                self.assertEqual(c.requires & ours - has.keys(), set(), c.folder)


class Projects(unittest.TestCase):
    def test_what_is_fetched_is_of_the_version_that_was_checked(self):
        checked = read("esp/check/headers.sh")
        release = re.search(r"^idf=v(\d+)\.(\d+)\.\d+$", checked, re.M)
        for project in projects():
            wanted = dict(re.findall(r'^  ([\w/-]+): "(.*)"$', read(project, "main/idf_component.yml"), re.M))
            self.assertEqual(wanted.pop("idf"), f">={release[1]}.{release[2]},<{release[1]}.{int(release[2]) + 1}")
            for name, version in wanted.items():
                number, place = re.escape(version.removeprefix("==")), name.replace("/", "__")
                self.assertRegex(checked, rf"\S+ refs/tags/(\w+-)?v{number} managed_components/{place}\b")

    def test_the_camera_has_3_mb_for_its_program(self):
        self.assertRegex(read("esp/ble-batch-camera/partitions.csv"), r"(?m)^factory, +app, +factory, +0x10000, +3M$")

    def test_partitions_follow_each_other_and_fit_the_flash(self):
        for project in projects():
            flash = int(re.search(r"CONFIG_ESPTOOLPY_FLASHSIZE_(\d+)MB=y", read(project, "sdkconfig.defaults"))[1]) << 20
            rows = [[v.strip() for v in line.split(",")] for line in read(project, "partitions.csv").splitlines()
                    if line and not line.startswith("#")]
            end = 0x9000  # behind the boot loader and this table
            for name, kind, _, offset, length in rows:
                self.assertEqual(size(offset), end, f"{project}: {name}")
                end += size(length)
                if kind == "app":
                    self.assertEqual(size(offset) % 0x10000, 0, f"{project}: {name}")
                    self.assertGreaterEqual(size(length), 1 << 20, f"{project}: {name}")
            self.assertLessEqual(end, flash, project)
            self.assertIn("app", [row[1] for row in rows])


if __name__ == "__main__":
    unittest.main()
