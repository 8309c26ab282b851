#!/bin/sh
# The long campaigns: run.sh [books|kill|full] [BUILD]. Without a word all of them, one after the
# other. docs/campaigns.md tells what each is, and what was found.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
what=${1:-all}
build=${2:-$here/../../build/dev}
TANHUI_SOURCE=$(CDPATH='' cd -- "$here/../.." && pwd)
TANHUI_PROGRAM=$build/cli/tanhui
TANHUI_AUDIT=$build/cli/tanhui-audit
TANHUI_READER=$build/cli/tanhui-reader
TZ=UTC
export TANHUI_SOURCE TANHUI_PROGRAM TANHUI_AUDIT TANHUI_READER TZ
seed=$(date +%s)

# Half of the operations alone, half by four clients in one file, at the same time; in memory, since
# durability is not what they are about.
books()
{
    memory=${TMPDIR:-/tmp}
    [ -w /dev/shm ] && memory=/dev/shm
    TMPDIR=$memory "$build/tests/campaign_books" --seed "$seed" --operations 500000 &
    alone=$!
    TMPDIR=$memory "$build/tests/campaign_books" --seed "$seed" --clients 4 --operations 500000
    wait "$alone"
}

case $what in
books) books ;;
kill) "$build/tests/campaign_kill" --seed "$seed" --kills 1000 ;;
full) "$build/tests/campaign_full" --seed "$seed" --levels 200 ;;
all)
    books
    "$0" kill "$build"
    "$0" full "$build"
    ;;
*)
    echo "run.sh [books|kill|full] [BUILD]" >&2
    exit 2
    ;;
esac
