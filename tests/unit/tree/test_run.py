"""tests/run.py: what counts as a failure, what is given a second chance, and what is shown of it."""

import os
import sys
import unittest
from types import SimpleNamespace

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))

from run import LINES_SHOWN, SHAKY_MAX, ending_of, once_more, tally

BUILD = SimpleNamespace(name="build-asan")


def ended(result, name="warren:e2e / e2e-demo", stdout="", stderr=""):
    return {"name": name, "result": result, "stdout": stdout, "stderr": stderr}


FAILED, PASSED = ended("FAIL", stderr="AssertionError: not within 30 s: it plays\n"), ended("OK")


class Tally(unittest.TestCase):
    def test_cases_are_counted_where_a_program_tells_them(self):
        self.assertEqual(tally(ended("OK", stdout="[====] Synthesis: Tested: 7 | Passing: 7 | Failing: 0 | Crashing: 0\n")), (7, 0, 0))
        self.assertEqual(tally(ended("FAIL", stdout="# pass 4\n# fail 2\n")), (4, 2, 0))
        self.assertEqual(tally(ended("OK", stderr="Ran 3 tests in 0.1s\n\nOK\n")), (3, 0, 0))

    def test_else_a_program_is_one(self):
        self.assertEqual([tally(ended(r)) for r in ("OK", "FAIL", "TIMEOUT", "SKIP")], [(1, 0, 0), (0, 1, 0), (0, 1, 0), (0, 0, 1)])

    def test_a_sanitizer_that_spoke_is_a_failure_of_what_ended_well(self):
        self.assertEqual(tally(ended("OK", stderr="==7==ERROR: LeakSanitizer: detected memory leaks\n"))[1], 1)


class OnceMore(unittest.TestCase):
    def run_again(self, *tests, then=PASSED):
        asked = []
        ended_now, shaky = once_more([(BUILD, t) for t in tests], lambda build, test: asked.append(test) or then)
        return [t for _, t in ended_now], [name for name, _ in shaky], len(asked)

    def test_what_passes_by_itself_is_shaky(self):
        self.assertEqual(self.run_again(PASSED, FAILED), ([PASSED, PASSED], ["build-asan: warren:e2e / e2e-demo"], 1))

    def test_what_fails_again_has_failed(self):
        self.assertEqual(self.run_again(FAILED, then=ended("TIMEOUT")), ([FAILED], [], 1))

    def test_what_could_not_be_run_again_has_failed(self):
        self.assertEqual(self.run_again(FAILED, then=None), ([FAILED], [], 1))

    def test_more_than_a_few_are_no_chance(self):
        many = [FAILED] * (SHAKY_MAX + 1)
        self.assertEqual(self.run_again(*many), (many, [], 0))

    def test_what_does_not_look_at_the_clock_has_no_second_chance(self):
        test = ended("FAIL", "warren:unit / clock")
        self.assertEqual(self.run_again(test), ([test], [], 0))

    def test_a_crash_is_never_chance(self):
        for told in ("AssertionError: crashed: SIGSEGV", "The gateway ended by SIGABRT. The end of log:", "Command '['warren']' died with <Signals.SIGBUS: 7>."):
            test = ended("FAIL", stderr=f"Traceback (most recent call last):\n{told}\n")
            self.assertEqual(self.run_again(test), ([test], [], 0))

    def test_what_was_ended_by_us_is_no_crash(self):
        test = ended("FAIL", stderr="AssertionError: 'The gateway ended by SIGKILL' not found in ''\n")
        self.assertEqual(self.run_again(test), ([PASSED], ["build-asan: warren:e2e / e2e-demo"], 1))

    def test_what_a_sanitizer_found_is_never_chance(self):
        test = ended("FAIL", stderr="a.c:7:3: runtime error: signed integer overflow\n")
        self.assertEqual(self.run_again(test), ([test], [], 0))


class Ending(unittest.TestCase):
    def test_it_is_the_last_lines_that_say_something(self):
        ending = ending_of(ended("FAIL", stdout="".join(f"{i}\n\n" for i in range(50)), stderr="not within 30 s: it plays\n"))
        self.assertEqual(ending.count("\n"), LINES_SHOWN)
        self.assertTrue(ending.endswith("  | 49\n  | not within 30 s: it plays\n"))

    def test_what_is_named_as_failed_comes_first(self):
        ending = ending_of(ended("FAIL", stdout="ok 1 - a\n    not ok 2 - works by keyboard\n" + "# more\n" * 50))
        self.assertEqual(ending.splitlines()[:2], ["  |     not ok 2 - works by keyboard", "  | # more"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
