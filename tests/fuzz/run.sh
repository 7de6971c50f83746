#!/bin/sh
# run.sh SECONDS - each parser against inputs that libFuzzer makes up, for so long each. What breaks one is kept below
# build-fuzz/found/; put it into tests/fuzz/corpus/<parser>/ with the fix, where the plain tests replay it.
cd "$(dirname "$0")/../.." || exit
seconds=${1:-60}
status=0

[ -f build-fuzz/build.ninja ] ||
    CC=clang meson setup build-fuzz -Dlibfuzzer=true -Db_sanitize=address,undefined -Db_lundef=false >/dev/null || exit
ninja -C build-fuzz --quiet || exit

for program in build-fuzz/tests/fuzz/libfuzz-*; do
    if [ -d "$program" ]; then continue; fi
    name=${program##*/libfuzz-}
    found=build-fuzz/found/$name
    mkdir -p "$found/corpus"
    printf '%s: ' "$name"
    if "$program" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$found/" \
        "$found/corpus" "tests/fuzz/corpus/$name" >"$found/log" 2>&1; then
        sed -n 's/^stat::number_of_executed_units: */runs: /p' "$found/log"
    else
        status=1
        echo "BROKEN, see $found/log"
    fi
done
exit $status
