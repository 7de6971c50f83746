"""Who may run the gateway: any user where the bus lets all speak to bluetoothd, as Debian's does; else a member of the group bluetooth. Who may not is
told so."""

import pathlib
import shutil
import subprocess

from radio import RadioCase, busctl
from warren import WARREN

USER = "warren-tester"
# As systems have it that are stricter than Debian. Behind the files of the packages.
STRICT = pathlib.Path("/etc/dbus-1/system.d/zz-strict.conf")
POLICY = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <policy context="default"><deny send_destination="org.bluez"/></policy>
  <policy group="bluetooth"><allow send_destination="org.bluez"/></policy>
</busconfig>
"""


class Permission(RadioCase):
    def setUp(self):
        self.addCleanup(self.remove_user)  # after the programs that are his have ended
        super().setUp()

    @staticmethod
    def remove_user():
        STRICT.unlink(missing_ok=True)
        subprocess.run(["userdel", USER], check=False)

    def start(self, argv, name, env=None):
        if argv[0] == WARREN:
            shutil.chown(self.folder, USER, USER)
            argv = ["setpriv", "--reuid", USER, "--regid", USER, "--init-groups", *argv]
        return super().start(argv, name, env)

    def start_as(self, groups, strict):
        """The gateway, with a camera in reach."""
        subprocess.run(["useradd", "--no-create-home", "--user-group", *(["--groups", groups] if groups else []), USER], check=True)
        if strict:
            STRICT.parent.mkdir(parents=True, exist_ok=True)
            STRICT.write_text(POLICY)
        busctl("call", "org.freedesktop.DBus", "/", "org.freedesktop.DBus", "ReloadConfig")
        self.start_ble_camera("warren", [5000] * 3, "--interval", 1)
        return self.start_ble_gateway()

    def bluetooth(self):
        return self.get("/api/v1/info").json["bluetooth"]

    def check_pictures(self, gateway):
        status = pathlib.Path(f"/proc/{gateway.child.pid}/status").read_text()
        self.assertNotIn("\nUid:\t0\t", status)
        self.wait("all pictures are kept", lambda: self.n_captures("warren") == 3)
        self.assertEqual(self.kept(self.cameras["warren"]), [0, 1, 2])
        self.assertTrue(self.bluetooth()["ready"])

    def test_any_user_may_where_the_bus_has_no_rule(self):
        self.check_pictures(self.start_as("", strict=False))

    def test_a_member_of_the_group_bluetooth_may(self):
        self.check_pictures(self.start_as("bluetooth", strict=True))

    def test_who_may_not_is_told_by_info_and_log(self):
        gateway = self.start_as("", strict=True)
        why = "no permission to speak to bluetoothd: the user of this program has to be in the group bluetooth"
        self.wait("the sentence in /api/v1/info", lambda: self.bluetooth()["why"] == why)
        self.assertFalse(self.bluetooth()["ready"])
        self.wait("the sentence in the log", lambda: f'msg="Bluetooth cannot be used" why="{why}"' in gateway.output())
