#!/usr/bin/python3
"""test_check.py HEADERS - errors are planted into a copy of the BLE camera's project, one at a time: check.py finds each."""

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


class Planted(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.firmware = pathlib.Path(cls.folder.name, "firmware")
        for name in ("proto", "cores", "esp"):
            shutil.copytree(FIRMWARE / name, cls.firmware / name)
        cls.project = cls.firmware / "esp/ble-batch-camera"

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def check(self):
        run = subprocess.run([HERE / "check.py", HEADERS, self.project], capture_output=True, text=True, check=False)
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
        self.finds(f"esp/ble-batch-camera/main/{name}", old, new, sentence)

    def test_the_copy_is_clean(self):
        status, said = self.check()
        self.assertEqual(status, 0, said)

    def test_arguments_swapped(self):
        self.main("settings_store.c", "nvs_get_i32(h, frequency_key,", "nvs_get_i32(frequency_key, h,", "makes integer from pointer")

    def test_an_argument_missing(self):
        self.main("settings_store.c", "nvs_open(space, NVS_READONLY, &h)", "nvs_open(space, &h)", "too few arguments")

    def test_a_wrong_type_of_a_value(self):
        self.main("settings_store.c", "int32_t s;", "int16_t s;", "incompatible pointer type")

    def test_a_member_that_there_is_not(self):
        self.main("gatt.c", ".access_cb = ", ".on_access = ", "has no member named 'on_access'")

    def test_a_callback_of_another_signature(self):
        self.main("gatt.c", "uint16_t handle, struct ble_gatt_access_ctxt *access", "struct ble_gatt_access_ctxt *access",
                  "incompatible pointer type")

    def test_a_function_that_there_is_not(self):
        self.main("shutter.c", "esp_camera_fb_get()", "esp_camera_get_fb()", "implicit declaration of function 'esp_camera_get_fb'")

    def test_a_header_forgotten(self):
        self.main("settings_store.c", '#include "nvs.h"\n', "", "unknown type name 'nvs_handle_t'")

    def test_a_format_that_does_not_fit(self):
        self.finds("esp/common/basics/give_up.c", '"%s; starting anew', '"%d; starting anew', "-Werror=format=")

    def test_a_change_of_the_core_s_port(self):
        self.finds("cores/ble-batch-camera/batch_camera.h", "int (*capture)(void *ctx);", "int (*capture)(void *ctx, int quality);",
                   "incompatible pointer type")

    def test_a_component_that_is_not_required(self):
        self.main("CMakeLists.txt", " nvs_flash", "", "includes headers of nvs_flash, which REQUIRES does not name")
        self.main("CMakeLists.txt", " esp32-camera", "", "includes headers of esp32-camera, which REQUIRES does not name")

    def test_an_option_that_there_is_not(self):
        self.finds("esp/ble-batch-camera/sdkconfig.defaults", "CONFIG_SPIRAM=y", "CONFIG_PSRAM=y", "there is no option CONFIG_PSRAM")

    def test_an_option_that_does_not_take(self):
        self.finds("esp/ble-batch-camera/sdkconfig.defaults", "CONFIG_BT_ENABLED=y", "CONFIG_BT_ENABLED=n",
                   "CONFIG_BT_NIMBLE_ENABLED=y did not take")

    def test_a_name_that_is_too_long(self):
        self.main("Kconfig.projbuild", '"T-Camera-BLE-Batch"', '"T-Camera-BLE-' + "x" * 17 + '"', "more letters than a scan response")


if __name__ == "__main__":
    unittest.main()
