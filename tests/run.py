#!/usr/bin/env python3
"""run.py - every test: build, run, then build and run the C code once more with AddressSanitizer and UBSan: its own tests, and
the whole programs from outside. What waits runs beside what computes (jobs.py): whole programs mostly wait.

What a sanitizer finds is written into a file per process, wherever in a test that process runs; each file is a failure.
What failed is shown at the end, with how its output ended: who reads a log from below sees why.

Whole programs look at the clock, and a machine can be so busy that one is late. One that fails is run once more by itself;
when it passes then it is told as "shaky". Two of them may be chance, three are a failure, and so is each one in which a
program crashed or a sanitizer found something.

The last line is "N passed, N failed"; cases are counted where a program tells how many it ran, else the program counts as
one. A build that breaks counts as one failure. Exit status 0 only when nothing failed.
"""

import json
import os
import re
import shutil
import sys

from jobs import ROOT, Failed, Jobs

# gcc's warnings about null and uninitialized values are wrong now and then in what sanitizers have changed; the plain build has none.
# -Og: what is found is the same, and it compiles in less than half of the time that -O2 takes. -g1: its reports tell lines, no more.
SANITIZERS = ["-Db_sanitize=address,undefined", "-Db_lundef=false", "-Dwerror=false", "-Doptimization=g", "-Dc_args=-g1"]
REPORTS = os.path.join(ROOT, "build-asan/sanitizer-reports")
TO_FILES = f"log_path={REPORTS}/report:log_exe_name=1"
SANITIZER_ENV = {
    "ASAN_OPTIONS": f"abort_on_error=1:detect_stack_use_after_return=1:{TO_FILES}",
    "LSAN_OPTIONS": f"suppressions={ROOT}/tests/lsan.supp:print_suppressions=0",
    "UBSAN_OPTIONS": f"halt_on_error=1:abort_on_error=1:print_stacktrace=1:{TO_FILES}",
}
# As e2e/warren.py tells it, as the demonstration does, and as Python does of what was to end well.
CRASHED = re.compile(r"^AssertionError: crashed: |(ended by |died with <Signals\.)SIG(SEGV|ABRT|BUS|FPE|ILL)", re.M)
SANITIZER_SPEAKS = re.compile(r"ERROR: \w+Sanitizer|: runtime error: ")
# Where it went wrong stands in the beginning.
REPORT_SHOWN = 6000
# Of a program whose tests failed, at the end: which of them, as far as it tells, and its last lines.
LINES_SHOWN = 12
NAMES_A_FAILURE = re.compile(r"^ *(not ok \d|FAIL: |ERROR: |\[FAIL\] )")
# Suites of whole programs, and of how many of their tests it may be chance that they failed.
LOOK_AT_THE_CLOCK = ("e2e", "vm", "browser")
SHAKY_MAX = 2

PROCESSORS = os.cpu_count() or 1
# How many tests at a time: whole programs from outside take a tenth of a processor each.
WAITING, COMPUTING = 4 * PROCESSORS, PROCESSORS

# A limit is there to end a test, not to time it: machines are busy, and sanitizers slow.
PATIENT = ["--timeout-multiplier", "4"]

# How programs tell what they ran: Criterion, node --test, Python's unittest.
TALLIES = [
    (re.compile(r"Synthesis: Tested: \d+ \| Passing: (\d+) \| Failing: (\d+)"), lambda m: (int(m[1]), int(m[2]))),
    (re.compile(r"^# pass (\d+)\n# fail (\d+)$", re.M), lambda m: (int(m[1]), int(m[2]))),
    (re.compile(r"^Ran (\d+) tests? in [\d.]+s\n\nOK", re.M), lambda m: (int(m[1]), 0)),
]


def output_of(test):
    return test.get("stdout", "") + test.get("stderr", "")


def tally(test):
    """(passed, failed, skipped) of one line of testlog.json."""
    if test["result"] == "SKIP":
        return 0, 0, 1
    output = output_of(test)
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


def suite_and_name(test):
    """Of "project:suite / name"."""
    where, _, name = test["name"].partition(" / ")
    return where.partition(":")[2], name


def may_be_chance(test):
    """What is of a suite that looks at the clock and has failed, without a crash and without a word of a sanitizer."""
    output = output_of(test)
    return tally(test)[1] and suite_and_name(test)[0] in LOOK_AT_THE_CLOCK and not (SANITIZER_SPEAKS.search(output) or CRASHED.search(output))


def once_more(tests, run):
    """Runs what may have failed by chance again, where it is not too much: run(build, test) gives the test as it ended then.
    (the tests, those that passed now in the place of what they were before; the names of these)"""
    again = [i for i, (_, test) in enumerate(tests) if may_be_chance(test)]
    tests, shaky = list(tests), []
    for i in again if len(again) <= SHAKY_MAX else []:
        build, before = tests[i]
        after = run(build, before)
        if after and not tally(after)[1]:
            tests[i] = build, after
            shaky.append((f"{build.name}: {before['name']}", before))
    return tests, shaky


def ending_of(test):
    """What its output names as failed, and its last lines."""
    lines = [line.rstrip() for line in output_of(test).splitlines() if line.strip()]
    named = [line for line in lines[:-LINES_SHOWN] if NAMES_A_FAILURE.match(line)]
    return "".join(f"  | {line}\n" for line in named[:LINES_SHOWN] + lines[-LINES_SHOWN:])


def read_reports():
    """{name: text} of what the sanitizers wrote."""
    found = {}
    for name in sorted(os.listdir(REPORTS)):
        with open(os.path.join(REPORTS, name), encoding="utf-8", errors="replace") as report:
            found[name] = report.read()
    return found


class Build:
    """A folder that is built, and what is run of it."""

    def __init__(self, name, options, env=None):
        self.name, self.options, self.env = name, options, env or {}

    def set_up(self, job):
        """A folder that `make` or somebody else set up joins in, with what it lacks."""
        known = os.path.exists(os.path.join(ROOT, self.name, "build.ninja"))
        job.run_quietly("meson", "configure" if known else "setup", self.name, "-Dtests=true", *self.options)

    def build(self, job):
        """On the terminal, where one sees how far it is."""
        self.set_up(job)
        job.run("ninja", "-C", self.name)

    def build_behind(self, job):
        self.set_up(job)
        job.run_quietly("ninja", "-C", self.name, behind=True)

    def test(self, processes, *choice):
        """A job: the tests of that choice, as meson wrote down what became of them."""
        def work(job):
            log = os.path.join(ROOT, self.name, f"meson-logs/{job.name}.json")
            if os.path.exists(log):
                os.unlink(log)
            status = job.relay("meson", "test", "-C", self.name, "--no-rebuild", "--print-errorlogs", "--num-processes", str(processes),
                               *PATIENT, "--logbase", job.name, *choice, **self.env)
            try:
                with open(log, encoding="utf-8") as lines:
                    tests = [json.loads(line) for line in lines]
            except OSError:
                tests = []
            if not tests or (status != 0 and not any(tally(t)[1] for t in tests)):
                raise Failed(f"{self.name}: {job.name} could not be tested")
            return [(self, t) for t in tests]
        return work

    def test_again(self, test):
        """As it ended now; None where that could not be seen."""
        suite, name = suite_and_name(test)
        jobs = Jobs()
        jobs.add("once more", self.test(1, "--suite", suite, name))
        tests = jobs.run()[0]
        return tests[0][1] if len(tests) == 1 else None


def fetch_guest(job):
    """A kernel for the tests in a guest, and how it runs here. They say themselves why there is none."""
    if job.run_quietly("tests/vm/build", may_fail=True) == 0:
        job.run_quietly("tests/vm/run", "-p")


def run_all():
    """(the tests, each with its build; what else failed)"""
    plain = Build("build", [])
    sanitized = Build("build-asan", SANITIZERS, SANITIZER_ENV)
    jobs = Jobs()
    jobs.add("guest", fetch_guest)
    jobs.add("build", plain.build)
    # One that waits and one that computes at a time: more would be no faster, and what looks at the clock would be late.
    jobs.add("e2e", plain.test(WAITING, "--suite", "e2e"), needs=["build"])
    jobs.add("build-asan", sanitized.build_behind, after=["build"])
    jobs.add("asan-e2e", sanitized.test(WAITING, "--suite", "e2e"), needs=["build-asan"], after=["e2e"])
    jobs.add("unit", plain.test(COMPUTING, *(a for s in ("browser", "vm", "e2e") for a in ("--no-suite", s))), needs=["build"], after=["build-asan"])
    jobs.add("asan-unit", sanitized.test(COMPUTING, "--suite", "unit", "--suite", "fuzz"), needs=["build-asan"], after=["unit"])
    # Each of them has a processor to itself, and minutes to go: its pictures are timed, and emulated radios want their answers in time.
    others = ["e2e", "asan-e2e", "unit", "asan-unit"]
    jobs.add("vm", plain.test(1, "--suite", "vm"), needs=["build"], after=["guest", *others])
    jobs.add("browser", plain.test(1, "--suite", "browser"), needs=["build"], after=others)
    return jobs.run()


def main():
    shutil.rmtree(REPORTS, ignore_errors=True)
    os.makedirs(REPORTS)
    passed = failed = 0
    skipped = []
    tests, broken = run_all()
    tests, shaky = once_more(tests, Build.test_again)
    wrong = [(name, "") for name in broken]
    failed += len(wrong)
    for build, test in tests:
        name = f"{build.name}: {test['name']}"
        p, f, s = tally(test)
        passed += p
        failed += f
        if f:
            wrong.append((name, ending_of(test)))
        if s:
            skipped.append(name)
    reports = read_reports()
    for name, text in reports.items():
        if not text:
            continue
        print(f"\n--- {name}\n{text[:REPORT_SHOWN]}")
        failed += 1
        wrong.append((f"build-asan: {REPORTS}/{name}", ""))
    print()
    for name in skipped:
        print("skipped:", name)
    # No failure: that process was killed just when it began to write. Which one it was may explain another's.
    for name, text in reports.items():
        if not text:
            print("empty report:", name)
    for name, before in shaky:
        print(f"shaky: {name} passed when it was run again by itself; before:\n{ending_of(before)}", end="")
    for name, ending in wrong:
        print(f"failed: {name}\n{ending}", end="")
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
