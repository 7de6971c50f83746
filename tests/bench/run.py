#!/usr/bin/env python3
"""run.py - every bench, one after the other: figures as JSON in build/bench, and as tables in Markdown on standard output.

What a figure is worth depends on the machine, so each is taken beside a baseline in the same run. docs/performance.md tells how to read them.

usage: run.py [idle] [lag] [bluetooth] [store] [flow] [fanout] [--rounds N]       nothing named: all of them
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, "build")
HERE = os.path.join(ROOT, "tests", "bench")
OUT = os.path.join(BUILD, "bench")
# A disk of others too is ten times slower in one second than in the next; the middle of seven turns is steady enough to be compared.
STORE_TURNS = 7


def idle(args):
    print("### Idle\n")
    done = subprocess.run([sys.executable, f"{HERE}/idle.py", BUILD, "9"], capture_output=True, text=True, check=True)
    with open(f"{OUT}/idle.json", "w") as f:
        f.write(done.stdout)
    print("| what | measured | aim |\n| --- | --- | --- |\n" + done.stderr)


def lag(args):
    print("### Lag of the loop while things go wrong\n")
    done = subprocess.run([sys.executable, f"{HERE}/lag.py", BUILD], capture_output=True, text=True, check=True)
    with open(f"{OUT}/lag.json", "w") as f:
        f.write(done.stdout)
    print("| beside a camera of 30 fps | turns | p50 | p99 | p99.9 |\n| --- | --- | --- | --- | --- |\n" + done.stderr)


def bluetooth(args):
    print("### Seven Bluetooth cameras at full rate\n")
    done = subprocess.run([sys.executable, f"{HERE}/bluetooth.py", BUILD], capture_output=True, text=True, check=True)
    with open(f"{OUT}/bluetooth.json", "w") as f:
        f.write(done.stdout)
    print("| cameras | notifications a second | MB a second | lost | processor | µs each | lag p50 ms | p99 ms | p99.9 ms |\n"
          "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n" + done.stderr)


def store(args):
    print("### Captures, durable before they are acknowledged\n")
    done = subprocess.run([f"{BUILD}/tests/bench/bench_store", "2", str(max(args.rounds, STORE_TURNS))], capture_output=True, text=True, check=True)
    with open(f"{OUT}/store.json", "w") as f:
        f.write(done.stdout)
    rates = {}
    for line in done.stdout.splitlines():
        row = json.loads(line)
        if "case" in row:
            rates.setdefault(row["case"], []).append(row["per_s"])
    print("| captures of 30 KB | a second | bare loop, same disk and run | ratio | aim |\n| --- | --- | --- | --- | --- |")
    for name, ours, limit in (("one device, one after the other", "store_one", "limit_one"), ("16 devices at once", "store_16", "limit_batch")):
        # Of each repetition its own ratio: what the disk does in a minute hits both.
        ratios = [o / l for o, l in zip(rates[ours], rates[limit])]
        print(f"| {name} | {statistics.median(rates[ours]):.0f} | {statistics.median(rates[limit]):.0f} | "
              f"{statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f}) | ≥ 0.8 |")
    print()


def flow(args):
    print("### Optical flow\n", flush=True)
    # OpenCV for Python is a package of Debian's, which another Python in the path does not see.
    subprocess.run(["/usr/bin/python3", f"{HERE}/flow.py", BUILD, "--json", f"{OUT}/flow.json"], check=True)
    subprocess.run([f"{BUILD}/tests/bench/bench_flow_eye"], check=True)
    print(flush=True)
    subprocess.run(["/usr/bin/python3", f"{HERE}/flow_budget.py"], check=True)


def fanout(args):
    print("### Live pictures, 30 a second of 30 KB\n")
    subprocess.run([sys.executable, f"{HERE}/fanout.py", "--build", BUILD, "--rounds", str(args.rounds), "--json", f"{OUT}/fanout.json",
                    "--markdown", f"{OUT}/fanout.md"], check=True)
    with open(f"{OUT}/fanout.md") as f:
        print(f.read())


def main():
    benches = {"idle": idle, "lag": lag, "bluetooth": bluetooth, "store": store, "flow": flow, "fanout": fanout}
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("which", nargs="*", choices=[*benches, []])
    a.add_argument("--rounds", type=int, default=3)
    args = a.parse_args()
    os.makedirs(OUT, exist_ok=True)
    # A build without tests has no bench programs.
    subprocess.run(["meson", "configure", BUILD, "-Dtests=true"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", BUILD, "--quiet"], check=True, stdout=sys.stderr)
    for name in args.which or benches:
        benches[name](args)
        sys.stdout.flush()


main()
