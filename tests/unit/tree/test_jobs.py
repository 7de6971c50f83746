"""tests/jobs.py: what waits for what, what a failure leaves out, and what is shown."""

import contextlib
import io
import os
import sys
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))

from jobs import BEHIND, Failed, Jobs

LIMIT_S = 30


class Runs(unittest.TestCase):
    def setUp(self):
        redirect = contextlib.redirect_stdout(io.StringIO())
        self.shown = redirect.__enter__()
        self.addCleanup(redirect.__exit__, None, None, None)
        self.jobs = Jobs()

    def test_what_comes_after_others_begins_when_they_have_ended(self):
        begun = []
        gate = threading.Event()
        self.jobs.add("first", lambda job: begun.append(job.name) if gate.wait(LIMIT_S) else None)
        self.jobs.add("second", lambda job: begun.append(job.name), after=["first"])
        gate.set()
        self.jobs.run()
        self.assertEqual(begun, ["first", "second"])

    def test_others_run_beside_each_other(self):
        meet = threading.Barrier(2)
        for name in ("one", "other"):
            self.jobs.add(name, lambda job: [meet.wait(LIMIT_S) >= 0])
        self.assertEqual(self.jobs.run(), ([True, True], []))

    def test_without_what_it_needs_a_job_is_left_out_and_the_reason_is_told_once(self):
        self.jobs.add("build", lambda job: job.run_quietly("sh", "-c", "echo no compiler; exit 1"))
        self.jobs.add("test", lambda job: ["tested"], needs=["build"])
        self.jobs.add("report", lambda job: ["reported"], needs=["test"])
        self.jobs.add("other", lambda job: ["done"], after=["build"])
        self.assertEqual(self.jobs.run(), (["done"], ["build: sh failed"]))
        self.assertIn("     build | no compiler\n", self.shown.getvalue())

    def test_a_mistake_of_ours_is_no_failure_of_a_job(self):
        self.jobs.add("job", lambda job: 1 / 0)
        with self.assertRaises(ZeroDivisionError):
            self.jobs.run()

    def test_lines_of_a_program_come_with_the_name_of_its_job(self):
        self.jobs.add("tests", lambda job: [job.relay("sh", "-c", "echo one; echo $WORD; exit 3", WORD="two")])
        self.assertEqual(self.jobs.run(), ([3], []))
        self.assertIn("     tests | one\n     tests | two\n", self.shown.getvalue())

    def test_what_may_fail_says_nothing_then(self):
        self.jobs.add("guest", lambda job: [job.run_quietly("sh", "-c", "echo no kernel; exit 77", may_fail=True)])
        self.assertEqual(self.jobs.run(), ([77], []))
        self.assertNotIn("no kernel", self.shown.getvalue())

    def test_what_is_in_no_hurry_stands_back(self):
        self.jobs.add("build", lambda job: job.run_quietly("sh", "-c", f"[ $(nice) -ge {BEHIND} ]", behind=True))
        self.assertEqual(self.jobs.run(), ([], []))

    def test_a_failure_has_a_sentence(self):
        def fail(job):
            raise Failed("build: e2e could not be tested")
        self.jobs.add("e2e", fail)
        self.assertEqual(self.jobs.run(), ([], ["build: e2e could not be tested"]))


if __name__ == "__main__":
    unittest.main(verbosity=2)
