// GDAL declares its file facts as stat64.
#define _LARGEFILE64_SOURCE 1

#include "gis/reader/source_internal.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "core/buf.h"
#include "core/file.h"
#include "core/text.h"
#include "gis/capture_internal.h"
#include "gis/reader/archive_name_internal.h"
#include "gis/reader/zip_internal.h"

enum {
    LIST_SIZE_MAX = 300, // of names shown in a message
    STEM_SIZE = 512,
    PATH_SIZE_MAX = 4096
};

static const uint64_t file_size_max = (uint64_t)4 << 30;

void th_source_clear(struct th_source *source)
{
    free(source->path);
    free(source->base_name);
    free(source->gdal_stem);
    free(source->stem);
    free(source->member);
    CSLDestroy(source->documents);
    *source = (struct th_source){0};
}

static bool ends_with(const char *text, const char *suffix)
{
    size_t size = strlen(text);
    size_t suffix_size = strlen(suffix);
    return size >= suffix_size && strcasecmp(text + size - suffix_size, suffix) == 0;
}

static enum th_status too_large(const char *path, struct th_error *err)
{
    enum th_status status = th_error_set(err, TH_LIMIT, "file_too_large", "path", path, NULL);
    th_error_add_int(err, "limit", (long long)file_size_max);
    return status;
}

static enum th_status format_unknown(const char *path, struct th_error *err)
{
    return th_error_set(err, TH_UNREADABLE, "source_format", "file", th_file_base_name(path), NULL);
}

// Candidates inside an archive.
struct archive {
    const char *root; // "/vsizip/{…}"
    char **entries;
    bool names_declared;
    char *chosen; // path below the root, owned
    bool by_name;
};

static enum th_status archive_broken(const char *path, struct th_error *err)
{
    return th_error_set(err, TH_UNREADABLE, "archive_broken", "file", th_file_base_name(path),
                        NULL);
}

// What a file in an archive may be: a source of its own, or a table that may as well go with one.
enum candidate { CANDIDATE_NONE, CANDIDATE_TABLE, CANDIDATE_SOURCE };

// Length of the path of a candidate that `entry` is or lies in (a geodatabase is a folder).
static enum candidate candidate_find(const char *entry, size_t *ret_size)
{
    static const char *const sources[] = {".shp", ".gpkg",     ".geojson", ".json", ".geojsons",
                                          ".kml", ".geojsonl", ".kmz",     ".gml",  ".fgb",
                                          ".tab", ".mif",      ".dxf",     ".gdb"};
    static const char *const tables[] = {".csv", ".xlsx", ".xlsm"};
    const char *base = strrchr(entry, '/');
    base = base == NULL ? entry : base + 1;
    if (th_text_starts_with(entry, "__MACOSX/") || th_text_starts_with(base, "._")) {
        return CANDIDATE_NONE;
    }
    *ret_size = strlen(entry);
    for (const char *slash = strchr(entry, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        size_t size = (size_t)(slash - entry);
        if (size > 4 && strncasecmp(slash - 4, ".gdb", 4) == 0) {
            *ret_size = size;
            return CANDIDATE_SOURCE;
        }
    }
    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
        if (ends_with(entry, sources[i])) {
            return CANDIDATE_SOURCE;
        }
    }
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        if (ends_with(entry, tables[i])) {
            return CANDIDATE_TABLE;
        }
    }
    return CANDIDATE_NONE;
}

// File name of a candidate without folder and extension.
static void candidate_stem(const char *entry, size_t size, char *stem, size_t stem_size)
{
    size_t start = size;
    while (start > 0 && entry[start - 1] != '/') {
        start--;
    }
    size_t end = size;
    while (end > start && entry[end - 1] != '.') {
        end--;
    }
    end = end > start ? end - 1 : size;
    snprintf(stem, stem_size, "%.*s", (int)(end - start), entry + start);
}

// A name of the archive as people know it.
static void name_read(const struct archive *archive, const char *raw, char *name, size_t name_size)
{
    if (archive->names_declared) {
        th_text_copy(name, name_size, raw);
        return;
    }
    struct th_buf decoded;
    th_buf_init(&decoded, 2 * PATH_SIZE_MAX);
    th_archive_name_decode(raw, &decoded);
    th_text_copy(name, name_size, th_buf_text(&decoded));
    th_buf_clear(&decoded);
}

static void candidate_name(const struct archive *archive, const char *entry, size_t size,
                           char *name, size_t name_size)
{
    char stem[STEM_SIZE];
    candidate_stem(entry, size, stem, sizeof(stem));
    name_read(archive, stem, name, name_size);
}

// The candidates of one kind.
struct choice {
    const char *entry; // the last one
    size_t size;
    size_t n;
    const char *named; // of the wanted name, and how many have it
    size_t named_size;
    size_t n_named;
    struct th_buf names;
};

// People call a file by its name with or without its extension.
static bool is_named(const struct archive *archive, const char *entry, size_t size,
                     const char *stem, const char *layer)
{
    char path[PATH_SIZE_MAX];
    char name[PATH_SIZE_MAX];
    if (layer == NULL || strcmp(stem, layer) == 0) {
        return layer != NULL;
    }
    snprintf(path, sizeof(path), "%.*s", (int)size, entry);
    name_read(archive, path, name, sizeof(name));
    return strcmp(th_file_base_name(name), layer) == 0;
}

static void choice_make(const struct archive *archive, enum candidate kind, const char *layer,
                        struct choice *choice)
{
    for (int i = 0; archive->entries != NULL && archive->entries[i] != NULL; i++) {
        size_t size = 0;
        const char *entry = archive->entries[i];
        bool wanted = candidate_find(entry, &size) == kind;
        if (!wanted || (choice->entry != NULL && size == choice->size &&
                        strncmp(choice->entry, entry, size) == 0)) {
            continue;
        }
        char stem[STEM_SIZE];
        candidate_name(archive, entry, size, stem, sizeof(stem));
        if (is_named(archive, entry, size, stem, layer)) {
            choice->named = entry;
            choice->named_size = size;
            choice->n_named++;
        }
        th_buf_printf(&choice->names, "%s%s", choice->n == 0 ? "" : ", ", stem);
        choice->entry = entry;
        choice->size = size;
        choice->n++;
    }
}

static enum th_status archive_choose(const char *path, struct archive *archive, const char *layer,
                                     struct th_error *err)
{
    struct choice choice = {0};
    enum th_status status = TH_OK;
    th_buf_init(&choice.names, 64 * 1024);
    choice_make(archive, CANDIDATE_SOURCE, layer, &choice);
    if (choice.n == 0 || (layer != NULL && choice.n_named == 0)) {
        // Tables beside a source are its documents, unless one is asked for.
        struct choice tables = {0};
        th_buf_init(&tables.names, 64 * 1024);
        choice_make(archive, CANDIDATE_TABLE, layer, &tables);
        bool taken = choice.n == 0 || tables.n_named > 0;
        th_buf_clear(taken ? &choice.names : &tables.names);
        choice = taken ? tables : choice;
    }
    if (choice.n_named == 1) {
        archive->by_name = true;
        choice.entry = choice.named;
        choice.size = choice.named_size;
    } else if (choice.n == 0) {
        status = format_unknown(path, err);
    } else if (choice.n > 1) {
        char shown[LIST_SIZE_MAX];
        th_text_copy(shown, sizeof(shown), th_buf_text(&choice.names));
        status =
            th_error_set(err, TH_UNREADABLE, layer == NULL ? "layer_ambiguous" : "layer_missing",
                         "layers", shown, "layer", layer, NULL);
    }
    if (status == TH_OK) {
        archive->chosen = calloc(choice.size + 1, 1);
        if (archive->chosen == NULL) {
            status = th_error_no_memory(err);
        } else {
            memcpy(archive->chosen, choice.entry, choice.size);
        }
    }
    th_buf_clear(&choice.names);
    return status;
}

static enum th_status archive_find(const char *path, const char *layer, struct th_source *source,
                                   struct th_error *err)
{
    struct th_capture capture;
    struct th_buf root;
    struct th_zip zip;
    struct archive archive = {0};
    enum th_status status;
    th_buf_init(&root, PATH_SIZE_MAX);
    // Braces keep GDAL from looking for ".zip" in the names of folders.
    th_buf_printf(&root, "/vsizip/{%s}", path);
    status = th_buf_check(&root, err);
    if (status != TH_OK) {
        goto done;
    }
    archive.root = th_buf_text(&root);
    // Measured before GDAL makes its own list, which takes long when there is much.
    status = th_zip_measure(path, &zip, err);
    if (status != TH_OK) {
        goto done;
    }
    archive.names_declared = zip.names_declared;
    th_capture_begin(&capture);
    archive.entries = VSIReadDirRecursive(archive.root);
    th_capture_end();
    if (archive.entries == NULL) {
        status = archive_broken(path, err);
        goto done;
    }
    status = archive_choose(path, &archive, layer, err);
    if (status == TH_OK) {
        th_buf_printf(&root, "/%s", archive.chosen);
        status = th_buf_check(&root, err);
    }
    if (status == TH_OK) {
        char name[STEM_SIZE];
        source->chosen = archive.by_name;
        candidate_stem(archive.chosen, strlen(archive.chosen), name, sizeof(name));
        source->gdal_stem = th_text_duplicate(name);
        candidate_name(&archive, archive.chosen, strlen(archive.chosen), name, sizeof(name));
        source->stem = th_text_duplicate(name);
        char member[PATH_SIZE_MAX];
        name_read(&archive, archive.chosen, member, sizeof(member));
        source->member = th_text_duplicate(member);
        source->path = th_buf_take(&root);
        status = source->path == NULL || source->stem == NULL || source->gdal_stem == NULL ||
                         source->member == NULL
                     ? th_error_no_memory(err)
                     : TH_OK;
    }
done:
    CSLDestroy(archive.entries);
    free(archive.chosen);
    th_buf_clear(&root);
    return status;
}

// The document of a KMZ: doc.kml, else the only .kml. *path becomes its path. Beside a doc.kml the
// others are kept, since it may do no more than link to them.
static enum th_status kmz_enter(const char *file, char **path, char ***ret_documents,
                                struct th_error *err)
{
    struct th_capture capture;
    struct th_zip zip;
    struct th_buf root;
    const char *found = NULL;
    bool is_doc = false;
    size_t n = 0;
    th_buf_init(&root, 2 * PATH_SIZE_MAX);
    th_buf_printf(&root, "/vsizip/{%s}", *path);
    enum th_status status = th_zip_measure(*path, &zip, err);
    th_capture_begin(&capture);
    char **entries = status == TH_OK ? VSIReadDirRecursive(th_buf_text(&root)) : NULL;
    th_capture_end();
    for (int i = 0; entries != NULL && entries[i] != NULL; i++) {
        if (!ends_with(entries[i], ".kml")) {
            continue;
        }
        if (!is_doc) {
            found = entries[i];
            is_doc = strcasecmp(found, "doc.kml") == 0;
        }
        n++;
    }
    n = is_doc ? 1 : n;
    for (int i = 0; is_doc && entries[i] != NULL; i++) {
        if (ends_with(entries[i], ".kml") && entries[i] != found) {
            *ret_documents =
                CSLAddString(*ret_documents, CPLSPrintf("%s/%s", th_buf_text(&root), entries[i]));
        }
    }
    if (status == TH_OK && n != 1) {
        status = format_unknown(file, err);
    } else if (status == TH_OK) {
        th_buf_printf(&root, "/%s", found);
        status = th_buf_check(&root, err);
    }
    if (status == TH_OK) {
        char *inner = th_buf_take(&root);
        free(*path);
        *path = inner;
        status = inner == NULL ? th_error_no_memory(err) : TH_OK;
    }
    th_buf_clear(&root);
    CSLDestroy(entries);
    return status;
}

// The first bytes of what will be opened; 0 when it is a folder.
static size_t head_read(const char *path, unsigned char *head, size_t size)
{
    struct th_capture capture;
    th_capture_begin(&capture);
    VSILFILE *file = VSIFOpenL(path, "rb");
    size_t n = file == NULL ? 0 : VSIFReadL(head, 1, size, file);
    if (file != NULL) {
        VSIFCloseL(file);
    }
    th_capture_end();
    return n;
}

// One with a password is no archive, whatever it is called, and is refused where it is opened.
static bool is_workbook(const char *path)
{
    static const char container[] = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
    unsigned char head[sizeof(container) - 1];
    return (ends_with(path, ".xlsx") || ends_with(path, ".xlsm")) &&
           (head_read(path, head, sizeof(head)) < sizeof(head) ||
            memcmp(head, container, sizeof(head)) != 0);
}

// KMZ and workbooks are archives themselves, and no archives of sources.
static enum th_status package_enter(const char *file, struct th_source *source,
                                    struct th_error *err)
{
    struct th_zip zip;
    if (ends_with(source->path, ".kmz")) {
        return kmz_enter(file, &source->path, &source->documents, err);
    }
    return is_workbook(source->path) ? th_zip_measure(source->path, &zip, err) : TH_OK;
}

// GDAL would only say that it does not know the format.
static bool is_bare_array(const unsigned char *head, size_t n)
{
    size_t i = n >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (i < n && (head[i] == ' ' || head[i] == '\t' || head[i] == '\r' || head[i] == '\n')) {
        i++;
    }
    return i < n && head[i] == '[';
}

static enum th_status file_find(const char *path, uint64_t size, const char *layer,
                                struct th_source *source, struct th_error *err)
{
    unsigned char head[256];
    enum th_status status = TH_OK;
    if (size > file_size_max) {
        return too_large(path, err);
    }
    size_t n = head_read(path, head, sizeof(head));
    bool zipped = n >= 4 && memcmp(head, "PK\x03\x04", 4) == 0;
    bool package = ends_with(path, ".kmz") || is_workbook(path);
    if (zipped && !package) {
        free(source->path);
        source->path = NULL;
        status = archive_find(path, layer, source, err);
    } else if (!zipped && (ends_with(path, ".zip") || package)) {
        status = archive_broken(path, err);
    }
    if (status == TH_OK) {
        status = package_enter(path, source, err);
    }
    if (status != TH_OK) {
        return status;
    }
    n = head_read(source->path, head, sizeof(head));
    if (is_bare_array(head, n)) {
        return th_error_set(err, TH_UNREADABLE, "source_bare_array", "file",
                            th_file_base_name(path), NULL);
    }
    return TH_OK;
}

enum th_status th_source_find(const char *path, const char *layer, struct th_source *ret_source,
                              struct th_error *err)
{
    struct stat facts;
    struct th_source source = {0};
    enum th_status status;
    // An absolute path of something that exists cannot be one of GDAL's connection strings.
    char *absolute = path == NULL ? NULL : realpath(path, NULL);
    if (absolute == NULL || stat(absolute, &facts) != 0 || strlen(absolute) >= PATH_SIZE_MAX) {
        free(absolute);
        return th_error_set(err, TH_NOT_FOUND, "file_not_found", "path", path, NULL);
    }
    source.path = th_text_duplicate(absolute);
    source.base_name = th_text_duplicate(th_file_base_name(absolute));
    if (source.path == NULL || source.base_name == NULL) {
        status = th_error_no_memory(err);
    } else if (S_ISREG(facts.st_mode) && facts.st_size == 0) {
        status = th_error_set(err, TH_UNREADABLE, "source_empty", "file", source.base_name, NULL);
    } else if (S_ISREG(facts.st_mode)) {
        status = file_find(absolute, (uint64_t)facts.st_size, layer, &source, err);
    } else if (S_ISDIR(facts.st_mode) && ends_with(absolute, ".gdb")) {
        status = TH_OK;
    } else {
        status = format_unknown(path, err);
    }
    if (status == TH_OK && source.stem == NULL) {
        char stem[STEM_SIZE];
        candidate_stem(source.base_name, strlen(source.base_name), stem, sizeof(stem));
        source.stem = th_text_duplicate(stem);
        status = source.stem == NULL ? th_error_no_memory(err) : TH_OK;
    }
    free(absolute);
    if (status != TH_OK) {
        th_source_clear(&source);
        return status;
    }
    *ret_source = source;
    return TH_OK;
}
