#!/bin/sh
# Installs what the benches compare with, on Debian 12: PostgreSQL with PostGIS and SpatiaLite for the
# sqlite3 shell (bench/intake.sh), numpy (bench/uncertainty.py). Neither building nor running the program needs them.
set -eu

packages='gdal-bin sqlite3 jq libsqlite3-mod-spatialite postgresql-15 postgresql-15-postgis-3 python3-numpy'
missing=
for package in $packages; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || {
    echo "all packages are installed"
    exit 0
}
as_root=
[ "$(id -u)" -eq 0 ] || as_root=sudo
$as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
# The bench makes a cluster of its own; the package shall not make one that runs.
$as_root mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] ||
    echo 'create_main_cluster = false' | $as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
# shellcheck disable=SC2086 # a list of words
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
