// GDAL's messages, kept from the console and for the caller. For gis/ alone.
#ifndef TH_GIS_CAPTURE_INTERNAL_H
#define TH_GIS_CAPTURE_INTERNAL_H

#include <stdbool.h>

struct th_capture {
    bool failed;       // an error was reported, not just a warning
    bool no_memory;    // one of the errors was that memory is short
    char message[256]; // the first error, else the last warning, else ""
};

// Between begin and end messages of this thread go to `capture`, which must stay in place. Pairs
// nest.
void th_capture_begin(struct th_capture *capture);
void th_capture_end(void);

// Registers GDAL's drivers once in a process.
void th_capture_drivers(void);

#endif
