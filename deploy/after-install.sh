#!/bin/sh
# after-install.sh DATADIR - what `meson install` does last: a first configuration, which an upgrade leaves alone; and on the
# machine itself (no DESTDIR) the users of the services.
set -eu
config=${DESTDIR:-}/etc/warren/warren.yaml

if [ ! -e "$config" ] && mkdir -p "${config%/*}"; then
    sed "s,\$schema=\./,\$schema=$1/warren/," "${DESTDIR:-}$1/warren/warren.yaml" >"$config"
fi
if [ -z "${DESTDIR:-}" ] && [ "$(id -u)" -eq 0 ] && [ -d /run/systemd/system ]; then
    systemd-sysusers
    systemctl daemon-reload
    echo "To start the gateway: systemctl enable --now warren"
fi
