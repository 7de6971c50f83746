"""The gateway and a virtual debug camera on the real BlueZ: told its network over a link that is encrypted for it, and shown."""

from radio import RadioCase, SIM, adapter_property, objects

PASSWORD = "quite secret words"


class DebugCamera(RadioCase):
    """hci0 is the gateway's, hci1 the camera's."""

    def start_camera(self, *options):
        self.camera = self.start([SIM, "wifi-debug-camera", "--bluez", "hci1", "--pulse", 1000, "--seed", 7, "--ssid", "Home",
                                  "--password", PASSWORD, *options], "debug-camera")
        address = adapter_property("hci1", "Address").split('"')[1]
        self.start_gateway("ble:\n  adapters: [hci0]\ndevices:\n  cam:\n    driver: wifi-debug-camera\n"
                           f"    options:\n      ble_address: {address}\n", plugins=("wifi-debug-camera",))
        self.wait("a link", lambda: self.device("cam")["state"] == "online")

    def tell(self, name, **args):
        return self.request("POST", f"/api/v1/devices/cam/commands/{name}", {"args": args})

    def test_a_password_has_the_link_encrypted_without_anybody_at_either_side(self):
        self.start_camera()
        answer = self.tell("wifi_configure", ssid="Home", password=PASSWORD)
        self.assertEqual(answer.status, 200, answer.body)
        status = self.tell("wifi_enable").json["result"]
        self.assertEqual((status["connected"], status["ssid"]), (True, "Home"))
        w = self.watch(devices=["cam"], frames=True, overlays=True, events=["*"])
        w.frame()
        w.overlay()
        self.wait("Bluetooth is let go", lambda: '"Connected" b true' not in objects())

    def test_one_that_takes_it_openly_is_not_told(self):
        self.start_camera("--dialect", "shipped", "--join", 12)
        answer = self.tell("wifi_configure", ssid="Home", password=PASSWORD)
        self.assertEqual(answer.status, 422, answer.body)
        answer = self.tell("wifi_configure", ssid="Home", password=PASSWORD, allow_unencrypted=True)
        self.assertEqual(answer.status, 200, answer.body)
        self.assertTrue(self.tell("wifi_enable").json["result"]["connected"])
