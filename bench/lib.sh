# shellcheck shell=sh disable=SC2034 # sets what its callers read
# Sourced by the benchmarks of whole programs. Before it: `here`, `n`, `runs` and `usage`; flags of a
# benchmark's own are read by its bench_flag, which fails for what it does not know.

root=$(dirname -- "$here")
folder=$root/build/bench
preset=release

# bench_options ARGUMENTS…: sets n, runs, folder and preset.
bench_options() {
    while [ $# -gt 0 ]; do
        case $1 in
        --folder) folder=$2 && shift ;;
        --preset) preset=$2 && shift ;;
        --runs) runs=$2 && shift ;;
        [1-9]*) n=$1 ;;
        *)
            bench_flag "$1" || {
                echo "usage: $0 $usage" >&2
                exit 2
            }
            ;;
        esac
        shift
    done
    mkdir -p "$folder"
    folder=$(CDPATH='' cd -- "$folder" && pwd)
}

# bench_build TARGET…: builds them; where it fails, tells what the compiler said. Sets tools (programs
# of the benchmarks) and programs (those that people use).
bench_build() {
    cd -- "$root"
    {
        cmake --preset "$preset" -DTH_BENCH=ON &&
            cmake --build --preset "$preset" --target "$@" -j "$(nproc)"
    } >"$folder/build.log" 2>&1 || {
        cat "$folder/build.log" >&2
        exit 2
    }
    tools=$root/build/$preset/bench
    programs=$root/build/$preset/cli
}
