"""The gateway and a virtual Raspberry Pi camera, from outside: REST, WebSocket, MJPEG, SSE."""

import hashlib
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import time

from warren import Case, PATIENCE_S, PI, WARREN, WebSocket, camera_config, main, wait_until


SOURCE = pathlib.Path(__file__).resolve().parents[2]
BAD_HOSTS = ("", "a b", "porch:9999", "x" * 300)


class WithCamera(Case):
    def setUp(self):
        super().setUp()
        self.camera = self.start_camera()
        self.gateway = self.start_gateway(camera_config(self.camera), plugins=PI)
        self.wait_state("porch", "online")


class Live(WithCamera):
    def test_pictures_move_over_the_websocket(self):
        w = self.watch(devices=["*"], frames=True, events=["*"])
        self.assertEqual(list(w.channels), ["porch"])
        first, jpeg = w.frame()
        seen = {hashlib.sha256(jpeg).digest()}
        for _ in range(5):
            header, jpeg = w.frame()
            self.assertEqual(jpeg[:2], b"\xff\xd8")
            self.assertEqual(header["channel"], w.channels["porch"])
            self.assertGreater(header["seq"], first["seq"])
            self.assertGreater(header["captured_us"], 0)
            self.assertLess(abs(header["received_us"] / 1e6 - time.time()), 60)
            first = header
            seen.add(hashlib.sha256(jpeg).digest())
        self.assertGreater(len(seen), 2, "the pictures are all the same")

    def test_the_newest_picture_has_one_url(self):
        a = self.get("/api/v1/devices/porch/frame.jpg")
        self.assertEqual((a.status, a.headers["content-type"]), (200, "image/jpeg"))
        self.assertEqual(a.body[:2], b"\xff\xd8")
        self.assertEqual(a.headers["cache-control"], "no-store")
        self.assertGreater(int(a.headers["x-frame-seq"]), 0)
        self.assertLess(int(a.headers["age"]), 10)
        self.assertIn("T", a.headers["x-captured-at"])

    def test_mjpeg_for_programs_that_know_nothing_else(self):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        c.request("GET", "/api/v1/devices/porch/stream.mjpeg")
        r = c.getresponse()
        self.assertEqual(r.status, 200)
        self.assertEqual(r.getheader("Content-Type"), "multipart/x-mixed-replace; boundary=frame")
        for _ in range(3):
            self.assertEqual(r.readline(), b"--frame\r\n")
            headers = {}
            while (line := r.readline()) != b"\r\n":
                k, _, v = line.decode().partition(":")
                headers[k.lower()] = v.strip()
            jpeg = r.read(int(headers["content-length"]))
            self.assertEqual((jpeg[:2], jpeg[-2:]), (b"\xff\xd8", b"\xff\xd9"))
            self.assertEqual(r.readline(), b"\r\n")
        c.close()

    def test_the_camera_is_only_asked_while_somebody_looks(self):
        upstream = lambda: self.device("porch")["attributes"]["stream"]["value"]
        w = self.watch(devices=["*"], frames=True)
        w.frame()
        wait_until("the stream is open", lambda: upstream() == "live")
        w.close()
        wait_until("the stream is closed after the last viewer", lambda: upstream() == "closed")

    def test_a_viewer_that_acknowledges_gets_two_at_a_time(self):
        w = self.watch(devices=["*"], frames=True)
        header, _ = w.frame()

        def acknowledge():
            w.send({"type": "ack", "channel": header["channel"], "seq": header["seq"]})

        acknowledge()
        w.socket.settimeout(1.5)
        with self.assertRaises(TimeoutError):
            for _ in range(50):  # some were on their way
                header, _ = w.frame()
        acknowledge()
        w.socket.settimeout(PATIENCE_S)
        for _ in range(2):
            header, _ = w.frame()
        w.socket.settimeout(1.5)
        with self.assertRaises(TimeoutError):
            w.frame()
        acknowledge()
        w.socket.settimeout(PATIENCE_S)
        self.assertGreater(w.frame()[0]["seq"], header["seq"])

    def test_max_fps_is_kept(self):
        w = self.watch(devices=["*"], frames=True, max_fps=1)
        w.frame()
        times = [w.frame()[0]["received_us"] for _ in range(3)]
        self.assertGreater(times[2] - times[0], 1_500_000)


class Captures(WithCamera):
    def capture(self):
        a = self.request("POST", "/api/v1/devices/porch/commands/capture")
        self.assertEqual(a.status, 200, a.body)
        return a.json["result"]["id"]

    def test_a_picture_is_kept_listed_shown_pinned_and_removed(self):
        id = self.capture()
        row = self.get(f"/api/v1/captures/{id}").json
        self.assertEqual((row["device"], row["source"], row["pinned"]), ("porch", "command", False))
        image = self.get(f"/api/v1/captures/{id}/image.jpg")
        self.assertEqual(hashlib.sha256(image.body).hexdigest(), row["sha256"])
        self.assertEqual(len(image.body), row["bytes"])
        thumb = self.get(f"/api/v1/captures/{id}/thumb.jpg")
        self.assertEqual((thumb.status, thumb.body[:2]), (200, b"\xff\xd8"))
        self.assertLess(len(thumb.body), len(image.body))
        self.assertTrue(self.request("PATCH", f"/api/v1/captures/{id}", {"pinned": True}).json["pinned"])
        self.assertEqual(self.request("DELETE", f"/api/v1/captures/{id}").status, 204)
        self.assertEqual(self.get(f"/api/v1/captures/{id}").status, 404)
        self.assertEqual(self.get(f"/api/v1/captures/{id}/image.jpg").status, 404)

    def test_ranges_and_caches_work(self):
        id = self.capture()
        whole = self.get(f"/api/v1/captures/{id}/image.jpg")
        part = self.get(f"/api/v1/captures/{id}/image.jpg", headers={"Range": "bytes=10-19"})
        self.assertEqual((part.status, part.body), (206, whole.body[10:20]))
        self.assertEqual(part.headers["content-range"], f"bytes 10-19/{len(whole.body)}")
        same = self.get(f"/api/v1/captures/{id}/image.jpg", headers={"If-None-Match": whole.headers["etag"]})
        self.assertEqual((same.status, same.body), (304, b""))
        another = self.get(f"/api/v1/captures/{id}/image.jpg", headers={"If-Match": '"another"'})
        self.assertEqual((another.status, another.headers["content-type"]), (412, "application/problem+json"))
        self.assertEqual(self.get(f"/api/v1/captures/{id}/image.jpg", headers={"If-Match": whole.headers["etag"]}).body, whole.body)

    def test_pages_go_back_in_time_without_gaps(self):
        ids = [self.capture() for _ in range(5)]
        got, cursor = [], None
        while True:
            page = self.get("/api/v1/captures?limit=2" + (f"&cursor={cursor}" if cursor else "")).json
            got += [row["id"] for row in page["items"]]
            cursor = page["next"]
            if not cursor:
                break
        self.assertEqual(got, sorted(ids, reverse=True))

    def test_what_was_kept_outlives_a_kill(self):
        id = self.capture()
        self.gateway.child.kill()
        self.gateway.child.wait()
        self.start_gateway(camera_config(self.camera), plugins=PI)
        self.assertEqual(self.get(f"/api/v1/captures/{id}").status, 200)
        self.assertEqual(self.get(f"/api/v1/captures/{id}/image.jpg").status, 200)


class Control(WithCamera):
    def see_five_pictures(self):
        """So many at least are in the camera's past then."""
        w = self.watch(devices=["*"], frames=True)
        for _ in range(5):
            w.frame()

    def test_trigger_commands_answer_with_values(self):
        self.get("/api/v1/devices/porch/frame.jpg")
        level = self.request("POST", "/api/v1/devices/porch/commands/night_level").json["result"]
        self.assertEqual((level["dark_threshold"], level["bright_threshold"], level["night"]), (50, 240, False))
        self.assertGreater(self.request("POST", "/api/v1/devices/porch/commands/health").json["result"]["rss_mib"], 1)

    def test_past_stack_is_fetched_as_a_capture(self):
        self.see_five_pictures()
        a = self.request("POST", "/api/v1/devices/porch/commands/past_stack", {"args": {"formats": ["jpg"]}})
        self.assertEqual(a.status, 200, a.body)
        wait_until("the stack is a capture", lambda: [r for r in self.get("/api/v1/captures").json["items"] if r["device"] == "porch"])

    def test_past_frames_become_captures_with_times(self):
        self.see_five_pictures()
        a = self.request("POST", "/api/v1/devices/porch/commands/past_frames", {"args": {"n": 3}})
        self.assertEqual(a.status, 200, a.body)
        rows = wait_until("three captures", lambda: len(r := self.get("/api/v1/captures").json["items"]) >= 3 and r)
        self.assertTrue(all(r["captured_at"] for r in rows))

    def test_a_setting_is_sent_reported_and_kept_over_restarts_of_either_side(self):
        d = self.device("porch")
        self.assertIn("night.dark_threshold", d["settings"])
        a = self.request("PATCH", "/api/v1/devices/porch", {"settings": {"night.dark_threshold": 41}})
        self.assertEqual(a.status, 200, a.body)
        settled = lambda: (s := self.device("porch")["settings"]["night.dark_threshold"])["reported"] == 41 and not s["pending"]
        wait_until("the camera reports it", settled)
        self.camera.stop()
        self.wait_state("porch", "offline")
        self.camera = self.start_camera(trigger_port=self.camera.trigger_port, mjpeg_port=self.camera.mjpeg_port)
        wait_until("the camera is back", lambda: self.device("porch")["state"] == "online", 90)
        wait_until("it is told again", settled)
        self.assertEqual(self.gateway.stop(), 0)
        self.gateway = self.start_gateway(camera_config(self.camera), plugins=PI)
        self.wait_state("porch", "online")
        self.assertEqual(self.device("porch")["settings"]["night.dark_threshold"]["desired"], 41)

    def test_two_who_edit_one_device_are_kept_apart(self):
        url, first, second = "/api/v1/devices/porch", {"settings": {"night.dark_threshold": 42}}, {"settings": {"night.dark_threshold": 43}}
        read = self.get(url).headers["etag"]
        a = self.request("PATCH", url, first, headers={"If-Match": read})
        self.assertEqual(a.status, 200, a.body)
        self.assertNotEqual(a.headers["etag"], read)
        late = self.request("PATCH", url, second, headers={"If-Match": read})
        self.assertEqual((late.status, late.headers["content-type"]), (412, "application/problem+json"))
        self.assertEqual(self.request("DELETE", url, headers={"If-Match": read}).status, 412)
        self.assertEqual(self.device("porch")["settings"]["night.dark_threshold"]["desired"], 42)
        self.request("POST", f"{url}/commands/capture")
        self.assertEqual(self.get(url).headers["etag"], a.headers["etag"], "what it does is no edit")
        self.assertEqual(self.request("PATCH", url, second, headers={"If-Match": a.headers["etag"]}).status, 200)
        self.assertEqual(self.request("PATCH", url, first).status, 200, "who names none asks for nothing")

    def test_wrong_settings_and_arguments_are_refused_with_the_key(self):
        a = self.request("PATCH", "/api/v1/devices/porch", {"settings": {"night.dark_threshold": "dark"}})
        self.assertEqual((a.status, a.headers["content-type"]), (422, "application/problem+json"))
        self.assertIn("night.dark_threshold", a.json["detail"])
        a = self.request("POST", "/api/v1/devices/porch/commands/past_frames", {"args": {"n": "many"}})
        self.assertEqual(a.status, 422)
        self.assertEqual(self.request("POST", "/api/v1/devices/porch/commands/explode").status, 404)

    def test_a_name_in_the_configuration_cannot_be_changed_elsewhere(self):
        a = self.request("PATCH", "/api/v1/devices/porch", {"name": "Back door"})
        self.assertEqual(a.status, 409)
        self.assertIn("warren.yaml", a.json["detail"])

    def test_commands_over_the_websocket(self):
        w = self.watch(devices=["*"], events=["*"])
        self.assertTrue(w.ask(type="command", device="porch", command="health")["success"])
        refused = w.ask(type="command", device="porch", command="explode")
        self.assertEqual((refused["success"], refused["error"]["code"]), (False, "not_found"))
        self.assertEqual(w.ask(type="command", device="nobody", command="x")["error"]["code"], "not_found")
        self.assertEqual(w.ask(type="dance")["error"]["code"], "invalid")
        self.assertEqual(w.ask(type="ping")["type"], "pong")


class Events(WithCamera):
    def test_events_come_live_and_stay_in_the_history(self):
        w = self.watch(devices=["*"], events=["capture.*"])
        id = self.request("POST", "/api/v1/devices/porch/commands/capture").json["result"]["id"]
        e = w.event("capture.stored", "porch")
        self.assertEqual(e["data"]["id"], id)
        wait_until("the event is in the history", lambda: e["id"] in [i["id"] for i in self.get("/api/v1/events?type=capture.*").json["items"]])

    def test_the_stream_for_tools_goes_on_where_it_ended(self):
        last = self.get("/api/v1/events?limit=1").json["items"]
        self.request("POST", "/api/v1/devices/porch/commands/capture")
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        c.request("GET", "/api/v1/events/stream?type=capture.stored", headers={"Last-Event-ID": str(last[0]["id"] if last else 0)})
        r = c.getresponse()
        self.assertEqual(r.getheader("Content-Type"), "text/event-stream")
        lines = []
        while not any(line.startswith("data: {") for line in lines):
            lines.append(r.readline().decode().strip())
        self.assertIn("event: capture.stored", lines)
        c.close()


class Face(WithCamera):
    def test_health_readiness_and_metrics(self):
        self.assertEqual(self.get("/healthz").body, b"ok\n")
        ready = self.get("/readyz")
        self.assertEqual((ready.status, ready.json["ready"]), (200, True))
        text = self.get("/metrics").body.decode()
        self.assertIn('warren_device_up{device="porch"} 1', text)
        for line in text.splitlines():
            if not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                float(value)

    def test_openapi_and_info(self):
        doc = self.get("/api/v1/openapi.json").json
        self.assertEqual(doc["openapi"], "3.1.0")
        self.assertIn("pi-trigger-camera.save", doc["components"]["schemas"])
        self.assertEqual(len(self.get("/api/v1/info").json["boot_id"]), 32)

    def test_problems_are_problems(self):
        for method, path, status in [("GET", "/api/v1/nothing", 404), ("DELETE", "/api/v1/devices", 405), ("GET", "/api/v1/devices/nobody", 404),
                                     ("GET", "/api/v1/captures?limit=x", 422), ("GET", "/api/v1/captures?cursor=x", 400),
                                     ("GET", "/api/v1/captures?cursor=9223372036854775808-1", 400), ("GET", "/api/v1/events?cursor=-1", 400),
                                     ("GET", "/api/v1/captures?limt=1", 400), ("GET", "/%2e%2e/etc/passwd", 400)]:
            a = self.request(method, path)
            self.assertEqual((a.status, a.headers["content-type"]), (status, "application/problem+json"), path)
            self.assertEqual(a.json["status"], status)
            self.assertTrue(a.json["detail"])

    def test_other_peoples_pages_and_names_are_kept_out(self):
        self.assertEqual(self.get("/api/v1/devices", host="evil.example").status, 403)
        self.assertEqual(self.get("/api/v1/devices", headers={"Origin": "http://evil.example"}).status, 403)
        self.assertEqual(self.get("/api/v1/devices", headers={"Origin": f"http://127.0.0.1:{self.port}"}).status, 200)
        for status, more in [(403, dict(headers={"Origin": "http://evil.example"})), (403, dict(host="evil.example")), (404, dict(path="/api/v1/devices"))]:
            w = WebSocket(self.port, **more)
            self.assertEqual(w.status, status)
            w.close()
        a = self.request("POST", "/api/v1/devices/porch/commands/health", body="{}", headers={"Content-Type": "text/plain"})
        self.assertEqual(a.status, 415)

    def test_bodies_that_are_too_large_or_no_json_are_refused(self):
        a = self.request("PATCH", "/api/v1/devices/porch", body=b"x" * 300_000, headers={"Content-Type": "application/json"})
        self.assertEqual(a.status, 413)
        a = self.request("PATCH", "/api/v1/devices/porch", body="{nope", headers={"Content-Type": "application/json"})
        self.assertEqual(a.status, 400)
        a = self.request("PATCH", "/api/v1/devices/porch", body="[" * 1000, headers={"Content-Type": "application/json"})
        self.assertEqual(a.status, 400)

    def test_the_page_is_served_with_a_strict_policy(self):
        a = self.get("/")
        self.assertEqual(a.status, 200)
        self.assertIn("default-src 'none'", a.headers["content-security-policy"])
        self.assertEqual(self.get("/", headers={"If-None-Match": a.headers["etag"]}).status, 304)


class Troubles(Case):
    def test_a_camera_that_hangs_is_told_and_comes_back(self):
        camera = self.start_camera()
        self.start_gateway(camera_config(camera, "      hold: true\n"), plugins=PI)
        self.wait_state("porch", "online")
        camera.child.send_signal(signal.SIGSTOP)
        try:
            wait_until("it is noticed", lambda: self.device("porch")["state"] == "offline", 60)
        finally:
            camera.child.send_signal(signal.SIGCONT)
        wait_until("it is back", lambda: self.device("porch")["state"] == "online", 90)

    def test_a_camera_that_accepts_and_says_nothing_holds_nobody_up(self):
        silent = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
        self.addCleanup(lambda: [s.close() for s in silent])
        camera = type("Camera", (), {"trigger_port": silent[0].getsockname()[1], "mjpeg_port": silent[1].getsockname()[1]})
        self.start_gateway(camera_config(camera), plugins=PI)
        worst = 0
        for _ in range(50):
            t = time.monotonic()
            self.assertEqual(self.get("/healthz").status, 200)
            worst = max(worst, time.monotonic() - t)
        self.assertLess(worst, 5)
        self.assertNotEqual(self.device("porch")["state"], "online")

    def test_the_original_service_is_a_camera_too(self):
        camera = self.start_camera("--dialect", "seed")
        self.start_gateway(camera_config(camera), plugins=PI)
        self.wait_state("porch", "online")
        w = self.watch(devices=["*"], frames=True)
        a, b = w.frame()[0]["seq"], w.frame()[0]["seq"]
        self.assertGreater(b, a)


class LifeCycle(Case):
    def test_it_ends_cleanly_on_both_signals(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            g = self.start_gateway()
            self.assertEqual(g.stop(number), 0, g.output())

    def test_it_ends_cleanly_with_pictures_on_their_way_to_the_disk(self):
        camera = self.start_camera()
        g = self.start_gateway(camera_config(camera), plugins=PI)
        self.wait_state("porch", "online")
        body = "POST /api/v1/devices/porch/commands/capture HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n".encode()
        self.assertEqual(self.request("POST", "/api/v1/devices/porch/commands/capture").status, 200)
        clients = [socket.create_connection(("127.0.0.1", self.port), PATIENCE_S) for _ in range(16)]
        for c in clients:
            self.addCleanup(c.close)
            c.sendall(body)
        self.assertTrue(clients[0].recv(64).startswith(b"HTTP/1.1 200"))
        self.assertEqual(g.stop(), 0, g.output())

    def test_a_port_in_use_is_told_with_its_number(self):
        taken = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(taken.close)
        self.port = taken.getsockname()[1]
        g = self.start_gateway(wait=False)
        self.assertEqual(g.child.wait(PATIENCE_S), 1)
        self.assertIn(str(self.port), g.output())

    def test_others_are_not_listened_to_unless_that_is_said(self):
        g = self.start_gateway(env={"WARREN_HTTP_LISTEN": "0.0.0.0:0"}, wait=False)
        self.assertEqual(g.child.wait(PATIENCE_S), 1)
        self.assertIn("allow_unauthenticated", g.output())

    def test_a_wrong_configuration_is_told_with_its_line(self):
        self.port = 1
        g = self.start_gateway("devices:\n  porch:\n    drivr: x\n", wait=False)
        self.assertEqual(g.child.wait(PATIENCE_S), 1)
        self.assertRegex(g.output(), r"warren\.yaml:\d+:\d+: .*drivr")

    def test_a_host_that_is_none_is_told_before_and_after_the_start(self):
        self.start_gateway("devices:\n" + "".join(f"  cam{i}:\n    driver: pi-trigger-camera\n    options: {{host: \"{host}\"}}\n"
                                                  for i, host in enumerate(BAD_HOSTS)), plugins=("pi-trigger-camera",))
        checked = self.run_to_end(WARREN, "check", "--config", self.config)
        self.assertEqual(checked.returncode, 1)
        for i in range(len(BAD_HOSTS)):
            d = self.device(f"cam{i}")
            self.assertEqual(d["state"], "error")
            self.assertIn(f"warren.yaml:{10 + 3 * i}: options.host: expected the name or IP address of a host", d["why"])
            self.assertIn(f"warren.yaml:{10 + 3 * i}:21: devices.cam{i}.options.host: expected the name or IP address", checked.stderr)
        a = self.request("POST", "/api/v1/devices", {"driver": "pi-trigger-camera", "name": "x", "options": {"host": "a b"}})
        self.assertEqual(a.status, 422)
        self.assertIn("host: expected the name or IP address of a host", a.json["detail"])

    def test_the_devices_of_the_shipped_example_fit_their_drivers(self):
        head, devices = (SOURCE / "config/warren.yaml").read_text().split("\ndevices:\n")
        plugins = self.add_plugins(*PI, "ble-batch-camera", "playground-hub", "wifi-debug-camera")
        text = head + f"\nplugins:\n  folder: {plugins}\n" + "devices:\n"
        text = text.replace("\nplugins:\n  # Drivers", "\n  # Drivers")
        text += "".join(re.sub(r"^  #(?! [A-Z])", "  ", line) for line in devices.splitlines(keepends=True))
        self.assertIn("\n  porch:\n    driver: pi-trigger-camera\n", text)
        file = self.folder / "example.yaml"
        file.write_text(text)
        checked = self.run_to_end(WARREN, "check", "--config", file,
                                  env={k: v for k, v in os.environ.items() if not k.startswith("WARREN_")})
        self.assertEqual((checked.returncode, checked.stderr), (0, ""))
        self.assertIn("no errors, 0 warnings, 4 devices", checked.stdout)

    def test_a_changed_configuration_is_applied_and_a_wrong_one_is_not(self):
        self.start_gateway("devices:\n  demo:\n    driver: demo\n", plugins=("demo",))
        self.wait_state("demo", "online")
        self.configure("devices:\n  demo:\n    driver: demo\n    name: Garden\n")
        wait_until("the name is taken", lambda: self.device("demo")["name"] == "Garden")
        w = self.watch(devices=["*"], events=["*"])
        self.configure("devices: [nonsense\n")
        self.assertRegex(w.event("config.refused")["data"]["why"], r"^line \d+: ")
        self.assertEqual(self.device("demo")["state"], "online")
        self.configure("")
        wait_until("the device is gone", lambda: (d := self.device("demo")) is None or d["owner"] != "config")

    def test_an_emptied_configuration_is_refused_and_one_that_comes_in_pieces_is_waited_for(self):
        g = self.start_gateway("devices:\n  one:\n    driver: demo\n  two:\n    driver: demo\n", plugins=("demo",))
        self.wait_state("two", "online")
        w = self.watch(devices=["*"], events=["*"])
        for text in ("", "\n  \n", "# devices:\n#   one: {driver: demo}\n"):
            self.config.write_text(text)
            self.assertIn("devices: {}", w.event("config.refused")["data"]["why"])
        self.assertIn("the configuration is not taken", g.output())
        self.assertEqual(self.device("one")["state"], "online")
        pieces = (self.config_head, "devices:\n  one:\n    driver: demo\n", "    name: First\n", "  two:\n    driver: demo\n", "    name: Second\n")
        with open(self.config, "w") as f:
            for piece in pieces:
                f.write(piece)
                f.flush()
                time.sleep(0.4)
        wait_until("all of it is taken", lambda: self.device("two")["name"] == "Second")
        self.assertEqual(self.device("one")["name"], "First")
        self.assertFalse([e for e in self.get("/api/v1/events?type=device.removed").json["items"]])
        self.configure("devices: {}\n")
        wait_until("that is meant", lambda: self.device("one") is None)

    def test_a_configuration_that_changes_while_the_gateway_starts_is_not_missed(self):
        for i in range(5):
            g = self.start_gateway("devices:\n  demo:\n    driver: demo\n", plugins=("demo",), wait=False)
            wait_until("it has read the file", lambda: "driver loaded" in g.output())
            self.configure(f"devices:\n  demo:\n    driver: demo\n    name: Garden {i}\n")
            wait_until("it listens", lambda: self.listens(self.port))
            wait_until("the name is taken", lambda: self.device("demo")["name"] == f"Garden {i}")
            g.stop()

    def test_the_service_manager_is_told(self):
        address = str(self.folder / "notify")
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        s.bind(address)
        s.settimeout(PATIENCE_S)
        self.addCleanup(s.close)
        g = self.start_gateway(env={"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "400000"})
        seen = ""
        while "READY=1" not in seen or seen.count("WATCHDOG=1") < 3:
            seen += s.recv(4096).decode() + "\n"
        g.child.send_signal(signal.SIGTERM)
        while "STOPPING=1" not in seen:
            seen += s.recv(4096).decode() + "\n"
        self.assertEqual(g.stop(), 0)


if __name__ == "__main__":
    main()
