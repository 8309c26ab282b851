// The full names of a Shapefile's fields. Its own header has ten bytes for each; an export of this
// program puts a table beside it whose first column is the short name and whose fifth, where there
// is one, the full name. The table is a file like any other: it gives names to shortened attributes
// alone, and none but an attribute's.

// GDAL declares its file facts as stat64.
#define _LARGEFILE64_SOURCE 1

#include "gis/reader/names_internal.h"

#include <cpl_conv.h>
#include <cpl_csv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "core/text.h"
#include "gis/capture_internal.h"

enum { TABLE_SIZE_MAX = 1024 * 1024, NAME_SIZE_MAX = 1024, FULL = 4 };

// "SX07_…", as registry/table/own_columns.h shortens.
static bool is_short(const char *name)
{
    size_t digits = th_text_starts_with(name, "SX") ? strspn(name + 2, "0123456789") : 0;
    return digits >= 2 && name[2 + digits] == '_';
}

static bool is_full(const char *name)
{
    static const char BEGINNING[] = "attributes.";
    size_t size = strlen(name);
    return th_text_starts_with(name, BEGINNING) && size > sizeof(BEGINNING) - 1 &&
           size < NAME_SIZE_MAX && th_text_is_utf8(name, size);
}

static enum th_status rename_field(struct th_rows_facts *facts, const char *from, const char *to,
                                   struct th_error *err)
{
    if (!is_short(from) || !is_full(to)) {
        return TH_OK;
    }
    for (size_t i = 0; i < facts->n_fields; i++) {
        if (strcmp(facts->fields[i].name, from) != 0) {
            continue;
        }
        char *name = th_text_duplicate(to);
        if (name == NULL) {
            return th_error_no_memory(err);
        }
        free(facts->fields[i].name);
        facts->fields[i].name = name;
        break;
    }
    return TH_OK;
}

static enum th_status table_take(VSILFILE *file, struct th_rows_facts *facts, struct th_error *err)
{
    enum th_status status = TH_OK;
    while (status == TH_OK) {
        char **cells = CSVReadParseLineL(file);
        if (cells == NULL) {
            break;
        }
        if (CSLCount(cells) > FULL) {
            status = rename_field(facts, cells[0], cells[FULL], err);
        }
        CSLDestroy(cells);
    }
    return status;
}

enum th_status th_names_beside(const char *path, struct th_rows_facts *facts, struct th_error *err)
{
    static const char SUFFIX[] = "_字段说明.csv";
    struct th_capture capture;
    VSIStatBufL stat;
    size_t size = strlen(path);
    // The table is in UTF-8, and names must be in the encoding of the rest.
    if (size < 4 || strcasecmp(path + size - 4, ".shp") != 0 ||
        strcasecmp(facts->declared, "UTF-8") != 0) {
        return TH_OK;
    }
    char *beside = CPLStrdup(CPLSPrintf("%.*s%s", (int)(size - 4), path, SUFFIX));
    th_capture_begin(&capture);
    VSILFILE *file = VSIStatL(beside, &stat) == 0 && stat.st_size <= TABLE_SIZE_MAX
                         ? VSIFOpenL(beside, "rb")
                         : NULL;
    enum th_status status = file == NULL ? TH_OK : table_take(file, facts, err);
    if (file != NULL) {
        (void)VSIFCloseL(file);
    }
    th_capture_end();
    CPLFree(beside);
    return status;
}
