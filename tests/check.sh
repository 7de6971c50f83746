#!/bin/sh
# check.sh - other eyes on the code: formatter, linter of shell scripts, a second compiler. Goes through all of them; its exit
# status says whether one complained.
cd "$(dirname "$0")/.." || exit
status=0

echo "format (mend by: make format)"
git ls-files -z '*.c' '*.h' | xargs -0 clang-format --dry-run -Werror 2>&1 | sed -n 's/: error.*//p' | cut -d: -f1 | sort | uniq -c |
    { ! grep .; } || status=1

echo "shell scripts"
{
    git ls-files '*.sh'
    echo .ci/run
} | xargs shellcheck || status=1

echo "build by clang"
[ -f build-clang/build.ninja ] || CC=clang meson setup build-clang >/dev/null || status=1
ninja -C build-clang --quiet || status=1

exit $status
