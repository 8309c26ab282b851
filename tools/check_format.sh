#!/bin/sh
# clang-format decides about white space, and nobody else.
. "$(dirname -- "$0")/lib.sh"

list_files '*.c' '*.h' >"$scratch/files"
n=$(wc -l <"$scratch/files")
: >"$scratch/found"
if [ "$n" -gt 0 ]; then
    tr '\n' '\0' <"$scratch/files" |
        xargs -0 clang-format --dry-run -Werror >"$scratch/message" 2>&1 || true
    grep -E '(error|warning):' "$scratch/message" | cut -d: -f1 | LC_ALL=C sort | uniq -c |
        awk '{ print $2 ": " $1 " place(s) differ: run clang-format -i" }' >"$scratch/found"
fi
finish check_format "$scratch/found" "$n"
