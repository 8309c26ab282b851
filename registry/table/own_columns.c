#include "registry/table/own_columns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/text.h"
#include "registry/table/export_columns.h"

enum { KEY_SIZE = 96, SHORT_SIZE = 11 };

// Before the key of an attribute whose own name is taken.
static const char QUALIFIER[] = "attributes";

// What a format adds of its own accord: the folder of a KML file, the numbers of fiboa.
static const char *const ADDED[] = {"folder", "id", "metrics:area", "metrics:perimeter"};
// What a format takes for something else than a column.
static const char *const TAKEN[] = {
    "fid",       "ogc_fid",    "gml_id",    "geom",       "geometry", "bbox",
    "wkt",       "name",       "begin",     "end",        "icon",     "timestamp",
    "snippet",   "visibility", "drawOrder", "tessellate", "extrude",  "altitudeMode",
    "OGR_STYLE", "heading",    "tilt",      "roll",       "model",    "networklink",
};

static bool is_title(const char *column, const char *name, const struct th_messages *messages)
{
    char key[KEY_SIZE];
    (void)snprintf(key, sizeof(key), "parcels.column.%s", name);
    for (int lang = TH_LANG_ZH; messages != NULL && lang <= TH_LANG_EN; lang++) {
        const char *title = th_messages_find(messages, (enum th_lang)lang, key);
        if (title != NULL && strcmp(title, column) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_named(const char *column, enum th_export_column which,
                     const struct th_messages *messages)
{
    const struct th_export_column_spec *spec = &th_export_columns[which];
    return strcmp(column, spec->name) == 0 ||
           (spec->short_name != NULL && strcmp(column, spec->short_name) == 0) ||
           is_title(column, spec->name, messages);
}

static bool has(const char *const *columns, size_t n, enum th_export_column which,
                const struct th_messages *messages)
{
    for (size_t i = 0; i < n; i++) {
        if (is_named(columns[i], which, messages)) {
            return true;
        }
    }
    return false;
}

bool th_own_export(const char *const *columns, size_t n, const struct th_messages *messages)
{
    return (has(columns, n, TH_EXPORT_PARCEL_ID, messages) &&
            has(columns, n, TH_EXPORT_VERSION, messages)) ||
           (has(columns, n, TH_EXPORT_COLLECTION, messages) &&
            has(columns, n, TH_EXPORT_DETAILS, messages));
}

bool th_own_is_id(const char *column, const struct th_messages *messages)
{
    return is_named(column, TH_EXPORT_PARCEL_ID, messages);
}

bool th_own_is_village_name(const char *column, const struct th_messages *messages)
{
    return is_named(column, TH_EXPORT_VILLAGE_NAME, messages);
}

static bool is_particular(enum th_export_column which)
{
    static const enum th_export_column PARTICULARS[] = {
        TH_EXPORT_COMPARTMENT, TH_EXPORT_SUB_COMPARTMENT, TH_EXPORT_NUMBER,     TH_EXPORT_KIND,
        TH_EXPORT_VILLAGE,     TH_EXPORT_LAND_CLASS,      TH_EXPORT_DECLARED_MU};
    for (size_t i = 0; i < sizeof(PARTICULARS) / sizeof(PARTICULARS[0]); i++) {
        if (PARTICULARS[i] == which) {
            return true;
        }
    }
    return false;
}

// "_x0028_" at `text`: its code point, else 0.
static unsigned long sign_at(const char *text)
{
    char digits[5] = "";
    if (strncmp(text, "_x", 2) != 0 || strspn(text + 2, "0123456789ABCDEF") < 4 || text[6] != '_') {
        return 0;
    }
    memcpy(digits, text + 2, 4);
    return strtoul(digits, NULL, 16);
}

static void utf8_append(unsigned long code, struct th_buf *out)
{
    if (code < 0x80) {
        th_buf_append_char(out, (char)code);
    } else if (code < 0x800) {
        th_buf_append_char(out, (char)(0xC0 | code >> 6));
        th_buf_append_char(out, (char)(0x80 | (code & 0x3F)));
    } else {
        th_buf_append_char(out, (char)(0xE0 | code >> 12));
        th_buf_append_char(out, (char)(0x80 | (code >> 6 & 0x3F)));
        th_buf_append_char(out, (char)(0x80 | (code & 0x3F)));
    }
}

// Without the signs that a format needed; halves of UTF-16 are no characters.
static void signs_undo(const char *name, char room[TH_OWN_NAME_SIZE])
{
    struct th_buf plain;
    th_buf_init(&plain, 4 * TH_OWN_NAME_SIZE);
    while (*name != '\0') {
        unsigned long code = sign_at(name);
        if (code == 0 || (code >= 0xD800 && code <= 0xDFFF)) {
            th_buf_append_char(&plain, *name++);
            continue;
        }
        utf8_append(code, &plain);
        name += strlen("_x0000_");
    }
    th_text_copy(room, TH_OWN_NAME_SIZE, th_buf_text(&plain));
    th_buf_clear(&plain);
}

// Behind "attributes." or "attributes2."; NULL when that is not how it begins.
static const char *unqualified(const char *name)
{
    if (!th_text_starts_with(name, QUALIFIER)) {
        return NULL;
    }
    name += strlen(QUALIFIER);
    name += strspn(name, "0123456789");
    return name[0] == '.' && name[1] != '\0' ? name + 1 : NULL;
}

bool th_own_is_short(const char *name)
{
    size_t digits = th_text_starts_with(name, "SX") ? strspn(name + 2, "0123456789") : 0;
    return digits >= 2 && name[2 + digits] == '_';
}

static bool among(const char *name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcasecmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

enum th_own_column th_own_column(const char *column, const struct th_messages *messages,
                                 char room[TH_OWN_NAME_SIZE], const char **ret_name)
{
    // The ground of a table that has become a layer with shapes of its own.
    if (among(column, ADDED, sizeof(ADDED) / sizeof(ADDED[0])) ||
        is_title(column, "wkt", messages)) {
        return TH_OWN_REPEATED;
    }
    for (int i = 0; i < TH_EXPORT_COLUMNS; i++) {
        enum th_export_column which = (enum th_export_column)i;
        if (!is_named(column, which, messages)) {
            continue;
        }
        if (!is_particular(which)) {
            return TH_OWN_REPEATED;
        }
        // The two parts of a number are known by the names of the forest inventory.
        bool part = which == TH_EXPORT_COMPARTMENT || which == TH_EXPORT_SUB_COMPARTMENT;
        *ret_name = part ? th_export_columns[which].short_name : th_export_columns[which].name;
        return TH_OWN_PARTICULAR;
    }
    if (th_own_is_short(column)) {
        return TH_OWN_SHORTENED;
    }
    const char *key = unqualified(column);
    signs_undo(key != NULL ? key : column, room);
    *ret_name = room;
    return key != NULL ? TH_OWN_ATTRIBUTE : TH_OWN_NOT;
}

bool th_own_crs_column(const char *const *columns, size_t n, const struct th_messages *messages,
                       size_t *ret_index)
{
    size_t i = 0;
    while (i < n && !is_named(columns[i], TH_EXPORT_CRS, messages)) {
        i++;
    }
    if (i == n || !th_own_export(columns, n, messages)) {
        return false;
    }
    *ret_index = i;
    return true;
}

bool th_own_reserved(const char *name, const struct th_messages *messages)
{
    for (int i = 0; i < TH_EXPORT_COLUMNS; i++) {
        const struct th_export_column_spec *spec = &th_export_columns[i];
        if (strcasecmp(name, spec->name) == 0 ||
            (spec->short_name != NULL && strcasecmp(name, spec->short_name) == 0) ||
            is_title(name, spec->name, messages)) {
            return true;
        }
    }
    return among(name, ADDED, sizeof(ADDED) / sizeof(ADDED[0])) ||
           among(name, TAKEN, sizeof(TAKEN) / sizeof(TAKEN[0])) ||
           is_title(name, "wkt", messages) || unqualified(name) != NULL || th_own_is_short(name);
}

// Readers of tables take blanks at the ends of a heading away.
static bool is_blank(unsigned long code)
{
    return code == ' ' || code == 0x3000;
}

// Length of the character at `text`, and whether an element's name may have it, at its beginning
// too: letters, digits and Chinese characters, which every version of XML allows.
static size_t character_at(const char *text, bool first, unsigned long *ret_code, bool *ret_legal)
{
    const unsigned char *c = (const unsigned char *)text;
    size_t size = c[0] < 0x80 ? 1 : c[0] < 0xE0 ? 2 : c[0] < 0xF0 ? 3 : 4;
    unsigned long code = size == 1 ? c[0] : c[0] & (0xFFU >> (size + 1));
    for (size_t i = 1; i < size; i++) {
        code = code << 6 | (c[i] & 0x3FU);
    }
    bool letter = (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') || code == '_' ||
                  (code >= 0x4E00 && code <= 0x9FA5);
    bool later = (code >= '0' && code <= '9') || code == '.';
    *ret_code = code;
    // Beyond the first plane nothing is written another way; GDAL lets it pass.
    *ret_legal = letter || (later && !first) || size == 4;
    return size;
}

void th_own_attribute_name(const char *key, bool plain, unsigned n, bool xml, struct th_buf *out)
{
    th_buf_clear(out);
    if (!plain && n > 1) {
        th_buf_printf(out, "%s%u.", QUALIFIER, n);
    } else if (!plain) {
        th_buf_printf(out, "%s.", QUALIFIER);
    }
    while (*key != '\0') {
        unsigned long code = 0;
        bool legal = true;
        size_t size = character_at(key, out->size == 0, &code, &legal);
        bool end = out->size == 0 || key[size] == '\0';
        // What looks like such a sign already would be undone; no heading keeps an end of line.
        if (sign_at(key) != 0 || code < ' ' || (xml && !legal) || (end && is_blank(code))) {
            th_buf_printf(out, "_x%04lX_", code);
        } else {
            th_buf_append(out, key, size);
        }
        key += size;
    }
}

void th_own_attribute_short(const char *key, unsigned n, struct th_buf *out)
{
    char cut[SHORT_SIZE];
    th_buf_clear(out);
    th_buf_printf(out, "SX%02u_%s", n, key);
    th_text_copy(cut, sizeof(cut), th_buf_text(out));
    th_buf_clear(out);
    th_buf_append_str(out, cut);
}
