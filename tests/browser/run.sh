#!/bin/sh
# run.sh BUILD_DIR [name…] - the browser tests for meson: fetches the two packages from npm into the build folder once, then runs them.
# Exit 77 is meson's "skipped".
set -eu
here=$(cd "$(dirname "$0")" && pwd)
into=$1
shift

skip() {
    echo "browser tests skipped: $1"
    exit 77
}

command -v node >/dev/null || skip "node is not installed (Debian: nodejs)"
command -v npm >/dev/null || skip "npm is not installed (Debian: npm)"
# The one without windows takes two thirds of the time.
for chromium in /usr/bin/chromium-headless-shell /usr/bin/chromium; do
    [ -n "${CHROMIUM:=$(command -v $chromium)}" ] && break
done
[ -x "$CHROMIUM" ] || skip "${CHROMIUM:-chromium} is not there (Debian: chromium-headless-shell or chromium; CHROMIUM names another)"
export CHROMIUM

# Anew when the lock file has changed; npm removes a half-finished folder by itself.
mkdir -p "$into"
if ! cmp -s "$here/package-lock.json" "$into/installed-lock.json"; then
    cp "$here/package.json" "$here/package-lock.json" "$into/"
    (cd "$into" && npm ci --ignore-scripts --no-audit --no-fund)
    cp "$here/package-lock.json" "$into/installed-lock.json"
fi

WARREN_NODE_MODULES=$into exec node "$here/run.mjs" "$@"
