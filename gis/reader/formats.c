// GDAL declares its file facts as stat64.
#define _LARGEFILE64_SOURCE 1

#include "gis/reader/formats_internal.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/text.h"
#include "gis/capture_internal.h"

enum { HEAD_SIZE = 4096, ENCODING_SIZE = 32, PIECE_SIZE = 16 * 1024 };

void th_format_configure(double curve_step_deg)
{
    char step[32];
    CPLsnprintf(step, sizeof(step), "%.17g", curve_step_deg);
    CPLSetConfigOption("OGR_ARC_STEPSIZE", step);
    // LIBKML writes underscores for every Chinese sign of a field's name.
    CPLSetConfigOption("LIBKML_LAUNDER_FIELD_NAMES", "NO");
    CPLSetConfigOption("LIBKML_READ_GROUND_OVERLAY", "NO");
    CPLSetConfigOption("LIBKML_RESOLVE_STYLE", "NO");
    // The numbers of parcels keep their leading zeros.
    CPLSetConfigOption("GML_FIELDTYPES", "ALWAYS_STRING");
    CPLSetConfigOption("GML_DOWNLOAD_WFS_SCHEMA", "NO");
    CPLSetConfigOption("GML_SKIP_RESOLVE_ELEMS", "ALL");
    // One sign a byte, so that the encoding can be decided afterwards.
    CPLSetConfigOption("DXF_ENCODING", "ISO-8859-1");
    CPLSetConfigOption("DXF_INLINE_BLOCKS", "FALSE");
    CPLSetConfigOption("DXF_TRANSLATE_ESCAPE_SEQUENCES", "YES");
    CPLSetConfigOption("OGR_XLSX_HEADERS", "DISABLE");
    CPLSetConfigOption("OGR_XLSX_FIELD_TYPES", "STRING");
}

enum th_status th_format_unreadable(const char *file, const char *detail, struct th_error *err)
{
    return th_error_set(err, TH_UNREADABLE, "source_unreadable", "file", file, "detail", detail,
                        NULL);
}

static size_t head_read(const char *path, char head[HEAD_SIZE + 1])
{
    struct th_capture capture;
    th_capture_begin(&capture);
    VSILFILE *file = VSIFOpenL(path, "rb");
    size_t n = file == NULL ? 0 : VSIFReadL(head, 1, HEAD_SIZE, file);
    if (file != NULL) {
        (void)VSIFCloseL(file);
    }
    th_capture_end();
    head[n] = '\0';
    return n;
}

char **th_format_options(const char *driver)
{
    char **options = NULL;
    if (strcmp(driver, "GML") == 0) {
        options = CSLSetNameValue(options, "WRITE_GFS", "NO");
        options = CSLSetNameValue(options, "DOWNLOAD_SCHEMA", "NO");
        options = CSLSetNameValue(options, "EXPOSE_GML_ID", "NO");
    }
    return options;
}

enum th_status th_format_read(const char *path, const char *file, char **ret_text, size_t *ret_size,
                              struct th_error *err)
{
    VSIStatBufL facts;
    struct th_capture capture;
    char *text = NULL;
    enum th_status status = TH_OK;
    th_capture_begin(&capture);
    VSILFILE *stream = VSIStatL(path, &facts) == 0 ? VSIFOpenL(path, "rb") : NULL;
    size_t size = stream == NULL ? 0 : (size_t)facts.st_size;
    if (size > TH_FORMAT_TEXT_MAX) {
        status = th_error_set(err, TH_LIMIT, "file_too_large", "path", file, NULL);
        th_error_add_int(err, "limit", TH_FORMAT_TEXT_MAX);
    } else if ((text = malloc(size + 1)) == NULL) {
        status = th_error_no_memory(err);
    } else if (stream == NULL || VSIFReadL(text, 1, size, stream) != size) {
        status = th_format_unreadable(file, capture.message, err);
    }
    if (stream != NULL) {
        (void)VSIFCloseL(stream);
    }
    th_capture_end();
    if (status != TH_OK) {
        free(text);
        return status;
    }
    text[size] = '\0';
    *ret_text = text;
    *ret_size = size;
    return TH_OK;
}

bool th_format_field_add(struct th_rows_facts *facts, const char *name, size_t name_size)
{
    struct th_rows_field *grown =
        realloc(facts->fields, (facts->n_fields + 1) * sizeof(*facts->fields));
    if (grown == NULL) {
        return false;
    }
    facts->fields = grown;
    char *copy = calloc(name_size + 1, 1);
    if (copy == NULL) {
        return false;
    }
    memcpy(copy, name, name_size);
    facts->fields[facts->n_fields++] = (struct th_rows_field){.name = copy, .is_text = true};
    return true;
}

static bool ends_with(const char *text, const char *suffix)
{
    size_t size = strlen(text);
    size_t suffix_size = strlen(suffix);
    return size >= suffix_size && strcasecmp(text + size - suffix_size, suffix) == 0;
}

// The first sign that is not blank, behind a byte order mark.
static const char *first_sign(const char *head)
{
    if (th_text_starts_with(head, "\xEF\xBB\xBF")) {
        head += 3;
    }
    while (isspace((unsigned char)*head)) {
        head++;
    }
    return head;
}

static bool is_drawing(const char *path, const char *head)
{
    const char *first = first_sign(head);
    if (ends_with(path, ".dxf")) {
        return true;
    }
    return (*first == '0' && isspace((unsigned char)first[1]) &&
            th_text_starts_with(first_sign(first + 1), "SECTION"));
}

// A workbook with a password is an older container, in whose directory a stream bears this name.
static bool is_encrypted(const char *path)
{
    static const char name[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";
    const size_t size = sizeof(name); // with the second byte of the last letter
    char piece[PIECE_SIZE];
    struct th_capture capture;
    bool found = false;
    th_capture_begin(&capture);
    VSILFILE *file = VSIFOpenL(path, "rb");
    size_t n_read = 1;
    for (size_t kept = 0; file != NULL && !found && n_read > 0;) {
        n_read = VSIFReadL(piece + kept, 1, sizeof(piece) - kept, file);
        size_t n = kept + n_read;
        for (size_t i = 0; i + size <= n && !found; i++) {
            found = memcmp(piece + i, name, size) == 0;
        }
        kept = n < size ? n : size - 1;
        memmove(piece, piece + n - kept, kept);
    }
    if (file != NULL) {
        (void)VSIFCloseL(file);
    }
    th_capture_end();
    return found;
}

// What clerks send by mistake, and what they should do about it.
static enum th_status refuse_known(const char *path, const char *file, const char *head, size_t n,
                                   struct th_error *err)
{
    const char *key = NULL;
    if (n > 6 && th_text_starts_with(head, "AC10") && isdigit((unsigned char)head[4])) {
        key = "source_dwg";
    } else if (th_text_starts_with(head, "AutoCAD Binary DXF")) {
        key = "source_dxf_binary";
    } else if (n > 8 && memcmp(head, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8) == 0) {
        key = is_encrypted(path) ? "source_encrypted" : "source_xls";
    }
    return key == NULL ? TH_OK : th_error_set(err, TH_UNREADABLE, key, "file", file, NULL);
}

enum th_status th_format_open(const struct th_format_request *request, struct th_rows **ret_rows,
                              struct th_error *err)
{
    char head[HEAD_SIZE + 1] = "";
    const char *path = request->path;
    size_t n = head_read(path, head);
    enum th_status status = refuse_known(path, request->file, head, n, err);
    if (status != TH_OK) {
        return status;
    }
    const char *first = first_sign(head);
    if (n > 4 && memcmp(head, "PK\x03\x04", 4) == 0) {
        if (ends_with(path, ".xlsx") || ends_with(path, ".xlsm")) {
            return th_format_xlsx(request, ret_rows, err);
        }
    } else if (n > 0 && *first == '<') {
        if (strstr(head, "<kml") != NULL || strstr(head, ":kml") != NULL ||
            ends_with(path, ".kml")) {
            return th_format_kml(request, ret_rows, err);
        }
    } else if (n > 0 && is_drawing(path, head)) {
        return th_format_dxf(request, ret_rows, err);
    } else if (n > 0 && *first != '{' && *first != '\x1e' &&
               (ends_with(path, ".csv") || ends_with(path, ".tsv") || ends_with(path, ".txt"))) {
        return th_format_csv(request, ret_rows, err);
    }
    *ret_rows = NULL;
    return TH_OK;
}

// The encoding that the first line of an XML file names, "" when none.
static void xml_encoding(const char *head, char encoding[ENCODING_SIZE])
{
    encoding[0] = '\0';
    const char *first = first_sign(head);
    const char *end = th_text_starts_with(first, "<?xml") ? strstr(first, "?>") : NULL;
    const char *found = end == NULL ? NULL : strstr(first, "encoding");
    if (found == NULL || found > end) {
        return;
    }
    found += strcspn(found, "\"'");
    size_t size = strcspn(found + 1, "\"'>");
    if (found < end && size < ENCODING_SIZE) {
        memcpy(encoding, found + 1, size);
        encoding[size] = '\0';
    }
}

char *th_format_convert(const char *encoding, char *text, size_t size, size_t *ret_size)
{
    iconv_t converter = iconv_open("UTF-8", encoding);
    size_t room = size * 2 + 16; // two bytes become at most three, four stay four
    char *out = (intptr_t)converter == -1 ? NULL : malloc(room);
    char *target = out;
    bool done = out != NULL;
    while (done && size > 0) {
        done = iconv(converter, &text, &size, &target, &room) != (size_t)-1;
    }
    if ((intptr_t)converter != -1) {
        iconv_close(converter);
    }
    if (!done) {
        free(out);
        return NULL;
    }
    *target = '\0';
    *ret_size = (size_t)(target - out);
    return out;
}

// A copy in memory that says UTF-8 of itself, and is.
static enum th_status xml_copy(const char *path, const char *file, const char *encoding,
                               char **ret_path, struct th_error *err)
{
    char *text = NULL;
    size_t size = 0;
    enum th_status status = th_format_read(path, file, &text, &size, err);
    if (status != TH_OK) {
        return status;
    }
    char *utf8 = th_format_convert(encoding, text, size, &size);
    free(text);
    if (utf8 == NULL) {
        return th_format_unreadable(file, encoding, err);
    }
    static const char declaration[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    const char *body = strstr(utf8, "?>");
    body = body == NULL ? utf8 : body + 2;
    size_t body_size = size - (size_t)(body - utf8);
    size_t all = sizeof(declaration) - 1 + body_size;
    GByte *copy = VSIMalloc(all + 1);
    if (copy == NULL) {
        free(utf8);
        return th_error_no_memory(err);
    }
    memcpy(copy, declaration, sizeof(declaration) - 1);
    memcpy(copy + sizeof(declaration) - 1, body, body_size);
    free(utf8);
    char *name = CPLStrdup(CPLSPrintf("/vsimem/utf8/%s", CPLGetFilename(path)));
    VSILFILE *stream = VSIFileFromMemBuffer(name, copy, all, TRUE);
    if (stream == NULL) {
        VSIFree(copy);
        CPLFree(name);
        return th_error_no_memory(err);
    }
    (void)VSIFCloseL(stream);
    *ret_path = name;
    return TH_OK;
}

enum th_status th_format_path(const char *path, const char *file, char **ret_path,
                              struct th_error *err)
{
    static const char *const known[] = {"", "UTF-8", "UTF8", "UTF-16", "US-ASCII", "ISO-8859-1"};
    char head[HEAD_SIZE + 1] = "";
    char encoding[ENCODING_SIZE];
    size_t n = head_read(path, head);
    const char *first = first_sign(head);
    if (*first == '{' && th_text_starts_with(head, "\xEF\xBB\xBF")) {
        // With the mark in front, all but the first feature of a sequence would be left out.
        *ret_path = CPLStrdup(CPLSPrintf("/vsisubfile/3,%s", path));
        return TH_OK;
    }
    if (n > 0 && *first == '<') {
        bool is_known = false;
        xml_encoding(head, encoding);
        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
            is_known = is_known || strcasecmp(encoding, known[i]) == 0;
        }
        if (!is_known) {
            // GB 18030 contains the older ones, under whose names its signs are often used.
            bool chinese = strncasecmp(encoding, "gb", 2) == 0;
            return xml_copy(path, file, chinese ? "GB18030" : encoding, ret_path, err);
        }
    }
    *ret_path = CPLStrdup(path);
    return TH_OK;
}
