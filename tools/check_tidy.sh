#!/bin/sh
# clang-tidy, with the checks that .clang-tidy names, finds nothing.
. "$(dirname -- "$0")/lib.sh"

libraries=$(pkg-config --cflags gdal proj geos sqlite3 spatialite libcurl pangocairo jansson \
    libsodium cmocka 2>/dev/null)
list_files '*.c' >"$scratch/files"
n=$(wc -l <"$scratch/files")
: >"$scratch/found"
# Headers that the build fills in are good enough as they stand, with a number in each gap.
mkdir "$scratch/include"
for template in $(list_files '*.h.in'); do
    sed 's/@[A-Za-z_]*@/0/g' "$template" >"$scratch/include/$(basename "$template" .in)"
done
if [ "$n" -gt 0 ]; then
    # Each batch writes a file of its own, so that messages do not mix. A compiler error is a
    # finding too: what does not parse has not been looked at.
    # shellcheck disable=SC2016 # expanded by the inner shell
    tr '\n' '\0' <"$scratch/files" | TIDY_FLAGS="-std=c17 -D_XOPEN_SOURCE=700 -I. -I$scratch/include $libraries" \
        TIDY_FOLDER=$scratch xargs -0 -P "$(nproc)" -n 4 sh -c '
            clang-tidy --quiet "$@" -- $TIDY_FLAGS >"$TIDY_FOLDER/tidy.$$" 2>/dev/null' tidy || true
    cat "$scratch"/tidy.* | grep -E '(error|warning): ' | sed "s|^$(pwd)/||" |
        LC_ALL=C sort -u >"$scratch/found"
fi
finish check_tidy "$scratch/found" "$n"
