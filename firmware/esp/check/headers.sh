#!/usr/bin/env bash
# headers.sh FOLDER - lay the headers and Kconfig files of ESP-IDF and its parts into an empty folder outside of any git
# work tree, for `make check-firmware IDF_HEADERS=FOLDER`. Text is unpacked, nothing is built.
#
# They come by git from UPSTREAM (https://github.com): another place that has the same owner/name repositories will do.
set -euo pipefail
shopt -s inherit_errexit
upstream=${UPSTREAM:-https://github.com}

# The release that the projects name in their idf_component.yml, and what it is made of: a repository (or a folder of it), a
# revision ("pinned": the commit that ESP-IDF itself names), and where it goes. mbedTLS's own release has the headers of
# Espressif's copy, which is based on it; esp_jpeg 1.3.1 is what the camera's driver needs.
idf=v5.3.1
parts="espressif/esp-nimble pinned components/bt/host/nimble/nimble
espressif/esp-lwip pinned components/lwip/lwip
Mbed-TLS/mbedtls refs/tags/v3.6.0 components/mbedtls/mbedtls
espressif/esp32-camera refs/tags/v2.1.4 managed_components/espressif__esp32-camera
espressif/idf-extra-components:esp_jpeg 3f723c51d0539b27426a55eb8940892ea92b73a8 managed_components/espressif__esp_jpeg
espressif/esp-protocols:components/mdns refs/tags/mdns-v1.8.0 managed_components/espressif__mdns"

[ $# -eq 1 ] || { sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 2; }
mkdir -p "$1"
folder=$(cd "$1" && pwd)
if git -C "$folder" rev-parse --show-toplevel >/dev/null 2>&1; then
    echo "headers.sh: $1 lies in a git work tree, where it might be committed; name a folder outside" >&2
    exit 2
fi
[ -z "$(ls -A "$folder")" ] || { echo "headers.sh: $1 is not empty" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# fetch OWNER/NAME REVISION: the newest state only, and of it only what somebody asks for. Prints where it lies.
fetch() {
    local at=$work/${1//\//+}
    git init -q "$at"
    git -C "$at" remote add origin "$upstream/$1.git"
    git -C "$at" config extensions.partialClone origin
    git -C "$at" sparse-checkout set --no-cone '*.h' '*.inc' 'Kconfig*' 'sdkconfig.rename*' '!/examples/**' '!/tools/**'
    git -C "$at" fetch -q --depth 1 --filter=blob:none origin "$2"
    git -C "$at" -c advice.detachedHead=false checkout -q FETCH_HEAD
    echo "$at"
}

# lay PLACE FOLDER: the files that lie there, without git's own.
lay() {
    mkdir -p "$folder/$2"
    tar -C "$1" --exclude=.git -cf - . | tar -C "$folder/$2" -xf -
    echo "$(git -C "$1" rev-parse --short=10 HEAD) $2"
}

idf_at=$(fetch espressif/esp-idf "refs/tags/$idf")
lay "$idf_at" .
while read -r from revision to; do
    [ "$revision" != pinned ] || revision=$(git -C "$idf_at" rev-parse "HEAD:$to")
    at=$(fetch "${from%%:*}" "$revision")
    case $from in *:*) at=$at/${from#*:} ;; esac
    lay "$at" "$to"
done <<<"$parts"
