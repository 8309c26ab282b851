#!/bin/sh
# An import finds every defect that was sown into a fabric of parcels, with the right partner, and
# nothing else.
# usage: test_fabric_truth.sh PROGRAM FOLDER-OF-THE-BENCH-TOOLS PARCELS
set -eu
program=$1
tools=$2
n=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
TANHUI_REGISTRY=$folder/registry.tanhui
export TANHUI_REGISTRY

for seed in 1 2; do
    rm -f "$folder"/*
    "$tools/make_fabric" "$n" "$seed" "$folder/fabric.gpkg" "$folder/truth.jsonl" \
        "$folder/villages.csv"
    "$program" init "$TANHUI_REGISTRY" --name Bench --admin-code 330523 --quiet
    "$program" village import "$folder/villages.csv" --quiet
    code=0
    "$program" --json --lang en --progress none parcel import "$folder/fabric.gpkg" \
        >"$folder/reply.json" || code=$?
    [ "$code" -eq 1 ] || { # rows were rejected
        echo "the import exits with $code" >&2
        exit 1
    }
    "$tools/check_truth" "$folder/truth.jsonl" "$folder/reply.json"
done
# The same seed draws the same ground.
"$tools/make_fabric" "$n" 2 "$folder/again.gpkg" "$folder/again.jsonl" "$folder/villages.csv"
cmp "$folder/fabric.gpkg" "$folder/again.gpkg"
cmp "$folder/truth.jsonl" "$folder/again.jsonl"
