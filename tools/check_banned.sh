#!/bin/sh
# Functions that overrun buffers, swallow errors, keep hidden state, or run a shell.
. "$(dirname -- "$0")/lib.sh"

list_files '*.c' '*.h' >"$scratch/files"
n=$(wc -l <"$scratch/files")
: >"$scratch/found"
if [ "$n" -gt 0 ]; then
    tr '\n' '\0' <"$scratch/files" | xargs -0 awk -v strings=0 -f "$tools/strip_c.awk" \
        >"$scratch/code"
    # The character before the name keeps th_x_gets and my_system out.
    banned='(v?sprintf|strcpy|strncpy|stpcpy|strcat|strncat|strtok|atoi|atol|atoll|atof|gets|v?f?scanf|v?sscanf|alloca|mktemp|tmpnam|asctime|ctime|gmtime|localtime)'
    # These two are bad only in what people run: a test may start a process, and only the command
    # decides about the locale.
    grep -nE "(^|[^A-Za-z0-9_.>])${banned}[[:space:]]*\(" "$scratch/code" |
        sed -E 's/^[0-9]+://; s/$/   <- banned function/' >>"$scratch/found"
    grep -E "(^|[^A-Za-z0-9_.>])(system|popen)[[:space:]]*\(" "$scratch/code" |
        grep -v '^tests/' | sed 's/$/   <- no shell outside tests/' >>"$scratch/found"
    grep -E "(^|[^A-Za-z0-9_.>])setlocale[[:space:]]*\(" "$scratch/code" |
        grep -vE '^(cli/main\.c:|tests/)' | sed 's/$/   <- only cli\/main.c decides about the locale/' \
        >>"$scratch/found"
fi
finish check_banned "$scratch/found" "$n"
