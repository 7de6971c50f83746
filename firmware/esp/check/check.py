#!/usr/bin/python3
"""check.py HEADERS [PROJECT]… - type-check ESP-IDF projects against ESP-IDF's headers, which headers.sh lays into a folder.

Each project's options are evaluated by ESP-IDF's Kconfig files, for each chip that it is for, and once more with each of its
sdkconfig.ci.*; each C source of its components is looked at by a compiler of the same architecture with ESP-IDF's warnings, and
each component must require those whose headers it includes. Nothing is compiled to an object or linked. PROJECT: a folder; all
beside this one if there is none. Exits with 1 if something is wrong, with 2 if it could not look.
"""

import glob
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import idf
import sdkconfig
from cmake import read_components

HERE = os.path.dirname(os.path.abspath(__file__))


def allowed(component, components):
    """Names of all components whose headers it may include."""
    names = {component.name} | idf.COMMON | component.requires
    for name in component.requires & components.keys():
        names |= components[name].public
    return names


def owner(headers, components, path):
    for c in components.values():
        if os.path.dirname(path) in [c.folder, *c.includes]:
            return c.name
    return idf.component_of(headers, path)


def direct_includes(report):
    """(includer, included) of the compiler's -H, whose dots count depth."""
    stack = []
    for line in report:
        found = re.match(r"(\.+) (.*)", line)
        if found:
            del stack[len(found[1]) - 1:]
            yield stack[-1] if stack else None, os.path.normpath(found[2])
            stack.append(os.path.normpath(found[2]))


def chips(project):
    """Those that main/idf_component.yml lists; without a list the one that sdkconfig.defaults names."""
    with open(os.path.join(project, "main/idf_component.yml"), encoding="utf-8") as file:
        listed = re.search(r"^targets:\n((?: +- \w+\n)+)", file.read(), re.M)
    if listed:
        return re.findall(r"\w+", listed[1])
    rows = sdkconfig.read_defaults(os.path.join(project, "sdkconfig.defaults"))
    return [value for _, name, value in rows if name == "IDF_TARGET"]


def configurations(project):
    """(chip, files of options), the later ones going before the earlier ones."""
    defaults = os.path.join(project, "sdkconfig.defaults")
    for chip in chips(project):
        own = [path for path in [f"{defaults}.{chip}"] if os.path.exists(path)]
        for variant in [[]] + [[path] for path in sorted(glob.glob(project + "/sdkconfig.ci.*"))]:
            yield chip, [defaults, *own, *variant]


class Check:
    """One project, for one chip and one set of options."""

    def __init__(self, headers, project, folder, target, options):
        self.headers, self.project, self.folder = headers, project, folder
        self.components = read_components(project)
        self.target, self.files = target, options

    def options(self):
        kconfig = sdkconfig.read_kconfig(self.headers, self.target, idf.version(self.headers), self.project, self.folder)
        wrong = sdkconfig.apply_defaults(kconfig, [os.path.join(HERE, "compat/sdkconfig.defaults"), *self.files])
        sdkconfig.write_header(kconfig, os.path.join(self.folder, "sdkconfig.h"))
        return wrong

    def command(self, component, source):
        ours = [self.folder, component.folder, *component.includes]
        for name in sorted(component.requires & self.components.keys()):
            ours += self.components[name].includes
        folders = ours + idf.include_folders(self.headers, self.target)
        return [*idf.COMPILERS[idf.architecture(self.target)], *idf.FLAGS, "-H", *(f"-I{f}" for f in folders),
                "-idirafter", os.path.join(HERE, "compat"), "-idirafter", idf.C_LIBRARY, source]

    def requirements(self, component, source, report):
        """A sentence per component whose headers are included and which is not required."""
        mine = [None] + [p for p in glob.glob(component.folder + "/*.h")]
        owners = {owner(self.headers, self.components, path) for by, path in direct_includes(report) if by in mine}
        return [f"{component.folder}/CMakeLists.txt: error: {os.path.basename(source)} includes headers of {name}, "
                "which REQUIRES does not name" for name in sorted(owners - {None} - allowed(component, self.components))]

    def source(self, component, source):
        run = subprocess.run(self.command(component, source), capture_output=True, text=True, check=False,
                             env={**os.environ, "LC_ALL": "C"})
        lines = run.stderr.splitlines()
        notes = [line for line in lines if not re.match(r"\.+ ", line)]
        if "Multiple include guards may be useful for:" in notes:
            del notes[notes.index("Multiple include guards may be useful for:"):]
        if run.returncode != 0 or any("warning:" in n for n in notes):
            return notes or [f"{source}: error: {run.args[0]} ended with {run.returncode}"]
        return self.requirements(component, source, lines)

    def run(self):
        """Prints what is wrong; returns how many sources it looked at, and whether all is well."""
        wrong = self.options()
        todo = [(c, s) for c in self.components.values() for s in c.sources]
        with ThreadPoolExecutor(max_workers=2) as pool:
            for sentences in pool.map(lambda job: self.source(*job), todo):
                wrong += sentences
        print(*wrong, sep="\n", end="\n" if wrong else "")
        return len(todo), not wrong


def check(headers, project):
    all_well = True
    for target, options in configurations(project):
        with tempfile.TemporaryDirectory() as folder:
            n, well = Check(headers, project, folder, target, options).run()
        variant = "".join(f" with {os.path.basename(p)}" for p in options if ".ci." in p)
        print(f"{os.path.basename(project)}: {n} sources for {target}{variant} and the headers of ESP-IDF {idf.version(headers)}: "
              f"{'clean' if well else 'NOT clean'}")
        all_well = all_well and well
    return all_well


def main():
    if len(sys.argv) < 2:
        print(__doc__)
        return 2
    headers = os.path.abspath(sys.argv[1])
    if not os.path.isfile(f"{headers}/components/esp_common/include/esp_idf_version.h"):
        print(f"check.py: {sys.argv[1]} has no headers of ESP-IDF", file=sys.stderr)
        return 2
    projects = sys.argv[2:] or sorted(map(os.path.dirname, glob.glob(os.path.dirname(HERE) + "/*/sdkconfig.defaults")))
    return 0 if all([check(headers, os.path.abspath(p)) for p in projects]) and projects else 1


if __name__ == "__main__":
    sys.exit(main())
