#!/bin/sh
# Times the intake of parcels beside what people would use instead, in one run on one machine:
#   bench/intake.sh [--without-postgis] [--without-spatialite] [--runs R] [--folder F] [--preset P] [N]
# N parcels (default 10000) of bench/make_fabric. Files are read once before each run, so that they
# are in the page cache. Prints a table (medians of R runs, default 3; 1 from a million on) and
# leaves the same as JSON in F/intake-N.json. F (default build/bench) must have room for 20 times
# the source. Ratios are to ogr2ogr's plain copy into SpatiaLite, which checks nothing.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
n=10000
runs=
usage='[--without-postgis] [--without-spatialite] [--runs R] [--folder F] [--preset P] [N]'
. "$here/lib.sh"
with_postgis=yes
with_spatialite=yes
bench_flag() {
    case $1 in
    --without-postgis) with_postgis= ;;
    --without-spatialite) with_spatialite= ;;
    *) return 1 ;;
    esac
}
bench_options "$@"
[ -n "$runs" ] || runs=$([ "$n" -ge 1000000 ] && echo 1 || echo 3)
bench_build bench
program=$programs/tanhui
seed=1
source=$folder/fabric-$n.gpkg
work=$folder/work-$n
rm -rf "$work"
mkdir -p "$work"
results=$work/results.jsonl
: >"$results"

server=
stop_server() {
    # Waits for no client: they have all ended.
    [ -z "$server" ] || kill -TERM "$server" 2>/dev/null || true
    server=
    wait
}
trap 'stop_server; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

[ -e "$source" ] || {
    "$tools/make_fabric" "$n" "$seed" "$work/fabric.gpkg" "$folder/truth-$n.jsonl" \
        "$folder/villages-$n.csv" >"$folder/fabric-$n.json"
    mv "$work/fabric.gpkg" "$source"
}

# take ROW PREPARE COMMAND…: PREPARE is run before each time and not measured.
server_option=
take() {
    row=$1
    prepare=$2
    shift 2
    run=0
    while [ "$run" -lt "$runs" ]; do
        run=$((run + 1))
        $prepare
        cat "$source" >/dev/null
        # shellcheck disable=SC2086 # two words or none
        "$tools/measure" $server_option "$work/one.json" "$@" >"$work/out" 2>"$work/err" || {
            # The import of a fabric with errors answers 1: rows were rejected.
            [ "$row" = "tanhui parcel import" ] && [ "$(jq .exit "$work/one.json")" = 1 ] || {
                echo "$row: $*" >&2
                cat "$work/err" >&2
                exit 1
            }
        }
        jq -c --arg row "$row" --argjson run "$run" '{row: $row, run: $run} + .' "$work/one.json" \
            >>"$results"
        echo "  $row, run $run: $(jq -r '"\(.wall_s) s"' "$work/one.json")" >&2
    done
}

remove_copies() {
    rm -f "$work"/copy.*
}

take "ogr2ogr to SpatiaLite, no checks" remove_copies \
    ogr2ogr -f SQLite -dsco SPATIALITE=YES "$work/copy.sqlite" "$source"
mv "$work/copy.sqlite" "$work/kept.sqlite"
take "ogr2ogr to GeoPackage, no checks" remove_copies ogr2ogr -f GPKG "$work/copy.gpkg" "$source"
remove_copies

TANHUI_REGISTRY=$work/copy.tanhui
export TANHUI_REGISTRY
fresh_registry() {
    remove_copies
    "$program" init "$TANHUI_REGISTRY" --name Bench --admin-code 330523 --quiet
    "$program" village import "$folder/villages-$n.csv" --quiet
}
take "tanhui parcel import" fresh_registry \
    "$program" --json --lang en --progress none parcel import "$source"
"$tools/check_truth" "$folder/truth-$n.jsonl" "$work/out" >"$folder/truth-$n.txt" ||
    echo "the import did not find what was sown, see $folder/truth-$n.txt" >&2

"$tools/one_parcel" "$TANHUI_REGISTRY" "$n" "$seed" 200 >"$work/single.json"
remove_copies

if [ -n "$with_spatialite" ]; then
    keep() { :; }
    # shellcheck disable=SC2016 # expanded by the inner shell
    take "SpatiaLite SQL: validity, area, overlap" keep \
        sqlite3 -cmd '.load mod_spatialite' "$work/kept.sqlite" ".read $here/spatialite.sql"
    cp "$work/out" "$folder/spatialite-$n.txt"
fi
rm -f "$work/kept.sqlite"

# PostgreSQL refuses to be root's; then the cluster belongs to the user that the package made.
as_server() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid=postgres --regid=postgres --clear-groups "$@"
    else
        "$@"
    fi
}
start_server() {
    bin=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
    cluster=$(mktemp -d /tmp/tanhui-bench-XXXXXX)
    trap 'stop_server; rm -rf "$work" "$cluster"' EXIT
    [ "$(id -u)" -ne 0 ] || chown postgres "$cluster"
    as_server "$bin/initdb" -D "$cluster/data" -U bench -A trust -E UTF8 --locale=C \
        >"$work/initdb.log"
    as_server "$bin/postgres" -D "$cluster/data" -k "$cluster" -c listen_addresses= \
        -c shared_buffers=1GB -c maintenance_work_mem=512MB -c work_mem=64MB -c max_wal_size=8GB \
        >"$work/postgres.log" 2>&1 &
    shell=$!
    until "$bin/pg_isready" -q -h "$cluster"; do
        kill -0 "$shell" || {
            cat "$work/postgres.log" >&2
            exit 1
        }
        sleep 0.2
    done
    server=$(head -n 1 "$cluster/data/postmaster.pid")
    PGHOST=$cluster PGUSER=bench PGDATABASE=postgres
    export PGHOST PGUSER PGDATABASE
    server_option="--server $server"
}
if [ -n "$with_postgis" ]; then
    start_server
    fresh_database() {
        PGOPTIONS='-c client_min_messages=warning' psql -q -c 'DROP DATABASE IF EXISTS fabric' -c 'CREATE DATABASE fabric' postgres
        psql -q -c 'CREATE EXTENSION postgis' fabric
    }
    take "PostGIS: load and index" fresh_database \
        ogr2ogr -f PostgreSQL "PG:dbname=fabric" "$source" --config PG_USE_COPY YES \
        -lco GEOMETRY_NAME=geom -lco FID=fid
    drop_sound() {
        PGOPTIONS='-c client_min_messages=warning' psql -q -c 'DROP TABLE IF EXISTS sound' fabric
    }
    take "PostGIS: validity, area, overlap" drop_sound psql -q -f "$here/postgis.sql" fabric
    cp "$work/out" "$folder/postgis-$n.txt"
    server_option=
    stop_server
fi

jq -s --argjson n "$n" --argjson runs "$runs" --slurpfile single "$work/single.json" \
    --slurpfile fabric "$folder/fabric-$n.json" --arg cores "$(nproc)" '
    def median: sort | .[(length - 1) / 2 | floor];
    [group_by(.row)[] | {
        row: .[0].row,
        wall_s: (map(.wall_s) | median), wall_min_s: (map(.wall_s) | min),
        wall_max_s: (map(.wall_s) | max), cpu_s: (map(.cpu_s) | median),
        peak_all_mb: (map(.peak_all_mb) | max),
        peak_mb: (map(.peak_mb) | reduce .[] as $m ({}; reduce ($m | to_entries[]) as $e (.;
            .[$e.key] = ([.[$e.key] // 0, $e.value] | max))))}] as $rows
    | ($rows[] | select(.row | startswith("ogr2ogr to SpatiaLite")) | .wall_s) as $copy
    | {n: $n, runs: $runs, cores: ($cores | tonumber), fabric: $fabric[0], single: $single[0],
       rows: [$rows[] | . + {ratio: (.wall_s / $copy)}]}' "$results" >"$folder/intake-$n.json"

jq -r '
    def two: . * 100 | round / 100;
    "\(.n) parcels, \(.fabric.vertices) vertices; \(.cores) cores; median of \(.runs)\n",
    "| job | wall s | CPU s | peak MB | of which | ratio |", "|---|---|---|---|---|---|",
    (.rows | sort_by(.ratio)[] | "| \(.row) | \(.wall_s | two) | \(.cpu_s | two) | " +
        "\(.peak_all_mb | round) | \([.peak_mb | to_entries[] | select(.key | test("tanhui")) |
        "\(.key) \(.value | round)"] | join(", ")) | \(.ratio | two) |"),
    "\none parcel more: CPU p50 \(.single.cpu_ms_p50) ms, p99 \(.single.cpu_ms_p99) ms " +
        "(\(.single.accepted) of \(.single.count) accepted)"' "$folder/intake-$n.json"
