# shellcheck shell=sh
# Shared by the checks: which files they look at, and how they end. Sourced, never run.
# Every check takes the folder to look at as its first argument (default: this checkout), so that
# the tests of the checks can show it a planted violation.

tools=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=${1:-$tools/..}
cd -- "$root" || exit 2

# The folders of the product, lowest layer first.
product_folders='core store gis net papers methodology registry trading cli server audit'

# Paths of files below the root that match the given -name patterns, sorted; build folders,
# version control and downloaded things are not ours.
list_files() {
    for list_pattern in "$@"; do
        find . \( -name .git -o -name build -o -name node_modules \) -prune -o \
            -type f -name "$list_pattern" -print
    done | sed 's|^\./||' | LC_ALL=C sort
}

# The same, restricted to the folders of the product.
list_product() {
    list_files "$@" | grep -E "^($(echo "$product_folders" | tr ' ' '|'))/" || true
}

# finish NAME FILE-WITH-FINDINGS FILES-LOOKED-AT: prints the findings and ends the check.
finish() {
    if [ "$3" -eq 0 ]; then
        echo "$1: no file was looked at, so nothing is proved" >&2
        exit 1
    fi
    if [ -s "$2" ]; then
        cat "$2" >&2
        echo "$1: $(wc -l <"$2") finding(s) in $3 file(s)" >&2
        exit 1
    fi
    echo "$1: ok, $3 file(s)"
    exit 0
}

# A scratch folder that goes away with the script.
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
