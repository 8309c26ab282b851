#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/file.h"
#include "core/text.h"
#include "gis/writer_internal.h"

enum { PATH_SIZE_MAX = 4096, PARTS_MAX = 16 };

static enum th_status failed(const char *detail, struct th_error *err)
{
    return th_error_set(err, TH_IO, "export_failed", "detail", detail, NULL);
}

static enum th_status too_long(struct th_error *err)
{
    return failed(strerror(ENAMETOOLONG), err);
}

// Length of the base name without the extension, which must be there.
static bool stem_length(const char *base, const char *extension, size_t *ret_length)
{
    size_t size = strlen(base);
    size_t tail = strlen(extension) + 1;
    if (size <= tail || base[size - tail] != '.' ||
        strcasecmp(base + size - tail + 1, extension) != 0) {
        return false;
    }
    *ret_length = size - tail;
    return true;
}

enum th_status th_writer_folder_make(struct th_writer_folder *folder, const char *path,
                                     const char *extension, bool several, struct th_error *err)
{
    char text[PATH_SIZE_MAX];
    const char *base = th_file_base_name(path);
    size_t stem = 0;
    if (several && !stem_length(base, extension, &stem)) {
        return th_error_set(err, TH_INVALID, "export_extension", "path", path, "extension",
                            extension, NULL);
    }
    int size = snprintf(text, sizeof(text), "%.*s.tanhui-XXXXXX", (int)(base - path), path);
    if (size < 0 || (size_t)size >= sizeof(text)) {
        return too_long(err);
    }
    folder->several = several;
    folder->path = th_text_duplicate(path);
    if (folder->path == NULL) {
        return th_error_no_memory(err);
    }
    if (mkdtemp(text) == NULL) {
        return failed(strerror(errno), err);
    }
    folder->folder = th_text_duplicate(text);
    if (folder->folder == NULL) {
        (void)rmdir(text);
        return th_error_no_memory(err);
    }
    // The driver wants its own extension, whatever the target is called; files that name each other
    // must have their last name from the beginning.
    size_t used = (size_t)size;
    int more =
        several ? snprintf(text + used, sizeof(text) - used, "/%.*s.%s", (int)stem, base, extension)
                : snprintf(text + used, sizeof(text) - used, "/export.%s", extension);
    if (more < 0 || (size_t)more >= sizeof(text) - used) {
        return too_long(err);
    }
    folder->main = th_text_duplicate(text);
    return folder->main == NULL ? th_error_no_memory(err) : TH_OK;
}

char *th_writer_folder_name(const struct th_writer_folder *folder, const char *suffix)
{
    char text[PATH_SIZE_MAX];
    const char *dot = strrchr(folder->main, '.');
    int size =
        snprintf(text, sizeof(text), "%.*s%s", (int)(dot - folder->main), folder->main, suffix);
    return size < 0 || (size_t)size >= sizeof(text) ? NULL : th_text_duplicate(text);
}

// One file on its way: where it is, and what it will be called.
struct part {
    char from[PATH_SIZE_MAX];
    char to[PATH_SIZE_MAX];
};

static bool part_add(const struct th_writer_folder *folder, const char *name, struct part *part)
{
    const char *base = th_file_base_name(folder->path);
    int from = snprintf(part->from, sizeof(part->from), "%s/%s", folder->folder, name);
    int to = snprintf(part->to, sizeof(part->to), "%.*s%s", (int)(base - folder->path),
                      folder->path, name);
    return from > 0 && (size_t)from < sizeof(part->from) && to > 0 && (size_t)to < sizeof(part->to);
}

// Everything but the main file.
static enum th_status parts_list(const struct th_writer_folder *folder, struct part *parts,
                                 size_t *ret_n, struct th_error *err)
{
    size_t n = 0;
    enum th_status status = TH_OK;
    DIR *stream = opendir(folder->folder);
    if (stream == NULL) {
        return failed(strerror(errno), err);
    }
    for (struct dirent *entry = readdir(stream); status == TH_OK && entry != NULL;
         entry = readdir(stream)) {
        if (entry->d_name[0] == '.' ||
            strcmp(entry->d_name, th_file_base_name(folder->main)) == 0) {
            continue;
        }
        if (n == PARTS_MAX || !part_add(folder, entry->d_name, &parts[n])) {
            status = too_long(err);
        } else {
            n++;
        }
    }
    closedir(stream);
    if (status == TH_OK) {
        *ret_n = n;
    }
    return status;
}

// The data must be on the disk before the name appears.
static bool file_sync(const char *path)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return false;
    }
    bool done = fsync(descriptor) == 0;
    return close(descriptor) == 0 && done;
}

static enum th_status part_publish(const char *from, const char *to, struct th_error *err)
{
    return file_sync(from) ? th_file_publish(from, to, err) : failed(strerror(errno), err);
}

enum th_status th_writer_folder_publish(const struct th_writer_folder *folder,
                                        void (*published)(void *context, const char *path),
                                        void *context, struct th_error *err)
{
    size_t n = 0;
    size_t n_done = 0;
    struct part *parts = malloc(PARTS_MAX * sizeof(*parts));
    if (parts == NULL) {
        return th_error_no_memory(err);
    }
    enum th_status status = folder->several ? parts_list(folder, parts, &n, err) : TH_OK;
    for (; status == TH_OK && n_done < n; n_done++) {
        status = part_publish(parts[n_done].from, parts[n_done].to, err);
        if (status != TH_OK) {
            break;
        }
    }
    if (status == TH_OK) {
        status = part_publish(folder->main, folder->path, err);
    }
    for (size_t i = 0; i < n_done; i++) {
        if (status != TH_OK) {
            (void)unlink(parts[i].to);
        } else if (published != NULL) {
            published(context, parts[i].to);
        }
    }
    if (status == TH_OK && published != NULL) {
        published(context, folder->path);
    }
    free(parts);
    return status;
}

void th_writer_folder_remove(struct th_writer_folder *folder)
{
    DIR *stream = folder->folder == NULL ? NULL : opendir(folder->folder);
    if (stream != NULL) {
        for (struct dirent *entry = readdir(stream); entry != NULL; entry = readdir(stream)) {
            char path[PATH_SIZE_MAX];
            int size = snprintf(path, sizeof(path), "%s/%s", folder->folder, entry->d_name);
            if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 && size > 0 &&
                (size_t)size < sizeof(path)) {
                (void)unlink(path);
            }
        }
        closedir(stream);
    }
    if (folder->folder != NULL) {
        (void)rmdir(folder->folder);
    }
    free(folder->path);
    free(folder->folder);
    free(folder->main);
    *folder = (struct th_writer_folder){0};
}
