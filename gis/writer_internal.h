// The folder in which an export grows, and how its files come to their names.
#ifndef TH_GIS_WRITER_INTERNAL_H
#define TH_GIS_WRITER_INTERNAL_H

#include <stdbool.h>

#include "core/attributes.h"
#include "core/error.h"

// Files grow in a folder of their own beside the target, together with whatever a driver puts
// beside them, and move to their names when they are whole.
struct th_writer_folder {
    char *path;   // target
    char *folder; // temporary
    char *main;   // the file in it that will be the target
    bool several; // everything in the folder is part of the export
};

// `extension` without the dot, as the driver wants it. Errors of th_writer_open.
enum th_status th_writer_folder_make(struct th_writer_folder *folder, const char *path,
                                     const char *extension, bool several,
                                     struct th_error *err) TH_MUST_CHECK;
// Path of a file in the folder, the target's stem and `suffix`; NULL when out of memory. free().
char *th_writer_folder_name(const struct th_writer_folder *folder, const char *suffix);
// All files get their names or none does.
enum th_status th_writer_folder_publish(const struct th_writer_folder *folder,
                                        void (*published)(void *context, const char *path),
                                        void *context, struct th_error *err) TH_MUST_CHECK;
void th_writer_folder_remove(struct th_writer_folder *folder); // safe on a zeroed struct

#endif
