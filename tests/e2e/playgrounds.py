"""playgrounds.py - a virtual playground behind a pretended BlueZ, and the gateway on its bus."""

import threading

from warren import Case, SIM, wait_until

ADDRESS = "00:AA:01:00:D0:01"
HUB = f"devices:\n  playground:\n    driver: playground-hub\n    options:\n      address: {ADDRESS}\n      scan_every_s: 0\n"
# The slider half way.
HALF_DBM = -60


class Module:
    """As the virtual playground tells of it."""

    def __init__(self, words):
        self.name, self.mac = words["name"], words["mac"]
        self.rssi, self.battery = int(words["rssi"]), int(words["battery"])


class Playgrounds(Case):
    def start_sim(self, *options, name="playground"):
        """The programs' lines so far are in .modules and .lit()."""
        sim = self.start([SIM, "playground-hub", "--new-bus", self.folder / "bus", *options], name)
        wait_until("the playground is on the air", lambda: "listening" in sim.output() or sim.child.poll() is not None)
        self.assertIsNone(sim.child.poll(), sim.output())
        sim.modules = {m.mac: m for m in map(Module, self.lines(sim, "module"))}
        return sim

    def start_playground(self, *options, seed=7, config=HUB):
        sim = self.start_sim("--seed", seed, "--antennas", 2, *options)
        self.start_gateway(f"ble:\n  bus: unix:path={self.folder}/bus\n  scan_seconds: 2\n  scan_every_seconds: 5\n{config}",
                           plugins=("playground-hub",))
        return sim

    @staticmethod
    def lines(sim, kind):
        """Of that kind, each as its words by their keys."""
        for line in sim.output().splitlines(keepends=True):
            if line.startswith(kind + " ") and line.endswith("\n"):
                yield dict(word.split("=", 1) for word in line.split()[1:])

    def lit(self, sim):
        """{address: the last line about its lights}, of those that are lit."""
        last = {words["mac"]: words for words in self.lines(sim, "lights")}
        return {mac: words for mac, words in last.items() if words["lit"] != "0"}

    # --- the gateway ---

    def attribute(self, key):
        return ((self.device("playground") or {}).get("attributes", {}).get(key) or {}).get("value")

    def children(self):
        """{address: device}, of those that are online."""
        items = self.get("/api/v1/devices").json["items"]
        return {d["attributes"]["mac"]["value"]: d for d in items if d["parent"] == "playground" and d["state"] == "online"}

    def wait_ready(self, n_modules):
        wait_until("the hub is ready, and its list is there",
                   lambda: self.attribute("link") == "ready" and self.attribute("modules") == n_modules, 60)

    def command(self, name, threshold="all"):
        """The answer as it came; see tell()."""
        return self.request("POST", f"/api/v1/devices/playground/commands/{name}", {"args": {"threshold": threshold}})

    def tell(self, *command):
        answer = self.command(*command)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json["result"]

    def command_meanwhile(self, name, threshold="all"):
        """Returns a function that waits for its answer."""
        answers = []
        thread = threading.Thread(target=lambda: answers.append(self.command(name, threshold)))
        thread.start()
        self.addCleanup(thread.join)

        def answer():
            thread.join()
            return answers[0]
        return answer
