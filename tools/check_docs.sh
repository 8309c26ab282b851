#!/bin/sh
# Links between the documents lead somewhere: the file is there, and so is the heading.
. "$(dirname -- "$0")/lib.sh"

list_files '*.md' >"$scratch/files"
n=$(wc -l <"$scratch/files")
: >"$scratch/found"

# Anchors of a document as code hosts build them: lower case, no punctuation, hyphens for blanks.
anchors_of() {
    awk '
    /^```/ { code = !code; next }
    !code && /^#+ / {
        text = $0
        sub(/^#+ +/, "", text)
        text = tolower(text)
        gsub(/[`*.,:;!?()\/"'"'"'&+]/, "", text)
        gsub(/ /, "-", text)
        print text
    }' "$1"
}

while IFS= read -r file; do
    awk '
    /^[ \t]*```/ { code = !code; next }
    code { next }
    {
        text = $0
        gsub(/`[^`]*`/, "", text)
        while (match(text, /\]\([^) ]+\)/)) {
            print FNR "\t" substr(text, RSTART + 2, RLENGTH - 3)
            text = substr(text, RSTART + RLENGTH)
        }
    }' "$file" >"$scratch/links"
    while IFS='	' read -r line link; do
        case $link in
        http://* | https://* | mailto:*) continue ;;
        esac
        target=${link%%#*}
        anchor=
        case $link in
        *'#'*) anchor=${link#*#} ;;
        esac
        if [ -n "$target" ]; then
            path=$(dirname -- "$file")/$target
        else
            path=$file
        fi
        if [ ! -e "$path" ]; then
            echo "$file:$line: $link leads nowhere" >>"$scratch/found"
        elif [ -n "$anchor" ] && ! anchors_of "$path" | grep -Fqx -- "$anchor"; then
            echo "$file:$line: $link names a heading that is not there" >>"$scratch/found"
        fi
    done <"$scratch/links"
done <"$scratch/files"
finish check_docs "$scratch/found" "$n"
