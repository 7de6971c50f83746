#!/usr/bin/env python3
"""flow_budget.py - what the optical flow costs a microcontroller, counted: instructions and memory of one pair of 320x240, scalar, -Os.

RV32IMC, as an ESP32-C3 has it: compiled by riscv64-unknown-elf-gcc with picolibc, run without an operating system by qemu-system-riscv32
with -icount shift=0, where the processor's own counter (rdinstret) counts every instruction exactly. x86-64: the same code in callgrind.
One pair of each kind that flow_set.py draws. The first frame's small images are known from the pair before when frames follow each other,
which in a camera they do; "alone" makes them anew.

usage: flow_budget.py [--seed 1]
"""

import argparse
import glob
import os
import re
import subprocess
import tempfile

import flow_set

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CORE = f"{ROOT}/firmware/cores/flow"
MEDIA = f"{ROOT}/gateway/src/media"
SOURCES = [p for p in sorted(glob.glob(f"{CORE}/*.c")) if re.search(r"flow(_agree|_far|_fit|_full|_half|_math|_near|_ops|_pyramid|_search)?\.c$", p)]
HEAD, BLOCKS = 24, flow_set.COLUMNS * flow_set.ROWS
FRAMES = 2 * flow_set.WIDTH * flow_set.HEIGHT
RV = ["riscv64-unknown-elf-gcc", "--specs=picolibc.specs", "--oslib=semihost", "--crt0=semihost", "-march=rv32imc", "-mabi=ilp32", "-Os", "-std=gnu11",
      "-Wl,--defsym=__flash=0x80000000", "-Wl,--defsym=__flash_size=0x800000", "-Wl,--defsym=__ram=0x80800000", "-Wl,--defsym=__ram_size=0x800000"]
# The pairs lie where flow_budget.c looks for them.
QEMU = ["qemu-system-riscv32", "-M", "virt", "-m", "128", "-bios", "none", "-display", "none", "-serial", "none", "-monitor", "none",
        "-semihosting-config", "enable=on,target=native", "-icount", "shift=0"]


def pairs_of(path):
    """The frames of a set, one pair after the other."""
    with open(path, "rb") as file:
        data = file.read()
    one = 4 + FRAMES + 9 * BLOCKS
    return [data[at + 4:at + 4 + FRAMES] for at in range(HEAD, len(data), one)]


def count_riscv(folder, pairs):
    """[(alone, follows)] of each pair, bytes of room and stack."""
    with open(f"{folder}/pairs.raw", "wb") as file:
        file.write(len(pairs).to_bytes(4, "little") + b"".join(pairs))
    subprocess.run([*RV, f"-I{CORE}", f"-I{ROOT}/firmware/proto", "-o", f"{folder}/budget.elf", f"{ROOT}/tests/bench/flow_budget.c", *SOURCES], check=True)
    done = subprocess.run([*QEMU, "-device", f"loader,file={folder}/pairs.raw,addr=0x84000000,force-raw=on", "-kernel", f"{folder}/budget.elf"],
                          check=True, capture_output=True, text=True, timeout=600)
    rows = [tuple(map(int, line.split())) for line in (done.stdout + done.stderr).splitlines() if re.fullmatch(r"\d+ \d+", line)]
    return [rows[0], *rows[2:]], rows[1]


def count_x86(folder, path, n):
    gcc = ["gcc", "-Os", "-std=gnu11", f"-I{CORE}", f"-I{ROOT}/firmware/proto", f"-I{ROOT}/gateway/src"]
    wide = {"avx2": ["-mavx2"], "avx512": ["-mavx512vl", "-mavx512bw", "-mavx512vnni"]}
    for name, args in wide.items():
        subprocess.run([*gcc, *args, "-c", "-o", f"{folder}/{name}.o", f"{MEDIA}/flow_{name}.c"], check=True)
    subprocess.run([*gcc, "-o", f"{folder}/pairs", f"{ROOT}/tests/bench/flow_pairs.c", f"{MEDIA}/flow_fast.c", f"{MEDIA}/flow_sse2.c", *[f"{folder}/{name}.o" for name in wide],
                    *SOURCES], check=True)
    done = subprocess.run(["valgrind", "--tool=callgrind", "--toggle-collect=flow_run", f"--callgrind-out-file={folder}/callgrind.out", f"{folder}/pairs", "--ops",
                           "portable", path, f"{folder}/out.pred"], check=True, capture_output=True, text=True)
    return int(re.search(r"Collected : (\d+)", done.stderr)[1]) / n


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--seed", type=int, default=1)
    args = a.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/set.bin"
        flow_set.write_set(path, args.seed, 1, [])
        pairs = pairs_of(path)
        counts, (room, stack) = count_riscv(folder, pairs)
        x86 = count_x86(folder, path, len(pairs))
    print("| millions of instructions, RV32IMC -Os | frames follow each other | alone |\n| --- | --- | --- |")
    for name, (alone, follows) in zip(flow_set.CATEGORIES, counts):
        print(f"| {name} | {follows / 1e6:.2f} | {alone / 1e6:.2f} |")
    print(f"| mean | {sum(c[1] for c in counts) / len(counts) / 1e6:.2f} | {sum(c[0] for c in counts) / len(counts) / 1e6:.2f} |")
    print(f"\nx86-64 -Os, callgrind, alone, mean: {x86 / 1e6:.2f}. Memory beside the two frames: {room} bytes of room, {stack} of stack.\n")


if __name__ == "__main__":
    main()
