#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/embed.h"
#include "trading/books/cadtrust_internal.h"

extern const struct th_embedded_file th_embed_cadtrust[];
extern const size_t th_embed_cadtrust_count;

enum { COLUMNS_MAX = 64, UUID_VERSION = 8 };

static enum th_status load(const char *name, struct th_json **ret_json, struct th_error *err)
{
    for (size_t i = 0; i < th_embed_cadtrust_count; i++) {
        const struct th_embedded_file *file = &th_embed_cadtrust[i];
        if (strcmp(file->name, name) == 0) {
            return th_json_parse((const char *)file->data, file->size, ret_json, err);
        }
    }
    return th_error_set(err, TH_INTERNAL, "cadtrust_dictionary", NULL);
}

enum th_status th_cadtrust_dictionary_load(struct th_cadtrust_dictionary *ret_dictionary,
                                           struct th_error *err)
{
    struct th_cadtrust_dictionary dictionary = {0};
    enum th_status status = load("2.0.2.json", &dictionary.document, err);
    if (status == TH_OK) {
        status = load("methodologies.json", &dictionary.methodologies, err);
    }
    if (status == TH_OK) {
        *ret_dictionary = dictionary;
    } else {
        th_cadtrust_dictionary_clear(&dictionary);
    }
    return status;
}

void th_cadtrust_dictionary_clear(struct th_cadtrust_dictionary *dictionary)
{
    th_json_free(dictionary->document);
    th_json_free(dictionary->methodologies);
    *dictionary = (struct th_cadtrust_dictionary){0};
}

bool th_cadtrust_listed(const struct th_cadtrust_dictionary *dictionary, const char *picklist,
                        const char *value)
{
    const struct th_json *list =
        th_json_get(th_json_get(dictionary->document, "picklists"), picklist);
    for (size_t i = 0; i < th_json_size(list); i++) {
        if (strcmp(th_json_text(th_json_at(list, i)), value) == 0) {
            return true;
        }
    }
    return false;
}

// Does the name hold a word of the text? Short words ("of", "Co.") tell nothing.
static bool shares_word(const char *name, const char *text)
{
    for (const char *p = text; *p != '\0';) {
        size_t size = strcspn(p, " ,.()");
        for (const char *at = name; size >= 4 && strlen(at) >= size; at++) {
            if (strncasecmp(at, p, size) == 0) {
                return true;
            }
        }
        p += size + strspn(p + size, " ,.()");
    }
    return false;
}

void th_cadtrust_near(const struct th_cadtrust_dictionary *dictionary, const char *picklist,
                      const char *text, char *buf, size_t size)
{
    const struct th_json *list =
        th_json_get(th_json_get(dictionary->document, "picklists"), picklist);
    size_t used = 0;
    buf[0] = '\0';
    for (size_t i = 0; i < th_json_size(list); i++) {
        const char *name = th_json_text(th_json_at(list, i));
        size_t more = strlen(name) + (used > 0 ? 2 : 0);
        if (used + more < size && shares_word(name, text)) {
            (void)snprintf(buf + used, size - used, "%s%s", used > 0 ? "; " : "", name);
            used += more;
        }
    }
}

const struct th_json *th_cadtrust_methodology(const struct th_cadtrust_dictionary *dictionary,
                                              const char *id)
{
    const struct th_json *list = th_json_get(dictionary->methodologies, "methodologies");
    const struct th_json *item = NULL;
    for (size_t i = 0; i < th_json_size(list); i++) {
        item = th_json_at(list, i);
        if (strcmp(th_json_get_text(item, "id", ""), id) == 0) {
            break;
        }
    }
    return item;
}

// What a node knows alone has no column.
static bool is_told(const struct th_json *field)
{
    return strcmp(th_json_get_text(field, "from", ""), "node") != 0;
}

void th_cadtrust_sheet_begin(struct th_cadtrust_sheet *sheet, size_t table)
{
    struct th_workbook_column columns[COLUMNS_MAX] = {0};
    size_t n = 0;
    sheet->table = th_json_at(th_json_get(sheet->dictionary->document, "tables"), table);
    sheet->n = 0;
    const struct th_json *fields = th_json_get(sheet->table, "fields");
    for (size_t i = 0; i < th_json_size(fields) && n < COLUMNS_MAX; i++) {
        const struct th_json *field = th_json_at(fields, i);
        if (is_told(field)) {
            columns[n++].title = th_json_get_text(field, "field", "");
        }
    }
    th_workbook_sheet(sheet->workbook, th_json_get_text(sheet->table, "sheet", ""), columns, n);
}

// Is the value fit for the field? A field without value is, unless it is required.
static bool is_fit(const struct th_cadtrust_sheet *sheet, const struct th_json *field,
                   const struct th_json *value)
{
    const char *picklist = th_json_get_text(field, "picklist", NULL);
    bool array = strcmp(th_json_get_text(field, "type", ""), "Array") == 0;
    bool given = value != NULL && th_json_type(value) != TH_JSON_NULL &&
                 (th_json_type(value) != TH_JSON_STRING || th_json_text(value)[0] != '\0');
    if (!given) {
        return !th_json_get_bool(field, "required", true);
    }
    if (!array) {
        return picklist == NULL ||
               th_cadtrust_listed(sheet->dictionary, picklist, th_json_text(value));
    }
    bool fit = th_json_size(value) > 0;
    for (size_t i = 0; i < th_json_size(value) && fit && picklist != NULL; i++) {
        fit = th_cadtrust_listed(sheet->dictionary, picklist, th_json_text(th_json_at(value, i)));
    }
    return fit;
}

static enum th_status put_cell(struct th_workbook *workbook, const struct th_json *value,
                               struct th_error *err)
{
    char *text = NULL;
    enum th_status status = TH_OK;
    if (value == NULL || th_json_type(value) == TH_JSON_NULL) {
        th_workbook_empty(workbook);
    } else if (th_json_type(value) == TH_JSON_STRING) {
        th_workbook_text(workbook, th_json_text(value));
    } else if (th_json_type(value) == TH_JSON_INT) {
        th_workbook_int(workbook, th_json_int_value(value));
    } else if (th_json_type(value) == TH_JSON_REAL) {
        th_workbook_real(workbook, th_json_real_value(value));
    } else {
        // Lists stand in their cell as JSON.
        status = th_json_dump(value, TH_JSON_COMPACT, &text, err);
        if (status == TH_OK) {
            th_workbook_text(workbook, text);
        }
        free(text);
    }
    return status;
}

static enum th_status field_error(const struct th_cadtrust_sheet *sheet, const char *column,
                                  struct th_error *err)
{
    return th_error_set(err, TH_INTERNAL, "cadtrust_field", "table",
                        th_json_get_text(sheet->table, "table", ""), "column", column, NULL);
}

enum th_status th_cadtrust_sheet_add(struct th_cadtrust_sheet *sheet, struct th_json *record,
                                     struct th_error *err)
{
    const struct th_json *fields = th_json_get(sheet->table, "fields");
    size_t n_used = 0;
    enum th_status status = th_json_check(record, err);
    th_workbook_row(sheet->workbook, TH_WORKBOOK_PLAIN);
    for (size_t i = 0; i < th_json_size(fields) && status == TH_OK; i++) {
        const struct th_json *field = th_json_at(fields, i);
        const char *column = th_json_get_text(field, "column", "");
        const struct th_json *value = th_json_get(record, column);
        if (!is_told(field)) {
            continue;
        }
        n_used += value != NULL;
        status = is_fit(sheet, field, value) ? put_cell(sheet->workbook, value, err)
                                             : field_error(sheet, column, err);
    }
    if (status == TH_OK && n_used != th_json_size(record)) {
        status = field_error(sheet, "", err);
    }
    if (status == TH_OK) {
        status = th_workbook_check(sheet->workbook, err);
    }
    sheet->n += status == TH_OK;
    th_json_free(record);
    return status;
}

const char *th_cadtrust_uuid(const char *registry_id, const char *table, const char *key,
                             char buf[TH_CADTRUST_UUID_SIZE])
{
    static const char CONTEXT[] = "tanhui-cadtrust-1";
    static const char HEX[] = "0123456789abcdef";
    char text[256];
    int size = snprintf(text, sizeof(text), "%s|%s|%s|%s", CONTEXT, registry_id, table, key);
    struct th_hash hash = th_hash_bytes(TH_HASH_BLAKE2B, text,
                                        size < (int)sizeof(text) ? (size_t)size : sizeof(text) - 1);
    hash.bytes[6] = (unsigned char)((hash.bytes[6] & 0x0f) | UUID_VERSION << 4);
    hash.bytes[8] = (unsigned char)((hash.bytes[8] & 0x3f) | 0x80);
    char *at = buf;
    for (size_t i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            *at++ = '-';
        }
        *at++ = HEX[hash.bytes[i] >> 4];
        *at++ = HEX[hash.bytes[i] & 15];
    }
    *at = '\0';
    return buf;
}
