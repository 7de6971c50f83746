"""`make run`: comes up, shows pictures, and leaves nothing behind however it is ended."""

import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from warren import BUILD, PATIENCE_S, WARREN, free_port, main, no_crash, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]


def processes():
    """(pid, parent, start time) of all."""
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                fields = pathlib.Path("/proc", entry, "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z":
                yield int(entry), int(fields[1]), int(fields[19])


def family(pid):
    """{(pid, start time)} of a process and all below it."""
    everybody = list(processes())
    found = {p[0]: p[2] for p in everybody if p[0] == pid}
    while True:
        more = {p[0]: p[2] for p in everybody if p[1] in found and p[0] not in found}
        if not more:
            return set(found.items())
        found |= more


def alive(members):
    return members & {(pid, started) for pid, _, started in processes()}


class Demo(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.log = self.folder / "log"
        self.port = free_port()

    def start(self, data="data", sigint=signal.SIG_DFL, **more_env):
        env = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "WARREN_"))} | more_env
        env |= {"PORT": str(self.port), "DATA": str(self.folder / data), "BUILD": str(BUILD)}

        def signals():
            """Not as the tests' own parent left them: under nohup a terminal that closes ends nothing, which is right."""
            signal.signal(signal.SIGHUP, signal.SIG_DFL)
            signal.signal(signal.SIGINT, sigint)

        with open(self.log, "wb") as log:
            make = subprocess.Popen(["make", "run"], cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                    start_new_session=True, preexec_fn=signals)
        self.addCleanup(self.expect_no_crash, self.log)
        self.addCleanup(self.end_by_force, make)
        return make

    def expect_no_crash(self, log):
        """One fails the test, whatever that saw; tests/run.py knows it by the same words."""
        self.assertNotRegex(log.read_text(errors="replace"), r"ended by SIG(SEGV|ABRT|BUS|FPE|ILL)")

    @staticmethod
    def end_by_force(make):
        for pid, _ in family(make.pid):
            with contextlib.suppress(ProcessLookupError):  # its parent's end took it along
                os.kill(pid, signal.SIGKILL)
        make.wait()

    def text(self):
        return self.log.read_text(errors="replace")

    def start_and_wait(self, **options):
        return self.wait_for(self.start(**options))

    def wait_for(self, make):
        wait_until("it says that it is ready", lambda: "Warren is ready" in self.text() or make.poll() is not None)
        self.assertIn(f"http://127.0.0.1:{self.port}/", self.text())
        members = family(make.pid)
        self.assertGreaterEqual(len(members), 4, "make, the demo, cameras, a gateway")
        return make, members

    def expect_end(self, make, members):
        make.wait(PATIENCE_S)
        wait_until("all that was started has ended", lambda: not alive(members))
        with self.assertRaises(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1)

    def demo_pid(self, members):
        return next(pid for pid, _ in members if b"demo.py" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes())

    def get(self, path, method="GET", body=None):
        """(head, nothing, body), with what is JSON parsed."""
        body = json.dumps(body).encode() if body else b""
        head = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Connection: close"]
        head += ["Content-Type: application/json", f"Content-Length: {len(body)}"] if body else []
        answer = b""
        try:
            with socket.create_connection(("127.0.0.1", self.port), PATIENCE_S) as s:
                s.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body)
                while piece := s.recv(1 << 16):
                    answer += piece
        except OSError as e:
            raise AssertionError(f"{e}; the demo says:\n{self.text()}") from e
        return answer.partition(b"\r\n\r\n")

    def json(self, path, *more):
        return json.loads(self.get("/api/v1" + path, *more)[2])

    def garden(self):
        return self.json("/devices/garden")

    def wait_for_garden(self):
        wait_until("the Bluetooth camera is online", lambda: self.garden().get("state") == "online")

    def pictures_of_garden(self):
        return [c["id"] for c in self.json("/captures?device=garden")["items"]]

    def test_it_shows_pictures_and_ends_on_sigint_to_all_as_ctrl_c_sends_it(self):
        make, members = self.start_and_wait()
        picture = lambda: (a := self.get("/api/v1/devices/porch/frame.jpg"))[0].startswith(b"HTTP/1.1 200") and a[2]
        self.assertEqual(wait_until("a picture", picture)[:2], b"\xff\xd8")
        said = re.search(r"On the command line: (.+)", self.text())[1].split()
        self.assertIn("porch", subprocess.run(said, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
        os.killpg(make.pid, signal.SIGINT)
        self.expect_end(make, members)

    def test_the_bluetooth_camera_hands_over_pictures_one_after_the_other(self):
        make, members = self.start_and_wait()
        ids = wait_until("two pictures by Bluetooth", lambda: len(ids := self.pictures_of_garden()) >= 2 and ids, 60)
        self.assertEqual(self.get(f"/api/v1/captures/{ids[0]}/image.jpg")[2][:2], b"\xff\xd8")
        make.terminate()
        self.expect_end(make, members)

    def test_a_setting_reaches_the_bluetooth_camera_which_reports_it(self):
        self.start_and_wait()
        self.wait_for_garden()
        self.assertIn(b" 200 ", self.get("/api/v1/devices/garden", "PATCH", {"settings": {"frequency": 7}})[0])
        frequency = lambda: self.garden()["settings"]["frequency"]
        wait_until("it is reported", lambda: (f := frequency())["reported"] == 7 and not f["pending"])
        self.assertIn(b" 422 ", self.get("/api/v1/devices/garden", "PATCH", {"settings": {"frequency": 0}})[0])

    def test_the_playground_lists_its_modules_and_lights_those_in_reach(self):
        self.start_and_wait()
        modules = lambda: [d for d in self.json("/devices")["items"] if d["parent"] == "playground" and d["state"] == "online"]
        wait_until("twelve modules", lambda: len(modules()) == 12)
        in_reach = {d["attributes"]["mac"]["value"] for d in modules() if d["attributes"]["rssi_dbm"]["value"] > -60}
        sent = self.json("/devices/playground/commands/play", "POST", {"args": {"threshold": "50"}})
        self.assertEqual(sent["result"], {"status": "sent", "threshold_dbm": -60})
        log = (self.folder / "data/Bluetooth-devices.log").read_text
        lit = lambda: set(re.findall(r"^lights .*mac=(\w+) game=play lit=12 ", log(), re.M))
        wait_until("they are lit", lambda: len(lit()) >= len(in_reach))
        self.assertEqual(lit(), in_reach)
        drawing = (self.folder / "data/playground.svg").read_text
        wait_until("their lights are drawn", lambda: drawing().count("rgb(0,255,0)") == 12 * len(in_reach))

    def test_the_debug_camera_shows_what_moves_in_its_pictures(self):
        self.start_and_wait()
        overlay = wait_until("it tells what it sees", lambda: (o := self.json("/devices/saber/overlay")).get("blocks") and o, 60)
        self.assertEqual((overlay["gridCols"], overlay["gridRows"]), (8, 6))
        self.assertIn(b" 200 ", self.get("/api/v1/devices/saber/frame.jpg")[0])

    def test_it_can_be_started_again_on_what_the_last_one_left_and_more_pictures_come(self):
        before = []
        for end in (signal.SIGKILL, signal.SIGINT):
            make, members = self.start_and_wait()
            before = wait_until("a new picture by Bluetooth",
                                lambda: len(ids := self.pictures_of_garden()) > len(before) and ids)
            os.killpg(make.pid, end)
            self.expect_end(make, members)

    def test_two_run_at_once_each_with_its_own_bluetooth(self):
        self.start_and_wait(data="one <&> of two")
        first, log = self.port, self.log
        self.port, self.log = free_port(), self.folder / "second log"
        self.start_and_wait(data="the other")
        for port in (first, self.port):
            self.port = port
            self.wait_for_garden()
        self.log = log

    def test_two_that_start_at_the_same_moment_take_different_ports(self):
        both = []
        for name in ("one", "two"):
            self.port, self.log = free_port(), self.folder / f"log {name}"
            both.append((self.start(data=name), self.port, self.log))
        for make, self.port, self.log in both:
            self.wait_for(make)
        cameras = {re.search(r"trigger_port: (\d+)", (self.folder / name / "warren.yaml").read_text())[1] for name in ("one", "two")}
        self.assertEqual(len(cameras), 2)

    def test_without_a_dbus_daemon_that_is_told_and_the_rest_runs(self):
        broken = self.folder / "bin/dbus-daemon"
        broken.parent.mkdir()
        broken.write_text("#!/bin/sh\nexit 1\n")
        broken.chmod(0o755)
        make, members = self.start_and_wait(PATH=f"{broken.parent}:{os.environ['PATH']}")
        self.assertIn("There are no Bluetooth devices this time: warren-sim ble-batch-camera: dbus-daemon did not start", self.text())
        self.assertEqual([d["id"] for d in self.json("/devices")["items"]], ["porch"])
        self.assertFalse(self.json("/info")["bluetooth"]["ready"])
        make.send_signal(signal.SIGINT)
        self.expect_end(make, members)

    def test_its_configuration_says_what_holds(self):
        make, members = self.start_and_wait(data="one <&> of \"two\"")
        config = self.folder / "one <&> of \"two\"/warren.yaml"
        text = config.read_text()
        for line in (f'listen: "127.0.0.1:{self.port}"', f"folder: {json.dumps(str(config.parent / 'plugins'))}"):
            self.assertIn(line, text)
        asked = subprocess.run([WARREN, "check", "--config", config], capture_output=True, text=True)
        no_crash(asked.returncode, asked.stderr)
        self.assertEqual(asked.returncode, 0, asked.stderr)
        make.send_signal(signal.SIGINT)
        self.expect_end(make, members)

    def test_who_has_no_screen_there_is_told_the_way(self):
        self.start_and_wait(DISPLAY="", WAYLAND_DISPLAY="", SSH_CONNECTION="192.0.2.7 51234 192.0.2.8 22")
        self.assertRegex(self.text(), rf"ssh -L {self.port}:127.0.0.1:{self.port} \S+@192.0.2.8\n")

    def test_the_machine_s_own_bluetooth_can_be_used_instead(self):
        make, members = self.start_and_wait(BLUETOOTH="system", DBUS_SYSTEM_BUS_ADDRESS=f"unix:path={self.folder}/none")
        self.assertIn("Bluetooth cannot be used: there is no D-Bus", self.text())
        self.assertEqual([d["id"] for d in self.json("/devices")["items"]], ["porch"])
        self.assertIn("there is no D-Bus", self.json("/info")["bluetooth"]["why"])
        make.terminate()
        self.expect_end(make, members)

    def test_it_ends_on_sigint_to_make_alone(self):
        make, members = self.start_and_wait()
        make.send_signal(signal.SIGINT)
        self.expect_end(make, members)

    def test_it_ends_on_sigterm_to_make_alone(self):
        make, members = self.start_and_wait()
        make.terminate()
        self.expect_end(make, members)

    def test_it_ends_on_sigint_to_all_where_a_shell_had_it_ignored(self):
        make, members = self.start_and_wait(sigint=signal.SIG_IGN)
        os.killpg(make.pid, signal.SIGINT)
        self.expect_end(make, members)

    def test_it_ends_when_the_terminal_closes(self):
        make, members = self.start_and_wait()
        os.killpg(make.pid, signal.SIGHUP)
        self.expect_end(make, members)

    def test_it_ends_when_make_is_killed(self):
        make, members = self.start_and_wait()
        make.kill()
        self.expect_end(make, members)

    def test_the_programs_end_when_the_demo_is_killed(self):
        make, members = self.start_and_wait()
        os.kill(self.demo_pid(members), signal.SIGKILL)
        self.expect_end(make, members)

    def test_it_ends_while_it_starts(self):
        make = self.start()
        wait_until("the demo runs", lambda: len(family(make.pid)) >= 2)
        time.sleep(0.1)
        members = family(make.pid)
        make.terminate()
        self.expect_end(make, members)

    def test_it_says_when_the_gateway_ends_by_itself_and_ends_the_rest(self):
        make, members = self.start_and_wait()
        gateway = next(pid for pid, _ in members if pathlib.Path(f"/proc/{pid}/comm").read_text() == "warren\n")
        os.kill(gateway, signal.SIGKILL)
        self.expect_end(make, members)
        self.assertNotEqual(make.returncode, 0)
        self.assertIn("The gateway ended by SIGKILL", self.text())

    def test_a_port_in_use_is_told_with_the_way_out(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", self.port))
            s.listen()
            make = self.start()
            self.assertNotEqual(make.wait(PATIENCE_S), 0)
        self.assertIn(f"Port {self.port}", self.text())
        self.assertIn(f"PORT={self.port + 1} make run", self.text())

    def test_a_second_one_on_the_same_data_is_told_where_the_first_is(self):
        self.start_and_wait()
        first, log = self.port, self.log
        self.port, self.log = free_port(), self.folder / "second log"
        second = self.start()
        self.assertNotEqual(second.wait(PATIENCE_S), 0)
        self.assertIn(f"http://127.0.0.1:{first}/", self.text())
        self.log = log

    def test_a_port_that_is_none_is_told(self):
        self.port = "abc"
        make = self.start()
        self.assertNotEqual(make.wait(PATIENCE_S), 0)
        self.assertIn("PORT=abc: expected a number from 1 to 65535", self.text())
        self.assertNotIn("usage:", self.text())

    def test_a_source_that_is_not_there_is_told(self):
        os.environ["SOURCE"] = "no/such/video.avi"
        self.addCleanup(os.environ.pop, "SOURCE")
        make = self.start()
        self.assertNotEqual(make.wait(PATIENCE_S), 0)
        self.assertIn("no/such/video.avi", self.text())


if __name__ == "__main__":
    main()
