// Rights that the reader process gives up before it looks into a file of unknown origin. For
// gis/reader/ alone.
//
// What is certain: limits of time, memory and files, and a filter of system calls under which
// network, programs, processes, threads and signals to others end the process, and opening for
// writing answers as on a read-only disk (drivers and SQLite try it out of habit, and go on). What
// is best effort: where the kernel has Landlock, only the named files, the system's libraries and
// the data of GDAL and PROJ can be opened; without it, everything that the user may read.
#ifndef TH_GIS_READER_SANDBOX_INTERNAL_H
#define TH_GIS_READER_SANDBOX_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"

struct th_sandbox {
    uint64_t memory_size; // of address space, beyond what is in use now
    unsigned cpu_s;       // in all
    const char *source;   // absolute path; what may be read of it and beside it stands in
                          // gis/source_files_internal.h
};

// For the rest of the process's life. TH_INTERNAL ("reader_sandbox" with "detail").
enum th_status th_sandbox_enter(const struct th_sandbox *sandbox,
                                struct th_error *err) TH_MUST_CHECK;

#endif
