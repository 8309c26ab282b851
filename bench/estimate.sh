#!/bin/sh
# A whole estimate of N parcels (default 1000000) beside SQLite writing the same rows, in one run on
# one machine:
#   bench/estimate.sh [--folder F] [--preset P] [--runs R] [N]
# Parcels of bench/make_fabric, tea-garden's arithmetic for every kind of them (14 inputs, 17 numbers
# with intervals, 10,000 draws), one year. CPU seconds (user and system) of R rounds (default 5), in
# each of which the rows are also written one by one and sixteen by one statement: other programs on
# the machine change wall times, these less. Told are the least of each and the middle ones of the
# rounds' ratios; then what methodology check of all of them takes.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
n=1000000
runs=5
usage='[--folder F] [--preset P] [--runs R] [N]'
. "$here/lib.sh"
bench_flag() { false; }
bench_options "$@"
bench_build tanhui make_fabric estimate_rows
program=$programs/tanhui
work=$folder/estimate-$n
rm -rf "$work"
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT
export TANHUI_REGISTRY="$work/r.tanhui" TANHUI_USER=admin TANHUI_LANG=en

"$tools/make_fabric" "$n" 1 "$work/fabric.gpkg" "$work/truth.jsonl" "$work/villages.csv" >/dev/null
"$program" init "$TANHUI_REGISTRY" --name Bench --admin-code 330523 --quiet
"$program" village import "$work/villages.csv" --quiet
"$program" parcel import "$work/fabric.gpkg" --quiet --progress none >/dev/null || [ $? -eq 1 ]
python3 - "$root/data/methodologies/tea-garden/1.json" "$work/bench-garden.json" <<'PYTHON'
import json
import sys

document = json.load(open(sys.argv[1], encoding="utf-8"))
document["id"] = "bench-garden"
document["applicability"]["kinds"] = ["bamboo", "orchard", "tea", "forest", "wetland"]
document["applicability"]["land_classes"] = None
json.dump(document, open(sys.argv[2], "w", encoding="utf-8"), ensure_ascii=False)
PYTHON
"$program" user add officer --role officer --quiet
"$program" methodology add "$work/bench-garden.json" --as officer --quiet

# user + system seconds of a command
cpu_of() {
    python3 -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{used.ru_utime + used.ru_stime:.2f}")' "$@"
}
run=0
while [ "$run" -lt "$runs" ]; do
    run=$((run + 1))
    cpu_of "$program" estimate run --year 2021 --methodology bench-garden --quiet >>"$work/run.txt"
    "$tools/estimate_rows" "$TANHUI_REGISTRY" 1 >>"$work/rows.txt"
    "$tools/estimate_rows" "$TANHUI_REGISTRY" 1 16 >>"$work/together.txt"
    sqlite3 "$TANHUI_REGISTRY" "PRAGMA wal_checkpoint(TRUNCATE)" >/dev/null
done
cpu_of "$program" methodology check bench-garden --year 2021 --quiet >"$work/check.txt"
python3 - "$work" <<'PYTHON'
import json
import statistics
import sys


def lines(name):
    return [json.loads(line) for line in open(f"{sys.argv[1]}/{name}.txt")]


whole = lines("run")
print(f"estimate run {min(whole):.2f} s (CPU seconds, the least of {len(whole)})")
for name, what in (("rows", "one by one"), ("together", "sixteen together")):
    rows = lines(name)
    plain = [row["cpu_s"] for row in rows]
    ratio = statistics.median(a / b for a, b in zip(whole, plain))
    print(f"SQLite writing its {rows[0]['rows']} rows {what} {min(plain):.2f} s, ratio {ratio:.2f}")
print(f"methodology check {lines('check')[0]:.2f} s")
PYTHON
