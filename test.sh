#!/bin/sh
# Builds and tests everything.
#   ./test.sh         warnings as errors, all tests, and those of the libraries once more under
#                     AddressSanitizer and UndefinedBehaviorSanitizer
#   ./test.sh quick   warnings as errors and all tests, once
#   ./test.sh long    what takes long, and nothing else: clang-tidy over every file, the tests of the
#                     command line under the sanitizers, the unit tests under valgrind, the whole
#                     battery of malformed inputs
set -eu
cd -- "$(dirname -- "$0")"

mode=${1:-full}
case $mode in
full | quick | long) ;;
*)
    echo "usage: ./test.sh [quick|long]" >&2
    exit 2
    ;;
esac

say() {
    printf '\n== %s · %s\n' "$1" "$2"
}

jobs=$(nproc)
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
passed=0
failed=0
skipped=0

# run LABEL ARGUMENTS…: one ctest run whose closing line is added to the sums. A run that finds no
# test at all is a failure, or a wrong label would prove everything.
run() {
    label=$1
    shift
    status=0
    ctest --output-on-failure -j "$jobs" --no-tests=error "$@" >"$log/$label" 2>&1 || status=$?
    grep -vE '^ *(Start +[0-9]|[0-9]+/[0-9]+ .* Passed )' "$log/$label" | grep -v '^$' || true
    line=$(grep -E '[0-9]+ tests? failed out of [0-9]+' "$log/$label" | tail -n 1)
    lost=$(echo "$line" | sed -E 's/.* ([0-9]+) tests? failed out of ([0-9]+).*/\1/')
    all=$(echo "$line" | sed -E 's/.* ([0-9]+) tests? failed out of ([0-9]+).*/\2/')
    left=$(grep -cE '\*\*\*Skipped' "$log/$label" || true)
    if [ -z "$line" ]; then
        lost=1
        all=1
    elif [ "$status" -ne 0 ] && [ "$lost" -eq 0 ]; then
        lost=1
    fi
    failed=$((failed + lost))
    skipped=$((skipped + left))
    passed=$((passed + all - lost - left))
}

# build PRESET OPTIONS…
build() {
    preset=$1
    shift
    cmake --preset "$preset" "$@" >"$log/configure" 2>&1 || {
        cat "$log/configure" >&2
        exit 1
    }
    cmake --build --preset "$preset" -j "$jobs" >"$log/build" 2>&1 || {
        grep -vE '^\[[0-9]+/[0-9]+\] ' "$log/build" >&2
        exit 1
    }
    tail -n 1 "$log/build"
}

say "准备环境" "setting up"
./tools/setup.sh

say "编译（警告即错误）" "building, warnings are errors"
build dev -DBUILD_TESTING=ON -DTH_WERROR=ON -DTH_VALGRIND=ON

if [ "$mode" = long ]; then
    say "clang-tidy 静态检查" "clang-tidy over every file"
    run tidy --test-dir build/dev -L long
    say "畸形输入全集" "the whole battery of malformed inputs"
    TH_BATTERY=all
    export TH_BATTERY
    run battery --test-dir build/dev -R '^test_battery$'
    say "valgrind 下的单元测试" "unit tests under valgrind"
    run valgrind --test-dir build/dev -L valgrind
    say "编译（内存与未定义行为检查）" "building with AddressSanitizer and UBSan"
    build asan -DBUILD_TESTING=ON -DTH_WERROR=ON
    say "在检查器下的命令行测试" "the command line under the sanitizers"
    run asan --test-dir build/asan -L cli
else
    say "单元、集成与规则检查" "unit, integration and rule tests"
    run dev --test-dir build/dev -LE 'valgrind|long'
fi

if [ "$mode" = full ]; then
    say "编译（内存与未定义行为检查）" "building with AddressSanitizer and UBSan"
    build asan -DBUILD_TESTING=ON -DTH_WERROR=ON
    say "在检查器下重跑" "the libraries under the sanitizers"
    run asan --test-dir build/asan -LE 'check|cli'
fi

say "结果" "result"
if [ "$skipped" -gt 0 ]; then
    echo "$skipped skipped: the reference data was not there (TANHUI_SHARED_DATA)"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
