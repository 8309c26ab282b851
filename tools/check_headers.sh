#!/bin/sh
# Every header compiles alone, as C17, under the strictest flags: what it uses it includes.
. "$(dirname -- "$0")/lib.sh"

compiler=${CC:-gcc}
flags='-std=c17 -D_XOPEN_SOURCE=700 -I. -fsyntax-only -Wall -Wextra -Wpedantic -Wshadow -Wconversion
    -Wsign-conversion -Wswitch-enum -Wvla -Wundef -Wmissing-prototypes -Wstrict-prototypes
    -Wold-style-definition -Werror'
# The headers of others are not ours to judge.
libraries=$(pkg-config --cflags gdal proj geos sqlite3 spatialite libcurl pangocairo jansson \
    libsodium 2>/dev/null | sed 's/-I/-isystem /g')
list_files '*.h' >"$scratch/files"
n=$(wc -l <"$scratch/files")
: >"$scratch/found"
while IFS= read -r header; do
    # Included by a one-line source, so that the header is not itself the main file.
    printf '#include "%s"\ntypedef int th_not_empty;\n' "$header" >"$scratch/one.c"
    # shellcheck disable=SC2086 # the flags are words
    if ! "$compiler" $flags $libraries "$scratch/one.c" >"$scratch/message" 2>&1; then
        {
            echo "$header does not compile alone:"
            sed 's/^/    /' "$scratch/message"
        } >>"$scratch/found"
    fi
done <"$scratch/files"
finish check_headers "$scratch/found" "$n"
