#!/bin/sh
# uninstall.sh PREFIX - takes away what `meson install` put below PREFIX (below DESTDIR, if that is set). What people made stays:
# the configuration, the pictures, and drivers of their own.
set -eu
prefix=$1
root=${DESTDIR:-}$prefix
sources=$(dirname "$0")/..

# On the machine itself services end first.
is_this_machine() { [ -z "${DESTDIR:-}" ] && [ "$(id -u)" -eq 0 ] && [ -d /run/systemd/system ]; }

if is_this_machine; then
    for unit in warren warren-pi-camera; do
        [ ! -e "$root/lib/systemd/system/$unit.service" ] || systemctl disable --now "$unit" || true
    done
fi
for program in warren warrenctl warren-sim warren-pi-camera; do
    rm -f "$root/bin/$program"
done
for driver in "$sources"/plugins/*/; do
    rm -f "$root/lib/warren/plugins/$(basename "$driver").so"
done
rm -f "$root/lib/systemd/system/warren.service" "$root/lib/systemd/system/warren-pi-camera.service" "$root/lib/sysusers.d/warren.conf"
rm -rf "$root/lib/warren/examples" "$root/include/warren" "$root/share/warren" "$root/share/doc/warren"
for folder in lib/warren/plugins lib/warren lib/systemd/system lib/systemd lib/sysusers.d; do
    rmdir "$root/$folder" 2>/dev/null || true # not empty: somebody else's things are there
done
if is_this_machine; then
    systemctl daemon-reload
fi
echo "Warren is uninstalled. What is yours stays: ${DESTDIR:-}/etc/warren, ${DESTDIR:-}/var/lib/warren, ${DESTDIR:-}/var/lib/warren-camera."
