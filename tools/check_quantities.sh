#!/bin/sh
# Kilograms, tonnes, fen and areas are one-member structs; only core/quantity.c looks inside, so
# that no sum of them can forget its overflow check or mix its units.
. "$(dirname -- "$0")/lib.sh"

list_files '*.c' '*.h' >"$scratch/files"
n=$(wc -l <"$scratch/files")
: >"$scratch/found"
# The members to guard are those that the header declares.
members=$(grep -oE 'raw_[a-z0-9_]+' core/quantity.h | LC_ALL=C sort -u | tr '\n' '|' | sed 's/|$//')
if [ -z "$members" ]; then
    echo "core/quantity.h: no raw_ member was found" >"$scratch/found"
elif [ "$n" -gt 0 ]; then
    tr '\n' '\0' <"$scratch/files" | xargs -0 awk -v strings=0 -f "$tools/strip_c.awk" |
        grep -E "(\\.|->)[[:space:]]*($members)([^a-z0-9_]|\$)" |
        grep -v '^core/quantity\.c:' |
        sed 's/$/   <- use the functions of core\/quantity.h/' >"$scratch/found"
fi
finish check_quantities "$scratch/found" "$n"
