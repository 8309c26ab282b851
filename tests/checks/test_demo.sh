#!/bin/sh
# The demonstration runs, and its figures are those that the reports on the places give, or that
# follow from them by hand.
# usage: test_demo.sh PROGRAM SOURCE
set -eu
program=$1
source=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
unset TANHUI_REGISTRY TANHUI_USER || true
for lang in zh en; do
    "$source/tools/demo/run.sh" "$program" "$folder/demo" "$source/data/sample" "$lang" \
        >"$folder/out.$lang" || { cat "$folder/out.$lang"; exit 1; }
    failed=0
    while IFS= read -r want; do
        if ! grep -Fq -- "$want" "$folder/out.$lang"; then
            echo "$lang: the demonstration does not say: $want"
            failed=1
        fi
    done <<'END'
2,145.00
4,080.00
836 + 837 + 836 = 2,509 t, 650 kg
1,591 + 1,591 + 1,591 = 4,773 t, 600 kg
108,990.96 CNY
207,339.12 CNY
2,000 t × 73.41 = 146,820.00 CNY
59,940.00 CNY
70 % = 41,958.00 CNY
14,456.55 CNY
27,501.45 CNY
47,952.00 CNY
10,000 t × 58.83 = 588,300.00 CNY (净 net 555,000.00 + 税 tax 33,300.00)
700,000 t × 70.00 = 49,000,000.00 CNY; 单位 units: 0
END
    [ "$failed" -eq 0 ] || { cat "$folder/out.$lang"; exit 1; }
done
echo "the demonstration's figures are right in both languages"
