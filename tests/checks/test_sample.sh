#!/bin/sh
# The committed sample parcels are, byte for byte, what the generator draws.
# usage: test_sample.sh GENERATOR SOURCE
set -eu
generator=$1
source=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$generator" "$folder" >/dev/null
n=0
for file in "$folder"/*; do
    cmp "$file" "$source/data/sample/$(basename "$file")"
    n=$((n + 1))
done
[ "$n" -eq 4 ]
echo "$n sample files are as drawn"
