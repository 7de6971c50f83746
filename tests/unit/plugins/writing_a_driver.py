#!/usr/bin/env python3
"""writing_a_driver.py - does what docs/writing-a-driver.md says, block by block, and ends with a doorbell that rings in a running gateway."""

import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "tests/e2e"), str(pathlib.Path(__file__).parent)]

from page import blocks
from warren import BUILD, SANITIZED, Case, Program, free_port, main, wait_until

PAGE = ROOT / "docs/writing-a-driver.md"


class Terminal(Program):
    """What runs in a terminal of the reader's, with a keyboard."""

    def __init__(self, text, folder, number):
        self.log = folder / f"terminal-{number}.log"
        self.file = open(self.log, "wb")
        self.child = subprocess.Popen(text.split(), cwd=folder, stdin=subprocess.PIPE, stdout=self.file, stderr=subprocess.STDOUT)

    def press_enter(self):
        self.child.stdin.write(b"\n")
        self.child.stdin.flush()

    def kill(self):
        super().kill()
        self.child.stdin.close()


class Reader(Case):
    """Somebody who follows the page, in a folder that looks like the checkout."""

    def setUp(self):
        super().setUp()
        for name in ("Makefile", "deploy", "gateway", "tests"):
            (self.folder / name).symlink_to(ROOT / name)
        (self.folder / "build").symlink_to(BUILD)
        self.port, self.bell_port = free_port(), free_port()

    def adapt(self, text):
        """Ports of our own, since other tests run beside us."""
        return text.replace("8090", str(self.port)).replace("7100", str(self.bell_port))

    def run_once(self, text):
        env = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
        if SANITIZED: # so is what the driver's test is linked with
            env["CFLAGS"] = "-fsanitize=address,undefined"
        subprocess.run(["sh", "-euc", text], cwd=self.folder, check=True, env=env)

    def leave_running(self, text):
        t = Terminal(text, self.folder, len(self.programs))
        self.programs.append(t)
        return t

    def follow(self):
        """Yields after each block, so that what should have come of it can be looked at."""
        for language, where, text in blocks(PAGE):
            text = self.adapt(text)
            if where == "once":
                self.run_once(text)
            elif where == "stays":
                self.leave_running(text)
            else:
                with open(self.folder / where, "a") as f:
                    f.write(text)
            yield where, text

    def test_it_can_run_beside_the_demo(self):
        port = re.search(r"listen: 127.0.0.1:(\d+)", PAGE.read_text())[1]
        self.assertNotIn(port, (ROOT / "config/demo.yaml").read_text() + (ROOT / "deploy/demo.py").read_text())

    def test_the_page_ends_with_a_doorbell_that_rings(self):
        for where, text in self.follow():
            if "warren --config" in text:
                wait_until("the gateway is ready", lambda: self.listens(self.port))
                self.assertEqual(self.wait_state("hello", "online")["name"], "hello")
            elif "demo.so" in text:
                self.wait_state("demo", "online")
            elif "bell.py" in text and where == "stays":
                bell = self.programs[-1]
                wait_until("the doorbell listens", lambda: self.listens(self.bell_port))

        door = self.wait_state("front-door", "online")
        self.assertEqual(door["name"], "Front door")
        attributes = lambda: self.device("front-door")["attributes"]
        wait_until("it tells its battery", lambda: attributes().get("battery", {}).get("value") == 87)

        w = self.watch(devices=["front-door"], frames=True, events=["*"])
        self.assertEqual(w.frame()[1][:2], b"\xff\xd8")
        bell.press_enter()
        w.event("bell.rang", "front-door")
        kept = w.event("capture.stored", "front-door")["data"]["id"]
        self.assertEqual(self.get(f"/api/v1/captures/{kept}").json["source"], "ring")

        a = self.request("POST", "/api/v1/devices/front-door/commands/chime", {"args": {"times": 2}})
        self.assertEqual(a.status, 200, a.body)
        self.assertEqual(self.request("POST", "/api/v1/devices/front-door/commands/chime", {"args": {"times": 9}}).status, 422)
        self.assertEqual(self.request("PATCH", "/api/v1/devices/front-door", {"settings": {"volume": 0}}).status, 200)
        wait_until("it is quiet", lambda: self.device("front-door")["settings"]["volume"]["reported"] == 0)
        a = self.request("POST", "/api/v1/devices/front-door/commands/chime")
        self.assertIn("cannot chime", a.json["detail"])

        bell.kill()
        self.wait_state("front-door", "offline")
        self.leave_running("python3 my/bell.py")
        self.wait_state("front-door", "online")
        wait_until("it is told its volume again", lambda: self.device("front-door")["settings"]["volume"]["reported"] == 0)


if __name__ == "__main__":
    main()
