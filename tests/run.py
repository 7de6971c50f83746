#!/usr/bin/env python3
"""run.py - every test: build, run, then build and run the C code once more with AddressSanitizer and UBSan: its own tests, and
the whole programs from outside.

What a sanitizer finds is written into a file per process, wherever in a test that process runs; each file is a failure.
The last line is "N passed, N failed"; cases are counted where a program tells how many it ran, else the program counts as
one. A build that breaks counts as one failure. Exit status 0 only when nothing failed.
"""

import json
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# The browser's tests run no C.
SANITIZED_SUITES = ["unit", "fuzz", "e2e"]
# gcc's warnings about null and uninitialized values are wrong now and then in what sanitizers have changed; the plain build has none.
# -Og: what is found is the same, and it compiles in less than half of the time that -O2 takes.
SANITIZERS = ["-Db_sanitize=address,undefined", "-Db_lundef=false", "-Dwerror=false", "-Doptimization=g"]
REPORTS = os.path.join(ROOT, "build-asan/sanitizer-reports")
TO_FILES = f"log_path={REPORTS}/report:log_exe_name=1"
SANITIZER_ENV = {
    "ASAN_OPTIONS": f"abort_on_error=1:detect_stack_use_after_return=1:{TO_FILES}",
    "LSAN_OPTIONS": f"suppressions={ROOT}/tests/lsan.supp:print_suppressions=0",
    "UBSAN_OPTIONS": f"halt_on_error=1:abort_on_error=1:print_stacktrace=1:{TO_FILES}",
}
SANITIZER_SPEAKS = re.compile(r"ERROR: \w+Sanitizer|: runtime error: ")
# Where it went wrong stands in the beginning.
REPORT_SHOWN = 6000

# Each has a processor to itself, and minutes to go; nothing else runs then.
SLOW = {"browser": ["--suite", "browser"], "vm": ["--suite", "vm"]}
# Whole programs from outside mostly wait.
PROCESSES = str((os.cpu_count() or 1) + 2)

# How programs tell what they ran: Criterion, node --test, Python's unittest.
TALLIES = [
    (re.compile(r"Synthesis: Tested: \d+ \| Passing: (\d+) \| Failing: (\d+)"), lambda m: (int(m[1]), int(m[2]))),
    (re.compile(r"^# pass (\d+)\n# fail (\d+)$", re.M), lambda m: (int(m[1]), int(m[2]))),
    (re.compile(r"^Ran (\d+) tests? in [\d.]+s\n\nOK", re.M), lambda m: (int(m[1]), 0)),
]


def start(*command, **env):
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, env=os.environ | env)


def run(*command, **env):
    return start(*command, **env).wait()


def tally(test):
    """(passed, failed, skipped) of one line of testlog.json."""
    if test["result"] == "SKIP":
        return 0, 0, 1
    output = test.get("stdout", "") + test.get("stderr", "")
    for pattern, read in TALLIES:
        found = pattern.search(output)
        if found:
            passed, failed = read(found)
            break
    else:
        passed, failed = 0, 0
    # From a process that was not given our environment; Criterion ends well when a test's own process has leaked.
    if SANITIZER_SPEAKS.search(output):
        return passed, failed + 1, 0
    if test["result"] in ("OK", "EXPECTEDFAIL"):
        return passed or 1, failed, 0
    return passed, failed or 1, 0


def log_of(build, name):
    return os.path.join(ROOT, build, f"meson-logs/{name}.json")


def read_log(build, name):
    try:
        with open(log_of(build, name), encoding="utf-8") as log:
            return [json.loads(line) for line in log]
    except OSError:
        return []


def read_reports():
    """{name: text} of what the sanitizers wrote."""
    found = {}
    for name in sorted(os.listdir(REPORTS)):
        with open(os.path.join(REPORTS, name), encoding="utf-8", errors="replace") as report:
            found[name] = report.read()
    return found


def set_up(build, *options):
    """A folder that `make` or somebody else set up joins in, with what it lacks."""
    if os.path.exists(os.path.join(ROOT, build, "build.ninja")):
        return run("meson", "configure", build, "-Dtests=true", *options)
    return run("meson", "setup", build, "-Dtests=true", *options)


def run_tests(build, groups, env):
    """Those of several groups beside each other: {name of its log: arguments}. The log of all, or None when one could not be run."""
    command = ["meson", "test", "-C", build, "--no-rebuild", "--print-errorlogs", "--num-processes", PROCESSES]
    for name in groups:
        if os.path.exists(log_of(build, name)):
            os.unlink(log_of(build, name))
    running = {name: start(*command, "--logbase", name, *arguments, **env) for name, arguments in groups.items()}
    tests = []
    for name, child in running.items():
        status, log = child.wait(), read_log(build, name)
        if not log or (status != 0 and not any(tally(t)[1] for t in log)):
            return None
        tests += log
    return tests


def run_build(build, options, turns, env):
    """The log of its tests, or None when it could not be built."""
    if set_up(build, *options) != 0 or run("ninja", "-C", build) != 0:
        return None
    logs = [run_tests(build, groups, env) for groups in turns]
    return None if None in logs else sum(logs, [])


def main():
    suites = [a for s in SANITIZED_SUITES for a in ("--suite", s)]
    builds = [
        ("build", [], [{"testlog": ["--no-suite", "browser", "--no-suite", "vm"]}, SLOW], {}),
        ("build-asan", SANITIZERS, [{"testlog": [*suites, "--timeout-multiplier", "4"]}], SANITIZER_ENV),
    ]
    shutil.rmtree(REPORTS, ignore_errors=True)
    os.makedirs(REPORTS)
    passed = failed = 0
    wrong, skipped = [], []
    for build, options, turns, env in builds:
        tests = run_build(build, options, turns, env)
        if tests is None:
            failed += 1
            wrong.append(f"{build}: could not be built and tested")
            continue
        for test in tests:
            p, f, s = tally(test)
            passed += p
            failed += f
            if f:
                wrong.append(f"{build}: {test['name']}")
            if s:
                skipped.append(f"{build}: {test['name']}")
    reports = read_reports()
    for name, text in reports.items():
        if not text:
            continue
        print(f"\n--- {name}\n{text[:REPORT_SHOWN]}")
        failed += 1
        wrong.append(f"build-asan: {REPORTS}/{name}")
    print()
    for name in skipped:
        print("skipped:", name)
    # No failure: that process was killed just when it began to write. Which one it was may explain another's.
    for name, text in reports.items():
        if not text:
            print("empty report:", name)
    for name in wrong:
        print("failed:", name)
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
