#!/bin/sh
# Proves that a check fails where it must: each case plants one violation into a small tree that the
# check accepts, and wants the check to refuse it and to name the file.
# usage: test_check.sh CHECK [PROGRAM]
set -u
check=${1:?usage: test_check.sh CHECK [PROGRAM]}
program=${2:-}
script=$(CDPATH='' cd -- "$(dirname -- "$0")/../../tools" && pwd)/check_$check.sh
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
failed=0
n=0

# A tree that every check accepts.
plant_clean() {
    rm -rf "$folder/tree"
    mkdir -p "$folder/tree"
    cd "$folder/tree" || exit 2
    mkdir -p core store gis net papers methodology registry trading cli data/messages/zh \
        data/messages/en docs
    cp "$(dirname -- "$script")/../.clang-format" "$(dirname -- "$script")/../.clang-tidy" .
    cat >core/quantity.h <<'END'
#ifndef TH_CORE_QUANTITY_H
#define TH_CORE_QUANTITY_H

#include <stdint.h>

struct th_kg {
    int64_t raw_kg;
};

struct th_money {
    int64_t raw_fen;
};

struct th_tonnes {
    int64_t raw_t;
};

#endif
END
    cat >core/quantity.c <<'END'
#include "core/quantity.h"

int64_t th_kg_value(struct th_kg kg);

int64_t th_kg_value(struct th_kg kg)
{
    return kg.raw_kg;
}
END
    cat >store/parcel_store.c <<'END'
#include <sqlite3.h>

#include "core/quantity.h"

enum { TH_NOT_FOUND = 4 };
int th_error_set(void *err, int status, const char *key, ...);
int f(sqlite3 *err, const char **ret_sql);

int f(sqlite3 *err, const char **ret_sql)
{
    // A comment may say sprintf(x) and kg.raw_kg, and a text too: "gets(x)".
    *ret_sql = "SELECT 1";
    return th_error_set(err, TH_NOT_FOUND, "parcel_missing", "parcel", "gets(x)", (char *)0);
}
END
    printf '{\n    "error.parcel_missing": "没有地块 {parcel}"\n}\n' >data/messages/zh/a.json
    printf '{\n    "error.parcel_missing": "there is no parcel {parcel}"\n}\n' \
        >data/messages/en/a.json
    printf '# Title\n\n## Some part\n\nSee [it](docs/b.md#the-end) and [part](#some-part).\n' \
        >README.md
    printf '# The end\n\n[back](../README.md)\n' >docs/b.md
    # A page that runs, goes on and shows, in both languages.
    printf '<!-- run -->\n```sh\ntanhui --version\n```\n<!-- shows -->\n```text\ntan…hui\n```\n' |
        sed 's/^tan…hui$/tanhui …/' >docs/c.md
    printf '<!-- run on -->\n```sh\ntanhui --help # 42\n```\n' >>docs/c.md
    cp docs/c.md docs/c.zh-CN.md
}

# accepts LABEL: the tree passes.
accepts() {
    n=$((n + 1))
    if ! "$script" "$folder/tree" ${program:+"$program"} >"$folder/out" 2>&1; then
        echo "FAIL $check: $1: refused"
        sed 's/^/    /' "$folder/out"
        failed=1
    fi
}

# refuses LABEL PATTERN: the tree fails, and the output matches.
refuses() {
    n=$((n + 1))
    if "$script" "$folder/tree" ${program:+"$program"} >"$folder/out" 2>&1; then
        echo "FAIL $check: $1: accepted"
        failed=1
    elif ! grep -Eq -- "$2" "$folder/out"; then
        echo "FAIL $check: $1: the finding does not match $2"
        sed 's/^/    /' "$folder/out"
        failed=1
    fi
    plant_clean
}

plant_clean
accepts 'clean tree'
rm -rf "$folder/tree" && mkdir "$folder/tree" && cd "$folder/tree" || exit 2
refuses 'nothing to look at' 'no file was looked at|no catalogue'

case $check in
layers)
    echo '#include "registry/intake/parcel.h"' >core/a.c
    refuses 'core includes registry' '^core/a\.c:1: .*upward'
    echo '#include "gis/area.h"' >methodology/a.h
    refuses 'a module includes its neighbour' '^methodology/a\.h:1: .*sideways'
    echo '#include "cli/table.h"' >trading/a.c
    refuses 'trading includes cli' '^trading/a\.c:1: '
    echo '#include "quantity.h"' >core/a.c
    refuses 'an include without its folder' 'not a path from the root'
    echo '#include "store/db_internal.h"' >registry/a.c
    refuses 'a private header of another module' 'private to store'
    echo '#include <gdal.h>' >registry/a.c
    refuses 'GDAL outside gis' '^registry/a\.c:1: <gdal\.h>'
    echo '#include <gdal.h>' >gis/crs.c
    refuses 'GDAL outside the reader process' '^gis/crs\.c:1: <gdal\.h>'
    echo '#include <seccomp.h>' >gis/crs.c
    refuses 'seccomp outside the sandbox' '^gis/crs\.c:1: '
    echo '#include <openssl/evp.h>' >net/a.c
    refuses 'OpenSSL outside core/hash.c' '^net/a\.c:1: '
    echo '#include <geodesic.h>' >gis/area.h
    refuses 'PROJ in a public header' '^gis/area\.h:1: '
    echo '#include <sqlite3.h>' >trading/a.c
    refuses 'SQLite outside store' '^trading/a\.c:1: '
    echo '#include <curl/curl.h>' >cli/a.c
    refuses 'curl outside net' '^cli/a\.c:1: '
    echo '#include <pango/pangocairo.h>' >cli/a.c
    refuses 'pango outside papers' '^cli/a\.c:1: '
    echo '#include <jansson.h>' >core/csv.c
    refuses 'jansson outside core/json.c' '^core/csv\.c:1: '
    echo '#include <sodium.h>' >registry/a.c
    refuses 'sodium outside core/hash.c' '^registry/a\.c:1: '
    mkdir audit
    echo '#include "core/hash.h"' >audit/a.c
    refuses 'the audit includes core' '^audit/a\.c:1: .*shares nothing'
    mkdir audit
    echo '#include "audit/check.h"' >registry/a.c
    refuses 'the registry includes the audit' '^registry/a\.c:1: .*shares nothing'
    echo '#include <openssl/ssl.h>' >net/a.c
    refuses 'a library without a module' 'does not know'
    echo 'static const char s[] = "DELETE FROM parcel";' >registry/a.c
    refuses 'SQL outside the store' '^registry/a\.c:1: SQL'
    echo 'static const char s[] = "SELECT id";' >store/clock.c
    refuses 'SQL in a store file that is no store' '^store/clock\.c:1: SQL'
    mkdir registry/table
    echo '#include "registry/intake/parcel.h"' >registry/table/a.c
    refuses 'a room includes one above it' '^registry/table/a\.c:1: .*upward'
    echo '#include "registry/table/sheet.h"' >registry/work.c
    refuses 'the ground floor includes a room' '^registry/work\.c:1: .*upward'
    mkdir registry/attic
    echo '#include "registry/work.h"' >registry/attic/a.c
    refuses 'a room without a place' 'attic is a room'
    mkdir registry/intake
    echo '#include "registry/table/sheet.h"' >registry/intake/a.c
    accepts 'a room above another'
    mkdir store/journal
    echo '#include "store/deal/trade_store.h"' >store/journal/a.c
    refuses 'the journal includes the deals' '^store/journal/a\.c:1: .*upward'
    mkdir trading/deal
    echo '#include "trading/inbox/inbox.h"' >trading/deal/a.c
    refuses 'the frame of deals includes the inbox' '^trading/deal/a\.c:1: .*upward'
    echo '#include "version.h"' >cli/a.c
    echo '#define VERSION "@VERSION@"' >cli/version.h.in
    accepts 'a header that the build writes'
    echo '// "SELECT id" is what the store says' >registry/a.c
    accepts 'SQL in a comment'
    ;;
banned)
    for call in 'sprintf(a, b)' 'vsprintf(a, b, c)' 'strcpy(a, b)' 'strncpy(a, b, 3)' 'strcat(a, b)' \
        'strtok(a, b)' 'atoi(a)' 'atol(a)' 'atof(a)' 'gets(a)' 'scanf(a)' 'sscanf(a, b)' \
        'fscanf(a, b)' 'system(a)' 'popen(a, b)' 'setlocale(a, b)' 'localtime (a)'; do
        printf 'int f(void)\n{\n    return 1 + %s;\n}\n' "$call" >cli/a.c
        refuses "$call" '^cli/a\.c:3:'
    done
    mkdir tests
    echo 'int x = system(a);' >tests/a.c
    echo 'int x = snprintf(a) + th_system(a) + fgets(a);' >core/a.c
    echo 'char *x = setlocale(a, b);' >cli/main.c
    accepts 'what is allowed'
    ;;
quantities)
    echo 'int x = kg.raw_kg;' >registry/a.c
    refuses 'a member read elsewhere' '^registry/a\.c:1:'
    echo 'int x = p->total . raw_fen;' >core/quantity.h
    refuses 'a member read in the header' '^core/quantity\.h:1:'
    echo 'int x = p->raw_t;' >trading/a.c
    refuses 'a member read through a pointer' '^trading/a\.c:1:'
    echo 'int x = reader->raw_text + p->raw_total;' >trading/a.c
    accepts 'members of other structs'
    ;;
headers)
    printf 'size_t f(void);\n' >core/a.h
    refuses 'a header that forgets an include' '^core/a\.h does not compile alone'
    printf 'int f();\n' >core/a.h
    refuses 'a header with a loose prototype' '^core/a\.h does not compile alone'
    ;;
format)
    printf 'int  f( void ) ;\n' >core/a.c
    refuses 'an unformatted file' '^core/a\.c: '
    ;;
tidy)
    printf 'int f(int a);\nint f(int a)\n{\n    if (a)\n        return 1;\n    else\n        return 1;\n}\n' >core/a.c
    refuses 'two branches that do the same' '^core/a\.c:[0-9]+:.*bugprone-branch-clone'
    printf 'int f(void);\nint f(void)\n{\n    int x;\n    return x;\n}\n' >core/a.c
    refuses 'a value that was never set' '^core/a\.c:[0-9]+:.*clang-analyzer'
    printf 'int f(void)\n{\n    return y;\n}\n' >core/a.c
    refuses 'a file that does not parse' '^core/a\.c:[0-9]+:.*error'
    ;;
sizes)
    awk 'BEGIN { for (i = 0; i < 800; i++) print "int x" i ";" }' >core/a.c
    refuses 'a file of 800 lines' '^core/a\.c: 800 lines'
    awk 'BEGIN { for (i = 0; i < 799; i++) print "int x" i ";" }' >core/a.c
    accepts 'a file of 799 lines'
    awk 'BEGIN { print "static int f(void)\n{"; for (i = 0; i < 68; i++) print "    g(\"}\");"; print "}" }' \
        >core/a.c
    refuses 'a function of 70 lines' '^core/a\.c:2: f has 70 lines'
    awk 'BEGIN { print "int f(int a,\n      int b) {"; for (i = 0; i < 68; i++) print "    if (a) { g(); }"; print "}" }' \
        >core/a.c
    refuses 'a function whose brace stands behind its head' '^core/a\.c:2: .* has 70 lines'
    awk 'BEGIN { print "static int f(void)\n{"; for (i = 0; i < 67; i++) print "    g();"; print "}";
        print "static const int t[] = {"; for (i = 0; i < 90; i++) print "    1,"; print "};" }' >core/a.c
    accepts 'a function of 69 lines and a long table'
    ;;
messages)
    echo 'int x = th_error_set(err, TH_IO, "disk_full", NULL);' >registry/a.c
    refuses 'a key without text' '^registry/a\.c:1: key error\.disk_full'
    printf 'int x = th_error_set(err, f(a, b),\n    c ? "parcel_missing" : "other", NULL);\n' >registry/a.c
    refuses 'the second key of a choice, on the next line' '^registry/a\.c:1: key error\.other'
    printf '{\n    "error.parcel_missing": "没有地块 {parcel}",\n    "x.y": "只有中文"\n}\n' \
        >data/messages/zh/a.json
    refuses 'a key without English' 'x\.y has no English'
    printf '{\n    "error.parcel_missing": "no parcel {id}"\n}\n' >data/messages/en/a.json
    refuses 'other placeholders' 'other placeholders'
    printf '{\n    "error.parcel_missing": "again {parcel}"\n}\n' >data/messages/en/b.json
    refuses 'a key that stands twice' 'stands twice'
    printf '{ "a": { "b": "c" } }\n' >data/messages/en/b.json
    refuses 'nested fragments' 'not one'
    printf '{\n    "error.parcel_missing": ""\n}\n' >data/messages/zh/a.json
    refuses 'an empty text' 'has no text'
    echo 'int x = th_messages_text(m, lang, "map.title");' >papers/a.c
    refuses 'a title without text' 'key map\.title'
    echo 'bool x = th_progress_report(p, "reading", 1, 2);' >gis/a.c
    refuses 'a stage without text' 'key progress\.reading'
    ;;
docs)
    echo '[x](docs/none.md)' >>README.md
    refuses 'a link to no file' '^README\.md:[0-9]+: docs/none\.md'
    echo '[x](README.md#nowhere)' >>README.md
    refuses 'a link to no heading' 'names a heading'
    printf '```\n[x](none.md)\n```\n`[x](none.md)` [x](https://example.org/none.md)\n' >>README.md
    accepts 'code and the web are left alone'
    ;;
journal)
    # plant_journal KINDS-OF-ENTRIES KEYS-OF-THE-POST: in both languages
    plant_journal() {
        printf '## Entries\n\n| kind | who | keys | it |\n|---|---|---|---|\n' >docs/audit.md
        for kind in $1; do
            printf '| `%s` | x | `a` | z |\n' "$kind" >>docs/audit.md
        done
        printf '\n## Posts\n\n| kind | keys | it |\n|---|---|---|\n' >>docs/audit.md
        printf '| `units` | `first` | z |\n| `deal` |%s | z |\n' "$2" >>docs/audit.md
        sed 's/Entries/各种记录/; s/Posts/过账/' docs/audit.md >docs/audit.zh-CN.md
        printf 'int f(int request) {\n    return begin(request,\n                 "deal.make");\n}\n' \
            >trading/deal.c
        mkdir -p store/journal
        printf 'static const char *const COLUMNS_DEAL[] = {"id", "day", NULL};\nrow ROWS[] = {{"deal", SQL_DEAL, COLUMNS_DEAL, 1}};\n' \
            >store/journal/post_row_store.c
    }
    plant_journal 'deal.make' ' `id` `day?`'
    accepts 'a document that has what is written'
    plant_journal 'deal.make deal.end' ' `id` `day?`'
    refuses 'a kind that nobody writes' '^docs/audit\.md: .*does not write, entry: deal\.end'
    plant_journal '' ' `id` `day?`'
    refuses 'a kind that is not documented' '^docs/audit\.zh-CN\.md: .*lacks, entry: deal\.make'
    plant_journal 'deal.make' ' `id`'
    refuses 'a post without one of its keys' '^docs/audit\.md: .*lacks, post: deal id day'
    ;;
examples)
    printf '<!-- run -->\n```sh\ntrue\ntanhui registry check --registry none\n```\n' >>README.md
    refuses 'a command that fails' '^README\.md:[0-9]+: the example fails'
    printf '<!-- run -->\n```sh\nx=1\n```\n<!-- run on -->\n```sh\ntest $x = 2\n```\n' >>README.md
    refuses 'a block that fails behind another' '^README\.md:11: the example fails'
    printf '<!-- run -->\n```sh\nx=1\n```\n<!-- run on -->\n```sh\ntest $x = 1\n```\n' >>README.md
    accepts 'a block that goes on where the one before ended'
    plant_clean
    printf '<!-- run -->\n```sh\necho a; echo b 1 2\n```\n<!-- shows -->\n```text\na\nb  …   2\n```\n' >>README.md
    accepts 'what is shown comes, with blanks and gaps'
    printf '<!-- shows -->\n```text\na\n```\n' >>README.md
    refuses 'what is shown comes too late' '^README\.md:[0-9]+: not shown.*: a$'
    printf '<!-- run -->\n```sh\necho a; echo b\n```\n<!-- shows -->\n```text\nb\na\n```\n' >>README.md
    refuses 'what is shown comes in another order' '^README\.md:[0-9]+: not shown.*: a$'
    printf '<!-- run -->\n```sh\necho a\n```\n<!-- run on -->\n```sh\necho b\n```\n<!-- shows -->\n```text\na\n```\n' >>README.md
    refuses 'what is shown comes from another block' '^README\.md:[0-9]+: not shown.*: a$'
    sed -i 's/--help # 42/--help 43/' docs/c.zh-CN.md
    refuses 'a page with other steps than its translation' '^docs/c\.zh-CN\.md: other steps'
    ;;
commands)
    printf '\n    tanhui trade aprove 1\n' >>README.md
    refuses 'a command that is none' '^README\.md:[0-9]+: no such command: tanhui trade aprove 1'
    printf '\nSee `tanhui trade aprove`.\n' >>README.md
    refuses 'a command that is none in a sentence' 'no such command'
    printf '\n    tanhui --as li trade approve 1 --when 2022-01-01\n' >>README.md
    refuses 'an option that is none' 'no option --when'
    printf '\nSee `tanhui trade list --pools`.\n' >>README.md
    refuses 'an option that is none in a sentence' 'no option --pools'
    printf '\nSee `receipt confirm 7 --sum 1` and `resale --form X`.\n' >>README.md
    refuses 'a command without the name of the program' 'no option --sum'
    printf '\nSee `resale --form X`.\n' >>README.md
    refuses 'the last word of a command alone' 'no option --form'
    printf '\n```sh\nX=1 tanhui receipt confirm 7 \\\n    --on 2022-01-01\n```\n' >>README.md
    refuses 'an option that is required' '^README\.md:[0-9]+: receipt confirm requires --amount'
    printf '\n    tanhui trade approve\n' >>README.md
    refuses 'an argument that is missing' 'trade approve wants TRADE'
    printf '\n    tanhui trade approve 7 or reject it\n' >>README.md
    refuses 'words that are no comment' 'takes no or'
    printf '\n    tanhui trade approve 7     # or: --reject\n    tanhui trade list | grep --color x\n' >>README.md
    printf '    tanhui trade propose pledge --holder A …\n    tanhui party add --kind bank --name "A --b c"\n' >>README.md
    printf '\nSee `tanhui <noun> <verb>`, `tanhui trade propose`, `ls --all`, `purchase --pay A=1 B=2`.\n' >>README.md
    accepts 'comments, pipes, gaps, quotes, parts and others'"'"' programs'
    ;;
*)
    echo "there are no cases for $check" >&2
    exit 2
    ;;
esac
echo "check_$check: $n case(s), $([ $failed -eq 0 ] && echo ok || echo FAILED)"
exit $failed
