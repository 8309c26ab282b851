#!/bin/sh
# Builds the program and takes sample villages through the whole chain.
#   ./demo.sh [zh|en]   the language of the program's messages; default: that of the locale
set -eu
cd -- "$(dirname -- "$0")"

say() {
    printf '\n== %s · %s\n' "$1" "$2"
}

case ${1:-} in
zh | en | '') ;;
*)
    echo "usage: ./demo.sh [zh|en]" >&2
    exit 2
    ;;
esac

say "准备环境" "setting up"
./tools/setup.sh
say "编译程序（第二次很快）" "building the program (quick the second time)"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { cmake --preset release -DBUILD_TESTING=OFF &&
    cmake --build --preset release -j "$(nproc)"; } >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
tail -n 1 "$log"

./tools/demo/run.sh "$PWD/build/release/cli/tanhui" "$PWD/build/demo" "$PWD/data/sample" "${1:-}"
