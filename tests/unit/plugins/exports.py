#!/usr/bin/env python3
"""Each driver shows one symbol, warren_driver, needs the C library and nothing else, and runs no code when it is loaded or unloaded."""
import subprocess
import sys

LIBRARIES = {"libc.so.6", "libm.so.6"}
failed = False


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def check(path, ok, what):
    global failed
    if not ok:
        failed = True
        print(f"{path}: {what}")


for path in sys.argv[1:]:
    symbols = [line.split()[-1].split("@")[0] for line in run("nm", "-D", "--defined-only", path).splitlines() if line.strip()]
    check(path, symbols == ["warren_driver"], f"shows {symbols}, expected warren_driver alone")
    dynamic = run("readelf", "-dW", path)
    needed = {line.split("[")[1].split("]")[0] for line in dynamic.splitlines() if "(NEEDED)" in line}
    check(path, needed <= LIBRARIES, f"needs {sorted(needed - LIBRARIES)}")
    # The compiler's own frame_dummy is one pointer; more would be constructors.
    sizes = {f[1]: int(f[5], 16) for f in (line.replace("[ ", "[").split() for line in run("readelf", "-SW", path).splitlines()) if len(f) > 6 and f[1] in (".init_array", ".fini_array")}
    check(path, all(n <= 8 for n in sizes.values()), f"has constructors or destructors: {sizes}")

if len(sys.argv) < 2:
    sys.exit("no drivers given")
sys.exit(failed)
