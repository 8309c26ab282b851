#!/bin/sh
# Trades a second of eight clients of one server, beside PostgreSQL, in one run on one disk:
#   bench/pg_trade.sh [N [SECONDS]]
# bench_clients carries out N trades (default 8000); PostgreSQL, in a cluster that is thrown away,
# with the durability it comes with, runs bench/pg_trade.sql for SECONDS each (default 10).
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(dirname -- "$here")
n=${1:-8000}
seconds=${2:-10}

cd -- "$root"
cmake --preset release -DTH_BENCH=ON >/dev/null
cmake --build --preset release --target bench_clients >/dev/null
build/release/bench/bench_clients "$n" 8

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
if [ -z "$bin" ] || [ ! -x "$bin/pgbench" ] || [ ! -x "$bin/initdb" ]; then
    echo "PostgreSQL is not installed (bench/setup.sh): nothing to compare with"
    exit 0
fi
folder=$(mktemp -d)
trap '[ ! -f "$folder/data/postmaster.pid" ] || as_owner "$bin/pg_ctl" -D "$folder/data" -m fast stop >/dev/null; rm -rf "$folder"' EXIT
# The server refuses to run as root.
owner=$(id -un)
[ "$(id -u)" -ne 0 ] || owner=postgres
chown "$owner" "$folder"
cp "$here/pg_trade.sql" "$folder/"
as_owner() {
    if [ "$(id -un)" = "$owner" ]; then "$@"; else runuser -u "$owner" -- "$@"; fi
}
cat >"$folder/legs.sql" <<'SQL'
\set seller random(1, 1000)
\set buyer random(1, 1000)
SELECT trade_legs(:seller, :buyer);
SQL
cat >"$folder/whole.sql" <<'SQL'
\set buyer random(2, 3)
SELECT trade_whole(:buyer);
SQL
chmod a+rx "$folder"
chmod a+r "$folder"/*.sql
cd "$folder"
as_owner "$bin/initdb" -D "$folder/data" -A trust >/dev/null
as_owner "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w \
    -o "-c listen_addresses= -c unix_socket_directories=$folder" start >/dev/null
as_owner "$bin/psql" -h "$folder" -d postgres -q -v ON_ERROR_STOP=1 -f "$folder/pg_trade.sql" >/dev/null
for part in legs whole; do
    rate=$(as_owner "$bin/pgbench" -h "$folder" -d postgres -n -M prepared -c 8 -j 2 -T "$seconds" -f "$folder/$part.sql" 2>/dev/null |
        sed -n 's/^tps = \([0-9]*\).*/\1/p')
    printf 'PostgreSQL, trade_%-7s %10s trades/s\n' "$part" "$rate"
done
