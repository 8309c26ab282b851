// The work of the process: rows of a source as frames on a descriptor. For gis/reader/ alone.
#ifndef TH_GIS_READER_SERVE_INTERNAL_H
#define TH_GIS_READER_SERVE_INTERNAL_H

#include <stdbool.h>

#include "core/attributes.h"
#include "core/error.h"

struct th_serve {
    const char *path;
    const char *layer;    // NULL: the only one with polygons
    const char *encoding; // NULL: decided on the whole table
    double curve_step_deg;
    bool shapeless; // tables need no shape
    int out;        // the pipe
};

// Everything from opening to the last frame. What goes wrong is the last frame then, and TH_OK as
// well; an error is returned only when it cannot be told on the pipe: TH_NO_MEMORY, TH_IO.
enum th_status th_serve_run(const struct th_serve *serve, struct th_error *err) TH_MUST_CHECK;

// Nothing but the problem, as the only frame.
enum th_status th_serve_refuse(int out, const struct th_error *problem) TH_MUST_CHECK;

#endif
