#!/bin/sh
# Runs the examples of the documents, so that they stay true. A fenced block marked ```sh that follows
# a line <!-- run --> is a script, run in a fresh folder with the built programs on the path; one
# that follows <!-- run on --> goes on where the block before it ended. The lines of a ```text block that
# follows <!-- shows --> must come in that order from the block above it: runs of blanks count as
# one, "…" stands for anything. A page that goes on must take the same steps in both languages.
# usage: check_examples.sh FOLDER PROGRAM [PROGRAM…]
. "$(dirname -- "$0")/lib.sh"

: "${2:?usage: check_examples.sh FOLDER PROGRAM [PROGRAM…]}"
shift
for program in "$@"; do
    PATH=$(dirname -- "$program"):$PATH
done
source_folder=$(pwd)
TANHUI_SOURCE=$source_folder
export PATH TANHUI_SOURCE
list_files '*.md' >"$scratch/files"
: >"$scratch/found"
n=0

# The scripts of a document as NNN.sh, by the line where they begin; each says "@< LINE" and "@@ LINE"
# before and after the block of that line. What must be shown goes to "shown": line of the block, line, text.
split_document() {
    rm -rf "$scratch/blocks"
    mkdir "$scratch/blocks"
    awk -v folder="$scratch/blocks" '
    /^<!-- run -->$/ { armed = "run"; next }
    /^<!-- run on -->$/ { armed = "on"; next }
    /^<!-- shows -->$/ { armed = "shows"; next }
    armed == "shows" && /^```text$/ { showing = 1; armed = ""; next }
    armed != "" && /^```sh$/ {
        if (armed == "run" || out == "") {
            close(out)
            out = folder "/" sprintf("%03d", FNR) ".sh"
        }
        inside = 1
        armed = ""
        block = FNR
        print "echo \"@< " block "\"" >out
        next
    }
    inside && /^```$/ { inside = 0; print "echo \"@@ " block "\"" >out; next }
    showing && /^```$/ { showing = 0; next }
    inside { print >out }
    showing { print block "\t" FNR "\t" $0 >(folder "/shown") }
    ' "$1"
}

# compare DOCUMENT: what the document shows against what its scripts put out.
compare() {
    awk -F '\t' -v file="$1" '
    function plain(text) { gsub(/[ \t]+/, " ", text); sub(/^ /, "", text); sub(/ $/, "", text); return text }
    function fits(line, wanted,    parts, k, m, at) {
        m = split(wanted, parts, / ?… ?/)
        for (k = 1; k <= m; k++) {
            at = index(line, parts[k])
            if (at == 0)
                return 0
            line = substr(line, at + length(parts[k]))
        }
        return 1
    }
    FNR == NR && /^@@ / { block = substr($0, 4); for (i = 1; i <= held; i++) out[block, i] = pending[i]; size[block] = held; held = 0; next }
    FNR == NR && /^@< / { next }
    FNR == NR { pending[++held] = plain($0); next }
    {
        wanted = plain(substr($0, length($1) + length($2) + 3))
        if (wanted == "" || wanted == "…")
            next
        for (i = at[$1] + 1; i <= size[$1] && !fits(out[$1, i], wanted); i++)
            ;
        if (i <= size[$1])
            at[$1] = i
        else
            print file ":" $2 ": not shown (or not there): " wanted
    }' "$scratch/out" "$scratch/blocks/shown" >>"$scratch/found"
}

# The steps of a page: the words of its commands, its options and figures, but no names of its own.
steps() {
    awk '
    /^<!-- run( on)? -->$/ { armed = 1; next }
    armed && /^```sh$/ { inside = 1; armed = 0; next }
    /^```$/ { inside = 0 }
    !inside { next }
    { text = text $0 }
    sub(/\\$/, " ", text) { next }
    text ~ /(tanhui|hledger) / {
        line = ""
        gsub(/"[^"]*"/, "", text)
        n = split(text, words, " ")
        for (i = 1; i <= n; i++)
            if (words[i] ~ /^-*[a-z-]+$/ || words[i] ~ /^[a-z]*=?[0-9][0-9.=\/-]*$/)
                line = line " " words[i]
        print line
    }
    { text = "" }' "$1"
}

while IFS= read -r file; do
    split_document "$file"
    case $file in
    *.zh-CN.md) TANHUI_LANG=zh ;;
    *) TANHUI_LANG=en ;;
    esac
    export TANHUI_LANG
    : >"$scratch/out"
    for block in "$scratch"/blocks/*.sh; do
        [ -e "$block" ] || continue
        n=$((n + 1))
        mkdir -p "$scratch/folder"
        ln -s "$source_folder/data" "$scratch/folder/data"
        if ! (cd "$scratch/folder" && sh -eu "$block") >"$scratch/message" 2>&1; then
            at=$(sed -n 's/^@< //p' "$scratch/message" | tail -n 1)
            echo "$file:$at: the example fails:" \
                "$(tail -n 3 "$scratch/message" | tr '\n' ' ')" >>"$scratch/found"
        fi
        cat "$scratch/message" >>"$scratch/out"
        rm -rf "$scratch/folder"
    done
    if [ -e "$scratch/blocks/shown" ]; then
        compare "$file"
    fi
    other=${file%.md}.zh-CN.md
    if grep -q '^<!-- run on -->$' "$file" && [ -e "$other" ]; then
        steps "$file" >"$scratch/steps"
        steps "$other" | diff "$scratch/steps" - >"$scratch/message" ||
            echo "$other: other steps than in $file: $(sed -n 2p "$scratch/message")" >>"$scratch/found"
    fi
done <"$scratch/files"
finish check_examples "$scratch/found" "$n"
