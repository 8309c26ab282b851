#!/bin/sh
# The demonstration: from sample parcels to the money statement of two villages, a wetland whose
# tonnes come by statement, and a projection for a county. Uses the program's commands alone; every
# figure printed is taken from their answers.
# usage: run.sh PROGRAM FOLDER SAMPLES [zh|en]
set -eu
program=$1
folder=$2
sample=$3
lang=${4:-}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

rm -rf "$folder"
mkdir -p "$folder"
TANHUI_REGISTRY=$folder/zhejiang.tanhui
export TANHUI_REGISTRY

say() {
    printf '\n== %s · %s\n' "$1" "$2"
}

# by LOGIN COMMAND…: runs a command as somebody and keeps its answer for `get` and `table`.
by() {
    login=$1
    shift
    "$program" --as "$login" ${lang:+--lang "$lang"} --json --progress none "$@" \
        >"$folder/answer.json" 2>"$folder/problem.json" || {
        echo "tanhui $* (as $login):" >&2
        jq -r '"  " + (.detail // .title) + (if .hint then "\n  " + .hint else "" end)' \
            "$folder/problem.json" >&2 || cat "$folder/problem.json" >&2
        exit 1
    }
}

# get FILTER: one value of the last answer.
get() {
    jq -er "$1" "$folder/answer.json"
}

# table FILTER [jq options]: lines drawn from the last answer.
table() {
    filter=$1
    shift
    jq -r -L "$here" "$@" "include \"format\"; $filter" "$folder/answer.json"
}

party() {
    by admin party add "$@"
    get .party_id
}

# ---------------------------------------------------------------------------------------------
say "建立登记簿文件：省级 330000" "a registry for the province, 330000"
by admin init "$TANHUI_REGISTRY" --name "浙江样例登记" --admin-code 330000
by admin village import "$sample/villages.csv"

# Credit codes are invented (their check characters are right), and so are the firms.
majianong=$(party --kind village --name "马家弄村（样例）" --village 330523990201)
gaojiatang=$(party --kind village --name "高家堂村（样例）" --village 330523990202)
subdistrict=$(party --kind subdistrict --name "下渚湖街道（样例）" --division 330521990)
bank=$(party --kind bank --name "安吉两山银行（样例）" --uscc 91330523000000001B)
deqing_bank=$(party --kind bank --name "德清两山银行（样例）" --uscc 91330521000000001E)
verifier=$(party --kind verifier --name "核证机构（样例）" --uscc 91330100000000001C)
buyer=$(party --kind enterprise --name "安吉企业（样例）" --uscc 91330523000000002E)
pharmacy=$(party --kind enterprise --name "制药企业（样例）" --uscc 91330521000000002H)
paper=$(party --kind enterprise --name "造纸企业（样例）" --uscc 91330521000000003L)
dyeing=$(party --kind enterprise --name "印染企业（样例）" --uscc 91330521000000004P)

by admin user add clerk-majianong --role clerk --village 330523990201
by admin user add clerk-gaojiatang --role clerk --village 330523990202
by admin user add clerk-xiazhuhu --role clerk --village 330521990001
by admin user add clerk-changshan --role clerk --village 330822990001
by admin user add officer --role officer
by admin user add verifier --role verifier --party "$verifier"
by admin user add bank-anji-1 --role bank --party "$bank"
by admin user add bank-anji-2 --role bank --party "$bank"
by admin user add bank-deqing-1 --role bank --party "$deqing_bank"
by admin user add bank-deqing-2 --role bank --party "$deqing_bank"

# ---------------------------------------------------------------------------------------------
say "导入地块：GeoJSON、Shapefile（GBK）、KML" "parcels in: GeoJSON, Shapefile (GBK), KML"
by clerk-majianong parcel import "$sample/majianong.geojson"
by clerk-gaojiatang parcel import "$sample/gaojiatang.zip" --kind bamboo --map number=XIAO_BAN \
    --map village=CUN --map land_class=DI_LEI --map declared_area=MIAN_JI
by clerk-xiazhuhu parcel import "$sample/xiazhuhu.kml"
by clerk-changshan parcel import "$sample/changshan-orchards.geojson"
by clerk-majianong parcel import "$sample/majianong.geojson"
table '"  马家弄再导入一次 · imported again: read \(.read), accepted \(.accepted), unchanged \(.unchanged)"'
by admin parcel list
table '
    ("parcels" | right(9)) + ("mu" | right(12)) + ("m2" | right(16)) + "  village",
    (.parcels | group_by(.village)[]
     | (length | right(9)) + (map(.area_m2) | add | . * 3 / 2000 | two | right(12))
       + (map(.area_m2) | add | two | right(16)) + "  \(.[0].village) \(.[0].village_name)")'

# ---------------------------------------------------------------------------------------------
say "三年估算、核证、签发" "three years estimated, verified by a second party, issued"
# package LOGIN NAME HOLDER VILLAGE: draft, submission, verification and issue; prints its id.
package() {
    by "$1" package create --name "$2" --holder "$3" --methodology reported-factor \
        --from 2018-01-01 --to 2020-12-31 --village "$4"
    id=$(get .package_id)
    by "$1" package submit "$id"
    by verifier package verify "$id" --decision approve --statement "$sample/statement-anji.txt"
    by officer package issue "$id"
    cp "$folder/answer.json" "$folder/issued-$id.json"
    echo "$id"
}
package_m=$(package clerk-majianong "马家弄 2018-2020" "$majianong" 330523990201)
package_g=$(package clerk-gaojiatang "高家堂 2018-2020" "$gaojiatang" 330523990202)
echo "    issued t by vintage · 各年签发吨数"
for id in "$package_m" "$package_g"; do
    by admin package show "$id"
    name=$(get .name)
    jq -r -L "$here" --arg name "$name" 'include "format";
        "  " + ([.serials[].issued_t | grouped] | join(" + ")) + " = " + (.issued_t | grouped)
        + " t, \(.rest_kg) kg 不足一吨 (carried), \($name)",
        (.serials[] | "    \(.prefix):\(.first)-\(.last)")' "$folder/issued-$id.json"
done

# ---------------------------------------------------------------------------------------------
say "收储：两村一个池，43.44 元/吨" "purchase: both villages into one pool, 43.44 CNY a tonne"
by bank-anji-1 trade propose purchase --package "$package_m" --package "$package_g" --to "$bank" \
    --price 43.44 --on 2021-12-28
purchase=$(get .trade_id)
by bank-anji-2 trade approve "$purchase" --on 2021-12-28
table '
    (.lines[] | (.tonnes | grouped | right(9)) + " t" + (.amount_fen | hundredths | right(14))
     + " CNY  \(.seller_name)"),
    (.tonnes | grouped | right(9)) + " t" + (.amount_fen | hundredths | right(14)) + " CNY  合计 total"'
by bank-anji-1 receipt confirm "$purchase" --amount "$(get '.amount_fen / 100')" --on 2021-12-30

say "转售 2,000 吨，73.41 元/吨；到账" "2,000 t resold at 73.41; the money arrives"
by bank-anji-1 trade propose resale --from "$bank" --to "$buyer" --tonnes 2000 --price 73.41 \
    --on 2022-06-10
resale=$(get .trade_id)
by bank-anji-2 trade approve "$resale" --on 2022-06-10
by bank-anji-1 receipt confirm "$resale" --amount "$(get '.amount_fen / 100')" --on 2022-06-20
table '"  \(.tonnes | grouped) t × \(.price_fen | hundredths) = \(.amount_fen | hundredths) CNY, "
    + "到账 received \(.received_fen | hundredths)"'

say "收益反哺：净收益的 70 %" "revenue back to the villages: 70 % of the net"
by officer revenue term add --from 2021-01-01 --basis net_of_cost --ratio 70 --split village=1 \
    --document "$sample/revenue-term.txt"
by bank-anji-1 revenue distribute --through 2022-12-31 --ratio 80 --dry-run
eighty=$(get .distributed_fen)
by bank-anji-1 revenue distribute --through 2022-12-31
run=$(get .distribution_id)
table '
    (.sales[0] | "  到账 received \(.receipts_fen | hundredths) − 成本 cost \(.cost_fen | hundredths)"
     + " = 净 net \(.net_fen | hundredths) CNY"),
    "  × 70 % = \(.distributed_fen | hundredths) CNY",
    (.payments[] | (.amount_fen | hundredths | right(14)) + " CNY  \(.name)"),
    "  若为 80 % · at 80 % it would be: \($eighty | hundredths) CNY"' --argjson eighty "$eighty"
by bank-anji-2 revenue approve "$run" --on 2022-12-31
table '"  第二人批准，从此应付 · approved by a second person, owed from now on: \(.distributed_fen | hundredths) CNY, \(.decided_by)"'

say "谁得了多少" "who was paid what"
by admin revenue statement
table '
    ("purchase" | right(14)) + ("revenue" | right(14)) + ("total CNY" | right(14)) + "  party",
    (.parties[] | (.purchase_fen | hundredths | right(14)) + (.revenue_fen | hundredths | right(14))
     + (.total_fen | hundredths | right(14)) + "  \(.name)")'

say "企业注销 100 吨；一个编号的来历" "100 t retired; where a serial comes from"
by bank-anji-1 trade propose retirement --holder "$buyer" --tonnes 100 --beneficiary "$buyer" \
    --purpose offset --note "样例 sample" --on 2022-07-01
retirement=$(get .trade_id)
by bank-anji-2 trade approve "$retirement" --on 2022-07-01
serial=$(get '.blocks[0].serial')
table '(.blocks[] | "  \(.serial) \(.tonnes) t"), "  受益人 beneficiary: \(.beneficiary) \(.beneficiary_uscc)"'
by admin certificate "$retirement" --out "$folder/certificate.pdf"
table '"  证书 certificate: \(.certificate_id) · \(.file)"'
by admin unit trace "${serial%%:*}:1"
table '
    "  \(.serial): " + ([.events[].kind] | join(" → ")) + " · \(.state), \(.owner_name)",
    (.parcels[] | "    地块 parcel \(.number), \(.village_name), \(.year): \(.kg) kg")'

# ---------------------------------------------------------------------------------------------
say "德清湿地：10,000 吨，来自第三方陈述" "Deqing wetland: 10,000 t by a third party's statement"
by clerk-xiazhuhu package create --name "下渚湖 2021" --holder "$subdistrict" --methodology statement \
    --from 2021-01-01 --to 2021-12-31 --village 330521990001
wetland=$(get .package_id)
by clerk-xiazhuhu package submit "$wetland"
by verifier package verify "$wetland" --decision approve --tonnes 10000 \
    --statement "$sample/statement-xiazhuhu.txt"
by officer package issue "$wetland"
by bank-deqing-1 trade propose purchase --package "$wetland" --to "$deqing_bank" --price 58.83 \
    --tax 6 --on 2022-05-20
trade=$(get .trade_id)
by bank-deqing-2 trade approve "$trade" --on 2022-05-20
table '"  收储 purchase \(.tonnes | grouped) t × \(.price_fen | hundredths) = \(.amount_fen | hundredths) CNY"
    + " (净 net \(.net_fen | hundredths) + 税 tax \(.tax_fen | hundredths)), \(.lines[0].seller_name)"'
for sale in "$pharmacy 4000" "$paper 3500" "$dyeing 2500"; do
    by bank-deqing-1 trade propose resale --from "$deqing_bank" --to "${sale% *}" \
        --tonnes "${sale#* }" --price 58.83 --on 2022-06-01
    trade=$(get .trade_id)
    by bank-deqing-2 trade approve "$trade" --on 2022-06-01
    table '"  转售 resale  \(.tonnes | grouped) t × \(.price_fen | hundredths) = \(.amount_fen | hundredths) CNY, \(.buyer_name)"'
done
echo "  第 10,001 吨 · tonne 10,001:"
status=0
"$program" --as bank-deqing-1 ${lang:+--lang "$lang"} trade propose resale --from "$deqing_bank" \
    --to "$pharmacy" --tonnes 1 --price 58.83 --on 2022-06-02 >"$folder/refused" 2>&1 || status=$?
sed 's/^/    /' "$folder/refused"
[ "$status" -eq 5 ] || {
    echo "tonne 10,001 was not refused as a conflict (exit $status)" >&2
    exit 1
}

say "全县推算，不签发单位" "a projection for the county, no units"
by officer estimate project --area-mu 870000 --input factor=70/87 --price 70.00
table '"  \(.area_mu | two) mu × \(.factor) = \(.tonnes | grouped) t × \(.price_fen | hundredths) = "
    + "\(.amount_fen | hundredths) CNY; 单位 units: \(.units_t)",
    (.warnings[] | "  ! \(.message)")'

# ---------------------------------------------------------------------------------------------
say "地图" "the map"
by admin map print --village 330523990201 --out "$folder/majianong.pdf"
table '
    "  \(.file)",
    "  \(.n_parcels) 块地 parcels, \(.area_mu | two) mu, 1:\(.scale | grouped), \(.crs_name) (\(.crs))",
    "  \(.bounds[0])–\(.bounds[2])° E, \(.bounds[1])–\(.bounds[3])° N"'
pdfinfo "$folder/majianong.pdf" | awk -F ': *' '
    $1 == "Pages" { pages = $2 }
    $1 == "Page size" { size = $2 }
    END { print "  " pages " 页 page, " size }'
echo "  图上有：地块与编号、图例、比例尺、指北针、坐标格网、坐标系、面积表"
echo "  on it: parcels with numbers, legend, scale bar, north arrow, graticule, CRS, table of areas"

say "账目是否平" "do the books balance"
by admin account list
table '
    ("held" | right(9)) + ("locked" | right(8)) + ("retired" | right(8)) + ("money CNY" | right(16))
    + "  party",
    (.parties[] | select(.held_t + .locked_t + .retired_t > 0 or .money_fen != 0)
     | (.held_t | grouped | right(9)) + (.locked_t | grouped | right(8))
     + (.retired_t | grouped | right(8)) + (.money_fen | hundredths | right(16)) + "  \(.name)")'
by admin registry check
table '(.checks[] | (if .ok then "  ok  " else "  NOT " end) + .name)'
by admin audit verify
table '"  日志 journal: \(.n_entries) entries, head \(.head)"'
echo
echo "登记簿文件 · the registry file: $TANHUI_REGISTRY"
