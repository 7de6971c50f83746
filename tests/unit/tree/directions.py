#!/usr/bin/env python3
"""directions.py ROOT - who may include whom. docs/architecture.md says why; this is the list that holds.

Prints each #include that goes the wrong way, one per line, and exits with 1.
"""

import os
import re
import sys

# From top to bottom: a folder may include itself and what stands below it.
LAYERS = [
    {"gateway/src"},  # main and the object graph
    {"gateway/src/http"},
    {"gateway/src/device"},
    {"gateway/src/ble", "gateway/src/mdns", "gateway/src/store"},
    {"gateway/src/media"},
    {"gateway/src/bus"},
    {"gateway/src/config"},
    {"gateway/src/dbus"},
    {"gateway/src/loop"},
    {"gateway/src/base"},
]

# Folders beside the stack, and those that may reach outside of it. A name covers the folders below it.
ALSO = {
    "gateway/src/ctl": {"gateway/src/loop", "gateway/src/base", "firmware/proto"},
    "gateway/src/bus": {"firmware/proto"},
    "gateway/src/device": {"firmware/proto"},
    "gateway/src/http": {"web", "firmware/proto"},
    "gateway/src/media": {"firmware/cores/flow", "firmware/proto"},
    "gateway/src/store": {"firmware/proto"},
    "web": set(),
    "plugins": {"firmware/proto"},
    "firmware/proto": set(),
    "firmware/cores": {"firmware/proto"},
    "firmware/pi-trigger-camera": {"firmware/cores", "firmware/proto", "gateway/src/http", "gateway/src/loop", "gateway/src/base"},
    "firmware/sim": {"firmware/cores", "firmware/proto", "firmware/pi-trigger-camera", "gateway/src/dbus", "gateway/src/http",
                     "gateway/src/loop", "gateway/src/base"},
}

PUBLIC = "gateway/include"  # every folder may include <warren/…>, but for these two, which also run where there is no host:
WITHOUT_HOST = ("firmware/proto", "firmware/cores")

# The C library and nothing of the system: what a microcontroller's compiler has, too.
C_LIBRARY = set("""assert ctype errno float inttypes iso646 limits locale math setjmp signal stdalign stdarg stdatomic stdbool
    stddef stdint stdio stdlib stdnoreturn string strings tgmath time uchar wchar wctype""".split())
C_LIBRARY_ONLY = ("firmware/proto", "firmware/cores", "plugins")

# One owner per dependency: the only folders that may include its headers.
OWNERS = {
    r"curl/": {"gateway/src/loop"},
    r"dlfcn\.h": {"gateway/src/device"},
    r"jansson\.h": {"gateway/src/base"},
    r"jpeglib\.h|jerror\.h|turbojpeg\.h": {"gateway/src/media", "firmware/pi-trigger-camera", "plugins/demo"},
    r"libwebsockets": {"gateway/src/http"},
    r"openssl/": {"gateway/src/base", "gateway/src/http"},
    r"png\.h": {"firmware/pi-trigger-camera"},
    r"sqlite3\.h": {"gateway/src/store"},
    r"systemd/": {"gateway/src/dbus"},
    r"uv\.h|uv/": {"gateway/src/loop"},
    r"yaml\.h": {"gateway/src/config"},
    r"zlib\.h": {"web"},
}

SOURCES = ("gateway", "plugins", "firmware", "web")
# Where compilers look for "…", besides the including file's own folder. Projects of microcontrollers are built elsewhere.
SEARCHED = ("gateway/src", "gateway/include", "firmware/proto", "web", "")
ELSEWHERE = ("firmware/esp",)

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.M)


def within(folder, parents):
    return any(folder == p or folder.startswith(p + "/") for p in parents)


def below(folder):
    """The layers under one of the stack."""
    for i, layer in enumerate(LAYERS):
        if folder in layer:
            return set().union(*LAYERS[i + 1:])
    return set()


def also(folder):
    return set().union(*(may for who, may in ALSO.items() if within(folder, [who])))


def resolve(files, folder, name):
    """The file of ours that "name" means there, or None. Cores see each other's folders."""
    cores = sorted({os.path.dirname(f) for f in files if f.startswith("firmware/cores/")})
    for place in (folder, *SEARCHED, *cores):
        path = os.path.normpath(os.path.join(place, name))
        if path in files:
            return path
    return None


def may_include(folder, target):
    if target == folder:
        return True
    if within(target, [PUBLIC]):
        return not within(folder, WITHOUT_HOST)
    if within(folder, ["plugins"]) and within(target, ["plugins"]):
        return target.split("/")[1] == folder.split("/")[1]
    if within(folder, ["firmware/cores"]) and within(target, ["firmware/cores"]):
        return True
    return target in below(folder) or within(target, also(folder))


def check_include(files, path, quote, name):
    """A sentence, or None."""
    folder = os.path.dirname(path)
    ours = resolve(files, folder, name)
    if ours and (quote == '"' or name.startswith("warren/")):
        if may_include(folder, os.path.dirname(ours)):
            return None
        return f"{folder} may not include {os.path.dirname(ours)}"
    for pattern, owners in OWNERS.items():
        if re.match(pattern, name):
            return None if within(folder, owners) else f"only {' and '.join(sorted(owners))} may include it"
    if quote == '"':
        return None  # made by the build, or the compiler tells
    if within(folder, C_LIBRARY_ONLY) and name.removesuffix(".h") not in C_LIBRARY:
        return f"{folder} has the C library only"
    return None


def check(files):
    """files: path → text. Yields (path, line, name, sentence)."""
    for path in sorted(files):
        for found in INCLUDE.finditer(files[path]):
            why = check_include(files, path, found[1], found[2])
            if why:
                yield path, files[path].count("\n", 0, found.start()) + 1, found[2], why


def read_tree(root):
    files = {}
    for top in SOURCES:
        for folder, folders, names in os.walk(os.path.join(root, top)):
            folders[:] = [f for f in folders if f != "node_modules"]
            for name in names:
                path = os.path.relpath(os.path.join(folder, name), root)
                if name.endswith((".c", ".h")) and not within(path, ELSEWHERE):
                    with open(os.path.join(root, path), encoding="utf-8") as file:
                        files[path] = file.read()
    return files


def main():
    files = read_tree(sys.argv[1])
    wrong = list(check(files))
    for path, line, name, why in wrong:
        print(f"{path}:{line}: {name}: {why}")
    print(f"{len(files)} files, {len(wrong)} includes that go the wrong way")
    return 1 if wrong or not files else 0


if __name__ == "__main__":
    sys.exit(main())
