#!/bin/sh
# Every key under which the program speaks has its text in Chinese and in English, with the same
# {placeholders}, once. Keys that no source names are listed, without failing: some are built.
. "$(dirname -- "$0")/lib.sh"

list_files '*.json' | grep '^data/messages/' >"$scratch/json"
list_product '*.c' '*.h' >"$scratch/files"
n=$(wc -l <"$scratch/files")
: >"$scratch/found"
: >"$scratch/keys"
if [ -s "$scratch/json" ]; then
    # One pair a line keeps the fragments easy to merge; anything else is a finding.
    tr '\n' '\0' <"$scratch/json" | xargs -0 awk -v keys="$scratch/keys" '
    {
        text = $0
        sub(/^[ \t]+/, "", text)
        sub(/[ \t\r]+$/, "", text)
        if (text == "" || text == "{" || text == "}")
            next
        if (text !~ /^"[a-z0-9_.-]+"[ \t]*:[ \t]*"([^"\\]|\\.)*",?$/) {
            print FILENAME ":" FNR ": not one \"key\": \"text\" pair on its line"
            next
        }
        split(FILENAME, part, "/")
        lang = part[3]
        key = text
        sub(/^"/, "", key)
        sub(/".*$/, "", key)
        value = text
        sub(/^"[^"]*"[ \t]*:[ \t]*"/, "", value)
        if (seen[lang, key]++)
            print FILENAME ":" FNR ": key " key " stands twice in " lang
        if (value ~ /^",?$/)
            print FILENAME ":" FNR ": key " key " has no text"
        # The set of placeholders, in the order of the alphabet.
        n_names = 0
        while (match(value, /\{[a-z0-9_]+\}/)) {
            name = substr(value, RSTART, RLENGTH)
            value = substr(value, RSTART + RLENGTH)
            known = 0
            for (i = 1; i <= n_names; i++)
                if (names[i] == name) known = 1
            if (known) continue
            for (i = n_names; i >= 1 && names[i] > name; i--)
                names[i + 1] = names[i]
            names[i + 1] = name
            n_names++
        }
        list = ""
        for (i = 1; i <= n_names; i++)
            list = list names[i]
        where[lang, key] = FILENAME ":" FNR
        holders[lang, key] = list
        all[key] = 1
    }
    END {
        for (key in all) {
            if (!(("zh", key) in where))
                print where["en", key] ": key " key " has no Chinese text"
            else if (!(("en", key) in where))
                print where["zh", key] ": key " key " has no English text"
            else {
                print key >keys
                if (holders["zh", key] != holders["en", key])
                    print where["zh", key] ": key " key " has other placeholders in Chinese (" \
                        holders["zh", key] ") than in English (" holders["en", key] ")"
            }
        }
    }' >>"$scratch/found"
fi
if [ "$n" -gt 0 ]; then
    tr '\n' '\0' <"$scratch/files" | xargs -0 awk -v strings=1 -f "$tools/strip_c.awk" \
        >"$scratch/code"
    # Calls that name a key in a literal: argument number and prefix of the key. A ternary names two.
    awk '
    function keys_of(text, start, wanted, prefix,    i, c, depth, argument, quote, literal) {
        depth = 0
        argument = 1
        quote = 0
        for (i = start; i <= length(text); i++) {
            c = substr(text, i, 1)
            if (quote) {
                if (c == "\\") { literal = literal substr(text, i, 2); i++; continue }
                if (c == "\"") {
                    quote = 0
                    if (argument == wanted && literal ~ /^[a-z0-9_.-]+$/)
                        print where_path "\t" where_line "\t" prefix literal
                } else
                    literal = literal c
                continue
            }
            if (c == "\"") { quote = 1; literal = "" }
            else if (c == "(") depth++
            else if (c == ")") { if (depth == 0) return; depth-- }
            else if (c == "," && depth == 0) { argument++; if (argument > wanted) return }
        }
    }
    function find_calls(name, wanted, prefix,    rest, offset, at) {
        offset = 0
        rest = window
        while ((at = index(rest, name "(")) > 0) {
            offset += at
            # Only calls that begin on the first line of the window, so that each is seen once.
            if (offset > first_length)
                return
            keys_of(window, offset + length(name) + 1, wanted, prefix)
            rest = substr(window, offset + 1)
        }
    }
    function look(    i) {
        window = lines[1]
        first_length = length(window)
        if (!index(window, "th_error_set(") && !index(window, "th_messages_") && \
            !index(window, "th_progress_report("))
            return
        for (i = 2; i <= n_lines; i++)
            window = window " " lines[i]
        where_path = paths[1]
        where_line = numbers[1]
        find_calls("th_error_set", 3, "error.")
        find_calls("th_messages_text", 3, "")
        find_calls("th_messages_find", 3, "")
        find_calls("th_messages_format", 3, "")
        find_calls("th_progress_report", 2, "progress.")
    }
    function shift(    i) {
        for (i = 1; i < n_lines; i++) {
            lines[i] = lines[i + 1]; paths[i] = paths[i + 1]; numbers[i] = numbers[i + 1]
        }
        n_lines--
    }
    {
        path = substr($0, 1, index($0, ":") - 1)
        rest = substr($0, length(path) + 2)
        number = substr(rest, 1, index(rest, ":") - 1)
        n_lines++
        lines[n_lines] = substr(rest, length(number) + 2)
        paths[n_lines] = path
        numbers[n_lines] = number
        if (n_lines == 8) { look(); shift() }
    }
    END { while (n_lines > 0) { look(); shift() } }' "$scratch/code" >"$scratch/used"
    awk -F '\t' -v keys="$scratch/keys" '
    BEGIN { while ((getline key <keys) > 0) known[key] = 1 }
    !($3 in known) { print $1 ":" $2 ": key " $3 " is not in the catalogue of both languages" }
    ' "$scratch/used" >>"$scratch/found"
    # A key counts as used when its last parts stand in some literal of a source.
    awk -v code="$scratch/code" '
    BEGIN {
        while ((getline line <code) > 0) {
            n = split(line, part, "\"")
            for (i = 2; i <= n; i += 2) literal[part[i]] = 1
        }
    }
    {
        key = $0
        used = key in literal
        while (!used && index(key, ".")) {
            key = substr(key, index(key, ".") + 1)
            used = key in literal
        }
        if (!used && $0 ~ /^(error|problem)\./) print "unused: " $0
    }' "$scratch/keys" | LC_ALL=C sort
fi
if [ ! -s "$scratch/keys" ]; then
    echo "data/messages: no catalogue was found" >>"$scratch/found"
fi
finish check_messages "$scratch/found" "$n"
