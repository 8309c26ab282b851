#!/bin/sh
# Runs the examples of the documents, so that they stay true: every fenced block marked ```sh that
# follows a line <!-- run --> is a script, run in a fresh folder with the built program on the path.
# usage: check_examples.sh FOLDER PROGRAM
. "$(dirname -- "$0")/lib.sh"

program=${2:?usage: check_examples.sh FOLDER PROGRAM}
list_files '*.md' >"$scratch/files"
: >"$scratch/found"
n=0
source_folder=$(pwd)
PATH=$(dirname -- "$program"):$PATH
TANHUI_SOURCE=$source_folder
export PATH TANHUI_SOURCE
while IFS= read -r file; do
    rm -rf "$scratch/blocks"
    mkdir "$scratch/blocks"
    awk -v folder="$scratch/blocks" '
    /^<!-- run -->$/ { armed = 1; next }
    armed && /^```sh$/ { inside = 1; armed = 0; out = folder "/" sprintf("%03d", FNR) ".sh"; next }
    inside && /^```$/ { inside = 0; close(out); next }
    inside { print >out }
    ' "$file"
    for block in "$scratch"/blocks/*.sh; do
        [ -e "$block" ] || continue
        n=$((n + 1))
        mkdir -p "$scratch/folder"
        ln -s "$source_folder/data" "$scratch/folder/data"
        if ! (cd "$scratch/folder" && sh -eu "$block") >"$scratch/message" 2>&1; then
            echo "$file:$(basename "$block" .sh | sed 's/^0*//'): the example fails:" \
                "$(tail -n 3 "$scratch/message" | tr '\n' ' ')" >>"$scratch/found"
        fi
        rm -rf "$scratch/folder"
    done
done <"$scratch/files"
finish check_examples "$scratch/found" "$n"
