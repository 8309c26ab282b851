// GDAL takes a GeoJSON file whose "crs" it cannot read for WGS 84 without a word. So the member is
// looked for here, in one pass over the text that understands texts and nesting and nothing else.
#include "gis/reader/geojson_internal.h"

#include <cpl_vsi.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/text.h"
#include "gis/capture_internal.h"

enum { LOOKED_AT_MAX = 16 * 1024 * 1024, NAME_SIZE = 200 };

static const char *blank_skip(const char *at, const char *end)
{
    while (at < end && isspace((unsigned char)*at)) {
        at++;
    }
    return at;
}

// Behind the text that begins at `at` with its quotation mark; `end` when it does not end.
static const char *text_skip(const char *at, const char *end)
{
    for (at++; at < end && *at != '"'; at++) {
        if (*at == '\\') {
            at++;
        }
    }
    return at < end ? at + 1 : end;
}

// Behind the value that begins at `at`, which is an object or anything else; NULL when it does not
// end.
static const char *value_skip(const char *at, const char *end)
{
    int depth = 0;
    while (at < end) {
        if (*at == '"') {
            at = text_skip(at, end);
        } else {
            depth += *at == '{' || *at == '[' ? 1 : *at == '}' || *at == ']' ? -1 : 0;
            if (depth < 0 || (depth == 0 && *at == ',')) {
                return at; // the end of what stood before
            }
            at++;
        }
        if (depth == 0 && at < end && (at[-1] == '"' || at[-1] == '}' || at[-1] == ']')) {
            return at;
        }
    }
    return NULL;
}

// Where the value of "crs" begins, among the members of the outermost object.
static const char *member_find(const char *text, const char *end)
{
    static const char key[] = "\"crs\"";
    int depth = 0;
    for (const char *at = text; at < end;) {
        if (*at != '"') {
            depth += *at == '{' || *at == '[' ? 1 : *at == '}' || *at == ']' ? -1 : 0;
            at++;
            continue;
        }
        const char *behind = text_skip(at, end);
        bool is_key = depth == 1 && (size_t)(behind - at) == sizeof(key) - 1 &&
                      memcmp(at, key, sizeof(key) - 1) == 0;
        const char *colon = blank_skip(behind, end);
        if (is_key && colon < end && *colon == ':') {
            return blank_skip(colon + 1, end);
        }
        at = behind;
    }
    return NULL;
}

// What an object such as {"type": "name", "properties": {"name": "EPSG:4528"}} names; false where
// there is nothing to name. `name` stays as it is when it is in none of the known ways.
static bool name_take(const struct th_json *crs, char name[NAME_SIZE])
{
    const char *type = th_json_get_text(crs, "type", "");
    const struct th_json *properties = th_json_get(crs, "properties");
    bool is_object = properties != NULL && th_json_type(properties) == TH_JSON_OBJECT;
    const char *named = is_object ? th_json_get_text(properties, "name", NULL) : NULL;
    const char *urn = is_object ? th_json_get_text(properties, "urn", NULL) : NULL;
    int64_t code = is_object ? th_json_get_int(properties, "code", 0) : 0;
    if (strcmp(type, "link") == 0) {
        return false; // nothing is fetched, and such a file counts as one without
    }
    if (named != NULL || urn != NULL) {
        th_text_copy(name, NAME_SIZE, named != NULL ? named : urn);
    } else if (code > 0) {
        snprintf(name, NAME_SIZE, "EPSG:%lld", (long long)code);
    }
    return true;
}

enum th_status th_geojson_crs(const char *text, size_t size, char **ret_name, struct th_error *err)
{
    const char *end = text + size;
    const char *value = member_find(text, end);
    const char *behind = value == NULL ? NULL : value_skip(value, end);
    char name[NAME_SIZE];
    struct th_json *crs = NULL;
    *ret_name = NULL;
    if (behind == NULL || (behind - value >= 4 && memcmp(value, "null", 4) == 0)) {
        return TH_OK;
    }
    size_t written = (size_t)(behind - value);
    size_t shown = written < sizeof(name) ? written : sizeof(name) - 1;
    memcpy(name, value, shown);
    name[shown] = '\0';
    bool named = true;
    enum th_status status = th_json_parse(value, written, &crs, NULL);
    if (status == TH_NO_MEMORY) {
        return th_error_no_memory(err);
    }
    if (status == TH_OK && th_json_type(crs) == TH_JSON_OBJECT) {
        named = name_take(crs, name);
    } else if (status == TH_OK && th_json_type(crs) == TH_JSON_STRING) {
        th_text_copy(name, sizeof(name), th_json_text(crs));
    }
    th_json_free(crs);
    th_text_mend(name);
    th_text_trim(name);
    if (named && name[0] != '\0') {
        *ret_name = th_text_duplicate(name);
        return *ret_name == NULL ? th_error_no_memory(err) : TH_OK;
    }
    return TH_OK;
}

// "urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "WGS 84", "GCS_WGS_1984".
static bool means_wgs84(const char *name)
{
    static const char *const ENDS[] = {"4326", "CRS84", "OGC84", "WGS84", "WGS1984"};
    char folded[NAME_SIZE];
    size_t n = 0;
    for (; *name != '\0' && n + 1 < sizeof(folded); name++) {
        if (isalnum((unsigned char)*name)) {
            folded[n++] = (char)toupper((unsigned char)*name);
        }
    }
    folded[n] = '\0';
    for (size_t i = 0; i < sizeof(ENDS) / sizeof(ENDS[0]); i++) {
        if (th_text_ends_with(folded, ENDS[i])) {
            return true;
        }
    }
    return false;
}

enum th_status th_geojson_crs_unknown(const char *path, char **ret_name, struct th_error *err)
{
    struct th_capture capture;
    char *name = NULL;
    char *text = malloc(LOOKED_AT_MAX);
    if (text == NULL) {
        return th_error_no_memory(err);
    }
    th_capture_begin(&capture);
    VSILFILE *file = VSIFOpenL(path, "rb");
    size_t n = file == NULL ? 0 : VSIFReadL(text, 1, LOOKED_AT_MAX, file);
    if (file != NULL) {
        (void)VSIFCloseL(file);
    }
    th_capture_end();
    enum th_status status = th_geojson_crs(text, n, &name, err);
    free(text);
    if (status == TH_OK && name != NULL && means_wgs84(name)) {
        free(name);
        name = NULL;
    }
    if (status == TH_OK) {
        *ret_name = name;
    }
    return status;
}
