#!/bin/sh
# Makes the Debian package, unpacks it beside the system and runs the program from there.
# usage: test_package.sh BUILD-FOLDER CPACK
set -eu
build=$1
cpack=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$cpack" -G DEB --config "$build/CPackConfig.cmake" -B "$folder" >"$folder/log" 2>&1 ||
    { cat "$folder/log" >&2; exit 1; }
package=$(find "$folder" -maxdepth 1 -name 'tanhui_*.deb')
[ -n "$package" ] || { echo "no package was made" >&2; exit 1; }

depends=$(dpkg-deb -f "$package" Depends)
for name in libgdal32 libseccomp2 libproj25 libgeos-c1v5 libspatialite7 libsqlite3-0 libsodium23 \
    libjansson4 libpangocairo-1.0-0 fonts-noto-cjk; do
    case $depends in
    *"$name"*) ;;
    *) echo "the package does not depend on $name: $depends" >&2; exit 1 ;;
    esac
done

dpkg-deb -x "$package" "$folder/root"
cd "$folder/root"
for path in usr/bin/tanhui usr/libexec/tanhui/tanhui-reader usr/share/man/man1/tanhui.1.gz usr/share/doc/tanhui/copyright \
    usr/share/doc/tanhui/README.md usr/share/tanhui/sample/majianong.geojson \
    usr/share/tanhui/methodologies; do
    [ -e "$path" ] || { echo "the package lacks $path" >&2; exit 1; }
done
[ -n "$(ls usr/share/tanhui/methodologies)" ] || { echo "no methodology documents" >&2; exit 1; }

unset TANHUI_REGISTRY TANHUI_USER
usr/bin/tanhui --version
usr/bin/tanhui init "$folder/registry.sqlite" --name Test --admin-code 330523 --json >"$folder/out"
jq -e '.registry_id and .schema_version' "$folder/out" >/dev/null
usr/bin/tanhui --registry "$folder/registry.sqlite" methodology list --json |
    jq -e '.methodologies | length > 0' >/dev/null
echo "the package runs: $(dpkg-deb -f "$package" Version)"
