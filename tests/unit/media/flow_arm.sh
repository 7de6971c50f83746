#!/bin/sh
# flow_arm.sh ROOT FOLDER - the optical flow's inner loops for 64-bit ARM, compiled here and run in an emulator: flow_equal.c.
# Exit status 77 and a sentence where compiler or emulator are not there.
set -eu
root=$1 folder=$2

for program in aarch64-linux-gnu-gcc qemu-aarch64; do
    command -v "$program" >/dev/null || {
        echo "flow_arm.sh: skipped, there is no $program (deploy/deps.sh install arm)"
        exit 77
    }
done
aarch64-linux-gnu-gcc -std=gnu17 -O2 -static -o "$folder/flow-equal-arm" \
    -I "$root/firmware/cores/flow" -I "$root/firmware/proto" -I "$root/gateway/src" "$root/tests/unit/media/flow_equal.c" \
    "$root/gateway/src/media/flow_fast.c" "$root/gateway/src/media/flow_neon.c" "$root"/firmware/cores/flow/*.c "$root"/firmware/proto/*.c
exec qemu-aarch64 "$folder/flow-equal-arm" neon
