#!/bin/sh
# An include may only point downward, third-party headers stay in their module, and SQL text stays
# in the store. The table of who may include what is the one in ARCHITECTURE.md.
. "$(dirname -- "$0")/lib.sh"

list_product '*.c' '*.h' >"$scratch/files"
n=$(wc -l <"$scratch/files")
: >"$scratch/found"
if [ "$n" -gt 0 ]; then
    tr '\n' '\0' <"$scratch/files" | xargs -0 awk -v strings=1 -f "$tools/strip_c.awk" \
        >"$scratch/code"
    awk -v folders="$product_folders" -v templates="$(list_product '*.h.in' | tr '\n' ' ')" '
    function folder_of(path) { return index(path, "/") ? substr(path, 1, index(path, "/") - 1) : "" }
    # Is `path` one that may name this library?
    function in_c_or_internal(path, folder) {
        return path ~ ("^" folder "/.*(\\.c|_internal\\.h)$")
    }
    # The rooms of store/, registry/ and trading/; what stands in none of them is beneath all, but
    # for what looks at the whole.
    function room_of(path,    part) {
        if (path ~ /^(store\/(store|check_store|rebuild_store|registry_store)|registry\/(audit|setup))\.c$/ ||
            path ~ /^trading\/(kinds|trade_reply)\.c$/)
            return folder_of(path) "/whole"
        return folder_of(path) "/" (split(path, part, "/") == 3 ? part[2] : "base")
    }
    function report(text) { print where ": " text }
    function check_own(target,    own, other) {
        own = folder_of(path)
        # Written by the build from a template that stands beside the source.
        if (!index(target, "/") && (own "/" target ".in") in template)
            return
        other = folder_of(target)
        if (!(other in rank)) {
            report("include \"" target "\" is not a path from the root into a folder of the product")
        } else if (own != other && (own == "audit" || other == "audit")) {
            report("include \"" target "\": audit/ shares nothing with the rest, in either direction")
        } else if (own != other && rank[other] >= rank[own]) {
            report("include \"" target "\" points upward or sideways: " own " stands beside or below " other)
        } else if (own != other && target ~ /_internal\.h$/) {
            report("include \"" target "\" is private to " other)
        } else if (own == other && (own == "store" || own == "registry" || own == "trading")) {
            check_room(target)
        }
    }
    function check_room(target,    own, other) {
        own = room_of(path)
        other = room_of(target)
        if (!(own in room))
            report(own " is a room that this check does not know: give it a place")
        else if (other in room && own != other && room[other] >= room[own])
            report("include \"" target "\" points upward or sideways: " own " stands beside or below " other)
    }
    function check_library(name) {
        if (name ~ standard)
            return
        if (name ~ /^(gdal|ogr|cpl_)/) {
            if (path !~ /^gis\/(reader\/.*|writer_gdal|capture[a-z_]*)(\.c|_internal\.h)$/)
                report("<" name "> belongs to gis/reader/, gis/writer_gdal.c and gis/capture.c")
        } else if (name == "seccomp.h") {
            if (path != "gis/reader/sandbox.c")
                report("<" name "> belongs to gis/reader/sandbox.c")
        } else if (name == "openssl/evp.h") {
            if (path != "core/hash.c")
                report("<" name "> belongs to core/hash.c")
        } else if (name ~ /^proj/ || name ~ /^(geodesic|geos_c)\.h$/) {
            if (!in_c_or_internal(path, "gis"))
                report("<" name "> belongs to gis/*.c and gis/*_internal.h")
        } else if (name ~ /^(sqlite3|spatialite)/) {
            if (!in_c_or_internal(path, "store"))
                report("<" name "> belongs to store/*.c and store/*_internal.h")
        } else if (name ~ /^curl\//) {
            if (!in_c_or_internal(path, "net"))
                report("<" name "> belongs to net/*.c")
        } else if (name ~ /^(cairo|pango|fontconfig|glib|qrencode|xlsxwriter|zip)/) {
            if (!in_c_or_internal(path, "papers"))
                report("<" name "> belongs to papers/*.c")
        } else if (name == "jansson.h") {
            if (path != "core/json.c")
                report("<" name "> belongs to core/json.c")
        } else if (name == "sodium.h") {
            if (path !~ /^core\/(hash|sign)\.c$/ && !in_c_or_internal(path, "audit"))
                report("<" name "> belongs to core/hash.c, core/sign.c and audit/*.c")
        } else {
            report("<" name "> is a library that this check does not know: give it a module")
        }
    }
    # Rooms of a folder from below, those that stand beside each other separated by commas.
    function place_rooms(folder, from_below,    level, n, i, beside, m, j) {
        n = split(from_below, level, " ")
        for (i = 1; i <= n; i++) {
            m = split(level[i], beside, ",")
            for (j = 1; j <= m; j++)
                room[folder "/" beside[j]] = i
        }
    }
    BEGIN {
        n_templates = split(templates, list, " ")
        for (i = 1; i <= n_templates; i++)
            template[list[i]] = 1
        rank["core"] = rank["audit"] = 0
        rank["store"] = rank["gis"] = rank["net"] = rank["papers"] = rank["methodology"] = 1
        rank["registry"] = 2; rank["trading"] = 3; rank["cli"] = rank["server"] = 4
        place_rooms("store", "base file,journal people ground estimate ledger deal revenue whole")
        place_rooms("registry", "base table layer,tenure,estimate,reversal records,package intake life,export whole")
        place_rooms("trading", "base deal spot,ahead,pledge,reversal,payment,member revenue,account" \
            " print,books,trace inbox whole")
        standard = "^(assert|complex|ctype|dirent|dlfcn|errno|fcntl|fenv|float|grp|inttypes|langinfo" \
            "|limits|locale|math|netdb|poll|pthread|pwd|sched|iconv|setjmp|signal|spawn|stdalign|stdarg|stdatomic|stdbool" \
            "|stddef|stdint|stdio|stdlib|stdnoreturn|string|strings|termios|threads|time|unistd|wchar" \
            "|wctype|arpa/inet|netinet/in|sys/[a-z]+|linux/[a-z]+)\\.h$"
        verbs = "(SELECT|INSERT (OR [A-Z]+ )?INTO|UPDATE [a-z_]+ SET|DELETE FROM|PRAGMA [a-z_]+" \
            "|CREATE (TEMP )?(TABLE|INDEX|UNIQUE|TRIGGER|VIEW|VIRTUAL)|ALTER TABLE|DROP TABLE" \
            "|BEGIN IMMEDIATE|SAVEPOINT [a-z_]+)"
    }
    {
        path = substr($0, 1, index($0, ":") - 1)
        rest = substr($0, length(path) + 2)
        line = substr(rest, 1, index(rest, ":") - 1)
        text = substr(rest, length(line) + 2)
        where = path ":" line
        if (text ~ /^[ \t]*#[ \t]*include[ \t]*"/) {
            split(text, part, "\"")
            check_own(part[2])
        } else if (text ~ /^[ \t]*#[ \t]*include[ \t]*</) {
            sub(/^[^<]*</, "", text)
            sub(/>.*$/, "", text)
            check_library(text)
        } else if (text ~ ("\"[^\"]*" verbs) && path !~ /^store\/([a-z]+\/)?(store|backup|[a-z0-9_]*_store|db[a-z0-9_]*|migrat[a-z0-9_]*)\.c$/) {
            report("SQL belongs to store/{store,backup}.c, *_store.c, db*.c and the migrations")
        }
    }' "$scratch/code" >"$scratch/found"
fi
finish check_layers "$scratch/found" "$n"
