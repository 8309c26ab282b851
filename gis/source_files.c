#include "gis/source_files_internal.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "core/file.h"
#include "core/text.h"

enum { FILES_MAX = 10000, PATH_SIZE_MAX = 4096 };

// Extensions of files that are one source together. Indexes for searching are not among them: they
// say nothing of the rows, and programs write them anew while they only look.
static const char *const GROUPS[][6] = {{"shp", "shx", "dbf", "prj", "cpg"},
                                        {"tab", "dat", "map", "id", "ind"},
                                        {"mif", "mid"},
                                        {"gml", "gfs", "xsd"},
                                        {"xml", "gfs", "xsd"}};

static bool group_has(size_t group, const char *extension)
{
    for (size_t i = 0; i < 6 && GROUPS[group][i] != NULL; i++) {
        if (strcasecmp(GROUPS[group][i], extension) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_companion(const char *base, const char *name)
{
    const char *dot = strrchr(base, '.');
    const char *other = strrchr(name, '.');
    if (dot == NULL || other == NULL || dot - base != other - name ||
        strncmp(base, name, (size_t)(dot - base)) != 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof(GROUPS) / sizeof(GROUPS[0]); i++) {
        if (group_has(i, dot + 1)) {
            return group_has(i, other + 1);
        }
    }
    return false;
}

// The table of names beside a Shapefile that this program exported.
static bool is_names(const char *base, const char *name)
{
    static const char SUFFIX[] = "_字段说明.csv";
    size_t stem = strlen(base) < 4 ? 0 : strlen(base) - 4;
    return stem > 0 && strcasecmp(base + stem, ".shp") == 0 && strncmp(base, name, stem) == 0 &&
           strcmp(name + stem, SUFFIX) == 0;
}

// What SQLite keeps beside a file while somebody writes it; empty it says nothing.
static bool is_log(const char *base, const char *name)
{
    size_t size = strlen(base);
    return strncmp(base, name, size) == 0 &&
           (strcmp(name + size, "-wal") == 0 || strcmp(name + size, "-journal") == 0);
}

static bool is_passing(const char *name)
{
    size_t size = strlen(name);
    return name[0] == '.' || (size >= 5 && strcasecmp(name + size - 5, ".lock") == 0);
}

static enum th_status failed(const char *path, struct th_error *err)
{
    return th_error_set(err, errno == ENOENT ? TH_NOT_FOUND : TH_IO,
                        errno == ENOENT ? "file_not_found" : "source_unreadable", "path", path,
                        "file", th_file_base_name(path), "detail", strerror(errno), NULL);
}

// Adds a file when it is a regular one; `log` adds it only when it is not empty.
static enum th_status file_add(struct th_source_files *files, const char *name, bool log,
                               struct th_error *err)
{
    struct stat facts;
    char path[PATH_SIZE_MAX];
    int size = snprintf(path, sizeof(path), "%s%s", files->folder, name);
    if (size < 0 || (size_t)size >= sizeof(path) || stat(path, &facts) != 0 ||
        !S_ISREG(facts.st_mode) || (log && facts.st_size == 0)) {
        return TH_OK;
    }
    if (files->n == FILES_MAX) {
        enum th_status status =
            th_error_set(err, TH_LIMIT, "file_too_large", "path", files->folder, NULL);
        th_error_add_int(err, "limit", FILES_MAX);
        return status;
    }
    if (files->n % 16 == 0) {
        struct th_source_file *grown =
            realloc(files->items, (files->n + 16) * sizeof(*files->items));
        if (grown == NULL) {
            return th_error_no_memory(err);
        }
        files->items = grown;
    }
    char *copy = th_text_duplicate(name);
    if (copy == NULL) {
        return th_error_no_memory(err);
    }
    files->items[files->n++] = (struct th_source_file){.name = copy,
                                                       .device = facts.st_dev,
                                                       .inode = facts.st_ino,
                                                       .size = (int64_t)facts.st_size,
                                                       .modified = facts.st_mtim,
                                                       .changed = facts.st_ctim};
    return TH_OK;
}

static int compare_names(const void *a, const void *b)
{
    const struct th_source_file *left = a;
    const struct th_source_file *right = b;
    return strcmp(left->name, right->name);
}

// `base` NULL takes everything in the folder.
static enum th_status folder_read(struct th_source_files *files, const char *base,
                                  struct th_error *err)
{
    enum th_status status = TH_OK;
    DIR *stream = opendir(files->folder);
    if (stream == NULL) {
        // The file itself can be read in a folder that cannot be.
        return base == NULL ? failed(files->folder, err) : file_add(files, base, false, err);
    }
    for (struct dirent *entry = readdir(stream); status == TH_OK && entry != NULL;
         entry = readdir(stream)) {
        const char *name = entry->d_name;
        bool log = base != NULL && is_log(base, name);
        bool wanted = base == NULL ? !is_passing(name)
                                   : log || strcmp(base, name) == 0 || is_companion(base, name) ||
                                         is_names(base, name);
        if (wanted) {
            status = file_add(files, name, log, err);
        }
    }
    closedir(stream);
    return status;
}

enum th_status th_source_files_list(const char *path, struct th_source_files *ret_files,
                                    struct th_error *err)
{
    struct stat facts;
    struct th_source_files files = {0};
    const char *base = NULL;
    if (stat(path, &facts) != 0) {
        return failed(path, err);
    }
    size_t size = strlen(path);
    files.folder = malloc(size + 2);
    if (files.folder == NULL) {
        return th_error_no_memory(err);
    }
    memcpy(files.folder, path, size + 1);
    if (S_ISDIR(facts.st_mode)) {
        if (size == 0 || path[size - 1] != '/') {
            memcpy(files.folder + size, "/", 2);
        }
    } else {
        base = th_file_base_name(path);
        files.folder[base - path] = '\0';
    }
    enum th_status status = folder_read(&files, base, err);
    if (status != TH_OK) {
        th_source_files_clear(&files);
        return status;
    }
    if (files.n > 1) {
        qsort(files.items, files.n, sizeof(*files.items), compare_names);
    }
    *ret_files = files;
    return TH_OK;
}

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool th_source_files_same(const struct th_source_files *a, const struct th_source_files *b)
{
    if (a->n != b->n) {
        return false;
    }
    for (size_t i = 0; i < a->n; i++) {
        const struct th_source_file *left = &a->items[i];
        const struct th_source_file *right = &b->items[i];
        if (strcmp(left->name, right->name) != 0 || left->device != right->device ||
            left->inode != right->inode || left->size != right->size ||
            !same_time(left->modified, right->modified) ||
            !same_time(left->changed, right->changed)) {
            return false;
        }
    }
    return true;
}

void th_source_files_clear(struct th_source_files *files)
{
    for (size_t i = 0; i < files->n; i++) {
        free(files->items[i].name);
    }
    free(files->items);
    free(files->folder);
    *files = (struct th_source_files){0};
}
