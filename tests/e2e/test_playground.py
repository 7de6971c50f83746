"""The gateway and a virtual playground behind a pretended BlueZ, from outside: ours, and the first one with its faults."""

import json
import os
import select
import signal
import time

from playgrounds import ADDRESS, HALF_DBM, HUB, Playgrounds
from warren import PATIENCE_S, main, wait_until

# How long a hub listens.
SCAN_S = 5


class Ours(Playgrounds):
    def test_a_scan_lists_all_modules_as_the_hub_hears_them(self):
        sim = self.start_playground()
        self.wait_ready(12)
        began = time.monotonic()
        scan = self.tell("scan")
        self.assertEqual((scan["modules"], scan["threshold_dbm"]), (12, -100))
        # The driver's own begin when it learns that the hub was asked, which may be late.
        self.assertGreaterEqual(time.monotonic() - began, SCAN_S)
        self.assertGreater(scan["seconds"], 0)
        children = self.children()
        self.assertEqual(set(children), set(sim.modules))
        for mac, module in sim.modules.items():
            value = lambda key: children[mac]["attributes"][key]["value"]
            self.assertEqual(children[mac]["name"], module.name)
            self.assertEqual(value("rssi_dbm"), module.rssi)
            self.assertEqual(value("battery_percent"), module.battery)
        self.assertIn("12 modules", self.device("playground")["why"])

    def test_a_scan_with_a_threshold_lists_who_is_as_loud(self):
        sim = self.start_playground()
        self.wait_ready(12)
        self.assertEqual(self.tell("scan", "50")["modules"], sum(m.rssi >= HALF_DBM for m in sim.modules.values()))

    def test_play_with_the_slider_half_way_lights_exactly_who_is_in_reach(self):
        sim = self.start_playground()
        self.wait_ready(12)
        wait_until("the greeting of their lights is over", lambda: not self.lit(sim))
        in_reach = {m.mac for m in sim.modules.values() if m.rssi > HALF_DBM}
        self.assertTrue(0 < len(in_reach) < 12)
        events = self.watch(devices=["playground"], events=["*"])
        self.assertEqual(self.tell("play", "50"), {"status": "sent", "threshold_dbm": HALF_DBM})
        self.assertEqual(events.event("hub.ack")["data"],
                         {"command": "play", "status": "sent", "threshold": "-60", "threshold_dbm": HALF_DBM})
        lit = wait_until("they are lit", lambda: (lit := self.lit(sim)) and len(lit) >= len(in_reach) and lit)
        self.assertEqual(set(lit), in_reach)
        self.assertEqual({(words["game"], words["lit"], words["rgb"]) for words in lit.values()}, {("play", "12", "003200")})
        self.tell("pause")
        wait_until("they are dark", lambda: not self.lit(sim))

    def test_a_threshold_that_is_none_is_the_clients_mistake(self):
        self.start_playground()
        self.wait_ready(12)
        answer = self.command("play", "101")
        self.assertEqual(answer.status, 422, answer.body)
        self.assertIn("threshold: expected", answer.json["detail"])
        w = self.watch()
        refused = w.ask(type="command", device="playground", command="play", args={"threshold": "near"})
        self.assertEqual(refused["error"]["code"], "invalid", refused)

    def test_commands_during_a_scan_wait_for_its_end(self):
        sim = self.start_playground()
        self.wait_ready(12)
        scan = self.command_meanwhile("scan")
        wait_until("it scans", lambda: self.attribute("link") == "scanning")
        refused = self.command("scan")
        self.assertEqual(refused.status, 409, refused.body)
        self.assertEqual(self.tell("win")["status"], "sent")
        self.assertEqual(scan().json["result"]["modules"], 12)
        self.assertEqual(len(wait_until("rainbows", lambda: len(lit := self.lit(sim)) == 12 and lit)), 12)

    def test_fifty_modules_are_listed_whole(self):
        sim = self.start_playground("--modules", 50)
        self.wait_ready(50)
        scan = self.tell("scan")
        self.assertEqual(scan["modules"], 50)
        self.assertEqual(set(self.children()), set(sim.modules))
        self.assertEqual(self.attribute("answers_broken"), 0)
        metrics = self.get("/metrics").body.decode()
        self.assertEqual(metrics.count("warren_device_up{"), 51)
        self.assertNotIn("warren_device_frames_total{", metrics, "no camera, no pictures")
        for line in ('warren_device_children{device="playground"} 50', 'warren_device_children_up{device="playground"} 50',
                     'warren_device_attribute{device="playground",key="answers_missing"} 0'):
            self.assertIn(line + "\n", metrics)
        self.assertEqual(metrics.count(',key="battery_percent"}'), 50)
        self.assertNotIn(',key="link"}', metrics, "it is no number")

    def test_a_link_that_breaks_in_mid_list_is_made_again_and_the_list_comes(self):
        sim = self.start_playground("--cuts", 1)
        self.wait_ready(12)
        self.assertEqual(set(self.children()), set(sim.modules))
        self.assertTrue(self.get("/api/v1/events?type=device.offline").json["items"])
        self.assertEqual(sim.output().count("a list is cut"), 1)

    def test_a_link_that_breaks_in_mid_scan_fails_it_with_a_sentence(self):
        sim = self.start_playground()
        self.wait_ready(12)
        scan = self.command_meanwhile("scan")
        wait_until("it scans", lambda: self.attribute("link") == "scanning")
        sim.child.send_signal(signal.SIGUSR1)
        self.assertEqual(scan().status, 503)
        self.assertIn("link to the hub was lost", scan().json["detail"])
        self.wait_ready(12)

    def test_a_hub_that_is_reset_in_mid_scan_is_found_again(self):
        sim = self.start_playground("--resets", 1)
        wait_until("it is reset", lambda: "the hub is reset" in sim.output())
        self.wait_ready(12)
        self.assertEqual(self.tell("play")["status"], "sent")

    def test_bluetoothd_that_dies_in_mid_scan_is_waited_for(self):
        sim = self.start_playground()
        self.wait_ready(12)
        scan = self.command_meanwhile("scan")
        wait_until("it scans", lambda: self.attribute("link") == "scanning")
        sim.child.send_signal(signal.SIGUSR2)
        self.assertEqual(scan().status, 503)
        self.wait_ready(12)

    def test_a_hub_that_is_switched_off_is_let_go_and_taken_again(self):
        self.start_playground(config="")
        row = {"id": "playground", "driver": "playground-hub", "options": {"address": ADDRESS, "scan_every_s": 0}}
        added = self.request("POST", "/api/v1/devices", row)
        self.assertEqual(added.status, 201, added.body)
        self.wait_ready(12)
        enable = lambda on: self.request("PATCH", "/api/v1/devices/playground", {"enabled": on})
        self.assertEqual(enable(False).status, 200)
        wait_until("it is let go", lambda: self.device("playground")["state"] == "disabled" and not self.children())
        self.assertEqual(enable(True).status, 200)
        self.wait_ready(12)

    def test_who_takes_any_hub_leaves_one_to_whom_its_address_belongs(self):
        any_hub = "  any:\n    driver: playground-hub\n"
        sim = self.start_playground(config=HUB.replace("devices:\n", f"devices:\n{any_hub}"))
        self.wait_ready(12)
        sim.child.send_signal(signal.SIGUSR1)  # Its name is known by now.
        wait_until("the link is lost", lambda: self.attribute("modules") == 0)
        self.wait_ready(12)
        self.assertEqual(self.device("any")["attributes"]["link"]["value"], "looking")

    def test_small_writes_and_a_small_mtu_do(self):
        sim = self.start_playground("--faults", "mtu=23,loss=0")
        self.wait_ready(12)
        self.assertEqual(set(self.children()), set(sim.modules))
        self.assertEqual(self.tell("number_game", "99")["threshold_dbm"], -90)


class First(Playgrounds):
    """Hub and modules as they are out there."""

    def test_a_scan_lists_who_is_very_near(self):
        sim = self.start_playground("--dialect", "seed")
        near = {m.mac for m in sim.modules.values() if m.rssi > -45}
        self.assertTrue(0 < len(near) < 12)
        self.wait_ready(len(near))
        children = self.children()
        self.assertEqual(set(children), near)
        for mac, child in children.items():
            self.assertNotIn("battery_percent", child["attributes"])
            self.assertEqual(child["attributes"]["rssi_dbm"]["value"], sim.modules[mac].rssi)

    def test_play_lights_exactly_who_is_in_reach_once(self):
        sim = self.start_playground("--dialect", "seed")
        wait_until("the hub is ready", lambda: self.attribute("link") == "ready" and self.attribute("scanned_at"))
        wait_until("the greeting of their lights is over", lambda: not self.lit(sim))
        n_before = len(list(self.lines(sim, "lights")))
        self.assertEqual(self.tell("play", "50"), {"status": "sent", "threshold_dbm": HALF_DBM})
        in_reach = {m.mac for m in sim.modules.values() if m.rssi > HALF_DBM}
        lines = lambda: list(self.lines(sim, "lights"))[n_before:]
        wait_until("on and off", lambda: len(lines()) >= 2 * len(in_reach))
        self.assertEqual({words["mac"] for words in lines()}, in_reach)

    def test_a_hub_that_stays_silent_fails_with_a_sentence_of_the_driver(self):
        # A crowd that plays says more than the hub reads: whenever a scan is to begin, messages wait.
        self.start_playground("--dialect", "seed", "--modules", 64, "--rounds", "0.005")
        wait_until("it scans", lambda: self.attribute("link") == "scanning")
        answer = self.command("scan")
        self.assertEqual(answer.status, 502, answer.body)
        self.assertIn("no list of its modules within 7 s", answer.json["detail"])
        self.assertIn("no list", self.attribute("trouble"))
        self.assertEqual(self.tell("play")["status"], "sent", "it answers other things")


class Program(Playgrounds):
    """What needs no gateway."""

    def test_the_same_seed_gives_the_same_playground(self):
        pictures = []
        for i, seed in enumerate((7, 7, 8)):
            sim = self.start_sim("--seed", seed, name=f"sim-{i}")
            pictures.append([line for line in sim.output().splitlines() if line.startswith("module ")])
            self.assertEqual(sim.stop(), 0)
        self.assertEqual(pictures[0], pictures[1])
        self.assertNotEqual(pictures[0], pictures[2])

    def test_its_usb_is_a_serial_line(self):
        link = self.folder / "usb"
        sim = self.start_sim("--seed", 7, f"--serial={link}")
        path = next(self.lines(sim, "serial"))["path"]
        self.assertEqual(os.readlink(link), path)
        wait_until("the greeting of their lights is over", lambda: not self.lit(sim))
        port = os.open(link, os.O_RDWR | os.O_NOCTTY)
        self.addCleanup(os.close, port)
        self.received = b""
        self.assertIn("uptime", self.await_line(port, "heartbeat"))
        os.write(port, b'{"cmd":"Rainbow","mode":"near"}\r\n{"cmd":"Nonsense"}\n')
        ack = self.await_line(port, "ack")
        near = {m.mac for m in sim.modules.values() if m.rssi >= -60}
        self.assertEqual((ack["command"], ack["status"], ack["recipients"]), ("Rainbow", "sent", len(near)))
        self.assertIn("Nonsense", self.await_line(port, "error")["message"])
        wait_until("rainbows", lambda: set(self.lit(sim)) == near)
        os.write(port, b'{"cmd":"PING"}\n')
        self.assertEqual({m["mac"] for m in self.await_line(port, "devices")["list"]}, set(sim.modules))
        self.assertEqual(sim.stop(), 0)
        self.assertFalse(link.is_symlink())

    def await_line(self, port, type):
        """The next line of that type."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            line, newline, rest = self.received.partition(b"\n")
            if newline:
                self.received = rest
                message = json.loads(line)
                if message["type"] == type:
                    return message
            elif select.select([port], [], [], 1)[0]:
                self.received += os.read(port, 4096)
        raise AssertionError(f"no {type} came")


if __name__ == "__main__":
    main()
