#!/bin/sh
# after-install.sh DATADIR PLUGINDIR - what `meson install` does last: a first configuration, which an upgrade leaves alone; and on
# the machine itself (no DESTDIR) the users of the services.
set -eu
example=${DESTDIR:-}$1/warren/warren.yaml
config=${DESTDIR:-}/etc/warren/warren.yaml

# The example tells the defaults of this installation.
sed -i "s,#folder: .*/warren/plugins\$,#folder: $2," "$example"
if [ ! -e "$config" ] && mkdir -p "${config%/*}"; then
    sed "s,\$schema=\./,\$schema=$1/warren/," "$example" >"$config"
fi
if [ -z "${DESTDIR:-}" ] && [ "$(id -u)" -eq 0 ] && [ -d /run/systemd/system ]; then
    systemd-sysusers
    systemctl daemon-reload
    echo "To start the gateway: systemctl enable --now warren"
fi
