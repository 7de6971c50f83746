#!/bin/sh
# deps.sh - the one list of the Debian packages that Warren needs; Makefile, Dockerfile and docs ask here.
#
#   deploy/deps.sh install GROUP…   install what is missing (says nothing when nothing is)
#   deploy/deps.sh missing GROUP…   print what is missing
#
# Groups: build, run, video, test, driver-test, bench, check, firmware, arm, vm. For Debian 12 and newer and Ubuntu 24.04: "a|b" is one package
# under its names in different releases, the first that exists is taken.
set -eu

packages_of() {
    case $1 in
    # To compile the programs and drivers, and to run them where they were compiled. The event library is loaded by
    # libwebsockets at run time, so no linker names it; virtual Bluetooth cameras start a dbus-daemon.
    build) echo 'dbus-daemon gcc libc6-dev meson ninja-build pkgconf|pkg-config
        libuv1-dev libwebsockets-dev libwebsockets-evlib-uv libsystemd-dev libsqlite3-dev libcurl4-openssl-dev
        libjpeg62-turbo-dev|libjpeg-turbo8-dev libpng-dev libyaml-dev libjansson-dev libssl-dev zlib1g-dev' ;;
    # To run what was compiled elsewhere: the image, a package.
    run) echo 'libuv1t64|libuv1 libwebsockets19t64|libwebsockets17 libwebsockets-evlib-uv libsystemd0 libsqlite3-0
        libcurl4t64|libcurl4 libjpeg62-turbo|libjpeg-turbo8 libpng16-16t64|libpng16-16 libyaml-0-2 libjansson4
        zlib1g ca-certificates' ;;
    # To show a video file as a camera.
    video) echo 'ffmpeg' ;;
    # Criterion for C, Python for what runs whole programs, Chromium for the page, best the one without windows, which takes two thirds of
    # the time; systemd checks our units.
    test) echo 'libcriterion-dev ffmpeg python3 systemd chromium-headless-shell|chromium|chromium-browser nodejs npm' ;;
    # A driver's own test, against the fake host.
    driver-test) echo 'libcriterion-dev' ;;
    # OpenCV is what the optical flow is measured against; an emulator counts its instructions on a microcontroller.
    bench) echo 'python3 python3-opencv valgrind gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf qemu-system-misc' ;;
    # To run what is written for 64-bit ARM's registers on another machine.
    arm) echo 'gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user' ;;
    # A kernel of Debian's in an emulated machine; a virtual radio, BlueZ, and a client of it that is none of ours; Avahi.
    vm) echo 'qemu-system-x86 busybox-static cpio kmod bluez bluez-test-tools|bluez-tests python3-bleak
        avahi-daemon avahi-utils' ;;
    # To look at the code with other eyes: `make check`, `make format`, `make fuzz`.
    check) echo 'clang clang-format shellcheck python3' ;;
    # Front ends of the compilers for both architectures of ESP32 chips, a C library's headers, Kconfig.
    firmware) echo 'gcc-xtensa-lx106 gcc-riscv64-unknown-elf libnewlib-dev python3-kconfiglib' ;;
    *)
        echo "deps.sh: no group \"$1\" (build, run, video, test, driver-test, bench, check, firmware, arm, vm)" >&2
        return 2
        ;;
    esac
}

all_of() {
    for group; do
        packages_of "$group" || return
    done
}

# The choices of which no name is installed, by itself or provided by another (Node from its makers brings npm). One
# question for all, for this runs at the begin of every `make`.
missing_of() {
    wanted=$1
    names=$(echo "$wanted" | tr '|' ' ')
    # shellcheck disable=SC2086  # names are words
    here=" $(dpkg-query -W -f '${db:Status-Status} ${Package} ${Provides}\n' $names 2>/dev/null |
        sed -n 's/^installed //p' | tr ',\n' '  ') "
    for choice in $wanted; do
        rest=$choice\|
        while [ -n "$rest" ]; do
            case $here in *" ${rest%%|*} "*) continue 2 ;; esac
            rest=${rest#*|}
        done
        echo "$choice"
    done
}

# The first name of each choice that this release has, by apt's lists; else the last, which apt will then complain about.
resolve() {
    for choice; do
        rest=$choice
        while [ "${rest#*|}" != "$rest" ]; do
            apt-cache policy "${rest%%|*}" 2>/dev/null | grep -q 'Candidate: [^(]' && break
            rest=${rest#*|}
        done
        echo "${rest%%|*}"
    done
}

# Prints the words that make a command run as root; nothing when that cannot be.
root_by() {
    if [ "$(id -u)" -eq 0 ]; then
        echo env
    elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
        echo sudo env
    fi
}

# shellcheck disable=SC2046,SC2086  # everything here is a list of words
install() {
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        echo "deps.sh: this is no Debian, so nothing is installed. Warren needs what Debian calls:" "$@" >&2
        return 0
    fi
    missing=$(missing_of "$*")
    [ -n "$missing" ] || return 0
    as_root=$(root_by)
    if [ -z "$as_root" ]; then
        echo "deps.sh: packages are missing, and only root can install them. Run:" >&2
        echo "    sudo apt-get install --no-install-recommends" $(resolve $missing) >&2
        return 1
    fi
    echo "Installing what is missing:" $missing
    # Lists may be absent, or too old to fetch by; without network what is in the cache may still do.
    $as_root apt-get -q -q update || echo "deps.sh: apt-get update failed, going on with the lists there are" >&2
    $as_root DEBIAN_FRONTEND=noninteractive apt-get -q -q -y -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 \
        install --no-install-recommends $(resolve $missing)
}

main() {
    case ${1:-help} in
    install | missing) ;;
    *)
        sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
        [ "${1:-}" = help ] || [ "${1:-}" = --help ]
        return
        ;;
    esac
    action=$1
    shift
    wanted=$(all_of "$@")
    # shellcheck disable=SC2086  # words
    case $action in
    install) install $wanted ;;
    missing) missing_of "$wanted" ;;
    esac
}

main "$@"
