"""Motion that the gateway finds in a camera's pictures: its overlays come with their pictures, and motion is an event with nobody watching."""

import struct

from warren import Case, main, wait_until

BALL = "devices:\n  ball:\n    driver: demo\n    options:\n      fps: 10\n"


class Flow(Case):
    def metric(self, name):
        """None: there is no such row."""
        for line in self.get("/metrics").body.decode().splitlines():
            if line.startswith(f'{name}{{device="ball"}} '):
                return float(line.split()[-1])
        return None

    def test_overlays_come_with_their_own_pictures(self):
        self.start_gateway(BALL + "    flow: on\n", plugins=("demo",))
        self.wait_state("ball", "online")
        self.assertEqual((self.device("ball")["flow"], self.device("ball")["overlay"], "flow" in self.device("ball")["fixed"]), ("on", True, True))
        w = self.watch(devices=["ball"], frames=True, overlays=True)
        found = []
        for _ in range(12):
            header, body = w.overlay()
            found.append(body)
            self.assertIn(header["seq"], w.pictures)
            width, height, columns, rows = struct.unpack_from("<HHBB", body)
            self.assertEqual(len(body), 36 + 8 * struct.unpack_from("<H", body, 32)[0] + 6 * body[34])
            self.assertTrue(width >= columns * 16 and height >= rows * 16 and columns * rows >= 12, body[:8])
        moving = [body for body in found if body[12] & 1]
        self.assertTrue(moving, "the ball moves")
        self.assertTrue(all(body[12] & 4 and not body[12] & 8 for body in moving), "computed by the gateway")

    def test_motion_is_told_while_nobody_watches(self):
        self.start_gateway(BALL, plugins=("demo",))
        self.wait_state("ball", "online")
        w = self.watch(devices=["ball"], events=["motion.*"])
        self.assertIsNone(self.metric("warren_flow_seconds_total"))
        self.assertEqual(self.ctl("flow", "ball", "on"), "ball: on\n")
        self.assertEqual(w.event("motion.started", "ball")["device"], "ball")
        wait_until("pictures are counted", lambda: self.metric("warren_flow_frames_total") > 3)
        self.assertGreater(self.metric("warren_flow_seconds_total"), 0)
        self.assertEqual(self.metric("warren_flow_frames_failed_total"), 0)
        self.assertIn("flow       on", self.ctl("device", "ball"))
        self.assertEqual(self.ctl("flow", "ball", "off"), "ball: off\n")
        w.event("motion.ended", "ball")
        self.assertIsNone(self.metric("warren_flow_seconds_total"))
        self.assertIn("expected one of off, on, device", self.ctl("flow", "ball", "maybe", status=1))

    def test_the_choice_outlives_the_gateway(self):
        gateway = self.start_gateway(BALL, plugins=("demo",))
        self.wait_state("ball", "online")
        answer = self.request("PATCH", "/api/v1/devices/ball", {"flow": "on"})
        self.assertEqual((answer.status, answer.json["flow"]), (200, "on"))
        self.assertEqual(gateway.stop(), 0)
        self.start_gateway(BALL, plugins=("demo",))
        self.wait_state("ball", "online")
        self.assertEqual(self.device("ball")["flow"], "on")
        wait_until("it looks", lambda: self.metric("warren_flow_frames_total"))


if __name__ == "__main__":
    main()
