"""`warrenctl` against a real gateway: a camera from being seen to being forgotten, and its pictures, by the shell alone."""

import contextlib
import http.server
import json
import os
import pty
import select
import signal
import termios
import threading

from cameras import Cameras
from warren import Case, WARRENCTL, main, wait_until

ADDRESS = "00:AA:01:00:C0:01"


class Warrenctl(Cameras):
    def ctl_json(self, *words):
        return json.loads(self.ctl("--json", *words))

    def setting(self, key):
        return self.ctl_json("device", "house")["settings"][key]

    def test_a_camera_is_adopted_changed_and_removed_and_its_pictures_are_kept_and_deleted(self):
        self.start_cameras("--interval", 1, config="")
        wait_until("it is seen", lambda: ADDRESS in self.ctl("found"))
        self.assertIn("was seen in the last two minutes", self.ctl("adopt", "00:00", status=1))
        self.assertEqual(self.ctl("adopt", ADDRESS.lower(), "-n", "House", "stay=yes"), "house: starting\n")
        self.wait_state("house", "online")
        self.assertEqual(self.ctl("found"), "")

        self.assertEqual(self.ctl("rename", "house", "Bird house"), "house: Bird house\n")
        self.assertIn("frequency: 2", self.ctl("set", "house", "frequency=2"))
        self.assertEqual(self.setting("frequency")["desired"], 2)
        self.assertIn("frequency: nothing is wanted", self.ctl("unset", "house", "frequency"))
        self.assertIsNone(self.setting("frequency")["desired"])

        ids = wait_until("two pictures", lambda: len(i := [str(c["id"]) for c in self.captures()]) >= 2 and i)
        self.assertEqual(self.ctl("disable", "house"), "house: disabled\n")
        self.assertEqual(self.ctl_json("capture-pin", ids[0])["items"][0]["pinned"], True)
        self.assertEqual(self.ctl("capture-unpin", ids[0]), f"{ids[0]}: not pinned\n")
        self.assertEqual(self.ctl("capture-delete", *ids[:2]), f"{ids[0]}: deleted\n{ids[1]}: deleted\n")
        self.assertIn("no such capture", self.ctl("capture-delete", ids[0], status=1))
        self.assertEqual([c for c in self.captures() if str(c["id"]) in ids[:2]], [])

        self.ctl("enable", "house")
        self.wait_state("house", "online")
        self.assertEqual(self.ctl("remove", "house"), "house: removed\n")
        self.assertIn("house", self.ctl("watch", "-d", "house", status=1))
        self.assertEqual(self.ctl_json("devices")["items"], [])

    def test_what_the_configuration_owns_is_refused_with_its_line(self):
        self.start_gateway("devices:\n  ball:\n    driver: demo\n    name: Ball\n    enabled: true\n", plugins=("demo",))
        wait_until("it is there", lambda: self.device("ball"))
        for words in (["remove", "ball"], ["rename", "ball", "Balloon"], ["disable", "ball"]):
            self.assertIn(f"{self.config}", self.ctl(*words, status=1), words)

    def test_without_a_bus_it_is_said_why_nothing_is_seen(self):
        self.start_gateway(f"ble:\n  bus: unix:path={self.folder}/none\n", plugins=("ble-batch-camera",))
        wait_until("it has looked", lambda: "there is no D-Bus" in self.ctl("check"))
        self.assertIn("note bluetooth: there is no D-Bus", self.ctl("check"))


SABER = {"id": "saber", "attributes": {"url": {"value": "http://192.0.2.7/"}},
         "commands": {name: {"timeout_ms": 25000, "args": []} for name in ("wifi_configure", "wifi_enable")}}


class Gateway(http.server.BaseHTTPRequestHandler):
    """As much of one as `warrenctl wifi` asks."""

    def do_GET(self):
        self.answer(SABER)

    def do_POST(self):
        self.server.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.answer({"result": {"connected": True, "state": "connected", "ssid": "Home", "url": "http://192.0.2.7/"}})

    def answer(self, body):
        text = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


class Terminal(Case):
    """What needs a person, or a screen."""

    def setUp(self):
        super().setUp()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
        self.server.asked = []
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.argv = [str(WARRENCTL), "--url", f"http://127.0.0.1:{self.server.server_port}", "wifi"]

    def on_terminal(self, *words):
        """The terminal of a child that is its session's leader, and the child."""
        child, fd = pty.fork()
        if child == 0:
            os.execv(self.argv[0], [*self.argv, *words])
        self.addCleanup(os.close, fd)
        return fd, child

    @staticmethod
    def read_until(fd, text):
        got = b""

        def more():
            nonlocal got
            if select.select([fd], [], [], 0)[0]:
                with contextlib.suppress(OSError):  # the other end is closed
                    got += os.read(fd, 4096)
            return text.encode() in got and got.decode()

        return wait_until(f"{text!r} on the terminal", more)

    def test_the_password_is_asked_for_and_not_shown(self):
        fd, child = self.on_terminal("enable", "saber", "Home")
        self.read_until(fd, "Password of Home: ")
        wait_until("nothing typed is shown", lambda: not termios.tcgetattr(fd)[3] & termios.ECHO)
        os.write(fd, b"very secret\n")
        said = self.read_until(fd, "connected to Home")
        self.assertNotIn("secret", said)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)
        self.assertEqual(self.server.asked[0]["args"], {"ssid": "Home", "password": "very secret", "allow_unencrypted": False})

    def test_whoever_does_not_say_it_gets_his_terminal_back(self):
        fd, child = self.on_terminal("enable", "saber", "Home")
        self.read_until(fd, "Password of Home: ")
        wait_until("nothing typed is shown", lambda: not termios.tcgetattr(fd)[3] & termios.ECHO)
        os.write(fd, b"very\x03")
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), -signal.SIGINT)
        self.assertTrue(termios.tcgetattr(fd)[3] & termios.ECHO)
        self.assertEqual(self.server.asked, [])

    def test_the_page_is_shown_by_xdg_open(self):
        opener = self.folder / "xdg-open"
        opener.write_text(f"#!/bin/sh\necho \"$@\" > {self.folder}/opened.part && mv {self.folder}/opened.part {self.folder}/opened\n")
        opener.chmod(0o755)
        env = {**os.environ, "PATH": f"{self.folder}:/usr/bin:/bin"}
        done = self.run_to_end(*self.argv, "open", "saber", env=env)
        self.assertEqual((done.returncode, done.stdout), (0, "http://192.0.2.7/\n"))
        wait_until("it was opened", (self.folder / "opened").exists)
        self.assertEqual((self.folder / "opened").read_text(), "http://192.0.2.7/\n")


if __name__ == "__main__":
    main()
