#!/bin/sh
# Files stay under 800 lines, functions under 70 (from the line of the opening brace to that of the
# closing one), lines of C within 100 columns.
. "$(dirname -- "$0")/lib.sh"

list_files '*.c' '*.h' >"$scratch/files"
n=$(wc -l <"$scratch/files")
: >"$scratch/found"
if [ "$n" -gt 0 ]; then
    while IFS= read -r file; do
        lines=$(wc -l <"$file")
        if [ "$lines" -ge 800 ]; then
            echo "$file: $lines lines, the limit is 799" >>"$scratch/found"
        fi
    done <"$scratch/files"
    tr '\n' '\0' <"$scratch/files" | xargs -0 awk -v strings=0 -f "$tools/strip_c.awk" |
        awk '
    {
        path = substr($0, 1, index($0, ":") - 1)
        rest = substr($0, length(path) + 2)
        line = substr(rest, 1, index(rest, ":") - 1) + 0
        text = substr(rest, index(rest, ":") + 1)
        if (path != last_path) {
            depth = 0
            function_line = 0
            before = ""
            continued = 0
        }
        last_path = path
        # Macros have braces of their own; they are no functions.
        directive = text ~ /^[ \t]*#/ || continued
        continued = directive && text ~ /\\$/
        if (directive)
            next
        n = gsub(/[{}]/, "&", text)
        if (n == 0) {
            if (text ~ /[^ \t]/)
                before = text
            next
        }
        for (i = 1; i <= length(text); i++) {
            c = substr(text, i, 1)
            if (c == "{") {
                if (depth == 0) {
                    head = substr(text, 1, i - 1)
                    if (head !~ /[^ \t]/)
                        head = before
                    # A body follows a closing parenthesis; a struct or a table does not.
                    function_line = (head ~ /\)[ \t]*$/) ? line : 0
                    name = head
                    sub(/\(.*$/, "", name)
                    sub(/^.*[ *]/, "", name)
                }
                depth++
            } else if (c == "}") {
                depth--
                if (depth == 0 && function_line) {
                    length_lines = line - function_line + 1
                    if (length_lines >= 70)
                        print path ":" function_line ": " name " has " length_lines \
                            " lines, the limit is 69"
                    function_line = 0
                }
            }
        }
        before = text
    }' >>"$scratch/found"
fi
finish check_sizes "$scratch/found" "$n"
