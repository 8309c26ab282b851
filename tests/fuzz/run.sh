#!/bin/sh
# A fuzzing campaign: every target in turn (or the one named) for so many seconds, on all cores.
#   tests/fuzz/run.sh [SECONDS [TARGET…]]      default: 60 seconds each
# What is found goes to build/fuzz/findings/<target>/; the inputs that reached new code stay in
# build/fuzz/corpus/<target>/ for the next campaign. Ends with one line for each target: executions,
# edges covered, features, findings. Exit 1 when anything was found.
set -eu
cd -- "$(dirname -- "$0")/../.."
seconds=${1:-60}
[ $# -eq 0 ] || shift

jobs=${TH_FUZZ_JOBS:-$(nproc)}
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
cmake --preset fuzz >"$log/build" 2>&1 && cmake --build --preset fuzz -j "$jobs" >>"$log/build" 2>&1 || {
    cat "$log/build" >&2
    exit 2
}

if [ $# -eq 0 ]; then
    for folder in tests/fuzz/corpus/*/; do
        set -- "$@" "$(basename "$folder")"
    done
fi
[ $# -gt 0 ] || {
    echo "there is no corpus to begin with" >&2
    exit 2
}

found=0
printf '%-16s %12s %8s %9s %9s\n' target executions edges features findings
for target in "$@"; do
    corpus=build/fuzz/corpus/$target
    findings=build/fuzz/findings/$target
    mkdir -p "$corpus" "$findings"
    dictionary=tests/fuzz/dictionaries/$target.dict
    # Leaks are looked for at the end of each job; a single input may take 10 s and 2 GB.
    build/fuzz/tests/fuzz_"$target" -fork="$jobs" -ignore_crashes=1 -ignore_timeouts=1 \
        -ignore_ooms=1 -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=4096 \
        $([ -f "$dictionary" ] && echo "-dict=$dictionary") \
        -artifact_prefix="$findings/" "$corpus" "tests/fuzz/corpus/$target" \
        >"$log/$target" 2>&1 || true
    line=$(grep -E '^#[0-9]+: cov' "$log/$target" | tail -n 1)
    [ -n "$line" ] || {
        cat "$log/$target" >&2
        exit 2
    }
    n=$(find "$findings" -type f | wc -l)
    found=$((found + n))
    printf '%-16s %12s %8s %9s %9s\n' "$target" \
        "$(echo "$line" | sed -E 's/^#([0-9]+):.*/\1/')" \
        "$(echo "$line" | sed -E 's/.*cov: ([0-9]+).*/\1/')" \
        "$(echo "$line" | sed -E 's/.*ft: ([0-9]+).*/\1/')" "$n"
done
[ "$found" -eq 0 ] || {
    echo "see build/fuzz/findings/" >&2
    exit 1
}
