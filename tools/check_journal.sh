#!/bin/sh
# docs/audit.md and its translation list every kind of journal entry that the code writes, and every
# kind of post with its keys: an auditor writes a program of his own from them.
. "$(dirname -- "$0")/lib.sh"

: >"$scratch/found"
list_product '*.c' '*.h' | grep -E '^(registry|trading|store)/' >"$scratch/files"
n=$(wc -l <"$scratch/files")

# A kind is a text such as "trade.approve" in a statement that begins a work or fills in a kind.
tr '\n' '\0' <"$scratch/files" | xargs -0 cat | tr '\n' ' ' | tr ';{}' '\n\n\n' |
    grep -E '(^|[^a-z_])(request|keyless|single)([^a-z_]|$)|TH_MAY_|\.(kind|command) = "|ENTRY_KIND "' |
    grep -oE '"[a-z_]+\.[a-z_]+"' | tr -d '"' | grep -v '\.json$' | LC_ALL=C sort -u \
    >"$scratch/kinds"

# "kind key key …" of every post, from the catalogue and from the two that have rules of their own.
if [ -f store/journal/post_row_store.c ]; then
    tr '\n' ' ' <store/journal/post_row_store.c | sed 's/;/;\n/g' | awk '
        match($0, /COLUMNS_[A-Z_]+\[\] = /) {
            name = substr($0, RSTART, RLENGTH - 5)
            keys = ""
            rest = $0
            while (match(rest, /"[a-z_0-9]+"/)) {
                keys = keys " " substr(rest, RSTART + 1, RLENGTH - 2)
                rest = substr(rest, RSTART + RLENGTH)
            }
            columns[name] = keys
        }
        {
            rest = $0
            while (match(rest, /[{]"[a-z_]+", SQL_[A-Z_]+, COLUMNS_[A-Z_]+/)) {
                row = substr(rest, RSTART + 2, RLENGTH - 2)
                rest = substr(rest, RSTART + RLENGTH)
                kind = row
                sub(/".*/, "", kind)
                sub(/.*, /, "", row)
                print kind columns[row]
            }
        }' | LC_ALL=C sort >"$scratch/posts"
else
    : >"$scratch/posts"
fi

# rows FILE HEADING COLUMN: the kind of each row below the heading, and the keys of that column.
rows() {
    awk -v heading="$2" -v column="$3" -F '|' '
        /^## / { on = $0 == "## " heading }
        on && /^\| `/ {
            line = ""
            for (i = 2; i <= column; i += column - 2 > 0 ? column - 2 : 1) {
                text = $i
                while (match(text, /`[^`]*`/)) {
                    line = line " " substr(text, RSTART + 1, RLENGTH - 2)
                    text = substr(text, RSTART + RLENGTH)
                }
            }
            gsub(/\?/, "", line)
            print substr(line, 2)
        }' "$1" | LC_ALL=C sort
}

# compare FILE WHAT DOCUMENTED WRITTEN
compare() {
    LC_ALL=C comm -23 "$4" "$3" | sed "s|^|$1: the code writes, and the document lacks, $2: |"
    LC_ALL=C comm -13 "$4" "$3" | sed "s|^|$1: the document has, and the code does not write, $2: |"
}

check() {
    [ -f "$1" ] || { [ -s "$scratch/kinds" ] && echo "$1: is not there"; return 0; }
    rows "$1" "$2" 2 >"$scratch/documented"
    compare "$1" entry "$scratch/documented" "$scratch/kinds"
    rows "$1" "$3" 3 | grep -vE '^(units|money) ' >"$scratch/documented"
    compare "$1" post "$scratch/documented" "$scratch/posts"
}
check docs/audit.md Entries Posts >>"$scratch/found"
check docs/audit.zh-CN.md 各种记录 过账 >>"$scratch/found"
finish check_journal "$scratch/found" "$n"
