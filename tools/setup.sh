#!/bin/sh
# Installs what building, testing and running need on Debian 12, by apt and from nowhere else. Does
# nothing, and asks for no rights, when everything is there already.
#   tools/setup.sh [fuzz]    fuzz: also what tests/fuzz/run.sh needs
set -eu

packages='
    gcc libc6-dev cmake ninja-build pkg-config
    libsodium-dev libssl-dev libseccomp-dev libjansson-dev libsqlite3-dev libspatialite-dev libgdal-dev libproj-dev libgeos-dev
    libcurl4-openssl-dev libpango1.0-dev libcairo2-dev libxlsxwriter-dev libqrencode-dev libcmocka-dev
    ca-certificates openssl fonts-noto-cjk gdal-bin sqlite3 zip unzip jq poppler-utils zbar-tools hledger
    clang-format clang-tidy valgrind file dpkg-dev'

if [ "${1:-}" = fuzz ]; then
    packages="$packages clang libclang-rt-14-dev"
fi

missing=
for package in $packages; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    if [ "$state" != installed ]; then
        missing="$missing $package"
    fi
done
if [ -z "$missing" ]; then
    echo "软件包齐全 · all packages are installed"
    exit 0
fi

if ! command -v apt-get >/dev/null; then
    echo "这里没有 apt；请自行安装： · there is no apt here; please install yourself:$missing" >&2
    exit 1
fi
echo "安装软件包 · installing packages:$missing"
as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "需要 root 权限或 sudo；请管理员先运行： · root or sudo is needed; ask an administrator to run:" >&2
        echo "    $(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)/setup.sh" >&2
        exit 1
    fi
    as_root=sudo
fi
$as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
# shellcheck disable=SC2086 # a list of words
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
