#!/usr/bin/python3
"""test_check.py HEADERS - errors are planted into a copy of the projects, one at a time: check.py finds each."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
FIRMWARE = HERE.parent.parent
HEADERS = sys.argv.pop(1) if len(sys.argv) > 1 else os.environ["IDF_HEADERS"]


class Planted:
    """What the tests of each project share; `project` is its folder's name."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.firmware = pathlib.Path(cls.folder.name, "firmware")
        for name in ("proto", "cores", "esp"):
            shutil.copytree(FIRMWARE / name, cls.firmware / name)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def check(self):
        project = self.firmware / "esp" / self.project
        run = subprocess.run([HERE / "check.py", HEADERS, project], capture_output=True, text=True, check=False)
        return run.returncode, run.stdout + run.stderr

    def finds(self, path, old, new, sentence):
        file = self.firmware / path
        text = file.read_text(encoding="utf-8")
        self.assertIn(old, text)
        file.write_text(text.replace(old, new), encoding="utf-8")
        try:
            status, said = self.check()
        finally:
            file.write_text(text, encoding="utf-8")
        self.assertEqual(status, 1, said)
        self.assertIn(sentence, said)

    def main(self, name, old, new, sentence):
        self.finds(f"esp/{self.project}/main/{name}", old, new, sentence)

    def common(self, name, old, new, sentence):
        self.finds(f"esp/common/{name}", old, new, sentence)

    def options(self, old, new, sentence):
        self.finds(f"esp/{self.project}/sdkconfig.defaults", old, new, sentence)

    def test_the_copy_is_clean(self):
        status, said = self.check()
        self.assertEqual(status, 0, said)


class Camera(Planted, unittest.TestCase):
    project = "ble-batch-camera"

    def test_arguments_swapped(self):
        self.main("settings_store.c", "nvs_get_i32(h, frequency_key,", "nvs_get_i32(frequency_key, h,", "makes integer from pointer")

    def test_an_argument_missing(self):
        self.main("settings_store.c", "nvs_open(space, NVS_READONLY, &h)", "nvs_open(space, &h)", "too few arguments")

    def test_a_wrong_type_of_a_value(self):
        self.main("settings_store.c", "int32_t s;", "int16_t s;", "incompatible pointer type")

    def test_a_member_that_there_is_not(self):
        self.common("ble/service.c", ".access_cb = ", ".on_access = ", "has no member named 'on_access'")

    def test_a_callback_of_another_signature(self):
        self.common("ble/service.c", "uint16_t handle, struct ble_gatt_access_ctxt *access", "struct ble_gatt_access_ctxt *access",
                    "incompatible pointer type")

    def test_a_function_that_there_is_not(self):
        self.main("shutter.c", "esp_camera_fb_get()", "esp_camera_get_fb()", "implicit declaration of function 'esp_camera_get_fb'")

    def test_a_header_forgotten(self):
        self.main("settings_store.c", '#include "nvs.h"\n', "", "unknown type name 'nvs_handle_t'")

    def test_a_format_that_does_not_fit(self):
        self.common("basics/give_up.c", '"%s; starting anew', '"%d; starting anew', "-Werror=format=")

    def test_a_change_of_the_core_s_port(self):
        self.finds("cores/ble-batch-camera/batch_camera.h", "int (*capture)(void *ctx);", "int (*capture)(void *ctx, int quality);",
                   "incompatible pointer type")

    def test_a_component_that_is_not_required(self):
        self.main("CMakeLists.txt", " nvs_flash", "", "includes headers of nvs_flash, which REQUIRES does not name")
        self.main("CMakeLists.txt", " esp32-camera", "", "includes headers of esp32-camera, which REQUIRES does not name")

    def test_an_option_that_there_is_not(self):
        self.options("CONFIG_SPIRAM=y", "CONFIG_PSRAM=y", "there is no option CONFIG_PSRAM")

    def test_an_option_that_does_not_take(self):
        self.options("CONFIG_BT_ENABLED=y", "CONFIG_BT_ENABLED=n", "CONFIG_BT_NIMBLE_ENABLED=y did not take")

    def test_a_name_that_is_too_long(self):
        self.main("Kconfig.projbuild", '"T-Camera-BLE-Batch"', '"T-Camera-BLE-' + "x" * 17 + '"', "more letters than a scan response")


class Hub(Planted, unittest.TestCase):
    project = "playground-hub"

    def test_a_callback_of_esp_idf_4(self):
        self.common("espnow/espnow.c", "on_sent(const uint8_t *mac, esp_now_send_status_t status)",
                    "on_sent(const esp_now_recv_info_t *mac, esp_now_send_status_t status)", "incompatible pointer type")

    def test_a_constant_that_there_is_not(self):
        self.common("espnow/espnow.c", "WIFI_STORAGE_RAM", "WIFI_STORAGE_MEMORY", "'WIFI_STORAGE_MEMORY' undeclared")

    def test_a_member_that_there_is_not(self):
        self.common("ledstrip/led_strip.c", ".mem_block_symbols", ".mem_symbols", "has no member named 'mem_symbols'")

    def test_an_error_in_what_an_option_leaves_out(self):
        self.main("serial_driver.c", "uart_tx_chars(PORT, bytes, n)", "uart_tx_chars(PORT, n)", "too few arguments")

    def test_an_option_that_one_of_its_chips_lacks(self):
        self.options("CONFIG_BT_ENABLED=y", "CONFIG_BT_ENABLED=y\nCONFIG_BT_CTRL_BLE_MAX_ACT=4",
                     "there is no option CONFIG_BT_CTRL_BLE_MAX_ACT")

    def test_a_log_on_the_app_s_usb(self):
        self.options("CONFIG_ESP_CONSOLE_SECONDARY_NONE=y", "CONFIG_ESP_CONSOLE_SECONDARY_USB_SERIAL_JTAG=y",
                     "The app has the chip's own USB")

    def test_more_apps_than_the_radio_takes(self):
        self.finds("cores/playground-hub/play_hub.h", "#define PLAY_HUB_MAX_CENTRALS 3", "#define PLAY_HUB_MAX_CENTRALS 4",
                   "the radio takes every app of the core")


class Module(Planted, unittest.TestCase):
    project = "playground-module"

    def test_a_callback_of_another_signature(self):
        self.main("button.c", "static void on_edge(void *arg)", "static void on_edge(void *arg, int level)",
                  "incompatible pointer type")

    def test_a_handle_for_another(self):
        self.main("battery.c", "adc_oneshot_config_channel(b->unit,", "adc_oneshot_config_channel(b->calibration,",
                  "incompatible pointer type")

    def test_a_change_of_the_core_s_port(self):
        self.finds("cores/playground-module/play_module.h", "void (*sleep)(void *ctx);", "int (*sleep)(void *ctx);",
                   "incompatible pointer type")

    def test_a_component_that_is_not_required(self):
        self.main("CMakeLists.txt", " esp_adc", "", "includes headers of esp_adc, which REQUIRES does not name")

    def test_a_pin_that_cannot_wake_it(self):
        self.options("CONFIG_FREERTOS_HZ=1000", "CONFIG_FREERTOS_HZ=1000\nCONFIG_WARREN_MODULE_BUTTON=9", "did not take")


class WifiCamera(Planted, unittest.TestCase):
    project = "wifi-debug-camera"

    def test_a_handler_of_another_signature(self):
        self.main("station.c", "static void on_wifi(void *arg, esp_event_base_t base, int32_t id, void *data)",
                  "static void on_wifi(void *arg, int32_t id, void *data)", "incompatible pointer type")

    def test_a_member_of_a_union_s_other_half(self):
        self.main("station.c", ".scan_method =", ".scan_mode =", "has no member named 'scan_mode'")

    def test_a_callback_of_the_converter_s(self):
        self.main("encoder.c", "static size_t keep(void *arg, size_t index, const void *bytes, size_t n)",
                  "static size_t keep(void *arg, const void *bytes, size_t n)", "incompatible pointer type")

    def test_an_argument_of_mdns_missing(self):
        self.main("announce.c", "mdns_service_add(NULL, ", "mdns_service_add(", "too few arguments")

    def test_a_socket_s_call_that_there_is_not(self):
        self.main("sockets.c", "recv(s->rows[k].fd", "receive(s->rows[k].fd", "implicit declaration of function 'receive'")

    def test_an_event_of_nimble_s_that_there_is_not(self):
        self.common("ble/pairing.c", "e->repeat_pairing.conn_handle", "e->pairing.conn_handle", "has no member named 'pairing'")

    def test_a_change_of_the_core_s_port(self):
        self.finds("cores/wifi-debug-camera/wifi_camera_port.h", "int (*rssi)(void *ctx);", "int (*rssi)(void *ctx, int which);",
                   "incompatible pointer type")

    def test_a_component_that_is_not_required(self):
        self.main("CMakeLists.txt", " mdns", "", "includes headers of mdns, which REQUIRES does not name")
        self.main("CMakeLists.txt", " lwip", "", "includes headers of lwip, which REQUIRES does not name")

    def test_an_option_forgotten(self):
        self.options("CONFIG_FREERTOS_GENERATE_RUN_TIME_STATS=y", "", "the run times of tasks are not counted")


if __name__ == "__main__":
    unittest.main()
