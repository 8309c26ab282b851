#!/bin/sh
# A journal of N entries (default 1000000), nearly all of them trades with their posts, verified beside
# reading and hashing the same bytes, in one run on one machine:
#   bench/audit.sh [--folder F] [--preset P] [--runs R] [N]
# tanhui-audit against its export, and `tanhui audit verify` against the registry's file. Told are the
# middle ones of R rounds (default 5) in wall seconds, and the middle ones of the rounds' ratios; then
# user and system seconds, which other programs on the machine change less. All files are in the page
# cache.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
n=1000000
runs=5
usage='[--folder F] [--preset P] [--runs R] [N]'
. "$here/lib.sh"
bench_flag() { false; }
bench_options "$@"
bench_build tanhui tanhui_audit_program make_journal hash_file measure
work=$folder/audit-$n
rm -rf "$work"
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT
export TANHUI_LANG=en

"$tools/make_journal" "$n" >"$work/journal.jsonl"
"$programs/tanhui" init "$work/r.tanhui" --name bench --admin-code 330523 --quiet
python3 "$here/fill_journal.py" "$work/journal.jsonl" "$work/r.tanhui"
"$programs/tanhui-audit" "$work/journal.jsonl" >"$work/answer" || {
    head -n 5 "$work/answer" >&2 # what is measured is a journal without faults
    exit 2
}

one() { # RESULT COMMAND…
    one_result=$1
    shift
    "$tools/measure" "$one_result" "$@" >/dev/null
}
i=0
while [ "$i" -lt "$runs" ]; do
    one "$work/hash-export.$i" "$tools/hash_file" "$work/journal.jsonl"
    one "$work/audit.$i" "$programs/tanhui-audit" "$work/journal.jsonl"
    one "$work/hash-file.$i" "$tools/hash_file" "$work/r.tanhui"
    one "$work/verify.$i" "$programs/tanhui" --registry "$work/r.tanhui" audit verify
    i=$((i + 1))
done
python3 - "$work" "$runs" "$n" <<'PYTHON'
import json
import os
import statistics
import sys

work, runs, n = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


def of(name, key):
    return [json.load(open(f"{work}/{name}.{i}"))[key] for i in range(runs)]


for program, plain, path in (("audit", "hash-export", "journal.jsonl"),
                             ("verify", "hash-file", "r.tanhui")):
    size = os.path.getsize(f"{work}/{path}") / 1e6
    wall, base = of(program, "wall_s"), of(plain, "wall_s")
    cpu, base_cpu = of(program, "cpu_s"), of(plain, "cpu_s")
    middle = statistics.median
    print(f"{program}: {n} entries, {size:.0f} MB: {middle(wall):.2f} s, {size / middle(wall):.0f} MB/s; "
          f"read and hash {middle(base):.2f} s, {size / middle(base):.0f} MB/s; "
          f"speed {middle([b / a for a, b in zip(wall, base)]):.2f} of it; "
          f"CPU {middle(cpu):.2f} s and {middle(base_cpu):.2f} s")
PYTHON
