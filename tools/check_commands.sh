#!/bin/sh
# Every command line that a document shows is one that the program knows. Looked at are, in fenced and
# in indented code, lines that begin with "tanhui", and in a sentence `tanhui …`, or a command's words
# followed by an option. The program is asked what there is: the command, its options, and, where
# a line in code leaves nothing out with "…", what it requires and how many arguments it takes.
# usage: check_commands.sh FOLDER PROGRAM
. "$(dirname -- "$0")/lib.sh"

program=${2:?usage: check_commands.sh FOLDER PROGRAM}
list_files '*.md' >"$scratch/files"
n=$(wc -l <"$scratch/files")
TANHUI_LANG=en
export TANHUI_LANG

# What the program has: "command TAB noun verb TAB its arguments", then "option TAB noun verb TAB
# name TAB value TAB required"; the options of every command stand under "".
"$program" --help | awk '
/^Options of every command:$/ { exit }
match($0, /^  [a-z]+( [a-z]+)*/) {
    arguments = substr($0, RLENGTH + 2)
    sub(/  .*/, "", arguments)
    print "command\t" substr($0, 3, RLENGTH - 2) "\t" arguments
}' >"$scratch/commands"

# The command lines of the documents: "file:line TAB code or word TAB text".
while IFS= read -r file; do
    awk -v file="$file" '
    function put(sort, line, text) { print file ":" line "\t" sort "\t" text }
    /^[ \t]*```/ { fenced = !fenced; text = ""; next }
    fenced || /^(    |\t)/ {
        line = $0
        sub(/^[ \t]+/, "", line)
        if (text == "")
            begun = FNR
        text = text line
        if (sub(/\\$/, " ", text))
            next
        sub(/^(\$ |! |[A-Z_]+=[^ ]* )+/, "", text)
        if (text ~ /^tanhui /)
            put("code", begun, text)
        text = ""
        next
    }
    {
        text = ""
        line = $0
        while (match(line, /`[^`]+`/)) {
            put("word", FNR, substr(line, RSTART + 1, RLENGTH - 2))
            line = substr(line, RSTART + RLENGTH)
        }
    }' "$file"
done <"$scratch/files" >"$scratch/lines"

# The options of those commands whose last word is met.
awk -F '\t' 'FILENAME ~ /lines$/ { n = split($3, words, /[^a-z]+/); while (n > 0) met[words[n--]] = 1; next }
    { n = split($2, words, " ") } words[n] in met { print $2 }' "$scratch/lines" "$scratch/commands" \
    >"$scratch/asked"
{
    echo
    cat "$scratch/asked"
} | while read -r command; do
    # shellcheck disable=SC2086 # the words of a command
    "$program" $command --help | awk -v command="$command" '
    /^Options of every command:$/ { command = "" }
    /^  --/ {
        name = substr($1, 3)
        value = $0 ~ /^  --[a-z-]+ [^ ]/ ? ($3 == "…" ? "many" : "one") : ""
        print "option\t" command "\t" name "\t" value "\t" ($0 ~ /\(required\)/ ? 1 : 0)
    }'
done | LC_ALL=C sort -u >"$scratch/options"

awk -F '\t' '
# Words as a shell makes them, up to a comment, a pipe, a redirection or the end of the command.
function split_words(text,    i, c, quote, word, any) {
    n_words = 0
    quote = word = ""
    any = 0
    for (i = 1; i <= length(text) + 1; i++) {
        c = i > length(text) ? " " : substr(text, i, 1)
        if (quote != "" && c == quote) {
            quote = ""
        } else if (quote == "" && (c == "\"" || c == "'\''")) {
            quote = c
            any = 1
        } else if (quote == "" && c ~ /[ \t]/) {
            if (any && word ~ /^(#|\||\|\||&&|[0-9]*>.*|;|\\)$/)
                return
            if (any)
                words[++n_words] = word
            word = ""
            any = 0
        } else if (quote == "" && !any && c == "#") {
            return
        } else {
            word = word c
            any = 1
        }
    }
}
function fault(message) { print $1 ": " message ": " $3 }
# The longest command that the words begin with, options before it left out; sets used.
function find_command(    i, k, name) {
    used = 0
    name = found = ""
    for (i = 1; i <= n_plain && i <= 3; i++) {
        name = name (i == 1 ? "" : " ") plain[i]
        if (name in arguments) {
            found = name
            used = i
        }
    }
    return found
}
# The only command whose name ends with the first word: "resale" behind "trade propose".
function find_by_tail(    c, n, tail) {
    for (c in arguments)
        if (index(c, " ") && substr(c, length(c) - length(plain[1])) == " " plain[1] && ++n)
            tail = c
    used = 1
    return n == 1 ? tail : ""
}
# Words that are no options and no values of options, for what the command is taken to be.
function sort_words(command,    i, key) {
    n_plain = 0
    delete given
    for (i = first; i <= n_words; i++) {
        if (words[i] !~ /^--[a-z]/) {
            plain[++n_plain] = words[i]
            continue
        }
        key = substr(words[i], 3)
        sub(/=.*/, "", key)
        given[key] = 1
        if (words[i] ~ /=/)
            continue
        value = ((command, key) in takes) ? takes[command, key] : takes["", key]
        if (value == "one")
            i++
        while (value == "many" && i < n_words && words[i + 1] !~ /^--/)
            i++
    }
}
function is_prefix(    name, i, c) {
    for (i = 1; i <= n_plain; i++)
        name = name (i == 1 ? "" : " ") plain[i]
    for (c in arguments)
        if (index(c " ", name " ") == 1)
            return 1
    return 0
}
function check_arguments(command,    wanted, i, least, most) {
    most = split(arguments[command], wanted, " ")
    for (i = 1; i <= most; i++)
        least += wanted[i] !~ /^\[/
    if (arguments[command] ~ /…\]/)
        most = 1000
    if (n_plain - used < least)
        fault(command " wants " arguments[command])
    if (n_plain - used > most)
        fault(command " takes no " plain[used + most + 1])
}
FILENAME ~ /commands$/ { arguments[$2] = $3; next }
FILENAME ~ /options$/ { takes[$2, $3] = $4; known[$2, $3] = 1; if ($5) required[$2, $3] = 1; next }
{
    whole = $2 == "code" && index($3, "…") == 0
    own = $3 ~ /^tanhui /
    split_words($3)
    first = own ? 2 : 1
    if (n_words < first || words[first] ~ /^[<A-Z]/)
        next
    sort_words("")
    # An option of the command may have stood before its value was known to be one.
    command = find_command()
    if (!own && command == "" && n_plain > 0)
        command = find_by_tail()
    if (!own && (command == "" || $3 !~ / --[a-z]/))
        next
    n_looked++
    if (command == "") {
        if (n_plain > 0 && plain[1] != "…" && !(!whole && is_prefix()))
            fault("no such command")
        else
            for (option in given)
                if (!(("", option) in known))
                    fault("no option --" option)
        next
    }
    sort_words(command)
    for (option in given)
        if (!((command, option) in known) && !(("", option) in known))
            fault("no option --" option)
    if (!whole || ("help" in given))
        next
    for (pair in required) {
        split(pair, part, SUBSEP)
        if (part[1] == command && !(part[2] in given) && !("template" in given))
            fault(command " requires --" part[2])
    }
    check_arguments(command)
}
END {
    if (n_looked == 0)
        print "no command line was looked at"
}' "$scratch/commands" "$scratch/options" "$scratch/lines" >"$scratch/found"
finish check_commands "$scratch/found" "$n"
